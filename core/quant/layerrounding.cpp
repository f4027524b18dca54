// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/layerrounding.h"

#include "core/quant/crosssum.h"
#include "core/quant/hessian.h"
#include "core/quant/target.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr Index tileTokens = 4096; // as walkLayer's, through which finished layers are replayed
    constexpr Index keptGatedBytes = Index(512) << 20;

    /// What was gathered about the input of some linear layers; empty if none of them uses GPTQ.
    struct Gathered {
        MatrixD H;
        /// 2/N Σ d xᵀ with d the wanted change of the input (in, in) where several matrices read
        /// it, of the output (out, in) where one does. Empty: no correction.
        Matrix change;
    };

    bool isShared(LinearInput input) { return rolesOf(input).size() > 1; }

    /// One layer on its way.
    class LayerInWork {
    public:
        LayerInWork(
            const LayerRounding& run, int layer, bool hasReference, const Progress& progress)
            : m_run(run)
            , m_layer(layer)
            , m_weights(loadLayer(run.checkpoint, layer, progress))
        {
            if (hasReference)
                m_original = m_weights;
        }

        const LayerWeights& weights() const { return m_weights; }
        const LayerWeights& original() const { return m_original; } ///< with a reference only
        double driftShare() const { return m_run.gptq.driftShare; }
        const ModelConfig& config() const { return m_run.checkpoint.config(); }

        bool needsHessian(LinearInput input) const
        {
            return std::ranges::any_of(
                rolesOf(input), [&](Role role) { return plannedAt(role).method == Method::Gptq; });
        }

        /// Rounds the matrices that read `input`.
        void round(LinearInput input, Gathered gathered, const Progress& progress);

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
        RoundedTensor roundOne(Role role, const GptqFactor* factor, const Matrix& target,
            const Progress& progress) const;

        const LayerRounding& m_run;
        int m_layer;
        LayerWeights m_weights; ///< rounded so far
        LayerWeights m_original{};
        std::vector<RoundedTensor> m_done;
    };

    RoundedTensor LayerInWork::roundOne(
        Role role, const GptqFactor* factor, const Matrix& target, const Progress& progress) const
    {
        const PlannedTensor& planned = plannedAt(role);
        const Tensor& tensor = m_run.checkpoint.tensors()[indexOf({ role, m_layer })];
        const Matrix& W = m_weights.matrix(role);
        if (planned.method == Method::Gptq)
            return roundByGptq(tensor, planned, W, target, *factor, m_run.gptq, progress);
        std::span<const float> importance;
        if (planned.method == Method::Importance)
            importance = m_run.importance.at(tensor.name);
        return roundByEncoder(
            tensor, planned, W, importance, factor ? &factor->H : nullptr, progress);
    }

    void LayerInWork::round(LinearInput input, Gathered gathered, const Progress& progress)
    {
        std::optional<GptqFactor> factor;
        if (gathered.H.size() > 0)
            factor = factorHessian(std::move(gathered.H), m_run.gptq, progress.part(0, 0.2));
        Matrix U;
        if (gathered.change.size() > 0)
            U = targetFactor(*factor, m_run.gptq.targetDamping, progress.part(0.2, 0.3));
        const auto roles = rolesOf(input);
        double done = 0.3;
        for (const Role role : roles) {
            if (!m_run.checkpoint.find({ role, m_layer })) // token_embd beside output
                continue;
            progress.at(done);
            const double next = done + 0.7 / double(roles.size());
            Matrix& W = m_weights.matrix(role);
            Matrix target;
            if (U.size() > 0)
                target = correctedTarget(
                    W, isShared(input) ? product(W, gathered.change) : gathered.change, U);
            RoundedTensor rounded = roundOne(role, factor ? &*factor : nullptr,
                U.size() > 0 ? target : W, progress.part(done, next));
            W = decode(rounded.tensor);
            m_run.tensorDone(rounded.report);
            m_done.push_back(std::move(rounded));
            done = next;
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

    /// Gathers what rounding the matrices that read one input needs.
    class Gathering {
    public:
        Gathering(const LayerInWork& layer, LinearInput input, bool hasReference)
            : m_isNeeded(layer.needsHessian(input))
            , m_corrects(m_isNeeded && hasReference)
        {
        }

        bool isNeeded() const { return m_isNeeded; }
        bool corrects() const { return m_corrects; }

        /// Takes a tile of inputs (tokens, in), and where corrects() the wanted changes.
        void add(const MatrixView& x, const Matrix& changes)
        {
            if (!m_isNeeded)
                return;
            if (!m_hessian)
                m_hessian.emplace(x.cols());
            m_hessian->add(x);
            if (!m_corrects)
                return;
            if (!m_change)
                m_change.emplace(changes.cols(), x.cols());
            m_change->add(changes, x);
        }

        Gathered take()
        {
            return { m_hessian ? m_hessian->take() : MatrixD(),
                m_change ? m_change->take() : Matrix() };
        }

    private:
        bool m_isNeeded;
        bool m_corrects;
        std::optional<Hessian> m_hessian;
        std::optional<CrossSum> m_change;
    };

    /// Rows of tiles of whole sequences.
    struct Tile {
        Index first, rows;
        MatrixBlock of(HiddenStates& hidden) const { return hidden.states.middleRows(first, rows); }
        auto of(Matrix& matrix) const { return matrix.middleRows(first, rows); }
    };

    /// Calls body(tile) for all tiles of `hidden`, in order.
    template<typename Body>
    void forTiles(const HiddenStates& hidden, const Progress& progress, const Body& body)
    {
        const Index all = hidden.states.rows();
        const Index step = std::max<Index>(1, tileTokens / hidden.length) * hidden.length;
        for (Index first = 0; first < all; first += step) {
            progress.at(double(first) / double(all));
            body(Tile{ first, std::min(step, all - first) });
        }
    }

    /// Rounds the matrices that read the normed residual stream: q, k, v or gate, up.
    template<typename Input>
    void roundReaders(LayerInWork& layer, LinearInput input, const LayerPaths& paths,
        const Progress& progress, const Input& inputOf)
    {
        Gathering gathering(layer, input, paths.reference);
        if (gathering.isNeeded())
            forTiles(paths.rounded, progress.part(0, 0.4), [&](const Tile& tile) {
                const Matrix x = inputOf(tile.of(paths.rounded), layer.weights());
                Matrix changes;
                if (gathering.corrects())
                    changes = inputOf(tile.of(*paths.reference), layer.original()) - x;
                gathering.add(x, changes);
            });
        layer.round(input, gathering.take(), progress.part(0.4, 1));
    }

    /// Takes a tile of what attn_output or ffn_down read, `x` and `reference`, in, and moves the
    /// reference's residual stream on. `W` as in the original model.
    void gatherWriter(Gathering& gathering, const LayerInWork& layer, const LayerPaths& paths,
        const Tile& tile, const MatrixView& x, const Matrix& reference, const Matrix& W,
        const Progress& progress)
    {
        Matrix changes;
        if (gathering.corrects()) {
            changes
                = float(layer.driftShare()) * (tile.of(*paths.reference) - tile.of(paths.rounded));
            addLinear(changes, reference - x, W, progress);
        }
        gathering.add(x, changes);
        if (paths.reference)
            addLinear(tile.of(*paths.reference), reference, W, progress);
    }

    void roundAttention(LayerInWork& layer, const LayerPaths& paths, const Progress& progress)
    {
        const ModelConfig& config = layer.config();
        const auto inputOf = [&](const MatrixView& hidden, const LayerWeights& weights) {
            return attentionInput(hidden, weights, config, progress);
        };
        roundReaders(layer, LinearInput::Attention, paths, progress.part(0, 0.5), inputOf);

        const auto contextOf = [&](const MatrixView& hidden, const LayerWeights& weights) {
            return attentionContext(
                inputOf(hidden, weights), weights, config, paths.rounded.length, progress);
        };
        Matrix context(paths.rounded.states.rows(), Index(config.heads) * config.headDim);
        Gathering gathering(layer, LinearInput::AttentionOutput, paths.reference);
        forTiles(paths.rounded, progress.part(0.5, 0.8), [&](const Tile& tile) {
            tile.of(context) = contextOf(tile.of(paths.rounded), layer.weights());
            Matrix reference;
            if (paths.reference)
                reference = contextOf(tile.of(*paths.reference), layer.original());
            gatherWriter(gathering, layer, paths, tile, tile.of(context), reference,
                layer.original().output, progress);
        });
        layer.round(LinearInput::AttentionOutput, gathering.take(), progress.part(0.8, 0.95));
        forTiles(paths.rounded, progress.part(0.95, 1), [&](const Tile& tile) {
            addLinear(tile.of(paths.rounded), tile.of(context), layer.weights().output, progress);
        });
    }

    void roundFeedForward(LayerInWork& layer, const LayerPaths& paths, const Progress& progress)
    {
        const ModelConfig& config = layer.config();
        const auto inputOf = [&](const MatrixView& hidden, const LayerWeights& weights) {
            return feedForwardInput(hidden, weights, config, progress);
        };
        roundReaders(layer, LinearInput::FeedForward, paths, progress.part(0, 0.4), inputOf);

        const auto gatedOf = [&](const MatrixView& hidden, const LayerWeights& weights) {
            return feedForwardGated(inputOf(hidden, weights), weights, progress);
        };
        const Index tokens = paths.rounded.states.rows();
        const bool keeps = tokens * config.feedForward * Index(sizeof(float)) <= keptGatedBytes;
        Matrix gated(keeps ? tokens : 0, config.feedForward);
        Gathering gathering(layer, LinearInput::Down, paths.reference);
        forTiles(paths.rounded, progress.part(0.4, 0.6), [&](const Tile& tile) {
            const Matrix x = gatedOf(tile.of(paths.rounded), layer.weights());
            Matrix reference;
            if (paths.reference)
                reference = gatedOf(tile.of(*paths.reference), layer.original());
            gatherWriter(
                gathering, layer, paths, tile, x, reference, layer.original().down, progress);
            if (keeps)
                tile.of(gated) = x;
        });
        layer.round(LinearInput::Down, gathering.take(), progress.part(0.6, 0.9));
        forTiles(paths.rounded, progress.part(0.9, 1), [&](const Tile& tile) {
            if (keeps)
                addLinear(tile.of(paths.rounded), tile.of(gated), layer.weights().down, progress);
            else
                addLinear(tile.of(paths.rounded), gatedOf(tile.of(paths.rounded), layer.weights()),
                    layer.weights().down, progress);
        });
    }

} // namespace

RoundedPart roundLayer(
    const LayerRounding& run, int layer, const LayerPaths& paths, const Progress& progress)
{
    LayerInWork work(run, layer, paths.reference != nullptr, progress);
    roundAttention(work, paths, progress.part(0, 0.45));
    roundFeedForward(work, paths, progress.part(0.45, 1));
    return work.finish();
}

RoundedPart roundLayerAlone(const LayerRounding& run, int layer, const Progress& progress)
{
    LayerInWork work(run, layer, false, progress);
    double done = 0;
    for (const LinearInput input : { LinearInput::Attention, LinearInput::AttentionOutput,
             LinearInput::FeedForward, LinearInput::Down }) {
        work.round(input, {}, progress.part(done, done + 0.25));
        done += 0.25;
    }
    return work.finish();
}

} // namespace core
