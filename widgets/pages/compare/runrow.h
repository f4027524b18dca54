// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/evaluation.h"

#include <QString>

#include <optional>

namespace widgets {

/// One finished quantization (or the original, number 0; or an added file) as the pages show it.
struct RunRow {
    int number = 0; ///< 0: the original
    QString title; ///< the recipe's: "Q4_K_M"
    QString method; ///< "GPTQ"; the format for the original
    std::uint64_t fileBytes = 0;
    double bitsPerWeight = 0;
    double tokensPerSecond = 0; ///< upper bound on the chosen device; 0: no device
    std::optional<core::Evaluation> evaluation; ///< none: not measured
    QString evaluationText; ///< "evaluation.txt, 20 chunks of 256 tokens"
    bool stale = false; ///< measured with other settings than the present ones
    bool isRecipe = false; ///< the present recipe gives exactly this run
    bool isFile = false; ///< an added file, which has no recipe
    QString path; ///< of an added file
    QString warning; ///< that it changed or is gone; empty: nothing
};

} // namespace widgets
