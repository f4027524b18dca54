// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/candidates.h"
#include "core/search/sensitivity.h"
#include "core/search/transfer.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <array>
#include <utility>

namespace core {

namespace {

    /// What a squared relative error of 1 of all tensors of one role together would cost, nats,
    /// were the loss quadratic that far: geometric means over the tensors and formats of the
    /// bundled sample and of SmolLM2-135M, predicted on 48 and 32 sequences of text
    /// (`quantscope-bench sensitivity` and `sensitivity-real` print by how much each of the two is
    /// off: some 4 times, the one below and the other above).
    struct RoleCost {
        Role role;
        double cost;
    };
    constexpr std::array costs{ RoleCost{ Role::TokenEmbd, 3.4 }, RoleCost{ Role::Output, 3.4 },
        RoleCost{ Role::AttnQ, 0.13 }, RoleCost{ Role::AttnK, 0.16 }, RoleCost{ Role::AttnV, 0.72 },
        RoleCost{ Role::AttnOutput, 0.32 }, RoleCost{ Role::FfnGate, 0.88 },
        RoleCost{ Role::FfnUp, 0.88 }, RoleCost{ Role::FfnDown, 1.1 } };
    constexpr double otherCost = 0.67;

    /// ‖Ŵ − W‖² / ‖W‖², by rows on all processors.
    double relativeSquare(const Tensor& tensor, const Tensor& rounded, const Progress& progress)
    {
        struct Sums {
            double error = 0, energy = 0;
        };
        const std::int64_t step = std::max<std::int64_t>(1, (1 << 16) / tensor.columns);
        std::vector<Sums> sums(std::size_t((tensor.rows + step - 1) / step));
        parallelFor(sums.size(), [&](std::size_t task) {
            progress.checkCancelled();
            const std::int64_t first = std::int64_t(task) * step;
            const std::int64_t rows = std::min(step, tensor.rows - first);
            const Matrix W = decodeRows(tensor, first, rows);
            const Matrix difference = decodeRows(rounded, first, rows) - W;
            sums[task]
                = { difference.cast<double>().squaredNorm(), W.cast<double>().squaredNorm() };
        });
        Sums all;
        for (const Sums& each : sums) {
            all.error += each.error;
            all.energy += each.energy;
        }
        return all.energy > 0 ? all.error / all.energy : 0;
    }

    double costOf(Role role)
    {
        const auto found = std::ranges::find(costs, role, &RoleCost::role);
        return found == costs.end() ? otherCost : found->cost;
    }

} // namespace

SensitivityTable roughSensitivity(
    const Checkpoint& checkpoint, const SensitivitySettings& settings, const Progress& progress)
{
    Recipe recipe;
    recipe.method = Method::RoundToNearest;
    recipe.encoder = settings.encoder;
    auto candidates = candidatesFor(checkpoint, settings.formats, recipe);
    const auto others = candidatesFor(checkpoint, settings.alsoFormats, recipe);
    SensitivityTable table;
    const double layers = std::max(1, checkpoint.config().layers);
    double all = 0, done = 0; // weights, each as often as it is rounded
    for (std::size_t i = 0; i < candidates.size(); ++i)
        all += double(candidates[i].size()) * double(checkpoint.tensors()[i].weights());
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (candidates[i].empty())
            continue;
        const Tensor& tensor = checkpoint.tensors()[i];
        TensorSensitivity row{ tensor.name, tensor.place.role, {} };
        const double share = tensor.place.layer >= 0 ? 1 / layers : 1;
        for (const Candidate& candidate : candidates[i]) { // one at a time: they are large
            std::vector<Candidate> rounded{ candidate };
            roundCandidates(checkpoint, rounded, {}, progress.part(done / all, done / all));
            const PlannedTensor& planned = rounded.front().planned;
            const double kld = share * costOf(tensor.place.role)
                * relativeSquare(tensor, *rounded.front().rounded, progress);
            row.figures.push_back(
                { planned.format, planned.method, plannedBytes(planned, tensor), {}, kld, kld });
            done += double(tensor.weights());
            progress.at(done / all);
        }
        transfer(row,
            transfersOf(
                tensor, candidates[i], others[i], {}, progress.part(done / all, done / all)));
        table.tensors.push_back(std::move(row));
        candidates[i].clear();
    }
    progress.at(1);
    return table;
}

} // namespace core
