// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/rounding.h"
#include "core/quant/tensorreport.h"

#include <QtCore/QString>

namespace widgets {

/// What a relative error is of: a tensor's output, or its weights where no text was looked at.
/// Two quantities: neither stands in a column, a mean or a map of the other.
enum class ErrorOf { Output, Weights };

/// What errors were measured on.
struct Judged {
    core::JudgedOn on = core::JudgedOn::Weights;
    int sequences = 0; ///< that were held out, where judged on them

    ErrorOf errorOf() const
    {
        return on == core::JudgedOn::Weights ? ErrorOf::Weights : ErrorOf::Output;
    }
    bool operator==(const Judged&) const = default;
};

/// What the error of a preview is of.
ErrorOf errorOf(const core::RoundingPreview& preview);

/// "Output error 3.1 % on 16 held-out sequences", "… on the calibration text", or "Weight error
/// 3.1 %, without a text".
QString errorSentence(const QString& error, const Judged& judged);

/// "Output error by tensor, on 16 held-out sequences": of a plot.
QString errorTitle(const Judged& judged);

} // namespace widgets
