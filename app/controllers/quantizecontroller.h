// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "app/jobs/pace.h"
#include "app/session/session.h"

#include <QObject>

#include <filesystem>

namespace app {

/// Quantizes the recipe on the long-running worker and measures what was lost. Finished layers are
/// kept in a work folder of their own for each model, recipe and setting, so that a cancelled or
/// killed run resumes.
class QuantizeController : public QObject {
    Q_OBJECT

public:
    enum class Phase { Idle, Quantizing, Evaluating };

    /// Work folders lie in `cacheFolder`.
    QuantizeController(Jobs& jobs, Session& session, Pace& pace, std::filesystem::path cacheFolder,
        QObject* parent = nullptr);

    void quantize(); ///< the session's recipe, then evaluate it
    void evaluate(int run);
    Phase phase() const { return m_phase; }
    int evaluatedRun() const { return m_evaluated; } ///< while evaluating

    double quantizeEstimate() const; ///< seconds; negative: unknown
    double evaluateEstimate() const;

signals:
    void phaseChanged();
    void started(); ///< a quantization
    void tensorDone(const core::TensorReport& report);
    void quantized(int run);
    void evaluated(int run);
    void cancelled(app::QuantizeController::Phase phase);
    void failed(app::QuantizeController::Phase phase, const QString& reason);

private:
    void setPhase(Phase phase);
    std::filesystem::path workFolder() const;
    void finishRun(Run run);
    double work(const TextSettings& text) const;

    Jobs& m_jobs;
    Session& m_session;
    Pace& m_pace;
    std::filesystem::path m_cacheFolder;
    Phase m_phase = Phase::Idle;
    JobId m_job = 0;
    int m_evaluated = 0;
};

} // namespace app
