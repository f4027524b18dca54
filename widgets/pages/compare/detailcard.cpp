// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare/detailcard.h"

#include "widgets/label.h"
#include "widgets/pages/compare/textpanel.h"
#include "widgets/pages/compare/worstpanel.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QtWidgets/QBoxLayout>
#include <QtWidgets/QStackedWidget>

namespace widgets {
namespace {

    constexpr int leastCardBeside
        = 840; ///< width of the card with controls beside the choice of views
    constexpr int leastColumns = 600; ///< with three texts beside each other

} // namespace

DetailCard::DetailCard(QWidget* parent)
    : Card({}, parent)
    , m_views(new Segmented)
    , m_row(new QBoxLayout(QBoxLayout::LeftToRight))
    , m_controls(new QStackedWidget)
    , m_panels(new QStackedWidget)
    , m_text(new TextPanel(this))
    , m_worst(new WorstPanel(this))
    , m_title(new Label(TextRole::Secondary))
    , m_facts(new FactStrip)
{
    setContentFlush();
    m_views->setSegments({ tr("Text"), tr("Worst tokens"), tr("Figures") });
    m_views->setAccessibleName(tr("What is shown of A and B"));
    m_title->setWrapped();
    m_controls->addWidget(m_text->controls());
    m_controls->addWidget(m_worst->controls());
    m_controls->addWidget(m_title);
    auto* figures = new QWidget;
    auto* figuresLayout = new QVBoxLayout(figures);
    figuresLayout->setContentsMargins(scaled(12), scaled(8), scaled(12), scaled(8));
    figuresLayout->addWidget(m_facts);
    figuresLayout->addStretch(1);
    m_panels->addWidget(m_text);
    m_panels->addWidget(m_worst);
    m_panels->addWidget(figures);
    m_row->setContentsMargins(scaled(12), scaled(5), scaled(8), scaled(5));
    m_row->setSpacing(scaled(8));
    m_row->addWidget(m_views, 0, Qt::AlignLeft);
    m_row->addWidget(m_controls, 1);
    content()->setSpacing(0);
    content()->addLayout(m_row);
    content()->addWidget(makeLine(Qt::Horizontal));
    content()->addWidget(m_panels, 1);
    connect(m_views, &Segmented::chosen, this, [this](int view) { showView(View(view)); });
}

void DetailCard::setFigures(const QString& title, const std::vector<Fact>& facts)
{
    m_title->setText(facts.empty() ? tr("%1: not measured yet").arg(title) : title);
    m_facts->setFacts(facts);
}

void DetailCard::arrange(int width)
{
    m_row->setDirection(
        width < scaled(leastCardBeside) ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    m_text->setNarrow(width < scaled(leastColumns));
}

void DetailCard::showView(View view)
{
    m_views->setCurrent(view);
    m_controls->setCurrentIndex(view);
    m_panels->setCurrentIndex(view);
}

} // namespace widgets
