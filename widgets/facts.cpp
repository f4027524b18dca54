// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/facts.h"

#include "widgets/card.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtWidgets/QGridLayout>
#include <QtWidgets/QHBoxLayout>

namespace widgets {
namespace {

    /// Values may be copied with mouse and keyboard.
    Label* makeValue(const Fact& fact)
    {
        auto* value = new Label(TextRole::Body, fact.value);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setToolTip(fact.toolTip);
        value->setAccessibleName(fact.label);
        return value;
    }

    Label* makeLabel(const Fact& fact, TextRole role)
    {
        auto* label = new Label(role, fact.label);
        label->setToolTip(fact.toolTip);
        return label;
    }

    void clear(QWidget* widget)
    {
        delete widget->layout();
        qDeleteAll(widget->findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
    }

} // namespace

FactList::FactList(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);
}

void FactList::setFacts(const std::vector<Fact>& facts)
{
    if (facts == m_facts)
        return;
    m_facts = facts;
    rebuild();
}

void FactList::setRowHeight(int pixels)
{
    m_rowHeight = pixels;
    rebuild();
}

void FactList::rebuild()
{
    clear(this);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(scaled(16));
    grid->setVerticalSpacing(0);
    for (int row = 0; row < int(m_facts.size()); ++row) {
        Label* label = makeLabel(m_facts[std::size_t(row)], TextRole::Secondary);
        label->setElided(); // both columns drawn alike, on one line
        label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
        grid->addWidget(label, row, 0);
        Label* value = makeValue(m_facts[std::size_t(row)]);
        value->setElided();
        grid->addWidget(value, row, 1);
        grid->setRowMinimumHeight(row, scaled(m_rowHeight));
    }
    grid->setColumnStretch(1, 1);
}

FactStrip::FactStrip(QWidget* parent)
    : QWidget(parent)
{
}

void FactStrip::setFacts(const std::vector<Fact>& facts)
{
    if (facts == m_facts)
        return;
    m_facts = facts;
    clear(this);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(scaled(12), scaled(4), scaled(12), scaled(4));
    row->setSpacing(scaled(12));
    for (const Fact& fact : facts) {
        if (&fact != &facts.front())
            row->addWidget(makeLine(Qt::Vertical));
        auto* cell = new QVBoxLayout;
        cell->setSpacing(0);
        cell->addWidget(makeLabel(fact, TextRole::Caption));
        cell->addWidget(makeValue(fact));
        row->addLayout(cell, 1);
    }
}

} // namespace widgets
