// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/recipe.h"
#include "widgets/pages/precision/ruleoffer.h"

#include <QtWidgets/QDialog>

#include <utility>
#include <vector>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLineEdit;

namespace widgets {

class Label;

/// One rule of a recipe as a form: which tensors, what they get. *OK* needs a format or a method,
/// and layers in order; a line says what is missing.
class RuleDialog : public QDialog {
    Q_OBJECT

public:
    /// Methods that need to read a text are there but off where none can, and it is said why.
    RuleDialog(const QString& title, const core::Rule& rule, const RuleOffer& offer,
        QWidget* parent = nullptr);

    core::Rule rule() const; ///< with every layer while what is typed names none

private:
    QWidget* makeRoles(const std::vector<core::Role>& offered);
    void fillFormats();
    void fillMethods(const QString& whyNoText);
    void show(const core::Rule& rule);
    void update();

    std::vector<std::pair<core::Role, QCheckBox*>> m_roles;
    QLineEdit *m_layers, *m_name;
    QComboBox *m_format, *m_method;
    Label* m_summary;
    QDialogButtonBox* m_buttons;
};

} // namespace widgets
