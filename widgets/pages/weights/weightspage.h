// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/judgedtext.h"
#include "widgets/pages/page.h"
#include "widgets/pages/previewstore.h"
#include "widgets/pages/selectedtensor.h"

#include <memory>
#include <vector>

class QComboBox;
class QPushButton;

namespace widgets {

class Card;
class ChannelPlot;
class HeatMap;
class RulerCard;
class Segmented;

/// What is known of one tensor, for the map of layers × roles.
struct TensorOverview {
    core::Place place;
    std::shared_ptr<const core::TensorStats> stats; ///< null: not measured yet
    double error = -1; ///< relative, at the recipe's format; −1 unknown
    ErrorOf errorOf = ErrorOf::Output;
};

/// Page 2, what rounding does to the selected tensor: the ruler with its facts, statistics of all
/// tensors as a map, absmax by channel. Choosing a format only looks; Assign changes the recipe.
class WeightsPage : public Page {
    Q_OBJECT

public:
    explicit WeightsPage(QWidget* parent = nullptr);

    /// The formats of the ruler, fewest bits first.
    void setFormats(const std::vector<const core::Format*>& formats);
    /// Selected tensors in table order; several: a small ruler each, four at most.
    void setSelection(const std::vector<SelectedTensor>& tensors);
    /// Roundings of one tensor; kept until clear(), shown when it is selected.
    void setPreviews(core::Place place, const Previews& previews);
    bool hasPreviews(core::Place place) const { return m_previews.has(place); }
    /// All matrices of the model.
    void setOverview(const std::vector<TensorOverview>& tensors);
    /// A channel is an outlier above this many times the median channel.
    void setThreshold(double threshold);
    /// The input channel marked on pages 2 and 3; −1: none.
    void setMarkedChannel(int channel);
    /// The levels of a group that was wanted.
    void setGroup(core::Place tensor, const core::Format* format, core::WeightPlace weight,
        const core::GroupLevels& levels);
    /// Forgets roundings and selection: another model.
    void clear();

    /// The format looked at: the chosen one, or the recipe's. Null without selection.
    const core::Format* lookedAt() const;
    /// Looks at a format as if it were clicked; null: back to the recipe's.
    void lookAt(const core::Format* format);
    /// One format more (+1) or less (−1) precise.
    void stepFormat(int by);

signals:
    /// The user looks at `format`; null: at the recipe's again.
    void formatLooked(const core::Format* format);
    void assignRequested(const core::Format* format);
    void placesChosen(const std::vector<core::Place>& places);
    void channelMarked(int channel);
    /// The levels of that weight's group in `format` are wanted in the tensor's ruler (setGroup).
    void groupWanted(core::Place tensor, const core::Format* format, core::WeightPlace weight);

protected:
    void arrange() override;
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void makeMapCard();
    void makeChannelCard();
    void makeViewSwitch();
    const core::RoundingPreview* shown() const; ///< of the first tensor at lookedAt(); may be null
    void updateAll();
    void updateHeading();
    void updateMap();
    void updateChannels();

    std::vector<const core::Format*> m_formats;
    std::vector<SelectedTensor> m_selection;
    PreviewStore m_previews;
    std::vector<TensorOverview> m_overview;
    const core::Format* m_looked = nullptr; ///< null: the recipe's
    double m_threshold = 3;
    int m_marked = -1;
    bool m_mapIsStale = true; ///< it is filled while the page is shown

    RulerCard* m_ruler;
    Card *m_mapCard, *m_channelCard;
    HeatMap* m_map;
    QComboBox* m_statistic;
    ChannelPlot* m_channels;
    Segmented *m_side, *m_views;
    QWidget* m_lower;
    QPushButton* m_assign;
    std::vector<core::Role> m_columns; ///< of the map
    std::vector<int> m_rows; ///< layers of the map
};

} // namespace widgets
