// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/generator.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/vectormath.h"
#include "core/generate/generated.h"
#include "core/generate/tokenstep.h"
#include "core/model/logitscaling.h"
#include "core/model/walk.h"

#include <cassert>
#include <utility>

namespace core {

namespace {

    /// Keeps what the walk's attention makes of each layer.
    struct KeepKeysAndValues : WalkObserver {
        std::vector<KeyValueCache>& caches;

        explicit KeepKeysAndValues(std::vector<KeyValueCache>& itsCaches)
            : caches(itsCaches)
        {
        }
        void linearInput(LinearInput, int, const Matrix&, Eigen::Index) override { }
        void residual(int, const MatrixView&, Eigen::Index) override { }
        void attentionHeads(int layer, const AttentionHeads& heads) override
        {
            caches.at(std::size_t(layer)).append(heads.k, heads.v);
        }
    };

    std::shared_ptr<const Checkpoint> generated(std::shared_ptr<const Checkpoint> checkpoint)
    {
        checkpoint->requireComputed();
        if (const std::string why = whyNotGenerated(*checkpoint); !why.empty())
            throw Error(text(checkpoint->path().string(), ": ", why));
        return checkpoint;
    }

    /// Sequences longer than this turn their heads by other frequencies, all tokens anew.
    int restartOf(const ModelConfig& config)
    {
        for (int layer = 0; layer < config.layers; ++layer) {
            const RotarySpec rotary = layerSpec(config, layer).attention.rotary;
            if (rotary.longAfter > 0 && !rotary.longFactors.empty())
                return rotary.longAfter;
        }
        return 0;
    }

} // namespace

Generator::Generator(std::shared_ptr<const Checkpoint> checkpoint, std::uint64_t heldBytes)
    : m_model(generated(std::move(checkpoint)), heldBytes)
    , m_caches(std::size_t(this->checkpoint().config().layers))
    , m_restartAt(restartOf(this->checkpoint().config()))
{
}

Matrix Generator::start(const std::vector<int>& prompt, const Progress& progress)
{
    assert(!prompt.empty());
    m_tokens = prompt;
    for (KeyValueCache& cache : m_caches)
        cache.clear();
    HiddenStates hidden = embed(checkpoint(), { prompt });
    KeepKeysAndValues keep(m_caches);
    const int layers = checkpoint().config().layers;
    for (int layer = 0; layer < layers; ++layer) {
        const Progress part = progress.part(double(layer) / layers, double(layer + 1) / layers);
        walkLayer(hidden, m_model.layer(layer, part), layer, &keep, part);
    }
    return logitsOf(hidden.states.bottomRows(1), progress);
}

Matrix Generator::next(int token, const Progress& progress)
{
    assert(!m_tokens.empty());
    if (m_restartAt > 0 && length() == m_restartAt) {
        std::vector<int> tokens = m_tokens;
        tokens.push_back(token);
        return start(tokens, progress);
    }
    Matrix hidden = embed(checkpoint(), { { token } }, length()).states;
    m_tokens.push_back(token);
    for (std::size_t layer = 0; layer < m_caches.size(); ++layer) {
        progress.checkCancelled();
        const ExpertLender experts = [&](int expert) -> const ExpertWeights& {
            return m_model.expert(int(layer), expert, progress);
        };
        stepToken(hidden, m_model.layer(int(layer), progress), experts, m_caches[layer], progress);
    }
    return logitsOf(hidden, progress);
}

Matrix Generator::logitsOf(const MatrixView& hidden, const Progress& progress)
{
    Matrix logits = m_model.headTimes(headInput(hidden, checkpoint(), progress), progress);
    scaleLogits(logits, logitScaling(checkpoint().config()));
    if (!vectormath::allFinite(logits.data(), std::size_t(logits.size())))
        throw Error(text(checkpoint().path().string(), ": the logits after token ", length(),
            " are not finite, expected finite numbers; the model's activations overflow"));
    return logits;
}

} // namespace core
