// SPDX-License-Identifier: GPL-3.0-or-later
//
// AWQ: Lin, Tang, Tang, Yang, Chen, Wang, Xiao, Dang, Gan, Han: "AWQ: Activation-aware Weight
// Quantization for On-Device LLM Compression and Acceleration" (2023), section 3.2. Symbols:
//   s  scales of the input channels, α and β the powers of activation and weight in them
//   W  weights; Q(W·s)/s is what a scaled matrix computes with
//   H  2/N Σ x xᵀ of the inputs x; E = tr((W−Ŵ) H (W−Ŵ)ᵀ)
// Under scales H becomes S⁻¹HS⁻¹ and its inverse's factor U becomes U·S, so GPTQ in the loop needs
// one factorization for all trials.
#include "core/rounding/awq.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/rounding/encode.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>

namespace core {

namespace {

    using Index = Eigen::Index;
    using Rounding = ScaledReader::Rounding;

    constexpr Index triedRows = 256; // of a matrix in a trial
    constexpr double worthwhile = 0.99; // of the error without scales
    constexpr float largestScale = 64; // what is divided by it still has a normal F16 block scale

    /// What a scale is made of: one value a group of channels, at least a ten-thousandth of the
    /// mean.
    struct Magnitudes {
        Eigen::ArrayXd activation, weight;
    };

    /// Root mean square by group of the squares of each channel.
    Eigen::ArrayXd groupMagnitudes(const Eigen::ArrayXd& squares, std::span<const int> groups)
    {
        const int count = 1 + *std::ranges::max_element(groups);
        Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(count);
        Eigen::ArrayXd members = Eigen::ArrayXd::Zero(count);
        for (std::size_t j = 0; j < groups.size(); ++j) {
            sums[groups[j]] += squares[Index(j)];
            members[groups[j]] += 1;
        }
        const Eigen::ArrayXd magnitudes = (sums / members).sqrt();
        const double mean = magnitudes.mean();
        return mean > 0 ? magnitudes.max(1e-4 * mean).eval() : Eigen::ArrayXd::Ones(count).eval();
    }

    Magnitudes magnitudesOf(std::span<const ScaledReader> readers, const SymmetricMatrix& H,
        std::span<const int> groups)
    {
        Eigen::ArrayXd weights = Eigen::ArrayXd::Zero(H.cols());
        for (const ScaledReader& reader : readers)
            weights += reader.W->cast<double>().colwise().squaredNorm().transpose().array()
                / double(std::max<Index>(1, reader.W->rows()));
        return { groupMagnitudes(H.diagonal().array().max(0), groups),
            groupMagnitudes(weights, groups) };
    }

    /// activation^α / weight^β, geometric mean 1, a scale for each channel.
    Vector scalesOf(
        const Magnitudes& magnitudes, double alpha, double beta, std::span<const int> groups)
    {
        Eigen::ArrayXd logs = alpha * magnitudes.activation.log() - beta * magnitudes.weight.log();
        logs -= logs.mean();
        Vector scales(static_cast<Index>(groups.size()));
        for (std::size_t j = 0; j < groups.size(); ++j)
            scales[Index(j)]
                = std::clamp(float(std::exp(logs[groups[j]])), 1 / largestScale, largestScale);
        return scales;
    }

    Matrix scaledColumns(const Matrix& W, const Vector& scales)
    {
        return W.array().rowwise() * scales.transpose().array();
    }

    /// At most triedRows rows of W, spread evenly.
    Matrix someRows(const Matrix& W)
    {
        const Index rows = std::min(W.rows(), triedRows);
        Matrix some(rows, W.cols());
        for (Index row = 0; row < rows; ++row)
            some.row(row) = W.row(row * W.rows() / rows);
        return some;
    }

    std::vector<float> importanceOf(const SymmetricMatrix& H)
    {
        const Eigen::VectorXd diagonal = H.diagonal();
        const Index live = (diagonal.array() > 0).count();
        const double average = live > 0 ? diagonal.cwiseMax(0).sum() / double(live) : 1.0;
        std::vector<float> importance;
        for (const double value : diagonal)
            importance.push_back(float(value > 0 ? value : average)); // a dead channel: an average
        return importance;
    }

    /// Everything that stays the same from trial to trial.
    struct Trials {
        std::vector<Matrix> rows; ///< of each reader, some
        std::vector<double> energy; ///< tr(W H Wᵀ) of these
        std::vector<float> importance;
        std::optional<GptqFactor> factor; ///< if a reader is rounded by GPTQ
    };

    /// The factor of S⁻¹HS⁻¹: everything that the damping added is scaled with it.
    GptqFactor scaledFactor(const GptqFactor& factor, const Vector& scales)
    {
        GptqFactor scaled = factor;
        scaled.H = scaledHessian(std::move(scaled.H), scales);
        scaled.U.scaleColumns(scales);
        scaled.added.array() /= scales.cast<double>().array().square();
        for (std::size_t j = 0; j < scaled.importance.size(); ++j)
            scaled.importance[j] /= scales[Index(j)] * scales[Index(j)];
        return scaled;
    }

