// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"
#include "widgets/models/tensorcolumns.h"

#include <QMenu>

namespace widgets {

/// What the menu of the tensor table is about.
struct TensorMenuSubject {
    int selected = 0; ///< tensors
    bool onTensor = false; ///< the current row is a tensor, not a layer
    TensorColumn column = TensorColumn::Tensor; ///< that the worst are found by
    int ranked = 0; ///< shown tensors with a value in that column
};

/// The menu of the tensor table: assign, copy, select. What cannot be done now is disabled and says
/// why.
class TensorMenu : public QMenu {
    Q_OBJECT

public:
    explicit TensorMenu(const TensorMenuSubject& subject, QWidget* parent = nullptr);

signals:
    void assignRequested(const core::Format* format);
    void copyRequested();
    void roleRequested();
    void worstRequested(int count);
    void anotherCountRequested(); ///< of the worst: ask for it

private:
    void addAssign(int selected);
    void addWorst(const TensorMenuSubject& subject);
};

} // namespace widgets
