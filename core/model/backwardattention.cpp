// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/base/vectormath.h"
#include "core/model/backwardsteps.h"
#include "core/model/linear.h"
#include "core/model/rotary.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace core::backward {

namespace {

    constexpr std::array projections{ Role::AttnQ, Role::AttnK, Role::AttnV };
    constexpr int tileQueries = 64; // of a product, as on the way forward

    /// Queries and keys as their matrices make them, and as they meet; values.
    struct Heads {
        Matrix madeQ, madeK;
        Matrix q, k, v;
    };

    Heads projectHeads(const MatrixView& input, const Step& step)
    {
        std::vector<MatrixView> parts;
        for (const Role role : projections)
            parts.push_back(step.weights.part(role));
        std::vector<Matrix> made = linear(input, parts, step.progress);
        for (std::size_t i = 0; i < projections.size(); ++i)
            if (const Vector bias = step.weights.biasOf(projections[i]); bias.size() > 0)
                made[i].rowwise() += bias.transpose();
        Heads heads;
        heads.madeQ = std::move(made[0]);
        heads.madeK = std::move(made[1]);
        heads.v = std::move(made[2]);
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

    /// The factor of the queries at a position (Llama 4's scaling).
    float queryFactor(const AttentionSpec& spec, Index position)
    {
        if (spec.temperature == 0)
            return 1;
        return float(1
            + spec.temperature * std::log(1 + std::floor(double(position) / spec.temperatureSpan)));
    }

    Matrix normedHeads(const Matrix& made, Role norm, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        if (spec.norm == QueryKeyNorm::None)
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
        if (spec.norm == QueryKeyNorm::None)
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

    /// The rotary embedding and the queries' scaling, forward or back.
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
            turnRow(k.row(row).data(), spec.keyValueHeads, position);
            q.row(row) *= queryFactor(spec, position);
        });
    }

    Heads headsOf(const MatrixView& input, const Step& step)
    {
        Heads heads = projectHeads(input, step);
        heads.q = normedHeads(heads.madeQ, Role::AttnQNorm, step);
        heads.k = normedHeads(heads.madeK, Role::AttnKNorm, step);
        turn(heads.q, heads.k, Way::Forward, step);
        return heads;
    }

    /// Scores of one query that become its weights; `slopes` those of the cap times the scale.
    void weigh(
        float* scores, float* slopes, Index count, const AttentionSpec& spec, const float* sink)
    {
        Eigen::Map<Vector> values(scores, count), slope(slopes, count);
        slope.setConstant(spec.scale);
        values *= spec.scale;
        if (spec.cap > 0) {
            for (Index i = 0; i < count; ++i) {
                const float bent = std::tanh(scores[i] / spec.cap);
                scores[i] = spec.cap * bent;
                slopes[i] *= 1 - bent * bent;
            }
        }
        if (!sink)
            return vectormath::softmax(scores, std::size_t(count), 1);
        Vector all(count + 1);
        all.head(count) = values;
        all[count] = *sink;
        vectormath::softmax(all.data(), std::size_t(count + 1), 1);
        values = all.head(count);
    }

    /// The heads of one sequence that share a key/value head.
    struct Group {
        Index start; ///< row of the sequence's first token
        int keyHead;
    };

    /// Some queries of a head and the keys that they see.
    struct Span {
        int first, count; ///< queries
        int lowest, keys;
    };

    Span spanOf(int first, int length, const AttentionSpec& spec)
    {
        const int count = std::min(tileQueries, length - first);
        const int lowest = spec.window > 0 ? std::max(0, first - spec.window + 1) : 0;
        return { first, count, lowest, first + count - lowest };
    }

    /// The scores `P` (queries, keys) of a span become weights, the gradients `gS` at the weights
    /// those at the scores; 0 where a query does not see a key.
    void throughSoftmax(
        Matrix& P, Matrix& gS, const Span& span, const AttentionSpec& spec, const float* sink)
    {
        Vector slopes(span.keys);
        for (int i = 0; i < span.count; ++i) {
            const int end = span.first + i + 1 - span.lowest;
            const int begin = spec.window > 0 ? std::max(0, end - spec.window) : 0;
            weigh(P.row(i).data() + begin, slopes.data(), end - begin, spec, sink);
            auto p = P.row(i).segment(begin, end - begin);
            auto g = gS.row(i).segment(begin, end - begin);
            const float mean = p.dot(g);
            g = p.array() * (g.array() - mean) * slopes.head(end - begin).transpose().array();
            for (Matrix* each : { &P, &gS }) {
                each->row(i).head(begin).setZero();
                each->row(i).tail(span.keys - end).setZero();
            }
        }
    }

    /// Gradients at q, k, v of one group. `g` is that at the heads' outputs.
    void throughGroup(const Heads& heads, const MatrixView& g, const Group& group, Matrix& gq,
        Matrix& gk, Matrix& gv, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        const Vector* sinks = step.weights.findVector(Role::AttnSinks);
        const Index headDim = spec.headDim, keyColumn = group.keyHead * headDim;
        const int shared = spec.heads / spec.keyValueHeads, length = step.place.length;
        for (int head = group.keyHead * shared; head < (group.keyHead + 1) * shared; ++head)
            for (int first = 0; first < length; first += tileQueries) {
                step.progress.checkCancelled();
                const Span span = spanOf(first, length, spec);
                const auto queries = [&](auto& x) {
                    return x.block(group.start + first, head * headDim, span.count, headDim);
                };
                const auto seen = [&](auto& x) {
                    return x.block(group.start + span.lowest, keyColumn, span.keys, headDim);
                };
                Matrix P(span.count, span.keys), gS(span.count, span.keys);
                setProductTransposed(P, queries(heads.q), seen(heads.k));
                setProductTransposed(gS, queries(g), seen(heads.v));
                throughSoftmax(P, gS, span, spec, sinks ? sinks->data() + head : nullptr);
                setProduct(queries(gq), gS, seen(heads.k));
                addTransposedProduct(seen(gk), gS, queries(heads.q));
                addTransposedProduct(seen(gv), P, queries(g));
            }
    }

} // namespace

