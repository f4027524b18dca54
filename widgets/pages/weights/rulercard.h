// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/card.h"
#include "widgets/pages/page.h"
#include "widgets/pages/previewstore.h"
#include "widgets/pages/selectedtensor.h"

#include <vector>

class QComboBox;
class QToolButton;

namespace widgets {

class FactStrip;
class Label;
class Legend;
class RulerPlot;
class Segmented;

/// The card of the ruler: formats to look at, the plot, the facts of the rounding below. Several
/// tensors: a small ruler each, four at most, and how many more there are.
class RulerCard : public Card {
    Q_OBJECT

public:
    explicit RulerCard(QWidget* parent = nullptr);

    void setFormats(const std::vector<const core::Format*>& formats);
    /// What is drawn: tensors, their roundings, the format looked at and the recipe's (null where
    /// the tensors have different ones).
    void show(const std::vector<SelectedTensor>& tensors, const PreviewStore& previews,
        const core::Format* looked, const core::Format* recipe);
    /// What was wanted; ignored if the tensor or the format is no longer drawn.
    void setGroup(core::Place tensor, const core::Format* format, core::WeightPlace weight,
        const core::GroupLevels& levels);
    void setBreakpoint(Breakpoint breakpoint);
    /// Tight: a list of the formats in place of buttons, the facts in one line.
    enum class Chrome { Roomy, Tight };
    void setChrome(Chrome chrome);
    const std::vector<RulerPlot*>& rulers() const { return m_rulers; }

signals:
    void formatChosen(const core::Format* format);
    /// The levels of that weight's group in `format` are wanted in the tensor's ruler.
    void groupWanted(core::Place tensor, const core::Format* format, core::WeightPlace weight);

private:
    void makeRulers();
    void openOthers();
    void fillBox(const std::vector<const core::Format*>& formats);
    void updateFormats(const core::Format* looked, const core::Format* recipe);
    void updateFacts(const std::vector<SelectedTensor>& tensors, const PreviewStore& previews,
        const core::Format* looked);
    void fillRuler(std::size_t index, const SelectedTensor& tensor, const PreviewStore& previews,
        const core::Format* looked, bool alone);

    std::vector<const core::Format*> m_segments, m_rest; ///< GGUF's formats
    bool isTight() const;
    void applyRoom();

    Breakpoint m_breakpoint = Breakpoint::Wide;
    Chrome m_chrome = Chrome::Roomy;
    Segmented* m_choice;
    QToolButton* m_others; ///< a menu of the formats that are no segment
    QComboBox* m_box; ///< all, those for study at the end, where the window is narrow
    Label* m_recipe;
    Legend* m_legend;
    Legend* m_legendBelow;
    Segmented* m_counts;
    std::vector<RulerPlot*> m_rulers; ///< four; the first is the large one
    std::vector<std::pair<core::Place, const core::Format*>> m_drawn; ///< in each of them
    std::vector<Label*> m_names;
    QWidget* m_plots;
    Label* m_empty;
    Label* m_more;
    QFrame* m_rule; ///< between the plot and its facts
    FactStrip* m_facts;
    Label* m_line; ///< the facts in one line, where the window is narrow
};

} // namespace widgets
