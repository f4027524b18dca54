// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/expertrounding.h"

#include "core/model/experts.h"
#include "core/model/linear.h"
#include "core/quant/holdingout.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// Which tokens are held out.
    class HoldingOut {
    public:
        HoldingOut(Index tokens, Index length)
            : m_length(length)
            , m_sequences(tokens / length)
        {
        }
        bool isHeld(Index row) const
        {
            if (m_sequences == 1)
                return row >= m_length - m_length / 2;
            const Index sequence = row / m_length;
            return heldSequences(sequence, sequence + 1, m_sequences) > 0;
        }
        int sequences() const
        {
            return m_sequences == 1 ? 1 : int(heldSequences(0, m_sequences, m_sequences));
        }

    private:
        Index m_length, m_sequences;
    };

    /// The tokens of one expert, those held out last.
    struct SplitTokens {
        std::vector<Index> rows;
        Index fit = 0;
    };

    SplitTokens split(const std::vector<Index>& rows, const HoldingOut& holding, bool holdsOut)
    {
        SplitTokens tokens{ rows, Index(rows.size()) };
        if (holdsOut)
            tokens.fit = std::ranges::stable_partition(
                             tokens.rows, [&](Index row) { return !holding.isHeld(row); })
                             .begin()
                - tokens.rows.begin();
        return tokens;
    }

    /// What rounding the matrices that read one input needs, of one expert's tokens.
    void roundGathered(LayerInWork& layer, LinearInput input, const InputTile& all,
        const SplitTokens& tokens, const HoldingOut& holding, const Progress& progress)
    {
        if (!layer.needsHessian(input) || all.x.rows() == 0)
            return layer.round(input, {}, {}, progress);
        const auto part = [&](const MatrixView& m, Index first, Index count) -> MatrixView {
            return m.size() > 0 ? MatrixView(m.middleRows(first, count)) : m;
        };
        InputGathering fit;
        HeldGathering held;
        const Index kept = all.x.cols() <= mostHeldInputs ? tokens.fit : all.x.rows();
        const Index count = all.x.rows() - kept;
        fit.add({ part(all.x, 0, kept), part(all.change, 0, kept), part(all.drift, 0, kept) });
        held.add({ part(all.x, kept, count), part(all.change, kept, count),
            part(all.drift, kept, count) });
        HeldSums heldSums = held.take();
        heldSums.sequences = holding.sequences();
        layer.round(input, fit.take(), std::move(heldSums), progress);
    }

    /// The expert whose matrices the layer has at the moment.
    ExpertWeights current(const LayerWeights& weights, const ExpertWeights& biases)
    {
        ExpertWeights expert = biases;
        if (weights.has(Role::FfnGateUpExps)) {
            const Matrix& both = weights.matrix(Role::FfnGateUpExps);
            expert.gate = both.topRows(both.rows() / 2);
            expert.up = both.bottomRows(both.rows() / 2);
        } else {
            expert.gate = weights.matrix(Role::FfnGateExps);
            expert.up = weights.matrix(Role::FfnUpExps);
        }
        expert.down = weights.matrix(Role::FfnDownExps);
        return expert;
    }

} // namespace

void roundExperts(
    LayerInWork& layer, const SparseInputs& inputs, Index length, const Progress& progress)
{
    const auto& [input, reference, routed] = inputs;
    const ExpertsSpec& spec = *layer.spec().experts;
    const HoldingOut holding(input.rows(), length);
    for (int i = 0; i < spec.count; ++i) {
        const Progress part = progress.part(double(i) / spec.count, double(i + 1) / spec.count);
        const SplitTokens tokens
            = split(routed[std::size_t(i)].rows, holding, layer.options().holdOut);
        layer.beginExpert(i, Index(tokens.rows.size()), part);
        const ExpertWeights biases = expertBiases(layer.weights(), i);
        const Matrix x = gatheredRows(input, tokens.rows);
        Matrix original, change;
        if (reference.size() > 0) {
            original = gatheredRows(reference, tokens.rows);
            change = original - x;
        }
        const Matrix none;
        roundGathered(
            layer, LinearInput::Experts, { x, change, none }, tokens, holding, part.part(0, 0.5));
        const Matrix gated
            = expertGated(x, current(layer.weights(), biases), spec.activation, part);
        Matrix changed, drift;
        if (reference.size() > 0) {
            const ExpertWeights before = current(layer.original(), biases);
            const Matrix wanted = expertGated(original, before, spec.activation, part);
            changed = Matrix::Zero(x.rows(), before.down.rows());
            addLinear(changed, wanted - gated, before.down, part);
            drift = Matrix::Zero(changed.rows(), changed.cols()); // each adds only a share
        }
        roundGathered(layer, LinearInput::ExpertsDown, { gated, changed, drift }, tokens, holding,
            part.part(0.5, 1));
        layer.endExpert();
    }
    layer.finishExperts(progress);
}

} // namespace core
