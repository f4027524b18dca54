// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/recipe.h"

#include <QtWidgets/QListWidget>

namespace widgets {

/// Rules one below the other, numbered: the tensors at the left, what they get at the right. The
/// list itself changes nothing: dragging or Alt+arrow asks for a move, Delete for a removal, a
/// double click or Enter for editing.
class RuleList : public QListWidget {
    Q_OBJECT

public:
    explicit RuleList(QWidget* parent = nullptr);

    /// `idle`: indices of those that decide nothing.
    void setRules(const std::vector<core::Rule>& rules, const std::vector<std::size_t>& idle);
    void setLocked(bool locked);

    QSize sizeHint() const override;

signals:
    /// Rule `from` is wanted at position `to` of the list without it.
    void moveRequested(int from, int to);
    void removeRequested(int row);
    void editRequested(int row);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void markIdle(int row);

    bool m_locked = false;
};

} // namespace widgets
