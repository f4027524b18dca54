// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/recipe.h"

#include <QtWidgets/QWidget>

class QButtonGroup;

namespace widgets {

/// "GPTQ", "importance-weighted rounding": a method as the middle of a sentence has it.
QString methodText(core::Method method);

/// The methods, one radio button each, with one line that says what it does.
class MethodChooser : public QWidget {
    Q_OBJECT

public:
    explicit MethodChooser(QWidget* parent = nullptr);

    void setMethod(core::Method method); ///< without a signal
    core::Method method() const;

signals:
    void chosen(core::Method method);

private:
    void addMethod(core::Method method, const QString& title, const QString& description);

    QButtonGroup* m_group;
};

} // namespace widgets
