// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/layerrounding.h"

#include "core/quant/encode.h"
#include "core/quant/hessian.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr Index tileTokens = 4096; // as walkLayer's, through which finished layers are replayed
    constexpr Index keptGatedBytes = Index(512) << 20;

    /// One layer on its way.
    class LayerInWork {
    public:
        LayerInWork(const LayerRounding& run, int layer, const Progress& progress)
            : m_run(run)
            , m_layer(layer)
            , m_weights(loadLayer(run.checkpoint, layer, progress))
        {
        }

        const LayerWeights& weights() const { return m_weights; }
        const ModelConfig& config() const { return m_run.checkpoint.config(); }

        bool needsHessian(LinearInput input) const
        {
            return std::ranges::any_of(
                rolesOf(input), [&](Role role) { return plannedAt(role).method == Method::Gptq; });
        }

        /// Rounds the matrices that read `input`; `H` is empty if none of them uses GPTQ.
        void round(LinearInput input, MatrixD H, const Progress& progress);

        RoundedPart finish();

    private:
        std::size_t indexOf(Place place) const
        {
            const auto& tensors = m_run.checkpoint.tensors();
            return std::size_t(std::ranges::find(tensors, place, &Tensor::place) - tensors.begin());
        }
        const PlannedTensor& plannedAt(Role role) const
        {
            return m_run.plan[indexOf({ role, m_layer })];
        }
        RoundedTensor roundOne(Role role, const GptqFactor* factor, const Progress& progress) const;

        const LayerRounding& m_run;
        int m_layer;
        LayerWeights m_weights;
        std::vector<RoundedTensor> m_done;
    };

    RoundedTensor LayerInWork::roundOne(
        Role role, const GptqFactor* factor, const Progress& progress) const
    {
        const PlannedTensor& planned = plannedAt(role);
        const Tensor& tensor = m_run.checkpoint.tensors()[indexOf({ role, m_layer })];
        const Matrix& W = m_weights.matrix(role);
        if (planned.method == Method::Gptq)
            return roundByGptq(tensor, planned, W, *factor, m_run.gptq, progress);
        std::span<const float> importance;
        if (planned.method == Method::Importance)
            importance = m_run.importance.at(tensor.name);
        return roundByEncoder(tensor, planned, W, importance, factor ? &factor->H : nullptr);
    }

    void LayerInWork::round(LinearInput input, MatrixD H, const Progress& progress)
    {
        std::optional<GptqFactor> factor;
        if (H.size() > 0)
            factor = factorHessian(std::move(H), m_run.gptq, progress.part(0, 0.3));
        const auto roles = rolesOf(input);
        std::size_t done = 0;
        for (const Role role : roles) {
            if (!m_run.checkpoint.find({ role, m_layer }))
                continue;
            const double from = 0.3 + 0.7 * double(done) / double(roles.size());
            const double to = 0.3 + 0.7 * double(++done) / double(roles.size());
            progress.at(from);
            RoundedTensor rounded
                = roundOne(role, factor ? &*factor : nullptr, progress.part(from, to));
            m_weights.matrix(role) = decode(rounded.tensor);
            m_run.tensorDone(rounded.report);
            m_done.push_back(std::move(rounded));
        }
    }

    RoundedPart LayerInWork::finish()
    {
        RoundedPart part;
        for (const Tensor& tensor : m_run.checkpoint.tensors())
            if (tensor.place.layer == m_layer && !isMatrix(tensor.place.role))
                part.tensors.push_back(roundVector(tensor, m_run.plan[indexOf(tensor.place)]));
        for (RoundedTensor& rounded : m_done) {
            part.tensors.push_back(std::move(rounded.tensor));
            part.reports.push_back(std::move(rounded.report));
        }
        return part;
    }

    /// The hidden states of all tokens, in tiles of whole sequences.
    class Tiles {
    public:
        explicit Tiles(HiddenStates& hidden)
            : m_hidden(hidden)
            , m_rows(std::max<Index>(1, tileTokens / hidden.length) * hidden.length)
        {
        }

        /// Calls body(first row, rows of the tile) for all tiles, in order.
        template<typename Body>
        void each(const Progress& progress, const Body& body)
        {
            const Index all = m_hidden.states.rows();
            for (Index first = 0; first < all; first += m_rows) {
                progress.at(double(first) / double(all));
                body(first, m_hidden.states.middleRows(first, std::min(m_rows, all - first)));
            }
        }

    private:
        HiddenStates& m_hidden;
        Index m_rows;
    };

    /// H of `input`, whose activations `inputs(first, tile)` gives; empty if nobody needs it.
    template<typename Inputs>
    MatrixD gather(const LayerInWork& layer, LinearInput input, Tiles& tiles,
        const Progress& progress, const Inputs& inputs)
    {
        if (!layer.needsHessian(input))
            return {};
        std::optional<Hessian> hessian;
        tiles.each(progress, [&](Index first, const MatrixView& tile) {
            const Matrix& x = inputs(first, tile);
            if (!hessian)
                hessian.emplace(x.cols());
            hessian->add(x);
        });
        return hessian->take();
    }

    void roundAttention(LayerInWork& layer, HiddenStates& hidden, const Progress& progress)
    {
        const ModelConfig& config = layer.config();
        Tiles tiles(hidden);
        layer.round(LinearInput::Attention,
            gather(layer, LinearInput::Attention, tiles, progress.part(0, 0.2),
                [&](Index, const MatrixView& tile) {
                    return attentionInput(tile, layer.weights(), config, progress);
                }),
            progress.part(0.2, 0.5));

        Matrix context(hidden.states.rows(), Index(config.heads) * config.headDim);
        std::optional<Hessian> hessian;
        if (layer.needsHessian(LinearInput::AttentionOutput))
            hessian.emplace(context.cols());
        tiles.each(progress.part(0.5, 0.8), [&](Index first, const MatrixView& tile) {
            const Matrix x = attentionInput(tile, layer.weights(), config, progress);
            auto part = context.middleRows(first, tile.rows());
            part = attentionContext(x, layer.weights(), config, hidden.length, progress);
            if (hessian)
                hessian->add(part);
        });
        layer.round(LinearInput::AttentionOutput, hessian ? hessian->take() : MatrixD(),
            progress.part(0.8, 0.95));
        tiles.each(progress.part(0.95, 1), [&](Index first, const MatrixView& tile) {
            addLinear(hidden.states.middleRows(first, tile.rows()),
                context.middleRows(first, tile.rows()), layer.weights().output, progress);
        });
    }

    void roundFeedForward(LayerInWork& layer, HiddenStates& hidden, const Progress& progress)
    {
        const ModelConfig& config = layer.config();
        Tiles tiles(hidden);
        layer.round(LinearInput::FeedForward,
            gather(layer, LinearInput::FeedForward, tiles, progress.part(0, 0.1),
                [&](Index, const MatrixView& tile) {
                    return feedForwardInput(tile, layer.weights(), config, progress);
                }),
            progress.part(0.1, 0.4));

        const auto gatedOf = [&](const MatrixView& tile) {
            return feedForwardGated(feedForwardInput(tile, layer.weights(), config, progress),
                layer.weights(), progress);
        };
        const Index gatedBytes = hidden.states.rows() * config.feedForward * Index(sizeof(float));
        const bool keeps = gatedBytes <= keptGatedBytes;
        const bool gathers = layer.needsHessian(LinearInput::Down);
        Matrix gated(keeps ? hidden.states.rows() : 0, config.feedForward);
        std::optional<Hessian> hessian;
        if (gathers)
            hessian.emplace(config.feedForward);
        if (gathers || keeps)
            tiles.each(progress.part(0.4, 0.6), [&](Index first, const MatrixView& tile) {
                const Matrix x = gatedOf(tile);
                if (gathers)
                    hessian->add(x);
                if (keeps)
                    gated.middleRows(first, tile.rows()) = x;
            });
        layer.round(
            LinearInput::Down, gathers ? hessian->take() : MatrixD(), progress.part(0.6, 0.9));
        tiles.each(progress.part(0.9, 1), [&](Index first, const MatrixView& tile) {
            auto rows = hidden.states.middleRows(first, tile.rows());
            if (keeps)
                addLinear(
                    rows, gated.middleRows(first, tile.rows()), layer.weights().down, progress);
            else
                addLinear(rows, gatedOf(tile), layer.weights().down, progress);
        });
    }

} // namespace

RoundedPart roundLayer(
    const LayerRounding& run, int layer, HiddenStates& hidden, const Progress& progress)
{
    LayerInWork work(run, layer, progress);
    roundAttention(work, hidden, progress.part(0, 0.45));
    roundFeedForward(work, hidden, progress.part(0.45, 1));
    return work.finish();
}

RoundedPart roundLayerAlone(const LayerRounding& run, int layer, const Progress& progress)
{
    LayerInWork work(run, layer, progress);
    double done = 0;
    for (const LinearInput input : { LinearInput::Attention, LinearInput::AttentionOutput,
             LinearInput::FeedForward, LinearInput::Down }) {
        work.round(input, {}, progress.part(done, done + 0.25));
        done += 0.25;
    }
    return work.finish();
}

} // namespace core
