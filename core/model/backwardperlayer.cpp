// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/activation.h"
#include "core/model/backwardsteps.h"
#include "core/model/linear.h"
#include "core/model/perlayerinputs.h"

#include <cassert>
#include <span>
#include <utility>

namespace core::backward {

// hidden += post_norm(proj · (act(inp_gate · hidden) ∘ own)): core/model/layer.cpp.
Matrix throughPerLayer(const MatrixView& g, const MatrixView& hidden, const Step& step)
{
    const LayerWeights& weights = step.weights;
    const PerLayerSpec& spec = *weights.spec.perLayer;
    assert(step.place.beside && step.place.beside->forward.perLayer);
    const PerLayerInputs& inputs = *step.place.beside->forward.perLayer;
    const auto tokens = std::span<const int>(step.place.beside->forward.tokens)
                            .subspan(std::size_t(step.place.firstToken), std::size_t(g.rows()));
    const Matrix own = inputs.rows(tokens, spec.layer, step.progress);
    const Matrix& inpGate = weights.matrix(Role::PerLayerInpGate);
    Matrix gate = std::move(linear(hidden, { inpGate }, step.progress).front());
    Matrix gated(gate.rows(), gate.cols());
    const std::size_t size = std::size_t(gate.cols());
    forTokens(g.rows(), step.progress, [&](Index row) {
        activateTimes(spec.activation, gate.row(row).data(), own.row(row).data(), size,
            gated.row(row).data());
    });
    const Matrix& proj = weights.matrix(Role::PerLayerProj);
    const Matrix made = std::move(linear(gated, { proj }, step.progress).front());
    const Matrix written = throughNormBefore(made, g, Role::PerLayerPostNorm, step);
    step.show(Role::PerLayerProj, gated, written);
    Matrix gOwn = throughLinear(written, proj, step.progress);
    forTokens(g.rows(), step.progress, [&](Index row) {
        throughActivationTimes(spec.activation, gate.row(row).data(), own.row(row).data(),
            gOwn.row(row).data(), size);
    });
    const PerLayerInputs::Gradients found
        = inputs.through(gOwn, tokens, spec.layer, step.progress);
    step.observer.embeddingGradient(
        { Role::TokenEmbd, 0, found.embedding, step.place.firstToken });
    step.observer.embeddingGradient({ Role::TokenEmbdPerLayer, Index(spec.layer) * spec.size,
        found.perLayer, step.place.firstToken });
    step.show(Role::PerLayerInpGate, hidden, gate);
    return throughLinear(gate, inpGate, step.progress);
}

} // namespace core::backward
