// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/model/backwardattention.h"
#include "core/model/latentattention.h"
#include "core/model/linear.h"
#include "core/model/norm.h"
#include "core/model/rotary.h"

#include <algorithm>
#include <utility>

namespace core::backward {

namespace {

    /// So many heads at a time have gradients at the latents of their own, so that their sum is
    /// the same for any number of threads.
    constexpr int headsTogether = 4;

    class LatentBack {
    public:
        LatentBack(const MatrixView& input, const Step& step)
            : m_input(input)
            , m_step(step)
            , m_spec(step.weights.spec.attention)
            , m_latent(*m_spec.latent)
            , m_way(attentionLatents(input, step.weights, step.place.length, {}, step.progress))
            , m_gQueries(Matrix::Zero(m_way.queries.rows(), m_way.queries.cols()))
            , m_gKeys(Matrix::Zero(m_way.keys.rows(), m_way.keys.cols()))
        {
        }

        /// `g`: at the heads' values, (tokens, heads × value). Gives the gradient at the input.
        Matrix through(const MatrixView& g)
        {
            for (int first = 0; first < m_spec.heads; first += headsTogether)
                throughHeads(g, first, std::min(headsTogether, m_spec.heads - first));
            turnBack();
            Matrix result = throughKeys();
            result += throughQueries();
            return result;
        }

    private:
        /// Gradients of one head: at its queries in the latent space and at all latents.
        struct Own {
            Matrix queries, g; ///< (tokens, rank + turned), (tokens, rank): what it takes of them
            Matrix gQueries, gKeys;
        };

        MatrixView headMatrix(Role role, int head, int rows) const
        {
            return m_step.weights.matrix(role).middleRows(Index(head) * rows, rows);
        }

        void show(Role role, int head, int rows, const MatrixView& x, const MatrixView& g) const
        {
            m_step.observer.linearGradient({ role, m_step.place.layer, Index(head) * rows, x, g, {},
                m_step.place.firstToken });
        }

        void throughHeads(const MatrixView& g, int first, int count)
        {
            std::vector<Own> heads;
            for (int head = first; head < first + count; ++head)
                heads.push_back(entered(g, head));
            const std::size_t sequences = std::size_t(m_input.rows() / m_step.place.length);
            parallelFor(sequences * heads.size(), [&](std::size_t task) {
                const Index length = m_step.place.length;
                const Index start = Index(task % sequences) * length;
                Own& own = heads[task / sequences];
                MatrixBlock gKeys = own.gKeys.middleRows(start, length);
                const auto keys = m_way.keys.middleRows(start, length);
                throughAttending(
                    { own.queries.middleRows(start, length), keys, keys.leftCols(m_latent.keyRank),
                        own.g.middleRows(start, length), nullptr },
                    own.gQueries.middleRows(start, length), gKeys, gKeys.leftCols(m_latent.keyRank),
                    m_spec, m_step.progress);
            });
            for (int i = 0; i < count; ++i)
                left(heads[std::size_t(i)], first + i);
        }

        /// The way forward of a head to its latents, and the gradient at those, through attn_v_b.
        Own entered(const MatrixView& g, int head) const
        {
            Own own;
            own.queries = latentQueries(
                m_way, head, m_step.weights, m_step.place.length, {}, m_step.progress);
            const Matrix taken = latentsTaken(
                own.queries, m_way.keys, m_spec, m_step.place.length, m_step.progress);
            const auto gValues = g.middleCols(Index(head) * m_latent.value, m_latent.value);
            show(Role::AttnVB, head, m_latent.value, taken, gValues);
            own.g = throughLinear(
                gValues, headMatrix(Role::AttnVB, head, m_latent.value), m_step.progress);
            own.gQueries = Matrix::Zero(own.queries.rows(), own.queries.cols());
            own.gKeys = Matrix::Zero(m_way.keys.rows(), m_way.keys.cols());
            return own;
        }

        /// Through attn_k_b to what the head's queries were.
        void left(Own& own, int head)
        {
            m_gKeys += own.gKeys;
            for (Index row = 0; row < own.gQueries.rows(); ++row)
                own.gQueries.row(row) *= queryScale(m_spec, row % m_step.place.length);
            const Index column = Index(head) * m_spec.headDim;
            const auto g = own.gQueries.leftCols(m_latent.keyRank);
            show(Role::AttnKB, head, m_latent.keyRank,
                m_way.queries.middleCols(column, m_latent.plain), g);
            m_gQueries.middleCols(column, m_latent.plain) = throughLinear(
                g, headMatrix(Role::AttnKB, head, m_latent.keyRank), m_step.progress);
            m_gQueries.middleCols(column + m_latent.plain, m_latent.turned)
                = own.gQueries.rightCols(m_latent.turned);
        }

        void turnBack()
        {
            const int length = m_step.place.length;
            const RotaryTable table(m_spec.rotary, length);
            forTokens(m_gQueries.rows(), m_step.progress, [&](Index row) {
                const int position = int(row % length);
                table.turnBack(m_gQueries.row(row).data() + m_latent.plain, m_spec.heads,
                    m_spec.headDim, position);
                table.turnBack(
                    m_gKeys.row(row).data() + m_latent.keyRank, 1, m_latent.turned, position);
            });
        }

        /// Through a norm of latents, `made` before it.
        Matrix throughLatentNorm(const MatrixView& made, const MatrixView& g, Role role) const
        {
            return throughNorm(made, g,
                { NormKind::RootMeanSquare, m_latent.epsilon, &m_step.weights.vector(role),
                    nullptr },
                m_step.progress);
        }

        Matrix shownThrough(Role role, const MatrixView& x, const MatrixView& g) const
        {
            m_step.show(role, x, g);
            return throughLinear(g, m_step.weights.matrix(role), m_step.progress);
        }

        Matrix throughKeys()
        {
            const Matrix made
                = linearProduct(m_input, m_step.weights.matrix(Role::AttnKvAMqa), m_step.progress);
            m_gKeys.leftCols(m_latent.keyRank) = throughLatentNorm(made.leftCols(m_latent.keyRank),
                m_gKeys.leftCols(m_latent.keyRank), Role::AttnKvANorm);
            return shownThrough(Role::AttnKvAMqa, m_input, m_gKeys);
        }

        Matrix throughQueries() const
        {
            if (m_latent.queryRank == 0)
                return shownThrough(Role::AttnQ, m_input, m_gQueries);
            const Matrix read = latentQueryInput(m_input, m_step.weights, m_step.progress);
            const Matrix g = shownThrough(Role::AttnQB, read, m_gQueries);
            const Matrix made
                = linearProduct(m_input, m_step.weights.matrix(Role::AttnQA), m_step.progress);
            return shownThrough(
                Role::AttnQA, m_input, throughLatentNorm(made, g, Role::AttnQANorm));
        }

        const MatrixView m_input;
        const Step& m_step;
        const AttentionSpec& m_spec;
        const LatentSpec& m_latent;
        const Latents m_way;
        Matrix m_gQueries, m_gKeys;
    };

} // namespace

Matrix throughLatentAttention(const MatrixView& g, const MatrixView& input, const Step& step)
{
    return LatentBack(input, step).through(g);
}

} // namespace core::backward
