// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/grade.h"

#include <QtCore/QString>

namespace widgets {

/// "as good as the original", "slightly worse", "clearly worse", "damaged".
QString gradeWords(core::Grade grade);
/// The file that is within the limit of a grade, as a choice: "As good as the original",
/// "Slightly worse", "Clearly smaller".
QString choiceTitle(core::Grade grade);
/// "64.2 % smaller, 97.1 % same token, perplexity +0.2 %: as good as the original. Use it."
QString verdictWords(const core::Verdict& verdict);
/// Where the limits of the grade lie, in a line for a tooltip.
QString gradeToolTip(core::Grade grade);

} // namespace widgets
