// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backwardattention.h"

#include "core/model/linear.h"
#include "core/model/rotary.h"

#include <cassert>

namespace core::backward {

namespace {

    void joinGate(MatrixBlock both, const Matrix& q, const Matrix& gate, const AttentionSpec& spec)
    {
        for (Index head = 0; head < spec.heads; ++head) {
            const Index first = head * spec.headDim;
            both.middleCols(2 * first, spec.headDim) = q.middleCols(first, spec.headDim);
            both.middleCols(2 * first + spec.headDim, spec.headDim)
                = gate.middleCols(first, spec.headDim);
        }
    }

    /// Calls body(first channel, channels, kind, weights' first) for every piece of a row of
    /// queries or keys that is normed by itself.
    template<typename Body>
    void forNormedPieces(Index channels, const AttentionSpec& spec, const Body& body)
    {
        if (spec.norm == QueryKeyNorm::Whole)
            return body(0, channels, NormKind::RootMeanSquare, 0);
        const bool isOwn = spec.norm == QueryKeyNorm::HeadLayer; // weights of its own
        for (Index first = 0; first < channels; first += spec.headDim)
            body(first, Index(spec.headDim), isOwn ? NormKind::Layer : NormKind::RootMeanSquare,
                isOwn ? first : 0);
    }

    /// `g` becomes the gradient at what the matrix made.
    void throughHeadNorms(Matrix& g, const Matrix& made, Role norm, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        if (made.size() == 0)
            return;
        const Vector& weight = step.weights.vector(norm);
        forTokens(g.rows(), step.progress, [&](Index row) {
            forNormedPieces(
                g.cols(), spec, [&](Index first, Index count, NormKind kind, Index firstWeight) {
                    float* values = g.row(row).data() + first;
                    throughNormRow(made.row(row).data() + first, values, std::size_t(count), kind,
                        step.weights.spec.epsilon, weight.data() + firstWeight, values);
                });
        });
    }

    void throughValueNorms(Matrix& g, const Matrix& made, const Step& step)
    {
        const int headDim = step.weights.spec.attention.headDim;
        const Vector ones = Vector::Ones(headDim);
        forTokens(made.rows(), step.progress, [&](Index row) {
            for (Index first = 0; first < made.cols(); first += headDim) {
                float* values = g.row(row).data() + first;
                throughNormRow(made.row(row).data() + first, values, std::size_t(headDim),
                    NormKind::RootMeanSquare, step.weights.spec.epsilon, ones.data(), values);
            }
        });
    }

    /// Back through the queries' scaling and the rotary embedding. `k` may be empty.
    void turnBack(Matrix& q, Matrix& k, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        const bool turns = spec.rotary.channels > 0;
        const RotaryTable table(spec.rotary, turns ? step.place.length : 0);
        forTokens(q.rows(), step.progress, [&](Index row) {
            const int position = int(row % step.place.length);
            q.row(row) *= queryScale(spec, position);
            if (turns)
                table.turnBack(q.row(row).data(), spec.heads, spec.headDim, position);
            if (turns && k.size() > 0)
                table.turnBack(k.row(row).data(), spec.keyValueHeads, spec.headDim, position);
        });
    }

    void takeSharedKeys(Heads& heads, const Step& step)
    {
        const BackwardPlace& place = step.place;
        assert(place.beside);
        const KeysAndValues& shared
            = place.beside->forward.shared.at(*step.weights.spec.attention.sharedKeys);
        heads.k = shared.keys.middleRows(place.firstToken, heads.q.rows());
        heads.v = shared.values.middleRows(place.firstToken, heads.q.rows());
    }

    /// Adds the gradients at keys and values to those that the layer which made them will take.
    void lendBack(const HeadGradients& g, const Step& step)
    {
        const BackwardPlace& place = step.place;
        const int from = *step.weights.spec.attention.sharedKeys;
        const Index tokens = place.beside->rows;
        KeysAndValues& sums = place.beside->gradients[from];
        if (sums.keys.size() == 0) {
            sums.keys = Matrix::Zero(tokens, g.k.cols());
            sums.values = Matrix::Zero(tokens, g.v.cols());
        }
        sums.keys.middleRows(place.firstToken, g.k.rows()) += g.k;
        sums.values.middleRows(place.firstToken, g.v.rows()) += g.v;
    }

    /// What the layers behind said about the keys and values that they borrowed.
    void addLent(HeadGradients& g, const Step& step)
    {
        const auto& from = step.weights.spec.attention.sharedKeys;
        if (!from || !step.place.beside->gradients.contains(*from))
            return;
        const KeysAndValues& sums = step.place.beside->gradients.at(*from);
        g.k += sums.keys.middleRows(step.place.firstToken, g.k.rows());
        g.v += sums.values.middleRows(step.place.firstToken, g.v.rows());
    }

} // namespace

Heads headsOf(const MatrixView& input, const Step& step)
{
    const AttentionSpec& spec = step.weights.spec.attention;
    Heads heads{ projectedHeads(linear(input, step.weights.parts(headRoles(spec)), step.progress),
                     step.weights),
        {}, {}, {} };
    if (spec.norm != QueryKeyNorm::None) {
        heads.madeQ = heads.q;
        heads.madeK = heads.k;
    }
    if (spec.normsValues)
        heads.madeV = heads.v;
    finishHeads(heads, step.weights, { 0, step.place.length });
    if (!spec.makesKeys)
        takeSharedKeys(heads, step);
    return heads;
}

Matrix throughHeads(HeadGradients g, const Heads& heads, const MatrixView& input, const Step& step)
{
    const AttentionSpec& spec = step.weights.spec.attention;
    if (spec.makesKeys) {
        addLent(g, step);
    } else {
        lendBack(g, step);
        g.k.resize(0, 0);
    }
    turnBack(g.q, g.k, step);
    throughHeadNorms(g.q, heads.madeQ, Role::AttnQNorm, step);
    throughHeadNorms(g.k, heads.madeK, Role::AttnKNorm, step);
    throughValueNorms(g.v, heads.madeV, step);
    PartGradients parts(headRoles(spec), input.rows(), step.weights);
    if (spec.isGated)
        joinGate(parts.part(Role::AttnQ), g.q, g.gate, spec);
    else
        parts.part(Role::AttnQ) = g.q;
    if (spec.makesKeys)
        parts.part(Role::AttnK) = spec.valuesAreKeys ? Matrix(g.k + g.v) : g.k;
    if (spec.makesKeys && !spec.valuesAreKeys)
        parts.part(Role::AttnV) = g.v;
    return parts.throughMatrices(input, step);
}

} // namespace core::backward
