// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QFormLayout>

class QCheckBox;
class QDialog;

namespace widgets {

/// Labels in the second colour, their fields beside them in one line: how a page or a dialog asks.
class Form : public QFormLayout {
    Q_OBJECT

public:
    /// On a page or a card: without margins.
    explicit Form(QWidget* parent);
    /// All of a dialog: with margins and more room between the rows.
    explicit Form(QDialog* dialog);

    /// A row that says what it is, to screen readers too, and why when pointed at.
    void addField(const QString& label, QWidget* field, const QString& explanation = {});
    QCheckBox* addSwitch(const QString& text, const QString& explanation);
};

} // namespace widgets
