// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/methodchooser.h"

#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtWidgets/QButtonGroup>
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
    }
    return {};
}

MethodChooser::MethodChooser(QWidget* parent)
    : QWidget(parent)
    , m_group(new QButtonGroup(this))
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
    connect(
        m_group, &QButtonGroup::idClicked, this, [this](int id) { emit chosen(core::Method(id)); });
}

void MethodChooser::addMethod(core::Method method, const QString& title, const QString& description)
{
    auto* button = new QRadioButton(title);
    auto* text = new Label(TextRole::Caption, description);
    text->setWordWrap(true);
    text->setContentsMargins(scaled(22), 0, 0, scaled(8));
    button->setAccessibleDescription(description);
    m_group->addButton(button, int(method));
    layout()->addWidget(button);
    layout()->addWidget(text);
}

void MethodChooser::setMethod(core::Method method)
{
    m_group->button(int(method))->setChecked(true);
}

core::Method MethodChooser::method() const { return core::Method(m_group->checkedId()); }

} // namespace widgets
