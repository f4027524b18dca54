// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/measuredactivations.h"
#include "app/session/sessionstore.h"

#include <memory>
#include <optional>

namespace app {

/// What lies where between two starts of the program.
struct SessionPlaces {
    SessionStore store;
    std::shared_ptr<const core::Shelf> shelf; ///< null: there is none
};

/// What came back of a session.
struct RestoredSession {
    std::optional<SessionState> state; ///< nothing: there was none, or `note` says why
    MeasuredActivations activations;
    QString note; ///< what could not be brought back and where it lies now; empty: nothing
};

/// Brings back what the session `id` of `checkpoint` kept. A document that cannot be read is set
/// aside, never lost or in the way. Where the model's files changed since, the recipe and the texts
/// come back, and the runs stay in the document that is set aside. For the worker.
RestoredSession restoreSession(
    const SessionPlaces& places, const QString& id, const core::Checkpoint& checkpoint);

} // namespace app
