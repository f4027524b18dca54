// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"

#include <string>

namespace core {

/// How GPTQ rounds: its ingredients, each of which can be switched. The defaults are what measured
/// best; resources/help/gptq.md says what each contributes.
struct GptqOptions {
    double damping = 0.01; ///< share of the mean diagonal of H added to it, over 0
    int columnBlock = 128; ///< columns between two updates of the rest, at least 1

    /// Whether the outputs of the original model on its own inputs are aimed at, rather than those
    /// of the original weights on the rounded model's inputs.
    bool correctTarget = true;
    /// Whether a quarter of the sequences is held out of what everything else is chosen by: how far
    /// the correlations of the inputs are believed, whether sweeps and the norms' fit help, whether
    /// a tensor is rounded by importance. Rounding itself then uses all of them. Not for more than
    /// 8,192 inputs.
    bool holdOut = true;
    /// Whether how far a target follows that is chosen by data, for each input: fitted on what is
    /// not held out, judged on the others. Otherwise, and where nothing is held out, the two values
    /// below count.
    bool chooseTarget = true;
    /// The share of the residual stream's drift, 0 to 1, that attn_output and ffn_down take up.
    double driftShare = 0.5;
    /// Share of the mean diagonal of H that keeps the corrected weights near the original ones.
    double targetDamping = 0.1;

    /// Whether an error counts relative to the size of the residual stream at its token.
    bool weighTokens = false;
    /// Sweeps over the rounded weights at most, 0 for none: each block is rounded again given all
    /// the others, scales included.
    int sweeps = 3;
    /// Whether the weights of the norms are fitted to the rounded matrices behind them.
    bool refitNorms = true;
    /// Whether the neurons of the feed-forward are ordered, the most active first, so that
    /// ffn_down rounds its columns in that order.
    bool orderNeurons = false;
    /// Whether a row's error is made up for by the rows after it, as far as the end loss depends on
    /// both outputs (twosided.h): takes one pass back through the original model. Not for stacks of
    /// experts, the head and outputs whose rows are scaled.
    bool twoSided = true;
    /// Whether an error counts by the root of the squared gradients at its token, too: as far as
    /// the end loss depends on that token. With twoSided only, whose pass tells them.
    bool weighGradients = true;
    /// Share of the mean diagonal of H_O, of the gradients at a matrix's outputs, added to it.
    double outputDamping = 0.3;

    bool operator==(const GptqOptions&) const = default;
};

/// JSON: {"damping": 0.01, "correct_target": true, "hold_out": true, "choose_target": true,
/// "drift_share": 0.5, "target_damping": 0.1, "weigh_tokens": false, "sweeps": 3, "refit_norms":
/// true, "order_neurons": false, "two_sided": true, "weigh_gradients": true, "output_damping":
/// 0.3}; what is missing has its default. Throws Error (place, key, found, expected).
GptqOptions gptqOptionsFromJson(const Json& json, const std::string& place);
Json gptqOptionsToJson(const GptqOptions& options);

} // namespace core
