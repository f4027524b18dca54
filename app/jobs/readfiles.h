// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/sourcefiles.h"

namespace app {

class RunQueue;
class Session;

/// What nothing may replace: what runs of this session read (the model's own files, its texts, the
/// importance matrix, files added to Compare), what the runs that are lined up read, of whichever
/// model, and the files of a model that was open before and that a job still works on.
core::SourceFiles readFiles(const Session& session, const RunQueue& queue);

} // namespace app
