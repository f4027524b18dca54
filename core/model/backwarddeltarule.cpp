// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backwardsteps.h"
#include "core/model/deltachunk.h"

#include <algorithm>

namespace core {

namespace deltarule {

    namespace {

        Matrix multiplied(const MatrixView& a, const MatrixView& b)
        {
            Matrix c(a.rows(), b.cols());
            setProduct(c, a, b);
            return c;
        }

        /// X ← (I + L)⁻ᵀ X, L the part of `system` strictly below its diagonal.
        void solveUnitLowerTransposed(const Matrix& system, Matrix& X)
        {
            for (Index row = X.rows() - 1; row >= 0; --row)
                for (Index after = row + 1; after < X.rows(); ++after)
                    X.row(row) -= system(after, row) * X.row(after);
        }

        /// One chunk on its way back: the gradients at its inputs, summed up step by step. D, R,
        /// Γ: `decayed`, `remaining` and `within` as diagonals and matrix.
        struct ChunkBack {
            const Chunk& part;
            const Matrix& state; ///< S, before the chunk
            Matrix gq, gk, gv;
            Vector gRate;
            /// At the sums of decays up to each token: log D.
            Eigen::VectorXd gSums;
            Matrix gState; ///< at S

            ChunkBack(const Chunk& chunk, const Matrix& before)
                : part(chunk)
                , state(before)
                , gSums(Eigen::VectorXd::Zero(chunk.k.rows()))
            {
            }

            /// The values at (i, j) were multiplied by Γ: `weighed` is gradient times value.
            void addThroughWithin(const Matrix& weighed)
            {
                gSums += weighed.cast<double>().rowwise().sum();
                gSums -= weighed.cast<double>().colwise().sum().transpose();
            }

            /// Through o = D q S + (q kᵀ ∘ Γ) U and S′ = D_last S + (R k)ᵀ U to U. `g`: at o,
            /// `gNext`: at S′.
            Matrix throughOutputs(const MatrixView& g, const Matrix& updates, const Matrix& gNext)
            {
                const Matrix gAsked = part.decayed.asDiagonal() * g; // at q S
                gq = multiplyTransposed(gAsked, state);
                gSums += gq.cwiseProduct(part.q).rowwise().sum().cast<double>();
                const float last = part.decayed[part.decayed.size() - 1];
                gState = last * gNext;
                backward::addTransposedProduct(gState, part.q, gAsked);

                Matrix scores = multiplyTransposed(part.q, part.k);
                const Matrix gScores = multiplyTransposed(g, updates).cwiseProduct(part.within);
                addThroughWithin(gScores.cwiseProduct(scores));
                scores = scores.cwiseProduct(part.within).eval();
                gq += multiplied(gScores, part.k);

                gk = part.remaining.asDiagonal() * multiplyTransposed(updates, gNext);
                const Eigen::VectorXd kept = gk.cwiseProduct(part.k).rowwise().sum().cast<double>();
                gSums -= kept;
                gSums[gSums.size() - 1] += kept.sum()
                    + double(last) * gNext.cast<double>().cwiseProduct(state.cast<double>()).sum();
                backward::addTransposedProduct(gk, gScores, part.q);

                Matrix gUpdates = part.remaining.asDiagonal() * multiplied(part.k, gNext);
                backward::addTransposedProduct(gUpdates, scores, g);
                return gUpdates;
            }

            /// Through (I + L) U = rate · (v − D k S), L = rate · (k kᵀ ∘ Γ) below its diagonal.
            void throughUpdates(const ChunkUpdates& made, Matrix gUpdates)
            {
                solveUnitLowerTransposed(made.system, gUpdates); // now at the right side
                gRate = gUpdates.cwiseProduct(part.v - made.known).rowwise().sum();
                gv = part.rate.asDiagonal() * gUpdates;

                Matrix gSystem = -multiplyTransposed(gUpdates, made.updates);
                gSystem.triangularView<Eigen::Upper>().setZero();
                gRate += gSystem.cwiseProduct(made.meeting).rowwise().sum();
                addThroughWithin(gSystem.cwiseProduct(made.system));
                const Matrix gMeeting
                    = (part.rate.asDiagonal() * gSystem).cwiseProduct(part.within);
                gk += multiplied(gMeeting, part.k);
                backward::addTransposedProduct(gk, gMeeting, part.k);

                const Matrix gKnown = -(part.decayed.asDiagonal() * gv); // at k S
                const Matrix ofKeys = multiplyTransposed(gKnown, state);
                gSums += ofKeys.cwiseProduct(part.k).rowwise().sum().cast<double>();
                gk += ofKeys;
                backward::addTransposedProduct(gState, part.k, gKnown);
            }
        };

    } // namespace

} // namespace deltarule

DeltaRulePass::DeltaRulePass(const DeltaRuleInputs& inputs)
    : m_inputs(inputs)
{
    Matrix state = Matrix::Zero(inputs.k.cols(), inputs.k.cols());
    m_output = deltarule::passChunks(
        inputs, state, [this](const Matrix& found) { m_states.push_back(found); });
}

DeltaRuleGradients DeltaRulePass::back(const MatrixView& g) const
{
    using namespace deltarule;
    const Index tokens = g.rows(), headDim = g.cols();
    DeltaRuleGradients result{ Matrix(tokens, headDim), Matrix(tokens, headDim),
        Matrix(tokens, headDim), Vector(tokens), Vector(tokens) };
    Matrix gState = Matrix::Zero(headDim, headDim);
    for (Index number = Index(m_states.size()) - 1; number >= 0; --number) {
        const Index first = number * chunkTokens;
        const Chunk part = chunkOf(m_inputs, first);
        const Index count = part.k.rows();
        const Matrix& state = m_states[std::size_t(number)];
        const ChunkUpdates made = updatesOf(part, state);
        ChunkBack back(part, state);
        back.throughUpdates(
            made, back.throughOutputs(g.middleRows(first, count), made.updates, gState));
        gState = std::move(back.gState);
        result.q.middleRows(first, count) = back.gq;
        result.k.middleRows(first, count) = back.gk;
        result.v.middleRows(first, count) = back.gv;
        result.rate.segment(first, count) = back.gRate;
        double sum = 0; // a token's decay is in the sums of all from it on
        for (Index i = count - 1; i >= 0; --i)
            result.decay[first + i] = float(sum += back.gSums[i]);
    }
    return result;
}

} // namespace core
