// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/grade.h"
#include "widgets/card.h"

#include <optional>
#include <vector>

class QButtonGroup;
class QGridLayout;
class QProgressBar;
class QPushButton;

namespace widgets {

class IconLabel;

/// One file that could be made.
struct ShrinkChoice {
    core::Grade asked = core::Grade::AsGood;
    double bytes = 0;
    double saved = 0; ///< share of the original's
    QString device; ///< the smallest that runs it; empty: none does
    double kld = 0; ///< predicted
    core::Grade predicted = core::Grade::AsGood;
    double seconds = -1; ///< that making it takes; negative: unknown

    bool operator==(const ShrinkChoice&) const = default;
};

/// What the card offers.
struct ShrinkOffer {
    std::vector<ShrinkChoice> choices; ///< none: `whyNot` or `about` says why
    QString about; ///< how the losses are known
    QString caution; ///< of a source that is quantized already; empty: none
    QString whyNot; ///< why none can be made now; empty: one can
    bool isRough = false; ///< the losses are
    bool canGuess = false; ///< no losses are known, and they could be told roughly
};

/// A chain of work that makes the file.
struct ShrinkProgress {
    enum class State { Running, Stopped } state = State::Running;
    QString text; ///< "Step 2 of 4: rounding, about 40 s left"
    double done = 0; ///< of the step; 0 … 1
};

/// The file that was made.
struct ShrinkResult {
    QString fileName;
    QString text; ///< the verdict; else that it was not measured
    std::optional<core::Advice> advice; ///< none: not measured
    QString toolTip; ///< what it was measured on
};

/// Make a smaller file: three choices in words, a button that does everything, the verdict.
class ShrinkCard : public Card {
    Q_OBJECT

public:
    explicit ShrinkCard(QWidget* parent = nullptr);

    void setOffer(const ShrinkOffer& offer);
    void setProgress(const std::optional<ShrinkProgress>& progress);
    void setResult(const std::optional<ShrinkResult>& result);
    core::Grade chosen() const { return m_chosen; }
    /// Leaves out columns that have no room beside each other in `width` pixels.
    void arrange(int width);

signals:
    void makeRequested(core::Grade grade);
    void cancelRequested();
    void guessRequested();
    void showFileRequested();

private:
    struct Row {
        std::vector<QWidget*> cells; ///< by column
        Label* size = nullptr; ///< among them
        QString sizeAndChange, sizeAlone; ///< of it, with much room and with little
        Label* loss = nullptr; ///< among them, too
        QString words, fewWords; ///< of it, with much room and with little
    };
    void makeButtons();
    QWidget* makeLower();
    void rebuild();
    void addRow(int row, const ShrinkChoice& choice);
    int widest(int column) const; ///< pixels that its cells want
    void showColumns();
    void showState();

    ShrinkOffer m_offer;
    std::optional<ShrinkProgress> m_progress;
    std::optional<ShrinkResult> m_result;
    core::Grade m_chosen = core::Grade::AsGood;
    int m_width = 10'000;

    QPushButton *m_make, *m_cancel, *m_guess, *m_showFile;
    QButtonGroup* m_group;
    QWidget* m_table;
    QGridLayout* m_grid;
    std::vector<Row> m_rows;
    IconLabel* m_icon;
    Label* m_text; ///< the verdict, what is done, or why nothing can be
    QProgressBar* m_bar;
};

} // namespace widgets
