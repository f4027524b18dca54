// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/rounding/inputsums.h"

#include <optional>

namespace core {

/// What was gathered about an input over held-out tokens, to which nothing is fitted: enough to
/// judge finished weights of the matrices that read it. Without tokens where none were held out.
struct HeldSums {
    InputSums sums;
    /// 2/N Σ c cᵀ where several matrices read the input; may be empty.
    SymmetricMatrix changeSquares;
    Eigen::VectorXd wantedSquares; ///< 2/N Σ (c + drift)² by output where one does; may be empty
    int sequences = 0; ///< that were held out, a part of one counted as one

    bool isThere() const { return sums.tokens > 0; }
};

/// Gathers HeldSums tile by tile.
class HeldGathering {
public:
    /// On all processors, the same bits for any number of them.
    void add(const InputTile& tile);
    /// Ends the gathering.
    HeldSums take();

private:
    InputGathering m_sums;
    std::optional<Hessian> m_changes;
    Eigen::VectorXd m_squares;
};

/// Some rows of a matrix, and how far from what is wanted held-out tokens find weights in their
/// place: Σ ‖(W x + c + drift) − Ŵ x‖² over those tokens, scaled as H is.
class HeldJudge {
public:
    /// Rows 0, stride, 2·stride … of `W` (out, in). `held` is there and outlives the judge.
    HeldJudge(const HeldSums& held, const Matrix& W, Eigen::Index stride, const Progress& progress);

    const Matrix& weights() const { return m_W; } ///< those rows
    double error(const Matrix& rounded) const; ///< of `rounded` in their place
    double energy() const { return m_energy; } ///< of zeros there: of the wanted outputs

private:
    const SymmetricMatrix& m_H;
    Matrix m_W;
    Matrix m_wanted; ///< 2/N Σ (c + drift) xᵀ; empty: nothing but W x
    double m_constant = 0; ///< 2/N Σ ‖c + drift‖²
    double m_energy = 0;
};

/// Rows 0, stride, 2·stride … of `m`.
Matrix someRows(const Matrix& m, Eigen::Index stride);

} // namespace core
