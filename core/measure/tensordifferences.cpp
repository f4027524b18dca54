// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/tensordifferences.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/base/vectormath.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace core {

namespace {

    double relative(double error2, double weight2)
    {
        if (error2 == 0)
            return 0;
        return weight2 > 0 ? std::sqrt(error2 / weight2) : std::numeric_limits<double>::infinity();
    }

    bool isTurned(Role role)
    {
        return role == Role::AttnQ || role == Role::AttnK || role == Role::AttnQBias
            || role == Role::AttnKBias;
    }

    /// Row `row` of RotaryLayout::Pairs among those of Halves, heads being `headDim` rows.
    Eigen::Index inHalves(Eigen::Index row, Eigen::Index headDim)
    {
        const Eigen::Index head = row / headDim * headDim, i = row % headDim;
        return head + i % 2 * (headDim / 2) + i / 2;
    }

    /// The rows of `weights` (of Halves) as Pairs has them. Requires: whole heads.
    Matrix toPairs(const Matrix& weights, Eigen::Index headDim)
    {
        Matrix turned(weights.rows(), weights.cols());
        for (Eigen::Index row = 0; row < weights.rows(); ++row)
            turned.row(row) = weights.row(inHalves(row, headDim));
        return turned;
    }

    /// How one model's rows are brought into the order of the other's.
    struct Turning {
        Eigen::Index headDim = 0; ///< 0: they are in it
        bool isOriginals = false; ///< the original is the one with halves
    };

    Turning turningOf(const Tensor& tensor, const ModelConfig& model, const ModelConfig& original)
    {
        if (model.rotary == original.rotary || !isTurned(tensor.place.role))
            return {};
        return { original.headDim, original.rotary == RotaryLayout::Halves };
    }

    /// Some rows of both.
    vectormath::SquareSums sumsOf(const Tensor& original, const Tensor& tensor,
        const Turning& turning, std::int64_t first, std::int64_t rows)
    {
        Matrix w = decodeRows(original, first, rows), quantized = decodeRows(tensor, first, rows);
        if (turning.headDim > 0) {
            Matrix& halves = turning.isOriginals ? w : quantized;
            if (original.rows == 1) // a bias: its channels are rows
                halves = toPairs(halves.transpose(), turning.headDim).transpose().eval();
            else
                halves = toPairs(halves, turning.headDim);
        }
        return vectormath::squareSums(w.data(), quantized.data(), nullptr, std::size_t(w.size()));
    }

    TensorDifference differenceOf(const Tensor& original, const Tensor& tensor,
        const Turning& turning, const Progress& progress)
    {
        constexpr std::int64_t weightsATask = 1 << 18;
        const std::int64_t unit = std::max<std::int64_t>(
            1, original.rows == 1 ? 1 : turning.headDim); // rows that stay together
        const std::int64_t step
            = std::max<std::int64_t>(1, weightsATask / original.columns / unit) * unit;
        std::vector<vectormath::SquareSums> sums(std::size_t((original.rows + step - 1) / step));
        parallelFor(sums.size(), [&](std::size_t task) {
            progress.checkCancelled();
            const std::int64_t first = std::int64_t(task) * step;
            sums[task]
                = sumsOf(original, tensor, turning, first, std::min(step, original.rows - first));
        });
        TensorDifference difference{ original.name, storedAs(tensor), storedSize(tensor) };
        for (const vectormath::SquareSums& some : sums) {
            difference.error2 += some.difference;
            difference.weight2 += some.square;
        }
        return difference;
    }

    void requireSameShape(const Tensor& tensor, const Tensor& original, const Checkpoint& model)
    {
        if (tensor.rows != original.rows || tensor.columns != original.columns)
            throw Error(text(model.path().string(), ": ", original.name, " is ", tensor.rows, " x ",
                tensor.columns, ", expected ", original.rows, " x ", original.columns,
                " as in the original"));
    }

} // namespace

double TensorDifference::relativeError() const { return relative(error2, weight2); }

double TensorDifferences::relativeError() const
{
    double error2 = 0, weight2 = 0;
    for (const TensorDifference& tensor : tensors) {
        error2 += tensor.error2;
        weight2 += tensor.weight2;
    }
    return relative(error2, weight2);
}

TensorDifferences tensorDifferences(
    const Checkpoint& model, const Checkpoint& original, const Progress& progress)
{
    TensorDifferences differences;
    double done = 0;
    const double all = double(std::max<std::int64_t>(1, original.weights()));
    for (const Tensor& tensor : original.tensors()) {
        progress.at(done / all);
        done += double(tensor.weights());
        const Tensor* other = model.find(std::string_view(tensor.name));
        if (!other) {
            differences.missing.push_back(tensor.name);
            continue;
        }
        requireSameShape(*other, tensor, model);
        differences.tensors.push_back(differenceOf(
            tensor, *other, turningOf(tensor, model.config(), original.config()), progress));
    }
    for (const Tensor& tensor : model.tensors())
        if (!original.find(std::string_view(tensor.name)))
            differences.added.push_back(tensor.name);
    model.requireUnchanged();
    original.requireUnchanged();
    progress.at(1);
    return differences;
}

} // namespace core
