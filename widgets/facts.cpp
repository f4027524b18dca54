// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/facts.h"

#include "widgets/card.h"
#include "widgets/flowlayout.h"
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

    enum class Place { First, Next };

    /// A fact of a strip, behind a line if others stand before it.
    QWidget* makeCell(const Fact& fact, Place place)
    {
        auto* cell = new QWidget;
        cell->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
        auto* row = new QHBoxLayout(cell);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(scaled(12));
        if (place == Place::Next)
            row->addWidget(makeLine(Qt::Vertical));
        auto* texts = new QVBoxLayout;
        texts->setSpacing(0);
        texts->addWidget(makeLabel(fact, TextRole::Caption));
        texts->addWidget(makeValue(fact));
        row->addLayout(texts, 1);
        return cell;
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
        grid->addWidget(label, row, 0);
        Label* value = makeValue(m_facts[std::size_t(row)]);
        value->setWordWrap(true);
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
    auto* row = new FlowLayout(this);
    row->setContentsMargins(scaled(12), scaled(4), scaled(12), scaled(4));
    row->setSpacing(scaled(12));
    for (const Fact& fact : facts)
        row->addWidget(makeCell(fact, &fact == &facts.front() ? Place::First : Place::Next));
}

} // namespace widgets
