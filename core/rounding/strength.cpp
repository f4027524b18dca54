// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/strength.h"

#include "core/formats/tensorformat.h"
#include "core/rounding/encode.h"
#include "core/rounding/gptq.h"
#include "core/rounding/sweeps.h"
#include "core/rounding/target.h"
#include "core/rounding/twosided.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>

namespace core {

namespace {

    constexpr Eigen::Index triedRows = 96; // of the matrices together, at least
    constexpr std::array shrinkages{ 0.0, 0.05, 0.2, 0.5, 0.8 };

    /// Some rows of a matrix on trial.
    struct Rows {
        const TriedMatrix& matrix;
        HeldJudge judge;
        Matrix target;
    };

    Eigen::Index strideOf(const std::vector<TriedMatrix>& matrices)
    {
        Eigen::Index rows = 0;
        for (const TriedMatrix& matrix : matrices)
            rows += matrix.W->rows();
        return std::max<Eigen::Index>(1, rows / triedRows);
    }

    /// What the target adds to `rows`, every `stride`-th row of its matrix, fitted to `fit`.
    Matrix correctionOf(const Matrix& rows, const InputSums& fit, const TargetChoice& choice,
        const UpperTriangular& U, Eigen::Index stride, const Progress& progress)
    {
        Matrix change = fit.drift.size() > 0 ? someRows(fit.change, stride)
                                             : product(rows, fit.change, progress);
        change *= float(choice.changeShare);
        if (fit.drift.size() > 0)
            change += float(choice.driftShare) * someRows(fit.drift, stride);
        return ridge(std::move(change), U, progress);
    }

    double judged(const Rows& rows, const std::vector<std::byte>& bytes)
    {
        return rows.judge.error(
            decodeMatrix(bytes, *rows.matrix.format, rows.target.rows(), rows.target.cols()));
    }

    void keepBetter(WayTrial& best, Way way, double error)
    {
        if (error < best.error) {
            best.way = way;
            best.error = error;
        }
    }

    std::vector<Rows> rowsOnTrial(const InputSums& fit, const HeldSums& held,
        const TargetChoice& choice, const std::vector<TriedMatrix>& matrices,
        const Progress& progress)
    {
        const Eigen::Index stride = strideOf(matrices);
        std::optional<RaisedFactor> ofTarget;
        if (fit.change.size() > 0)
            ofTarget = raisedTargetFactor(fit.H, choice.damping, progress);
        std::vector<Rows> tried;
        for (const TriedMatrix& matrix : matrices) {
            Rows rows{ matrix, { held, *matrix.W, stride, progress }, {} };
            rows.target = rows.judge.weights();
            if (ofTarget)
                rows.target += correctionOf(
                    rows.judge.weights(), fit, choice, ofTarget->U, stride, progress);
            tried.push_back(std::move(rows));
        }
        return tried;
    }

    /// What importance-weighted rounding makes of it.
    WayTrial byImportance(const Rows& rows, const GptqFactor& factor, const Progress& progress)
    {
        const Format& format = *rows.matrix.format;
        const auto errorOf = [&](const Matrix& W) {
            return judged(
                rows, encodeMatrix(W, format, factor.importance, rows.matrix.encoder, progress));
        };
        WayTrial trial{ Way::Importance, errorOf(rows.judge.weights()), 0, 0, rows.judge.energy() };
        trial.importanceError = trial.error;
        keepBetter(trial, Way::ImportanceOfTarget, errorOf(rows.target));
        return trial;
    }

    /// The best of `best` and GPTQ with `factor`.
    WayTrial withGptq(WayTrial best, const Rows& rows, const GptqFactor& factor,
        const GptqOptions& options, const Progress& progress)
    {
        const Format& format = *rows.matrix.format;
        if (!format.grid)
            return best;
        GptqPass pass = gptqPass(rows.target, factor, format, options, progress);
        best.unsweptError = judged(rows, pass.bytes);
        keepBetter(best, Way::Gptq, best.unsweptError);
        if (options.sweeps == 0)
            return best;
        sweepRounded(rows.target, factor, format, options.sweeps, pass.error, pass.bytes, progress);
        keepBetter(best, Way::Swept, judged(rows, pass.bytes));
        return best;
    }

