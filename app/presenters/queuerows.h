// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/runqueue.h"
#include "widgets/bar/queuelist.h"

#include <vector>

namespace app {

enum class Held { No, Yes };

/// "Q4_K_M by GPTQ": the run in words.
QString runWords(const QString& title, core::Treatment treatment);
/// "18 of 30 layers are done"; empty while none is.
QString layersWords(const QueuedRun& run);

/// A lined-up run as the queue shows it; `held` says whether the active one is paused.
widgets::QueueRow queueRow(const QueuedRun& run, Held held);

} // namespace app
