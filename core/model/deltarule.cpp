// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/deltarule.h"

#include "core/model/deltachunk.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace core {

namespace deltarule {

    namespace {

        constexpr Index solvedRows = 16; // of the system, one by one

        /// X ← (I + L)⁻¹ X, L the part of `system` strictly below its diagonal.
        void solveUnitLower(const Matrix& system, Matrix& X)
        {
            Matrix known;
            for (Index first = 0; first < X.rows(); first += solvedRows) {
                const Index count = std::min(solvedRows, X.rows() - first);
                if (first > 0) {
                    known.resize(count, X.cols());
                    setProduct(known, system.block(first, 0, count, first), X.topRows(first));
                    X.middleRows(first, count) -= known;
                }
                for (Index row = first + 1; row < first + count; ++row)
                    for (Index before = first; before < row; ++before)
                        X.row(row) -= system(row, before) * X.row(before);
            }
        }

    } // namespace

    Chunk chunkOf(const DeltaRuleInputs& inputs, Index first)
    {
        const Index count = std::min(chunkTokens, inputs.k.rows() - first);
        Chunk result{ inputs.q.middleRows(first, count), inputs.k.middleRows(first, count),
            inputs.v.middleRows(first, count), Vector(count), Vector(count),
            Matrix::Zero(count, count), inputs.rate.segment(first, count) };
        std::array<double, chunkTokens> sums{};
        double sum = 0;
        for (Index i = 0; i < count; ++i)
            sums[std::size_t(i)] = sum += double(inputs.decay[first + i]);
        for (Index i = 0; i < count; ++i) {
            result.decayed[i] = std::exp(float(sums[std::size_t(i)]));
            result.remaining[i] = std::exp(float(sum - sums[std::size_t(i)]));
            for (Index j = 0; j <= i; ++j)
                result.within(i, j) = std::exp(float(sums[std::size_t(i)] - sums[std::size_t(j)]));
        }
        return result;
    }

    ChunkUpdates updatesOf(const Chunk& part, const Matrix& state)
    {
        const Index tokens = part.k.rows();
        ChunkUpdates made{ Matrix(tokens, part.k.cols()), Matrix(tokens, tokens), {}, {} };
        setProduct(made.known, part.k, state);
        made.known = (part.decayed.asDiagonal() * made.known).eval();
        made.updates = part.rate.asDiagonal() * (part.v - made.known).eval();
        setProductTransposed(made.meeting, part.k, part.k);
        made.meeting = made.meeting.cwiseProduct(part.within).eval();
        made.system = part.rate.asDiagonal() * made.meeting;
        solveUnitLower(made.system, made.updates);
        return made;
    }

    void passChunk(MatrixBlock output, const Chunk& part, Matrix& state)
    {
        const Matrix updates = updatesOf(part, state).updates;
        setProduct(output, part.q, state);
        Matrix scores(part.q.rows(), part.q.rows());
        setProductTransposed(scores, part.q, part.k);
        scores = scores.cwiseProduct(part.within).eval();
        Matrix inside(part.q.rows(), part.q.cols());
        setProduct(inside, scores, updates);
        output = part.decayed.asDiagonal() * output + inside;

        const Matrix keys = (part.remaining.asDiagonal() * part.k).transpose();
        Matrix added(state.rows(), state.cols());
        setProduct(added, keys, updates);
        state = part.decayed[part.decayed.size() - 1] * state + added;
    }

} // namespace deltarule

Matrix gatedDeltaRule(const DeltaRuleInputs& inputs)
{
    Matrix state = Matrix::Zero(inputs.k.cols(), inputs.k.cols());
    return gatedDeltaRule(inputs, state);
}

Matrix gatedDeltaRule(const DeltaRuleInputs& inputs, Matrix& state)
{
    return deltarule::passChunks(inputs, state, [](const Matrix&) {});
}

} // namespace core
