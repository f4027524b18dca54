// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/runlist.h"

namespace app {

/// A run as a session keeps it: what was asked, its reports, keys of its layers on the shelf and
/// its measurement; the rounded tensors themselves lie on the shelf.
core::Json runToJson(const Run& run);

/// The run of `checkpoint`, without its model. Throws core::Error naming `place` and what is
/// missing, unknown or of another model.
Run runFromJson(
    const core::Json& json, const core::Checkpoint& checkpoint, const std::string& place);

} // namespace app
