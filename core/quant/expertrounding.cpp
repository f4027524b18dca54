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
        const SplitTokens& tokens, const HoldingOut& holding, const SymmetricMatrix* common,
        const Progress& progress)
    {
        if (!layer.needsHessian(input) || all.x.rows() == 0)
            return layer.round(input, {}, {}, nullptr, progress);
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
        layer.round(input, fit.take(), std::move(heldSums), common, progress);
    }

    /// H of the rows of `x`, as far as so many tokens may be believed.
    SymmetricMatrix believedHessian(const MatrixView& x)
    {
        Hessian gathered(x.cols());
        gathered.add(x);
        return shrunk(gathered.take(), 1 - textTrust(double(x.rows()), x.cols()));
    }

    /// What experts to which few tokens came may learn from the tokens that came to others: what
    /// they would read of these.
    class CommonInputs {
    public:
        CommonInputs(const SparseInputs& inputs, const HoldingOut& holding, bool holdsOut)
            : m_input(inputs.input)
        {
            std::vector<Index> rows;
            for (Index row = 0; row < m_input.rows(); ++row)
                if (!holdsOut || !holding.isHeld(row))
                    rows.push_back(row);
            const Index stride = (Index(rows.size()) + mostRows - 1) / mostRows;
            for (Index i = 0; i < Index(rows.size()); i += std::max<Index>(1, stride))
                m_rows.push_back(rows[std::size_t(i)]);
        }

        /// Whether `tokens` of an input of `width` channels are too few to stand alone.
        bool helps(Index tokens, Index width) const
        {
            return tokens < fewTokens * width && tokens < Index(m_rows.size())
                && width <= mostHeldInputs;
        }
        /// Of the input of all experts' gate and up.
        const SymmetricMatrix& ofInput()
        {
            if (m_ofInput.rows() == 0)
                m_ofInput = believedHessian(gatheredRows(m_input, m_rows));
            return m_ofInput;
        }
        /// Of what `expert` would give its down.
        SymmetricMatrix ofGated(
            const ExpertWeights& expert, Activation activation, const Progress& progress) const
        {
            return believedHessian(
                expertGated(gatheredRows(m_input, m_rows), expert, activation, progress));
        }

    private:
        static constexpr Index fewTokens = 4; // a channel; fewer are told in the report
        static constexpr Index mostRows = 4096; // more say little new of inputs this wide

        MatrixView m_input;
        std::vector<Index> m_rows;
        SymmetricMatrix m_ofInput;
    };

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
    CommonInputs common(inputs, holding, layer.options().holdOut);
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
        const bool isThin = layer.options().holdOut && common.helps(x.rows(), x.cols());
        roundGathered(layer, LinearInput::Experts, { x, change, none }, tokens, holding,
            isThin && layer.needsHessian(LinearInput::Experts) ? &common.ofInput() : nullptr,
            part.part(0, 0.5));
        const ExpertWeights rounded = current(layer.weights(), biases);
        const Matrix gated = expertGated(x, rounded, spec.activation, part);
        SymmetricMatrix ofGated;
        if (layer.options().holdOut && common.helps(gated.rows(), gated.cols())
            && layer.needsHessian(LinearInput::ExpertsDown) && gated.rows() > 0)
            ofGated = common.ofGated(rounded, spec.activation, part);
        Matrix changed, drift;
        if (reference.size() > 0) {
            const ExpertWeights before = current(layer.original(), biases);
            const Matrix wanted = expertGated(original, before, spec.activation, part);
            changed = Matrix::Zero(x.rows(), before.down.rows());
            addLinear(changed, wanted - gated, before.down, part);
            drift = Matrix::Zero(changed.rows(), changed.cols()); // each adds only a share
        }
        roundGathered(layer, LinearInput::ExpertsDown, { gated, changed, drift }, tokens, holding,
            ofGated.rows() > 0 ? &ofGated : nullptr, part.part(0.5, 1));
        layer.endExpert();
    }
    layer.finishExperts(progress);
}

} // namespace core
