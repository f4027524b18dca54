// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/generator.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/vectormath.h"
#include "core/generate/tokenstep.h"
#include "core/model/logitscaling.h"
#include "core/model/walk.h"

#include <cassert>
#include <utility>

namespace core {

namespace {

    std::shared_ptr<const Checkpoint> computed(std::shared_ptr<const Checkpoint> checkpoint)
    {
        checkpoint->requireComputed();
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
    : m_model(computed(std::move(checkpoint)), heldBytes)
    , m_memories(std::size_t(this->checkpoint().config().layers))
    , m_restartAt(restartOf(this->checkpoint().config()))
{
}

Matrix Generator::start(const std::vector<int>& prompt, const Progress& progress)
{
    assert(!prompt.empty());
    m_tokens = prompt;
    for (LayerMemory& memory : m_memories)
        memory.clear();
    HiddenStates hidden = embed(checkpoint(), { prompt });
    RememberingObserver remember(m_memories, checkpoint().config());
    const int layers = checkpoint().config().layers;
    for (int layer = 0; layer < layers; ++layer) {
        const Progress part = progress.part(double(layer) / layers, double(layer + 1) / layers);
        walkLayer(hidden, m_model.layer(layer, part), layer, &remember, part);
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
    HiddenStates hidden = embed(checkpoint(), { { token } }, length());
    const SteppedToken stepped{ token, length(), hidden.beside.perLayer.get() };
    m_tokens.push_back(token);
    for (std::size_t layer = 0; layer < m_memories.size(); ++layer) {
        progress.checkCancelled();
        const ExpertLender experts = [&](int expert) -> const ExpertWeights& {
            return m_model.expert(int(layer), expert, progress);
        };
        const LayerWeights& weights = m_model.layer(int(layer), progress);
        const std::size_t lender
            = std::size_t(weights.spec.attention.sharedKeys.value_or(int(layer)));
        stepToken(hidden.states,
            { weights, experts, m_memories[layer], m_memories[lender], stepped, progress });
    }
    return logitsOf(hidden.states, progress);
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
