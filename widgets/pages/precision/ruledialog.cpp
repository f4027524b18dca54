// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/ruledialog.h"

#include "widgets/buttons.h"
#include "widgets/form.h"
#include "widgets/label.h"
#include "widgets/models/formatabout.h"
#include "widgets/models/tensorcells.h"
#include "widgets/models/tensormodel.h"
#include "widgets/pages/precision/ruletext.h"
#include "widgets/pages/quantize/methodchooser.h"
#include "widgets/theme.h"

#include <QtGui/QStandardItemModel>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>

#include <algorithm>

namespace widgets {
namespace {

    constexpr int roleColumns = 3;

    /// Those of the model, or any without one, and what the rule itself says.
    std::vector<core::Role> offeredRoles(
        const core::Rule& rule, const std::vector<core::Role>& ofModel)
    {
        std::vector<core::Role> offered = ofModel;
        if (offered.empty()) {
            offered = { core::Role::TokenEmbd, core::Role::Output };
            offered.insert(
                offered.end(), core::layerMatrixRoles().begin(), core::layerMatrixRoles().end());
        }
        for (const core::Role role : rule.roles)
            if (std::find(offered.begin(), offered.end(), role) == offered.end())
                offered.push_back(role);
        return offered;
    }

} // namespace

RuleDialog::RuleDialog(
    const QString& title, const core::Rule& rule, const RuleOffer& offer, QWidget* parent)
    : QDialog(parent)
    , m_layers(new QLineEdit)
    , m_name(new QLineEdit)
    , m_format(new QComboBox)
    , m_method(new QComboBox)
    , m_summary(new Label(TextRole::Secondary))
    , m_buttons(makeDialogButtons(this))
{
    setWindowTitle(title);
    m_layers->setPlaceholderText(tr("any; 0, 3–5 names some, counted from 0"));
    m_layers->setAccessibleName(tr("Layers"));
    m_name->setPlaceholderText(tr("any; * and ? stand for letters: blk.0.*"));
    m_name->setAccessibleName(tr("Name"));
    m_format->setAccessibleName(tr("Format"));
    m_method->setAccessibleName(tr("Method"));
    m_summary->setWordWrap(true);
    auto* form = new Form(this);
    form->addRow(tr("Roles"), makeRoles(offeredRoles(rule, offer.roles)));
    form->addRow(tr("Layers"), m_layers);
    form->addRow(tr("Name"), m_name);
    form->addRow(tr("Format"), m_format);
    form->addRow(tr("Method"), m_method);
    if (!offer.whyNoText.isEmpty()) {
        auto* whyNoText = new Label(TextRole::Secondary, offer.whyNoText);
        whyNoText->setWordWrap(true);
        form->addRow(whyNoText);
    }
    form->addRow(m_summary);
    form->addRow(m_buttons);
    fillFormats();
    fillMethods(offer.whyNoText);
    show(rule);
    connect(m_layers, &QLineEdit::textChanged, this, &RuleDialog::update);
    connect(m_name, &QLineEdit::textChanged, this, &RuleDialog::update);
    connect(m_format, &QComboBox::currentIndexChanged, this, &RuleDialog::update);
    connect(m_method, &QComboBox::currentIndexChanged, this, &RuleDialog::update);
    update();
}

QWidget* RuleDialog::makeRoles(const std::vector<core::Role>& offered)
{
    auto* roles = new QWidget;
    auto* layout = new QGridLayout(roles);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(scaled(16));
    layout->setVerticalSpacing(scaled(4));
    for (const core::Role role : offered) {
        auto* box = new QCheckBox(roleTitle(role));
        box->setToolTip(tr("None checked: every role"));
        const int at = int(m_roles.size());
        layout->addWidget(box, at / roleColumns, at % roleColumns);
        m_roles.emplace_back(role, box);
        connect(box, &QCheckBox::toggled, this, &RuleDialog::update);
    }
    return roles;
}

void RuleDialog::fillFormats()
{
    m_format->addItem(tr("as later rules say"), QVariant::fromValue<const core::Format*>(nullptr));
    addAsInFile(*m_format);
    addFormats(*m_format);
}

void RuleDialog::fillMethods(const QString& whyNoText)
{
    m_method->addItem(tr("as later rules say"), QString());
    auto* items = qobject_cast<QStandardItemModel*>(m_method->model());
    for (const core::Treatment treatment : allTreatments()) {
        m_method->addItem(
            treatmentText(treatment), QString::fromStdString(core::treatmentName(treatment)));
        const bool reads
            = treatment.method == core::Method::Gptq || treatment.scaling != core::Scaling::None;
        QStandardItem* item = items->item(m_method->count() - 1);
        item->setEnabled(!reads || whyNoText.isEmpty());
        if (!item->isEnabled())
            item->setToolTip(whyNoText);
    }
}

void RuleDialog::show(const core::Rule& rule)
{
    for (const auto& [role, box] : m_roles)
        box->setChecked(std::find(rule.roles.begin(), rule.roles.end(), role) != rule.roles.end());
    m_layers->setText(QString::fromStdString(core::layersText(rule.layers)));
    m_name->setText(QString::fromStdString(rule.name));
    chooseFormat(*m_format, rule.format);
    m_method->setCurrentIndex(m_method->findData(rule.method
            ? QString::fromStdString(core::treatmentName({ *rule.method, rule.scaling }))
            : QString()));
}

core::Rule RuleDialog::rule() const
{
    core::Rule rule;
    for (const auto& [role, box] : m_roles) {
        if (box->isChecked())
            rule.roles.push_back(role);
    }
    rule.layers = core::findLayers(m_layers->text().toStdString()).value_or(core::LayerRanges());
    rule.name = m_name->text().trimmed().toStdString();
    rule.format = m_format->currentData().value<const core::Format*>();
    const std::string method = m_method->currentData().toString().toStdString();
    if (const auto treatment = core::findTreatment(method)) {
        rule.method = treatment->method;
        rule.scaling = treatment->scaling;
    }
    return rule;
}

void RuleDialog::update()
{
    const core::Rule made = rule();
    const bool areLayers = core::findLayers(m_layers->text().toStdString()).has_value();
    const bool gives = made.format || made.method;
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(areLayers && gives);
    m_summary->setText(!areLayers ? tr("Layers are numbers and ranges from the first to the last, "
                                       "such as 0, 3–5.")
            : !gives              ? tr("Choose a format or a method.")
                                  : tr("%1: %2", "the tensors of a rule: what they get")
                           .arg(ruleSubject(made), ruleGives(made)));
}

} // namespace widgets
