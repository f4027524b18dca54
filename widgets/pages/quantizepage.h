// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantize.h"
#include "widgets/pages/page.h"

#include <vector>

namespace widgets {

/// What the options of the page say.
struct QuantizeSettings {
    core::Method method = core::Method::Gptq;
    QString calibrationFile; ///< path
    int length = 256; ///< tokens a sequence
    int sequences = 0; ///< 0: all
    double damping = 0.01;
    QString imatrixFile; ///< path; empty: own statistics
};

/// What a run is expected to take; negative: unknown.
struct QuantizeEstimate {
    double seconds = -1;
    double memoryBytes = -1;
    double diskBytes = -1;
};

/// How will it be rounded? Method, options, estimate; progress and errors of the run.
class QuantizePage : public Page {
    Q_OBJECT

public:
    enum class State { Ready, Running, Finished, Cancelled, Failed };

    explicit QuantizePage(QWidget* parent = nullptr);

    void setRecipeTitle(const QString& title);
    /// The matrices that will be rounded, in order: one cell each.
    void setTensors(const std::vector<core::Place>& places);
    void setSettings(const QuantizeSettings& settings); ///< without a signal
    QuantizeSettings settings() const;
    void setEstimate(const QuantizeEstimate& estimate);
    /// The state; `message` is the reason of a failure or what a cancelled run keeps.
    void setState(State state, const QString& message = {});
    void setProgress(double done, const QString& step, double elapsedSeconds,
        double leftSeconds); ///< left < 0: unknown
    void clearReports();
    void addReport(const core::TensorReport& report);
    void setSelectedPlace(std::optional<core::Place> place);

signals:
    void settingsChanged(const widgets::QuantizeSettings& settings);
    void chooseCalibrationRequested();
    void chooseImatrixRequested();
    void quantizeRequested(); ///< also Resume
    void cancelRequested();
    void placeSelected(core::Place place);

private:
    class Private;
    Private* d;
};

} // namespace widgets
