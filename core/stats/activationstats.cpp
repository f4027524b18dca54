// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/activationstats.h"

#include "core/base/error.h"
#include "core/model/walk.h"
#include "core/stats/channelsums.h"

#include <algorithm>
#include <map>
#include <utility>

namespace core {

namespace {

    using Sequences = std::vector<std::vector<int>>;

    /// Listens to a walk and gathers everything.
    class Gatherer : public WalkObserver {
    public:
        Gatherer(const Checkpoint& checkpoint, const Sequences& sequences)
            : m_sequences(sequences)
            , m_length(Eigen::Index(sequences.front().size()))
            , m_depths(std::size_t(1 + 2 * checkpoint.config().layers),
                  Extremes(checkpoint.config().hidden))
        {
        }

        void linearInput(LinearInput input, int layer, const Matrix& x, Eigen::Index) override
        {
            m_inputs.try_emplace({ layer, input }, x.cols()).first->second.add(x);
        }

        void expertInput(LinearInput input, int layer, int, const Matrix& x) override
        {
            linearInput(input, layer, x, 0); // all experts together
        }
        void residual(int depth, const MatrixView& hidden, Eigen::Index firstRow) override
        {
            m_depths.at(std::size_t(depth)).add(hidden, firstRow);
        }

        ActivationStats result() const
        {
            ActivationStats stats;
            stats.sequences = int(m_sequences.size());
            stats.length = int(m_length);
            for (const auto& [key, sums] : m_inputs) {
                if (key.first >= 0)
                    stats.inputs.push_back(sums.stats(key.second, key.first));
            }
            for (const auto& [key, sums] : m_inputs) {
                if (key.first < 0) // Head, last
                    stats.inputs.push_back(sums.stats(key.second, key.first));
            }
            stats.residualAbsmax.resize(
                Eigen::Index(m_depths.size()), m_depths.front().values().size());
            for (std::size_t depth = 0; depth < m_depths.size(); ++depth) {
                stats.residualAbsmax.row(Eigen::Index(depth))
                    = m_depths[depth].values().cwiseAbs().transpose();
                addLargest(stats.largest, int(depth));
            }
            return stats;
        }

    private:
        void addLargest(std::vector<LargeValue>& largest, int depth) const
        {
            constexpr std::size_t wanted = 3;
            const Extremes& extremes = m_depths[std::size_t(depth)];
            for (const int channel : extremes.largestChannels(wanted)) {
                const Eigen::Index row = extremes.row(channel);
                LargeValue value;
                value.depth = depth;
                value.channel = channel;
                value.value = extremes.values()[channel];
                value.sequence = int(row / m_length);
                value.position = int(row % m_length);
                value.token = m_sequences[std::size_t(value.sequence)][std::size_t(value.position)];
                largest.push_back(value);
            }
        }

        const Sequences& m_sequences;
        Eigen::Index m_length;
        std::map<std::pair<int, LinearInput>, ChannelSums> m_inputs; ///< by layer, then input
        std::vector<Extremes> m_depths;
    };

} // namespace

const InputStats* ActivationStats::find(LinearInput input, int layer) const
{
    const auto found = std::find_if(inputs.begin(), inputs.end(),
        [&](const InputStats& stats) { return stats.input == input && stats.layer == layer; });
    return found == inputs.end() ? nullptr : &*found;
}

ActivationStats activationStats(
    const Checkpoint& checkpoint, const Sequences& sequences, const Progress& progress)
{
    if (sequences.empty())
        throw Error("there is no token sequence to measure activations on, expected at least one");
    Gatherer gatherer(checkpoint, sequences);
    HiddenStates hidden = embed(checkpoint, sequences);
    walk(hidden, checkpoint, &gatherer, progress);
    return gatherer.result();
}

Importance importanceOf(const ActivationStats& stats, const Checkpoint& checkpoint)
{
    Importance importance;
    for (const InputStats& input : stats.inputs) {
        for (const Role role : rolesOf(input.input))
            if (const Tensor* tensor = checkpoint.find(Place{ role, input.layer }))
                importance[tensor->name] = input.meanSquare;
    }
    return importance;
}

} // namespace core
