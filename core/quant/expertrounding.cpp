// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/expertrounding.h"

#include "core/model/experts.h"
#include "core/model/linear.h"
#include "core/quant/expertparts.h"
#include "core/quant/holdingout.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// Which tokens are held out, if any are.
    class HoldingOut {
    public:
        HoldingOut(Index tokens, Index length, bool holdsOut)
            : m_length(length)
            , m_sequences(tokens / length)
            , m_holdsOut(holdsOut)
        {
        }
        bool holdsOut() const { return m_holdsOut; }
        bool isHeld(Index row) const
        {
            if (!m_holdsOut)
                return false;
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
        bool m_holdsOut;
    };

    /// The tokens of one expert, those held out last.
    struct SplitTokens {
        std::vector<Index> rows;
        Index fit = 0;
    };

    SplitTokens split(const std::vector<Index>& rows, const HoldingOut& holding)
    {
        SplitTokens tokens{ rows };
        const auto held = std::ranges::stable_partition(
            tokens.rows, [&](Index row) { return !holding.isHeld(row); });
        tokens.fit = held.begin() - tokens.rows.begin();
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

    /// What experts to which few tokens came may learn from the tokens that came to others, where
    /// held-out ones can say whether it helps: what they would read of these.
    class CommonInputs {
    public:
        CommonInputs(const MatrixView& input, const HoldingOut& holding)
            : m_input(input)
        {
            if (!holding.holdsOut())
                return; // no rows: nobody has fewer tokens
            std::vector<Index> rows;
            for (Index row = 0; row < m_input.rows(); ++row)
                if (!holding.isHeld(row))
                    rows.push_back(row);
            const Index stride = (Index(rows.size()) + mostRows - 1) / mostRows;
            for (Index i = 0; i < Index(rows.size()); i += std::max<Index>(1, stride))
                m_rows.push_back(rows[std::size_t(i)]);
        }

        /// Of the input of all experts' gate and up; null for an expert of enough `tokens`.
        const SymmetricMatrix* ofInput(Index tokens)
        {
            if (!areFew(tokens, m_input.cols()))
                return nullptr;
            if (m_ofInput.rows() == 0)
                m_ofInput = believedHessian(gatheredRows(m_input, m_rows));
            return &m_ofInput;
        }
        /// Of what `expert` would give its down; nothing for one of enough `tokens`.
        std::optional<SymmetricMatrix> ofGated(Index tokens, const ExpertReaders& expert,
            Activation activation, const Progress& progress) const
        {
            if (!areFew(tokens, expert.gate.rows()))
                return std::nullopt;
            return believedHessian(
                expertGated(gatheredRows(m_input, m_rows), expert, activation, progress));
        }

    private:
        bool areFew(Index tokens, Index width) const
        {
            return tokens < fewTokens * width && tokens < Index(m_rows.size())
                && width <= mostHeldInputs;
        }

        static constexpr Index mostRows = 4096; // more say little new of inputs this wide

        MatrixView m_input;
        std::vector<Index> m_rows;
        SymmetricMatrix m_ofInput;
    };

    /// The gate and up that the layer has at the moment.
    ExpertReaders current(const LayerWeights& weights, const ExpertWeights& biases)
    {
        if (!weights.has(Role::FfnGateUpExps))
            return { weights.matrix(Role::FfnGateExps), weights.matrix(Role::FfnUpExps), biases };
        const Matrix& both = weights.matrix(Role::FfnGateUpExps);
        return { both.topRows(both.rows() / 2), both.bottomRows(both.rows() / 2), biases };
    }

    /// Rounds one expert after the other.
    class ExpertsInWork {
    public:
        ExpertsInWork(LayerInWork& layer, const SparseInputs& inputs, Index length)
            : m_layer(layer)
            , m_inputs(inputs)
            , m_activation(layer.spec().experts->activation)
            , m_holding(inputs.input.rows(), length, layer.options().holdOut)
            , m_common(inputs.input, m_holding)
        {
        }

        void round(int which, const Progress& progress)
        {
            const SplitTokens tokens = split(m_inputs.routed[std::size_t(which)].rows, m_holding);
            m_layer.beginExpert(which, Index(tokens.rows.size()));
            m_biases = expertBiases(m_layer.weights(), which);
            const Matrix x = gatheredRows(m_inputs.input, tokens.rows);
            Matrix original;
            if (m_inputs.reference.size() > 0)
                original = gatheredRows(m_inputs.reference, tokens.rows);
            roundReaders(x, original, tokens, progress.part(0, 0.5));
            roundDown(x, original, tokens, progress.part(0.5, 1));
            m_layer.endExpert();
        }

    private:
        using Version = LayerInWork::Version;

        void roundReaders(const Matrix& x, const Matrix& original, const SplitTokens& tokens,
            const Progress& progress)
        {
            m_layer.loadExpert(Version::Rounded, LinearInput::Experts, progress);
            Matrix change;
            const Matrix none;
            if (original.size() > 0)
                change = original - x;
            const SymmetricMatrix* common
                = m_layer.needsHessian(LinearInput::Experts) ? m_common.ofInput(x.rows()) : nullptr;
            roundGathered(m_layer, LinearInput::Experts, { x, change, none }, tokens, m_holding,
                common, progress);
        }

        /// By what the rounded gate and up make of `x`, towards what the original ones make.
        void roundDown(const Matrix& x, const Matrix& original, const SplitTokens& tokens,
            const Progress& progress)
        {
            m_layer.loadExpert(Version::Rounded, LinearInput::ExpertsDown, progress);
            std::optional<SymmetricMatrix> common;
            Matrix gated;
            {
                const ExpertReaders rounded = current(m_layer.weights(), m_biases);
                gated = expertGated(x, rounded, m_activation, progress);
                if (m_layer.needsHessian(LinearInput::ExpertsDown) && gated.rows() > 0)
                    common = m_common.ofGated(gated.rows(), rounded, m_activation, progress);
            }
            m_layer.releaseExpert(Version::Rounded, LinearInput::Experts);
            Matrix change, drift;
            if (original.size() > 0) {
                change = lackOf(gated, original, progress);
                drift = Matrix::Zero(change.rows(), change.cols()); // each adds only a share
            }
            roundGathered(m_layer, LinearInput::ExpertsDown, { gated, change, drift }, tokens,
                m_holding, common ? &*common : nullptr, progress);
        }

        /// What the original expert makes of its tokens beyond what its down makes of `gated`.
        Matrix lackOf(const Matrix& gated, const Matrix& original, const Progress& progress)
        {
            m_layer.loadExpert(Version::Original, LinearInput::Experts, progress);
            Matrix wanted = expertGated(
                original, current(m_layer.original(), m_biases), m_activation, progress);
            m_layer.releaseExpert(Version::Original, LinearInput::Experts);
            m_layer.loadExpert(Version::Original, LinearInput::ExpertsDown, progress);
            wanted -= gated;
            Matrix lack
                = linearProduct(wanted, m_layer.original().matrix(Role::FfnDownExps), progress);
            m_layer.releaseExpert(Version::Original, LinearInput::ExpertsDown);
            return lack;
        }

        LayerInWork& m_layer;
        const SparseInputs& m_inputs;
        Activation m_activation;
        HoldingOut m_holding;
        CommonInputs m_common;
        ExpertWeights m_biases;
    };

} // namespace

void roundExperts(
    LayerInWork& layer, const SparseInputs& inputs, Index length, const Progress& progress)
{
    const int count = layer.spec().experts->count;
    ExpertsInWork experts(layer, inputs, length);
    for (int which = 0; which < count; ++which)
        experts.round(which, progress.part(double(which) / count, double(which + 1) / count));
    layer.finishExperts(progress);
}

} // namespace core
