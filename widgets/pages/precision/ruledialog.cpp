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
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>

#include <algorithm>

namespace widgets {
namespace {

    constexpr int anyLayer = -1;
    constexpr int mostLayers = 9999;
    constexpr int roleColumns = 3;

    QSpinBox* makeLayerBox(const QString& name)
    {
        auto* box = new QSpinBox;
        box->setRange(anyLayer, mostLayers);
        box->setSpecialValueText(RuleDialog::tr("any", "layer"));
        box->setAccessibleName(name);
        return box;
    }

    std::optional<int> layerOf(const QSpinBox* box)
    {
        return box->value() == anyLayer ? std::nullopt : std::optional(box->value());
    }

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
    , m_first(makeLayerBox(tr("First layer")))
    , m_last(makeLayerBox(tr("Last layer")))
    , m_name(new QLineEdit)
    , m_format(new QComboBox)
    , m_method(new QComboBox)
    , m_summary(new Label(TextRole::Secondary))
    , m_buttons(makeDialogButtons(this))
{
    setWindowTitle(title);
    m_name->setPlaceholderText(tr("any; * and ? stand for letters: blk.0.*"));
    m_name->setAccessibleName(tr("Name"));
    m_format->setAccessibleName(tr("Format"));
    m_method->setAccessibleName(tr("Method"));
    m_summary->setWordWrap(true);
    auto* form = new Form(this);
    form->addRow(tr("Roles"), makeRoles(offeredRoles(rule, offer.roles)));
    form->addRow(tr("Layers"), makeLayers());
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
    connect(m_first, &QSpinBox::valueChanged, this, &RuleDialog::update);
    connect(m_last, &QSpinBox::valueChanged, this, &RuleDialog::update);
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

QWidget* RuleDialog::makeLayers()
{
    auto* layers = new QWidget;
    auto* layout = new QHBoxLayout(layers);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(8));
    layout->addWidget(m_first);
    //: between the first and the last layer of a rule
    layout->addWidget(new Label(TextRole::Secondary, tr("to")));
    layout->addWidget(m_last);
    layout->addStretch(1);
    return layers;
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
    m_first->setValue(rule.firstLayer.value_or(anyLayer));
    m_last->setValue(rule.lastLayer.value_or(anyLayer));
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
    rule.firstLayer = layerOf(m_first);
    rule.lastLayer = layerOf(m_last);
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
    const bool ordered = !made.lastLayer || made.firstLayer.value_or(0) <= *made.lastLayer;
    const bool gives = made.format || made.method;
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(ordered && gives);
    m_summary->setText(!gives ? tr("Choose a format or a method.")
            : !ordered        ? tr("The last layer comes before the first.")
                              : tr("%1: %2", "the tensors of a rule: what they get")
                             .arg(ruleSubject(made), ruleGives(made)));
}

} // namespace widgets
