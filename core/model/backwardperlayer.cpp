// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/activation.h"
#include "core/model/backwardsteps.h"
#include "core/model/linear.h"
#include "core/model/perlayerinputs.h"

#include <cassert>
#include <cmath>
#include <span>
#include <utility>

namespace core {

PerLayerInputs::Gradients PerLayerInputs::through(
    const MatrixView& g, std::span<const int> tokens, int layer, const Progress& progress) const
{
    const Projected way = projected(tokens, layer, progress);
    Matrix gMade = std::sqrt(0.5f) * g;
    backward::forTokens(g.rows(), progress, [&](Eigen::Index row) {
        float* values = gMade.row(row).data();
        backward::throughNormRow(way.made.row(row).data(), values, std::size_t(m_size),
            NormKind::RootMeanSquare, m_epsilon, m_norm.data(), values);
    });
    gMade *= m_scale;
    return { backward::throughLinear(gMade, way.projection, progress),
        std::sqrt(0.5f * float(m_size)) * g };
}

namespace backward {

    namespace {

        /// A layer's own input of a tile's tokens.
        class OwnInput {
        public:
            explicit OwnInput(const Step& step, Index rows)
                : m_step(step)
                , m_layer(step.weights.spec.perLayer->layer)
                , m_size(step.weights.spec.perLayer->size)
            {
                assert(step.place.beside && step.place.beside->forward.perLayer);
                const Beside& beside = step.place.beside->forward;
                m_inputs = beside.perLayer.get();
                m_tokens = std::span<const int>(beside.tokens)
                               .subspan(std::size_t(step.place.firstToken), std::size_t(rows));
            }
            Matrix rows() const { return m_inputs->rows(m_tokens, m_layer, m_step.progress); }
            /// Shows the gradients at the embeddings, `g` being those at rows().
            void show(const MatrixView& g) const
            {
                const auto found = m_inputs->through(g, m_tokens, m_layer, m_step.progress);
                const Index first = m_step.place.firstToken;
                m_step.observer.embeddingGradient({ Role::TokenEmbd, 0, found.embedding, first });
                m_step.observer.embeddingGradient(
                    { Role::TokenEmbdPerLayer, Index(m_layer) * m_size, found.perLayer, first });
            }

        private:
            const Step& m_step;
            int m_layer, m_size;
            const PerLayerInputs* m_inputs;
            std::span<const int> m_tokens;
        };

    } // namespace

    // hidden += post_norm(proj · (act(inp_gate · hidden) ∘ own)): core/model/layer.cpp.
    Matrix throughPerLayer(const MatrixView& g, const MatrixView& hidden, const Step& step)
    {
        const LayerWeights& weights = step.weights;
        const Activation activation = weights.spec.perLayer->activation;
        const OwnInput input(step, g.rows());
        const Matrix own = input.rows();
        const Matrix& inpGate = weights.matrix(Role::PerLayerInpGate);
        Matrix gate = linearProduct(hidden, inpGate, step.progress);
        Matrix gated(gate.rows(), gate.cols());
        const std::size_t size = std::size_t(gate.cols());
        forTokens(g.rows(), step.progress, [&](Index row) {
            activateTimes(
                activation, gate.row(row).data(), own.row(row).data(), size, gated.row(row).data());
        });
        const Matrix& proj = weights.matrix(Role::PerLayerProj);
        const Matrix made = linearProduct(gated, proj, step.progress);
        const Matrix written = throughNormBefore(made, g, Role::PerLayerPostNorm, step);
        step.show(Role::PerLayerProj, gated, written);
        Matrix gOwn = throughLinear(written, proj, step.progress);
        forTokens(g.rows(), step.progress, [&](Index row) {
            throughActivationTimes(
                activation, gate.row(row).data(), own.row(row).data(), gOwn.row(row).data(), size);
        });
        input.show(gOwn);
        step.show(Role::PerLayerInpGate, hidden, gate);
        return throughLinear(gate, inpGate, step.progress);
    }

} // namespace backward

} // namespace core
