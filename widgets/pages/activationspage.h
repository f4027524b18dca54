// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/stats/activationstats.h"
#include "widgets/pages/page.h"
#include "widgets/pages/selectedtensor.h"

#include <memory>
#include <vector>

namespace widgets {

/// What measuring activations is asked to run.
struct ActivationSettings {
    QString text; ///< path or the sample's own; what the app was told is what it gets back
    QString textName; ///< as shown: "calibration.txt"
    int sequences = 64;
    int length = 256; ///< tokens in a sequence
    bool operator==(const ActivationSettings&) const = default;
};

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
class ActivationView;

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
    /// While it runs: the button is locked and says so.
    void setRunning(bool running);

signals:
    void measureRequested(const widgets::ActivationSettings& settings);
    void settingsChanged(const widgets::ActivationSettings& settings);
    /// The user wants another text; the app asks for the file and calls setSettings().
    void chooseTextRequested();
    void thresholdChosen(double threshold);
    void channelMarked(int channel);
};

} // namespace widgets
