// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/activationstats.h"
#include "widgets/pages/activations/activationform.h"
#include "widgets/pages/page.h"
#include "widgets/pages/selectedtensor.h"

#include <memory>
#include <vector>

class QBoxLayout;

namespace widgets {

/// A token of the text with what stands around it, for each of ActivationStats::largest.
struct TokenInText {
    QString token;
    QString before, after;
};

/// Activations that were measured, and how.
struct MeasuredActivations {
    std::shared_ptr<const core::ActivationStats> stats;
    ActivationSettings settings;
    std::vector<TokenInText> tokens; ///< one for each of stats->largest
    bool cached = false; ///< read from the cache
    bool stale = false; ///< model or settings changed since
};

class ActivationSetup;
class ActivationStrip;
class Card;
class ChannelMap;
class ChannelPlot;
class HistogramPlot;
class LargestValues;
class Segmented;

/// Page 3, which channels carry the load: what the model's inputs look like under a text.
/// Until something was measured it shows one card that explains and offers to measure.
class ActivationsPage : public Page {
    Q_OBJECT

public:
    explicit ActivationsPage(QWidget* parent = nullptr);

    /// No stats: nothing measured yet.
    void setMeasured(MeasuredActivations measured);
    void setSelection(const std::vector<SelectedTensor>& tensors);
    void setThreshold(double threshold);
    void setMarkedChannel(int channel);
    /// What will be measured unless the user chooses otherwise.
    void setSettings(const ActivationSettings& settings);
    ActivationSettings settings() const;
    /// Seconds that measuring with settings() will take; negative: unknown.
    void setEstimate(double seconds);
    /// What is odd about how the calibration text is written; empty: nothing.
    void setTextNotes(const QString& notes);
    /// While it runs: the button is locked and says so.
    /// Why measuring cannot be started; empty: it can.
    void setWhyNot(const QString& reason);
    void setRunning(bool running);

signals:
    void measureRequested(const widgets::ActivationSettings& settings);
    void settingsChanged(const widgets::ActivationSettings& settings);
    /// The user wants another text; the app asks for the file and calls setSettings().
    void chooseTextRequested();
    void thresholdChosen(double threshold);
    void channelMarked(int channel);

protected:
    void arrange() override;

private:
    bool isWide() const; ///< the cards of an input stand beside each other
    QWidget* makeView();
    void makeMapCard();
    void makeInputCards();
    void measureAgain();
    void updateAll();
    void updateMap();
    void updateInput();

    MeasuredActivations m_measured;
    std::vector<SelectedTensor> m_selection;
    ActivationSettings m_settings;
    QString m_textNotes;
    double m_threshold = 3, m_estimate = -1;
    int m_marked = -1;
    bool m_running = false;

    ActivationSetup* m_setup; ///< while nothing is measured
    QWidget* m_view; ///< afterwards
    ActivationStrip* m_strip;
    Card *m_mapCard, *m_histogramCard, *m_channelCard, *m_largestCard;
    ChannelMap* m_map;
    Segmented *m_inputs, *m_views;
    HistogramPlot* m_histogram;
    ChannelPlot* m_channels;
    LargestValues* m_largest;
    QBoxLayout* m_lower;
};

} // namespace widgets
