// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/sensitivitytable.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace core {

namespace {

    constexpr double transferError = 0.2; // of what follows from another format, relative

    /// A mean and its standard error, from values of equal weight.
    struct MeanOf {
        double value = 0, error = 0;
    };

    MeanOf meanOf(const std::vector<double>& values)
    {
        const double n = double(values.size());
        MeanOf mean;
        for (const double value : values)
            mean.value += value / n;
        double squares = 0;
        for (const double value : values)
            squares += (value - mean.value) * (value - mean.value);
        mean.error = values.size() > 1 ? std::sqrt(squares / (n - 1) / n) : mean.value;
        return mean;
    }

    double stretchesOf(const SensitivityFigure& figure)
    {
        double sum = 0;
        for (const SlopeSums& slope : figure.slopes)
            sum += double(slope.stretches);
        return sum;
    }

    double wholesOf(const SensitivityFigure& figure)
    {
        double sum = 0;
        for (const SlopeSums& slope : figure.slopes)
            sum += double(slope.whole) * double(slope.whole);
        return sum;
    }

    /// ⟨G, ΔW⟩² over Σ ⟨G_b, ΔW⟩², and its standard error.
    using Ratio = MeanOf;

    /// Of one tensor, the mean over its formats, whose errors are alike; nothing where it has none.
    std::optional<double> ownRatio(const TensorSensitivity& tensor)
    {
        double sum = 0, count = 0;
        for (const SensitivityFigure& figure : tensor.figures)
            if (const double stretches = stretchesOf(figure);
                stretches > 0 && !figure.isTransferred) {
                sum += wholesOf(figure) / stretches;
                ++count;
            }
        return count > 0 ? std::optional(sum / count) : std::nullopt;
    }

    /// `own`, whose error is known, drawn towards the mean of its like: the mean of both by what is
    /// known of these errors, the spread among its like estimated from their scatter (James and
    /// Stein's estimate).
    Ratio drawnTo(const Ratio& own, const std::vector<Ratio>& like)
    {
        std::vector<double> values;
        double noise = 0; // of one of them, squared
        for (const Ratio& each : like) {
            values.push_back(each.value);
            noise += each.error * each.error / double(like.size());
        }
        if (like.size() < 2)
            return own;
        const double n = double(like.size());
        const MeanOf mean = meanOf(values);
        const double spread = std::max(0.0, mean.error * mean.error * n - noise);
        const double square = own.error * own.error;
        const double share = spread + square > 0 ? spread / (spread + square) : 1;
        const double ofMean = std::max(mean.error * mean.error, noise / n);
        return { share * own.value + (1 - share) * mean.value,
            std::sqrt(share * square + (1 - share) * ofMean) };
    }

    /// The mean of some, and its error as theirs say it.
    Ratio meanRatio(const std::vector<Ratio>& some)
    {
        Ratio mean;
        for (const Ratio& each : some) {
            mean.value += each.value / double(some.size());
            mean.error += each.error * each.error;
        }
        mean.error = std::sqrt(mean.error) / double(some.size());
        return mean;
    }

    /// By name of the tensor: its own, drawn to its role's, which is drawn to all roles'.
    std::map<std::string, Ratio, std::less<>> ratios(const SensitivityTable& table)
    {
        // ⟨G, ΔW⟩² is as the square of a normal value: its mean has this error, relative.
        const double noise = std::sqrt(2.0 / double(std::max(1, table.sequences)));
        std::map<std::string, Ratio, std::less<>> result;
        std::map<Role, std::vector<Ratio>> byRole;
        for (const TensorSensitivity& tensor : table.tensors)
            if (const auto own = ownRatio(tensor)) {
                result[tensor.name] = { *own, *own * noise };
                byRole[tensor.role].push_back(result[tensor.name]);
            }
        std::vector<Ratio> means;
        for (const auto& [role, some] : byRole)
            means.push_back(meanRatio(some));
        for (auto& [role, some] : byRole) {
            const Ratio mean = meanRatio(some), drawn = drawnTo(mean, means);
            for (Ratio& each : some)
                each.value += drawn.value - mean.value;
        }
        for (const TensorSensitivity& tensor : table.tensors)
            if (const auto found = result.find(tensor.name); found != result.end()) {
                const std::vector<Ratio>& like = byRole[tensor.role];
                found->second = like.size() > 1
                    ? drawnTo(found->second, like)
                    : Ratio{ like.front().value, drawnTo(found->second, means).error };
            }
        return result;
    }

    double perPosition(const SensitivityTable& table, double squares)
    {
        return 0.5 * squares / double(table.scored);
    }

    /// A figure's loss as each sequence has it.
    std::vector<double> bySequence(
        const SensitivityTable& table, const SensitivityFigure& figure, double ratio)
    {
        std::vector<double> losses;
        for (const SlopeSums& slope : figure.slopes)
            losses.push_back(perPosition(table, ratio * double(slope.stretches)));
        return losses;
    }

} // namespace

const SensitivityFigure* TensorSensitivity::find(const Format* format, Method method) const
{
    const auto found = std::ranges::find_if(figures, [&](const SensitivityFigure& figure) {
        return figure.format == format && figure.method == method;
    });
    return found == figures.end() ? nullptr : &*found;
}

const TensorSensitivity* SensitivityTable::find(const std::string& name) const
{
    const auto found = std::ranges::find(tensors, name, &TensorSensitivity::name);
    return found == tensors.end() ? nullptr : &*found;
}

void settle(SensitivityTable& table)
{
    const auto all = ratios(table);
    for (TensorSensitivity& tensor : table.tensors) {
        const auto ratio = all.find(tensor.name);
        if (ratio == all.end() || ratio->second.value <= 0)
            continue;
        for (SensitivityFigure& figure : tensor.figures) {
            const MeanOf mean = meanOf(bySequence(table, figure, ratio->second.value));
            figure.kld = mean.value;
            figure.error
                = std::hypot(mean.error, mean.value * ratio->second.error / ratio->second.value,
                    figure.isTransferred ? mean.value * transferError : 0);
        }
    }
}

namespace {

    constexpr double roughFrom = 0.25; // standard error of a loss, relative

} // namespace

bool isRough(const SensitivityTable& table)
{
    int rough = 0, all = 0;
    for (const TensorSensitivity& tensor : table.tensors)
        for (const SensitivityFigure& figure : tensor.figures) {
            rough += figure.error > roughFrom * figure.kld ? 1 : 0;
            ++all;
        }
    return table.sequences == 0 || 2 * rough > all;
}

PredictedKld predictedKld(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan,
    const SensitivityTable& table)
{
    std::map<std::string, const TensorSensitivity*, std::less<>> byName;
    for (const TensorSensitivity& tensor : table.tensors)
        byName.emplace(tensor.name, &tensor);
    PredictedKld predicted;
    double squares = 0; // of the errors of single figures
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const Tensor& tensor = checkpoint.tensors()[i];
        if (!tensor.isMatrix() || plan[i].keeps || !plan[i].format->isQuantized())
            continue;
        const auto found = byName.find(tensor.name);
        const SensitivityFigure* figure
            = found == byName.end() ? nullptr : found->second->find(plan[i].format, plan[i].method);
        if (!figure) {
            ++predicted.unknown;
            continue;
        }
        predicted.kld += figure->kld;
        squares += figure->error * figure->error;
    }
    predicted.error = std::sqrt(squares);
    predicted.isRough = table.sequences == 0 || predicted.error > roughFrom * predicted.kld;
    return predicted;
}

} // namespace core
