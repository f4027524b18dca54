// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/measure/evaluation.h"
#include "core/measure/scores.h"

#include <string>
#include <vector>

namespace core {

// Figures from scores, as llama-perplexity computes them (llama.cpp, tools/perplexity): losses in
// nats, standard errors of means from the variance over positions, of ratios and differences with
// the covariance of the two models' losses.

/// Perplexity alone. Throws Error if a loss is not finite. `model` is for messages.
Evaluation summary(const std::vector<Score>& scores, const std::string& model);
/// The same with the comparison; its drift is left empty.
Evaluation summary(const std::vector<ScorePair>& pairs, const std::string& model);

/// The value below which `share` of `sorted` lies, linear between neighbours. Requires: ascending,
/// not empty.
double quantile(const std::vector<double>& sorted, double share);

/// Sums up how far two residual streams are apart, depth by depth.
class DriftSums {
public:
    explicit DriftSums(int depths);
    /// Rows of both models at the same tokens; in the same order for the same result. On all
    /// processors.
    void add(int depth, const MatrixView& reference, const MatrixView& model);
    std::vector<Drift> result() const;

private:
    struct Sums {
        double error = 0; ///< Σ ‖h − h_ref‖²
        double energy = 0; ///< Σ ‖h_ref‖²
        double error2 = 0, energy2 = 0, both = 0; ///< sums of their squares and product
        double cosines = 0;
        std::int64_t tokens = 0;
    };
    std::vector<Sums> m_sums;
};

} // namespace core
