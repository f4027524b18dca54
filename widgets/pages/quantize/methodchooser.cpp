// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/quantize/methodchooser.h"

#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtWidgets/QButtonGroup>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QRadioButton>
#include <QtWidgets/QVBoxLayout>

namespace widgets {

QString methodText(core::Method method)
{
    switch (method) {
    case core::Method::RoundToNearest:
        return MethodChooser::tr("rounding to nearest");
    case core::Method::Importance:
        return MethodChooser::tr("importance-weighted rounding");
    case core::Method::Gptq:
        return MethodChooser::tr("GPTQ");
    case core::Method::Hqq:
        return MethodChooser::tr("HQQ");
    }
    return {};
}

QString treatmentText(core::Treatment treatment)
{
    const QString method = methodText(treatment.method);
    return treatment.scaling == core::Scaling::None ? method
                                                    : MethodChooser::tr("AWQ and %1").arg(method);
}

std::vector<core::Treatment> allTreatments()
{
    using core::Method;
    using core::Scaling;
    return { { Method::RoundToNearest }, { Method::Importance }, { Method::Gptq }, { Method::Hqq },
        { Method::RoundToNearest, Scaling::Awq }, { Method::Importance, Scaling::Awq },
        { Method::Gptq, Scaling::Awq }, { Method::Hqq, Scaling::Awq } };
}

MethodChooser::MethodChooser(QWidget* parent)
    : QWidget(parent)
    , m_group(new QButtonGroup(this))
    , m_scaled(new QCheckBox(tr("Scale the channels first (AWQ)")))
    , m_whyNoText(new Label(TextRole::Secondary))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    addMethod(core::Method::RoundToNearest, tr("Round to nearest"),
        tr("Each weight to the closest level. No text needed."));
    addMethod(core::Method::Importance, tr("Importance-weighted"),
        tr("Rounds important channels more carefully, as llama.cpp's imatrix does."));
    addMethod(core::Method::Gptq, tr("GPTQ"),
        tr("Each column makes up for the errors of the ones before it. Best at 2–4 bits."));
    addMethod(
        core::Method::Hqq, tr("HQQ"), tr("Large weights do not spoil the scales. No text needed."));
    addDescribed(m_scaled, tr("Channels with large inputs are rounded more finely."));
    m_whyNoText->setWordWrap(true);
    m_whyNoText->hide();
    layout->addWidget(m_whyNoText);
    connect(m_group, &QButtonGroup::idClicked, this, [this] { emit chosen(treatment()); });
    connect(m_scaled, &QCheckBox::clicked, this, [this] { emit chosen(treatment()); });
}

void MethodChooser::addMethod(core::Method method, const QString& title, const QString& description)
{
    auto* button = new QRadioButton(title);
    m_group->addButton(button, int(method));
    addDescribed(button, description);
}

void MethodChooser::addDescribed(QWidget* button, const QString& description)
{
    auto* text = new Label(TextRole::Caption, description);
    text->setWordWrap(true);
    text->setContentsMargins(scaled(22), 0, 0, scaled(8));
    button->setAccessibleDescription(description);
    layout()->addWidget(button);
    layout()->addWidget(text);
}

void MethodChooser::setTreatment(core::Treatment treatment)
{
    m_group->button(int(treatment.method))->setChecked(true);
    m_scaled->setChecked(treatment.scaling == core::Scaling::Awq);
}

void MethodChooser::setWhyNoText(const QString& reason)
{
    for (QWidget* button :
        std::initializer_list<QWidget*>{ m_group->button(int(core::Method::Gptq)), m_scaled }) {
        button->setEnabled(reason.isEmpty());
        button->setToolTip(reason);
    }
    m_group->button(int(core::Method::Importance))
        ->setToolTip(reason.isEmpty() ? QString() : tr("With an importance file only."));
    m_whyNoText->setText(reason);
    m_whyNoText->setVisible(!reason.isEmpty());
}

core::Treatment MethodChooser::treatment() const
{
    return { core::Method(m_group->checkedId()),
        m_scaled->isChecked() ? core::Scaling::Awq : core::Scaling::None };
}

} // namespace widgets
