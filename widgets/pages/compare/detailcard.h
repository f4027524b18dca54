// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/card.h"
#include "widgets/facts.h"

class QBoxLayout;
class QStackedWidget;

namespace widgets {

class Segmented;
class TextPanel;
class WorstPanel;

/// What stands behind the figures: text side by side, the worst tokens, or all figures of the
/// current row; one of the three is shown.
class DetailCard : public Card {
    Q_OBJECT

public:
    enum View { Text, Worst, Figures };

    explicit DetailCard(QWidget* parent = nullptr);

    TextPanel* text() const { return m_text; }
    WorstPanel* worst() const { return m_worst; }
    /// Of the row that is called `title`; none: it is not measured.
    void setFigures(const QString& title, const std::vector<Fact>& facts);
    /// The controls of a view below the choice of views where there is no room beside it.
    void arrange(int width);
    void showView(View view);

private:
    Segmented* m_views;
    QBoxLayout* m_row;
    QStackedWidget *m_controls, *m_panels;
    TextPanel* m_text;
    WorstPanel* m_worst;
    Label* m_title;
    FactStrip* m_facts;
};

} // namespace widgets