Matrix throughAttention(
    const MatrixView& g, const MatrixView& input, const MatrixView& context, const Step& step)
{
    const LayerSpec& spec = step.weights.spec;
    const Matrix written
        = throughWriter(g, context, Role::AttnOutput, spec.attentionPostNorm, step);
    step.show(Role::AttnOutput, context, written);
    const Matrix gContext
        = throughLinear(written, step.weights.matrix(Role::AttnOutput), step.progress);
    const Heads heads = headsOf(input, step);
    Matrix gq = Matrix::Zero(heads.q.rows(), heads.q.cols());
    Matrix gk = Matrix::Zero(heads.k.rows(), heads.k.cols());
    Matrix gv = Matrix::Zero(heads.v.rows(), heads.v.cols());
    const std::size_t groups = std::size_t(spec.attention.keyValueHeads);
    const std::size_t sequences = std::size_t(input.rows() / step.place.length);
    parallelFor(sequences * groups, [&](std::size_t task) {
        const Group group{ Index(task / groups) * step.place.length, int(task % groups) };
        throughGroup(heads, gContext, group, gq, gk, gv, step);
    });
    turn(gq, gk, Way::Back, step);
    throughHeadNorms(gq, heads.madeQ, Role::AttnQNorm, step);
    throughHeadNorms(gk, heads.madeK, Role::AttnKNorm, step);
    PartGradients parts({ projections.begin(), projections.end() }, input.rows(), step.weights);
    parts.part(Role::AttnQ) = gq;
    parts.part(Role::AttnK) = gk;
    parts.part(Role::AttnV) = gv;
    return parts.throughMatrices(input, step);
}

} // namespace core::backward
