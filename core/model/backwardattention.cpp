// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backwardattention.h"

#include "core/base/parallel.h"
#include "core/base/vectormath.h"
#include "core/model/attending.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace core::backward {

namespace {

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

    /// Some queries of a head and the keys that they see.
    struct Span {
        int first, count; ///< queries
        int lowest, keys;
    };

    Span spanOf(int first, int length, const AttentionSpec& spec)
    {
        const int count = std::min(queryTile, length - first);
        const int lowest = lowestKey(spec, first);
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

    /// The gradients at q, k and v of the heads of one sequence that share a key/value head. `g`:
    /// at the heads' outputs before the gate.
    void throughGroup(HeadGradients& result, const Heads& heads, const MatrixView& g, Index start,
        int keyHead, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        const Vector* sinks = step.weights.findVector(Role::AttnSinks);
        const int shared = spec.heads / spec.keyValueHeads;
        const auto at = [&](auto& x, int head) {
            return x.block(start, Index(head) * spec.headDim, step.place.length, spec.headDim);
        };
        for (int head = keyHead * shared; head < (keyHead + 1) * shared; ++head)
            throughAttending({ at(heads.q, head), at(heads.k, keyHead), at(heads.v, keyHead),
                                 at(g, head), sinks ? sinks->data() + head : nullptr },
                at(result.q, head), at(result.k, keyHead), at(result.v, keyHead), spec,
                step.progress);
    }

    /// context = attended ∘ σ(gate): `g`, at the context, becomes that at what was attended; gives
    /// the gradient at the gate.
    Matrix throughGate(Matrix& g, const MatrixView& context, const Matrix& gate)
    {
        Matrix gGate(gate.rows(), gate.cols());
        for (Index row = 0; row < gate.rows(); ++row)
            for (Index channel = 0; channel < gate.cols(); ++channel) {
                const float share = 1 / (1 + std::exp(-gate(row, channel)));
                gGate(row, channel) = g(row, channel) * context(row, channel) * (1 - share);
                g(row, channel) *= share;
            }
        return gGate;
    }

    /// `g`: at the heads' outputs.
    Matrix throughAttention(
        Matrix g, const MatrixView& input, const MatrixView& context, const Step& step)
    {
        const AttentionSpec& spec = step.weights.spec.attention;
        const Heads heads = headsOf(input, step);
        HeadGradients result{ Matrix::Zero(heads.q.rows(), heads.q.cols()),
            Matrix::Zero(heads.k.rows(), heads.k.cols()),
            Matrix::Zero(heads.v.rows(), heads.v.cols()), {} };
        if (spec.isGated)
            result.gate = throughGate(g, context, heads.gate);
        const std::size_t groups = std::size_t(spec.keyValueHeads);
        const std::size_t sequences = std::size_t(input.rows() / step.place.length);
        parallelFor(sequences * groups, [&](std::size_t task) {
            throughGroup(result, heads, g, Index(task / groups) * step.place.length,
                int(task % groups), step);
        });
        return throughHeads(std::move(result), heads, input, step);
    }

} // namespace

void throughAttending(const AttendingHead& head, MatrixBlock gq, MatrixBlock gk, MatrixBlock gv,
    const AttentionSpec& spec, const Progress& progress)
{
    const int length = int(head.q.rows());
    for (int first = 0; first < length; first += queryTile) {
        progress.checkCancelled();
        const Span span = spanOf(first, length, spec);
        const auto q = head.q.middleRows(first, span.count);
        const auto g = head.g.middleRows(first, span.count);
        const auto k = head.k.middleRows(span.lowest, span.keys);
        Matrix P(span.count, span.keys), gS(span.count, span.keys);
        setProductTransposed(P, q, k);
        setProductTransposed(gS, g, head.v.middleRows(span.lowest, span.keys));
        throughSoftmax(P, gS, span, spec, head.sink);
        setProduct(gq.middleRows(first, span.count), gS, k);
        addTransposedProduct(gk.middleRows(span.lowest, span.keys), gS, q);
        addTransposedProduct(gv.middleRows(span.lowest, span.keys), P, g);
    }
}

Matrix throughMixer(
    const MatrixView& g, const MatrixView& input, const MatrixView& context, const Step& step)
{
    const LayerSpec& spec = step.weights.spec;
    const Role writer = spec.mixerOutput();
    const Matrix written = throughWriter(g, context, writer, spec.attentionPostNorm, step);
    step.show(writer, context, written);
    Matrix gContext = throughLinear(written, step.weights.matrix(writer), step.progress);
    if (spec.deltaNet)
        return throughDeltaNet(gContext, input, step);
    if (spec.shortConvolution)
        return throughShortConvolution(gContext, input, step);
    if (spec.attention.latent)
        return throughLatentAttention(gContext, input, step);
    return throughAttention(std::move(gContext), input, context, step);
}

} // namespace core::backward
