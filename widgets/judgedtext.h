// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/tensorreport.h"

#include <QtCore/QString>

namespace widgets {

/// What errors were measured on.
struct Judged {
    core::JudgedOn on = core::JudgedOn::Weights;
    int sequences = 0; ///< that were held out, where judged on them

    bool operator==(const Judged&) const = default;
};

/// "Output error 3.1 % on 16 held-out sequences", "… on the calibration text", or "Weight error
/// 3.1 %, without a text".
QString errorSentence(const QString& error, const Judged& judged);

/// "Output error by tensor, on 16 held-out sequences": of a plot.
QString errorTitle(const Judged& judged);

} // namespace widgets
