// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

#include <array>
#include <optional>
#include <vector>

class QTableWidget;

namespace widgets {

class Label;
class Segmented;

/// A position of the text where a run loses much, in words.
struct WorstText {
    double kld = 0;
    std::optional<double> other; ///< KLD of the other pinned run at the same position
    QString before, token, after;
    QString original, model; ///< what each expects there: "the 41 %, a 12 %"
    QString chances; ///< what both give to the token that comes, a sentence
};

/// Where in the evaluation text A, or B, loses most: the token with the text around it, and what
/// the original and the run expect there.
class WorstPanel : public QWidget {
    Q_OBJECT

public:
    explicit WorstPanel(QWidget* parent = nullptr);

    /// A or B, for the title row of the card.
    QWidget* controls() const { return m_controls; }
    /// Of A and of B, the largest loss first.
    void setTexts(std::array<std::vector<WorstText>, 2> texts);

protected:
    void changeEvent(QEvent* event) override;

private:
    void fill();

    std::array<std::vector<WorstText>, 2> m_texts;
    QWidget* m_controls;
    Segmented* m_which;
    Label* m_hint;
    QTableWidget* m_table;
};

} // namespace widgets