    /// `best` by rows and outputs together, unless that errs more than importance-weighted
    /// rounding. Not tried against rows alone: a few rows of a matrix show too little of what all
    /// of them make up for.
    WayTrial twoSidedly(WayTrial best, const Rows& rows, Eigen::Index stride,
        const GptqFactor& factor, GptqOptions options, const Progress& progress)
    {
        if (!rows.matrix.outputs || best.way < Way::Gptq)
            return best;
        if (best.way == Way::Gptq)
            options.sweeps = 0;
        const OutputFactor outputs = factorOutputs(
            someOutputs(*rows.matrix.outputs, stride), options.outputDamping, progress);
        const double error = judged(rows,
            roundTwoSided(rows.target, factor, outputs, *rows.matrix.format, options, progress)
                .bytes);
        best.twoSided = error <= best.importanceError;
        if (best.twoSided)
            best.error = error;
        return best;
    }

    double errorOf(const StrengthTrial& trial)
    {
        double sum = 0;
        for (const WayTrial& matrix : trial.matrices)
            sum += matrix.error;
        return sum;
    }

    /// How much of H errs least, shrunk towards its diagonal or `common`.
    StrengthTrial leastShrunk(const InputSums& fit, const std::vector<Rows>& tried, double trust,
        const GptqOptions& options, const SymmetricMatrix* common, const Progress& progress)
    {
        const Progress silent = progress.part(0, 0);
        StrengthTrial best{ 1, {}, common != nullptr };
        double least = std::numeric_limits<double>::infinity();
        std::vector<WayTrial> importance;
        for (std::size_t i = 0; i < shrinkages.size(); ++i) {
            progress.at(double(i) / double(shrinkages.size()));
            const double s = 1 - trust * (1 - shrinkages[i]);
            const GptqFactor factor = factorHessian(shrunk(fit.H, s, common), options, silent);
            StrengthTrial trial{ s, {}, best.towardsCommon };
            for (std::size_t j = 0; j < tried.size(); ++j) {
                if (i == 0)
                    importance.push_back(byImportance(tried[j], factor, silent));
                trial.matrices.push_back(
                    withGptq(importance[j], tried[j], factor, options, silent));
            }
            if (errorOf(trial) >= least)
                break; // one hump: too little of it, then too much
            least = errorOf(trial);
            best = std::move(trial);
        }
        return best;
    }

} // namespace

double believedTokens(Eigen::Index width) { return 192 * std::sqrt(double(width)); }

double textTrust(double tokens, Eigen::Index width)
{
    const double ratio = tokens / believedTokens(width);
    return ratio * ratio / (1 + ratio * ratio);
}

SymmetricMatrix shrunk(SymmetricMatrix H, double s, const SymmetricMatrix* common)
{
    const Eigen::VectorXd diagonal = H.diagonal();
    const double trace = common ? common->diagonal().sum() : 0;
    if (trace > 0) {
        SymmetricMatrix towards = *common;
        towards *= diagonal.sum() / trace;
        H.mix(1 - s, towards);
        return H;
    }
    H *= 1 - s;
    H.setDiagonal(diagonal);
    return H;
}

StrengthTrial tryStrengths(const InputSums& fit, const HeldSums& held, const TargetChoice& choice,
    const std::vector<TriedMatrix>& matrices, const GptqOptions& options,
    const SymmetricMatrix* common, const Progress& progress)
{
    assert(held.isThere());
    const Progress silent = progress.part(0, 0);
    const std::vector<Rows> tried = rowsOnTrial(fit, held, choice, matrices, silent);
    const double trust = textTrust(fit.tokens + held.sums.tokens, fit.H.cols());
    GptqOptions given = options;
    if (trust < sweepTrust)
        given.sweeps = 0;
    StrengthTrial best = leastShrunk(fit, tried, trust, given, nullptr, progress);
    if (common) {
        StrengthTrial other = leastShrunk(fit, tried, trust, given, common, progress);
        if (errorOf(other) < errorOf(best))
            best = std::move(other);
    }
    if (std::ranges::none_of(matrices, &TriedMatrix::outputs))
        return best;
    const GptqFactor factor = factorHessian(
        shrunk(fit.H, best.shrinkage, best.towardsCommon ? common : nullptr), options, silent);
    for (std::size_t i = 0; i < tried.size(); ++i)
        best.matrices[i]
            = twoSidedly(best.matrices[i], tried[i], strideOf(matrices), factor, given, silent);
    return best;
}

} // namespace core
