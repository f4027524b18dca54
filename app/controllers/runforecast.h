// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/pace.h"
#include "app/session/session.h"
#include "core/quant/runmemory.h"

#include <QObject>

#include <optional>

namespace app {

/// What rounding the session's recipe, and measuring a run, is expected to take. Worked out once
/// after each change of model, recipe or texts, when it is asked for.
class RunForecast : public QObject {
    Q_OBJECT

public:
    RunForecast(const Session& session, const Pace& pace, QObject* parent = nullptr);

    // Negative: unknown, also while how long the text is is not known.
    double roundingSeconds() const;
    double memory() const; ///< bytes of the program at its peak
    double measuringSeconds() const;
    /// Why the run does not fit into this machine's memory; empty: it does, or that is not known.
    QString whyNotInMemory() const;

private:
    struct Run {
        double work = 0; ///< usualWork
        core::RunMemory memory;
    };
    const std::optional<Run>& run() const;

    const Session& m_session;
    const Pace& m_pace;
    double m_memoryBefore = 0; ///< of the program, when the open model was opened, before its
                               ///< weights were read
    mutable std::optional<std::optional<Run>> m_run; ///< empty: to be worked out
};

} // namespace app
