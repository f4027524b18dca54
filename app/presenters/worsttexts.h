// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/runlist.h"
#include "core/tokenizer/tokenizer.h"
#include "widgets/pages/compare/worstpanel.h"

#include <vector>

namespace app {

/// Where `run` loses most, in words; with what `other` (may be null) loses at the same positions.
/// Empty: it is not measured, or by a program that kept no positions.
std::vector<widgets::WorstText> worstTexts(
    const Run& run, const Run* other, const core::Tokenizer& tokenizer);

} // namespace app
