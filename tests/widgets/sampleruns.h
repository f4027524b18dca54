// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/plan.h"
#include "core/quant/tensorreport.h"
#include "widgets/pages/compare/runrow.h"

#include <vector>

/// Runs of the bundled sample as the pages show them, the original first. Sizes, perplexity and KLD
/// of the importance-weighted ones are llama.cpp's; the rest lies near what Quantscope measures.
std::vector<widgets::RunRow> sampleRuns();

/// The sample's preset of that name, and what it gives each tensor.
core::Recipe sampleRecipe(const std::string& preset);
std::vector<core::PlannedTensor> samplePlan(const std::string& preset);

/// Reports of a GPTQ run of the sample, as they lie near the real ones: one for each matrix in a
/// layer.
std::vector<core::TensorReport> sampleReports();
