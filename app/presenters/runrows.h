// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/session.h"
#include "widgets/pages/compare/runrow.h"

#include <vector>

namespace app {

/// The original (number 0) and the runs, as the pages show them.
std::vector<widgets::RunRow> runRows(const Session& session);

/// The run of exactly the present recipe and settings; null if there is none.
std::shared_ptr<const Run> presentRun(const Session& session);

} // namespace app
