// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backwardattention.h"

#include "core/model/attention.h"
#include "core/model/linear.h"
#include "core/model/rotary.h"

#include <cassert>

namespace core::backward {

namespace {

    std::vector<Role> projectionsOf(const AttentionSpec& spec)
    {
        if (!spec.makesKeys)
            return { Role::AttnQ };
        if (spec.valuesAreKeys)
            return { Role::AttnQ, Role::AttnK };
        return { Role::AttnQ, Role::AttnK, Role::AttnV };
    }

    /// Takes the gate of each head from behind its query.
    void takeGate(Heads& heads, const AttentionSpec& spec)
    {
        const Matrix both = std::move(heads.madeQ);
        heads.madeQ.resize(both.rows(), spec.queries());
        heads.gate.resize(both.rows(), spec.queries());
        for (Index head = 0; head < spec.heads; ++head) {
            const Index first = head * spec.headDim;
            heads.madeQ.middleCols(first, spec.headDim) = both.middleCols(2 * first, spec.headDim);
            heads.gate.middleCols(first, spec.headDim)
                = both.middleCols(2 * first + spec.headDim, spec.headDim);
        }
    }

    void joinGate(MatrixBlock both, const Matrix& q, const Matrix& gate, const AttentionSpec& spec)
    {
        for (Index head = 0; head < spec.heads; ++head) {
            const Index first = head * spec.headDim;
            both.middleCols(2 * first, spec.headDim) = q.middleCols(first, spec.headDim);
            both.middleCols(2 * first + spec.headDim, spec.headDim)
                = gate.middleCols(first, spec.headDim);
        }
    }

    Heads projectHeads(const MatrixView& input, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        const std::vector<Role> projections = projectionsOf(spec);
        std::vector<MatrixView> parts;
        for (const Role role : projections)
            parts.push_back(step.weights.part(role));
        std::vector<Matrix> made = linear(input, parts, step.progress);
        for (std::size_t i = 0; i < projections.size(); ++i)
            if (const Vector bias = step.weights.biasOf(projections[i]); bias.size() > 0)
                made[i].rowwise() += bias.transpose();
        made.resize(3);
        Heads heads;
        heads.madeQ = std::move(made[0]);
        heads.madeK = std::move(made[1]);
        heads.madeV = std::move(made[2]);
        if (spec.isGated)
            takeGate(heads, spec);
        return heads;
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

    Matrix normedHeads(const Matrix& made, Role norm, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        if (spec.norm == QueryKeyNorm::None || made.size() == 0)
            return made;
        Matrix result(made.rows(), made.cols());
        const Vector& weight = step.weights.vector(norm);
        forTokens(made.rows(), step.progress, [&](Index row) {
            forNormedPieces(
                made.cols(), spec, [&](Index first, Index count, NormKind kind, Index firstWeight) {
                    normRow(made.row(row).data() + first, std::size_t(count), kind,
                        step.weights.spec.epsilon, weight.data() + firstWeight, nullptr,
                        result.row(row).data() + first);
                });
        });
        return result;
    }

    /// `g` becomes the gradient at what the matrix made.
    void throughHeadNorms(Matrix& g, const Matrix& made, Role norm, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        if (spec.norm == QueryKeyNorm::None || made.size() == 0)
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

    /// body(first channel) for each head of a row of `made`, on all processors.
    template<typename Body>
    void forValueHeads(const Matrix& made, const Step& step, const Body& body)
    {
        forTokens(made.rows(), step.progress, [&](Index row) {
            for (Index first = 0; first < made.cols(); first += step.weights.spec.attention.headDim)
                body(row, first);
        });
    }

    /// Each head of the values divided by the root of its mean square.
    Matrix normedValues(const Matrix& made, const Step& step)
    {
        const int headDim = step.weights.spec.attention.headDim;
        const Vector ones = Vector::Ones(headDim);
        Matrix result(made.rows(), made.cols());
        forValueHeads(made, step, [&](Index row, Index first) {
            normRow(made.row(row).data() + first, std::size_t(headDim), NormKind::RootMeanSquare,
                step.weights.spec.epsilon, ones.data(), nullptr, result.row(row).data() + first);
        });
        return result;
    }

    void throughValueNorms(Matrix& g, const Matrix& made, const Step& step)
    {
        const int headDim = step.weights.spec.attention.headDim;
        const Vector ones = Vector::Ones(headDim);
        forValueHeads(made, step, [&](Index row, Index first) {
            float* values = g.row(row).data() + first;
            throughNormRow(made.row(row).data() + first, values, std::size_t(headDim),
                NormKind::RootMeanSquare, step.weights.spec.epsilon, ones.data(), values);
        });
    }

    /// The rotary embedding and the queries' scaling, forward or back. `k` may be empty.
    enum class Way { Forward, Back };
    void turn(Matrix& q, Matrix& k, Way way, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        const bool turns = spec.rotary.channels > 0;
        const RotaryTable table(spec.rotary, turns ? step.place.length : 0);
        const auto turnRow = [&](float* row, int heads, int position) {
            if (turns && way == Way::Forward)
                table.turn(row, heads, spec.headDim, position);
            else if (turns)
                table.turnBack(row, heads, spec.headDim, position);
        };
        forTokens(q.rows(), step.progress, [&](Index row) {
            const int position = int(row % step.place.length);
            turnRow(q.row(row).data(), spec.heads, position);
            if (k.size() > 0)
                turnRow(k.row(row).data(), spec.keyValueHeads, position);
            q.row(row) *= queryScale(spec, position);
        });
    }

    void makeValues(Heads& heads, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        const Matrix& made = spec.valuesAreKeys ? heads.madeK : heads.madeV;
        if (spec.normsValues)
            heads.v = normedValues(made, step);
        else if (spec.valuesAreKeys)
            heads.v = made;
        else
            heads.v = std::move(heads.madeV);
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
    Heads heads = projectHeads(input, step);
    heads.q = normedHeads(heads.madeQ, Role::AttnQNorm, step);
    heads.k = normedHeads(heads.madeK, Role::AttnKNorm, step);
    turn(heads.q, heads.k, Way::Forward, step);
    if (spec.makesKeys)
        makeValues(heads, step);
    else
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
    turn(g.q, g.k, Way::Back, step);
    throughHeadNorms(g.q, heads.madeQ, Role::AttnQNorm, step);
    throughHeadNorms(g.k, heads.madeK, Role::AttnKNorm, step);
    if (spec.makesKeys && spec.normsValues)
        throughValueNorms(g.v, spec.valuesAreKeys ? heads.madeK : heads.madeV, step);
    PartGradients parts(projectionsOf(spec), input.rows(), step.weights);
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
