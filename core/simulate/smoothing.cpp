// SPDX-License-Identifier: GPL-3.0-or-later
//
// SmoothQuant: Xiao, Lin, Seznec, Wu, Demouth, Han: "SmoothQuant: Accurate and Efficient
// Post-Training Quantization for Large Language Models" (2022), section 4. Symbols as there:
//   X  activations (tokens, in), W weights (out, in), Y = X Wᵀ
//   s  scales of the input channels, α the migration strength
#include "core/simulate/smoothing.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr Index triedRows = 256; // of a matrix in a trial

    /// The largest of each group's values, at least a hundred-thousandth of the largest of all.
    Eigen::ArrayXd groupMaxima(const Vector& values, std::span<const int> groups)
    {
        Eigen::ArrayXd maxima = Eigen::ArrayXd::Zero(1 + *std::ranges::max_element(groups));
        for (std::size_t j = 0; j < groups.size(); ++j)
            maxima[groups[j]] = std::max(maxima[groups[j]], double(values[Index(j)]));
        const double largest = maxima.maxCoeff();
        return largest > 0 ? maxima.max(1e-5 * largest).eval()
                           : Eigen::ArrayXd::Ones(maxima.size()).eval();
    }

    Vector columnMaxima(std::span<const Matrix* const> weights)
    {
        Vector maxima = Vector::Zero(weights.front()->cols());
        for (const Matrix* W : weights)
            maxima = maxima.cwiseMax(W->cwiseAbs().colwise().maxCoeff().transpose());
        return maxima;
    }

    Matrix someRows(const Matrix& W)
    {
        const Index rows = std::min(W.rows(), triedRows);
        Matrix some(rows, W.cols());
        for (Index row = 0; row < rows; ++row)
            some.row(row) = W.row(row * W.rows() / rows);
        return some;
    }

    /// a · bᵀ by tiles of a's rows.
    Matrix outputs(const Matrix& a, const Matrix& b)
    {
        constexpr Index tile = 64;
        Matrix result(a.rows(), b.rows());
        parallelFor(std::size_t((a.rows() + tile - 1) / tile), [&](std::size_t task) {
            const Index first = Index(task) * tile;
            const Index rows = std::min(tile, a.rows() - first);
            setProductTransposed(result.middleRows(first, rows), a.middleRows(first, rows), b);
        });
        return result;
    }

    struct Smoothed {
        const SmoothingInput& input;
        const ActivationFormat& format;
        int weightBits;
        std::vector<Matrix> weights; ///< some rows of each
        std::vector<Matrix> expected; ///< Y
    };

    /// The mean over tokens of ‖y − ŷ‖² / ‖y‖²: in the sum over all, massive tokens would outweigh
    /// the others.
    double relativeError(const Matrix& rounded, const Matrix& expected)
    {
        double sum = 0;
        for (Index token = 0; token < expected.rows(); ++token) {
            const double energy = expected.row(token).cast<double>().squaredNorm();
            if (energy > 0)
                sum += (rounded.row(token) - expected.row(token)).cast<double>().squaredNorm()
                    / energy;
        }
        return sum / double(std::max<Index>(1, expected.rows()));
    }

    /// Σ over the matrices with these scales.
    double errorWith(const Vector& scales, const Smoothed& trial, const Progress& progress)
    {
        Matrix x = trial.input.x.array().rowwise() / scales.transpose().array();
        IntegerGrid grid;
        if (trial.format.scope == ActivationFormat::Scope::Static) {
            // All that was seen, whatever the estimator: the tokens kept here hold too few of the
            // massive ones to say what clipping them costs.
            const float bound = (trial.input.absmax.array() / scales.array()).maxCoeff();
            grid = integerGrid({ x.minCoeff() < 0 ? -bound : 0, bound }, trial.format.range.bits,
                trial.format.range.symmetry);
        }
        roundActivations(x, trial.format, grid, {}, progress);
        double sum = 0;
        for (std::size_t i = 0; i < trial.weights.size(); ++i) {
            Matrix W = trial.weights[i].array().rowwise() * scales.transpose().array();
            if (trial.weightBits > 0)
                roundRows(W, trial.weightBits, {}, progress);
            sum += relativeError(outputs(x, W), trial.expected[i]);
        }
        return sum;
    }

} // namespace

Vector smoothingScales(std::span<const Matrix* const> weights, const Vector& absmax,
    std::span<const int> groups, double strength)
{
    const Eigen::ArrayXd activation = groupMaxima(absmax, groups);
    const Eigen::ArrayXd weight = groupMaxima(columnMaxima(weights), groups);
    Eigen::ArrayXd logs = strength * activation.log() - (1 - strength) * weight.log();
    logs -= logs.mean();
    Vector scales(static_cast<Index>(groups.size()));
    for (std::size_t j = 0; j < groups.size(); ++j)
        scales[Index(j)] = float(std::exp(logs[groups[j]]));
    return scales;
}

SmoothingChoice searchSmoothing(std::span<const Matrix* const> weights, const SmoothingInput& input,
    std::span<const int> groups, const ActivationFormat& format, int weightBits,
    std::optional<double> strength, const Progress& progress)
{
    Smoothed trial{ input, format, weightBits, {}, {} };
    for (const Matrix* W : weights) {
        trial.weights.push_back(someRows(*W));
        trial.expected.push_back(outputs(input.x, trial.weights.back()));
    }
    SmoothingChoice choice;
    choice.errorBefore = choice.errorAfter
        = errorWith(Vector::Ones(input.absmax.size()), trial, progress);
    // To 0.7: beyond, every channel reaches the end of the range and clips what the text did not
    // show.
    constexpr int steps = 14;
    constexpr double step = 0.05;
    for (int i = 0; i <= steps; ++i) {
        progress.at(double(i) / steps);
        const double alpha = strength.value_or(i * step);
        const Vector scales = smoothingScales(weights, input.absmax, groups, alpha);
        const double error = errorWith(scales, trial, progress);
        if (error < choice.errorAfter || strength)
            choice = { scales, alpha, choice.errorBefore, error };
        if (strength)
            break;
    }
    return choice;
}

} // namespace core