    double encoderError(const Matrix& W, const ScaledReader& reader, const Vector& scales,
        std::span<const float> importance, const SymmetricMatrix& H, const Progress& progress)
    {
        const Format& format = *reader.format;
        std::vector<float> weights;
        if (reader.rounding == Rounding::Importance)
            weights.assign(importance.begin(), importance.end());
        for (std::size_t j = 0; j < weights.size(); ++j)
            weights[j] /= scales[Index(j)] * scales[Index(j)];
        const auto bytes
            = encodeMatrix(scaledColumns(W, scales), format, weights, reader.encoder, progress);
        Matrix rounded = decodeMatrix(bytes, format, W.rows(), W.cols());
        rounded.array().rowwise() /= scales.transpose().array();
        return outputError(W, rounded, H);
    }

    /// Σ E / tr(W H Wᵀ) with these scales.
    double errorWith(const Vector& scales, const Trials& trials,
        std::span<const ScaledReader> readers, const SymmetricMatrix& H, const GptqOptions& gptq,
        const Progress& progress)
    {
        std::optional<GptqFactor> factor;
        if (trials.factor)
            factor = scaledFactor(*trials.factor, scales);
        double sum = 0;
        for (std::size_t i = 0; i < readers.size(); ++i) {
            progress.at(double(i) / double(readers.size()));
            if (trials.energy[i] <= 0)
                continue;
            const Matrix& W = trials.rows[i];
            const ScaledReader& reader = readers[i];
            const double error = reader.rounding == Rounding::Gptq
                ? gptqRound(scaledColumns(W, scales), *factor, *reader.format, gptq, progress).error
                : encoderError(W, reader, scales, trials.importance, H, progress);
            sum += error / trials.energy[i];
        }
        return sum;
    }

    struct Powers {
        double activation, weight;
    };

    /// The tenths of both families; the first is no scaling. In the second the last has no weight
    /// in it and stands in the first.
    std::vector<Powers> coarsePowers()
    {
        constexpr int steps = 10;
        std::vector<Powers> powers;
        for (int i = 0; i <= steps; ++i)
            powers.push_back({ double(i) / steps, 0 });
        for (int i = 0; i < steps; ++i)
            powers.push_back({ double(i) / steps, 1 - double(i) / steps });
        return powers;
    }

    /// A twentieth to either side of the best, in its family.
    std::vector<Powers> finePowers(const ScaleChoice& best)
    {
        std::vector<Powers> powers;
        for (const double step : { -0.05, 0.05 }) {
            const double alpha = best.activationPower + step;
            if (alpha > 0 && alpha < 1)
                powers.push_back({ alpha, best.weightPower > 0 ? 1 - alpha : 0 });
        }
        return powers;
    }

} // namespace

ScaleChoice searchScales(std::span<const ScaledReader> readers, const SymmetricMatrix& H,
    std::span<const int> groups, const GptqOptions& gptq, const Progress& progress)
{
    assert(Index(groups.size()) == H.cols() && !readers.empty());
    if (!H.diagonal().allFinite())
        throw Error(text(
            "the Hessian of ", H.rows(), " inputs is not finite, expected finite activations"));
    Trials trials;
    trials.importance = importanceOf(H);
    for (const ScaledReader& reader : readers) {
        trials.rows.push_back(someRows(*reader.W));
        const Matrix& rows = trials.rows.back();
        trials.energy.push_back(outputError(rows, Matrix::Zero(rows.rows(), rows.cols()), H));
        if (reader.rounding == Rounding::Gptq && !trials.factor)
            trials.factor = factorHessian(H, gptq, progress);
    }
    const Magnitudes magnitudes = magnitudesOf(readers, H, groups);

    const std::vector<Powers> coarse = coarsePowers();
    const double all = double(coarse.size()) + 2;
    double tried = 0;
    ScaleChoice choice;
    const auto attempt = [&](const Powers& powers) {
        const Vector scales = scalesOf(magnitudes, powers.activation, powers.weight, groups);
        const double error = errorWith(
            scales, trials, readers, H, gptq, progress.part(tried / all, (tried + 1) / all));
        if (tried == 0)
            choice.errorBefore = choice.errorAfter = error;
        if (error < choice.errorAfter)
            choice = { scales, powers.activation, powers.weight, choice.errorBefore, error };
        ++tried;
    };
    for (const Powers& powers : coarse)
        attempt(powers);
    for (const Powers& powers : finePowers(choice))
        attempt(powers);
    if (choice.errorAfter > worthwhile * choice.errorBefore)
        choice = { {}, 0, 0, choice.errorBefore, choice.errorBefore };
    return choice;
}

SymmetricMatrix scaledHessian(SymmetricMatrix H, const Vector& scales)
{
    H.scale(scales.cast<double>().array().inverse());
    return H;
}

} // namespace core
