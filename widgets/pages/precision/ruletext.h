// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/recipe.h"

#include <QtCore/QString>

namespace widgets {

/// The tensors a rule speaks of: "attn_v, layers 0–3", "blk.0.*", "every tensor". Pure.
QString ruleSubject(const core::Rule& rule);
/// What they get: "Q6_K", "Q6_K, GPTQ", "GPTQ". Pure.
QString ruleGives(const core::Rule& rule);

/// Whether two recipes are the same but for assignments and names. Pure.
bool sameButAssignments(const core::Recipe& a, const core::Recipe& b);

} // namespace widgets
