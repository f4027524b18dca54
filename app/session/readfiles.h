// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/sourcefiles.h"

namespace app {

class Session;

/// What runs of this session read and nothing may replace: the model's own files, its texts, the
/// importance matrix.
core::SourceFiles readFiles(const Session& session);

} // namespace app
