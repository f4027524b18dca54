// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/backward.h"

#include "core/model/backwardsteps.h"
#include "core/model/experts.h"

namespace core {

using namespace backward;

namespace {

    Matrix contextAt(const MatrixView& input, const Step& step)
    {
        BesideTile tile;
        if (step.place.beside)
            tile = { &step.place.beside->forward, step.place.firstToken, step.place.beside->rows };
        return attentionContext(
            input, step.weights, step.place.length, step.progress, { tile, {} });
    }

    /// The residual stream after the feed-forward that reads `read`.
    Matrix afterFeedForward(const MatrixView& read, const Step& step)
    {
        Matrix hidden = read;
        const Matrix input = feedForwardInput(read, step.weights, step.progress);
        if (step.weights.spec.experts)
            addExperts(hidden, input, step.weights, {}, step.progress);
        else
            addFeedForward(hidden, feedForwardGated(input, step.weights, step.progress),
                step.weights, step.progress);
        return hidden;
    }

    /// `read`: the stream that the feed-forward's norm reads.
    Matrix throughSecond(const MatrixView& g, const MatrixView& read, const Step& step)
    {
        const LayerSpec& spec = step.weights.spec;
        if (spec.experts && spec.experts->isBeside)
            return throughExpertsBeside(g, read, step);
        const Matrix input = feedForwardInput(read, step.weights, step.progress);
        Matrix own
            = spec.experts ? throughExperts(g, input, step) : throughFeedForward(g, input, step);
        return throughNormBefore(read, std::move(own), spec.feedForwardNorm, step);
    }

} // namespace

void backwardLayer(MatrixBlock gradient, const MatrixView& hidden, const LayerWeights& weights,
    const BackwardPlace& place, BackwardObserver& observer, const Progress& progress)
{
    const LayerSpec& spec = weights.spec;
    const Step step{ weights, place, observer, progress };
    const Matrix input = attentionInput(hidden, weights, progress);
    const Matrix context = contextAt(input, step);
    Matrix middle; // what the feed-forward's norm reads, where it is not `hidden`
    if (!spec.isParallel) {
        middle = hidden;
        addAttention(middle, context, weights, progress);
    }
    const MatrixView read = spec.isParallel ? hidden : MatrixView(middle);
    scaleOutput(gradient, weights); // its own transpose
    if (spec.perLayer)
        gradient += throughPerLayer(gradient, afterFeedForward(read, step), step);
    const Matrix second = throughSecond(gradient, read, step);
    if (!spec.isParallel)
        gradient += second;
    gradient += throughNormBefore(
        hidden, throughMixer(gradient, input, context, step), spec.attentionNorm, step);
    if (spec.isParallel)
        gradient += second;
}

} // namespace core
