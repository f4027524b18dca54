// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/lonetensor.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/measure/evaluation.h"
#include "core/measure/scores.h"

#include <algorithm>
#include <cmath>

namespace core {

namespace {

    const std::vector<std::vector<int>>& measurable(const std::vector<std::vector<int>>& chunks)
    {
        if (chunks.empty() || scoredIn(int(chunks.front().size())) < 1)
            throw Error(text("the text gives ", chunks.size(), " chunks of ",
                chunks.empty() ? 0 : chunks.front().size(), " tokens, expected at least one of 3"));
        return chunks;
    }

} // namespace

MeasuredKld meanDivergence(const std::vector<double>& divergences)
{
    const double n = double(divergences.size());
    double sum = 0, squares = 0;
    for (const double divergence : divergences) {
        sum += divergence;
        squares += divergence * divergence;
    }
    const double variance = squares / n - sum / n * (sum / n);
    return { sum / n, n > 1 && variance > 0 ? std::sqrt(variance / (n - 1)) : 0 };
}

LoneMeasurement::LoneMeasurement(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& chunks, const Progress& progress)
    : LoneMeasurement(checkpoint, checkpoint, chunks, progress)
{
}

LoneMeasurement::LoneMeasurement(const Checkpoint& checkpoint, const Checkpoint& base,
    const std::vector<std::vector<int>>& chunks, const Progress& progress)
    : m_checkpoint(checkpoint)
    , m_base(base)
    , m_chunks(measurable(chunks))
    , m_states(walkKeeping(base, chunks, nullptr, progress.part(0, 0.5)))
{
    const int layers = checkpoint.config().layers;
    if (&checkpoint == &base) {
        m_before = headInputs(checkpoint, m_states.before(layers), progress);
        return;
    }
    HiddenStates hidden = embed(checkpoint, m_chunks);
    for (int i = 0; i < layers; ++i) {
        const Progress part = progress.part(0.5 + 0.5 * i / layers, 0.5 + 0.5 * (i + 1) / layers);
        walkLayer(hidden, loadLayer(checkpoint, i, part), i, nullptr, part);
    }
    m_before = headInputs(checkpoint, hidden.states, progress);
}

Matrix LoneMeasurement::headInputs(
    const Checkpoint& model, const MatrixView& hidden, const Progress& progress) const
{
    const int length = m_states.length(), count = scoredIn(length);
    Matrix scored(Eigen::Index(m_states.sequences()) * count, hidden.cols());
    for (int i = 0; i < m_states.sequences(); ++i)
        scored.middleRows(Eigen::Index(i) * count, count)
            = hidden.middleRows(Eigen::Index(i) * length + firstScored(length), count);
    return headInput(scored, model, progress);
}

std::vector<double> LoneMeasurement::from(
    int layer, const Checkpoint& changed, const Progress& progress) const
{
    const ModelConfig& config = m_checkpoint.config();
    const int layers = config.layers;
    // What is kept is the residual stream alone: layers that read something beside it want a walk
    // from the first one on.
    if (layer < layers && (config.sharedKeyLayers > 0 || config.perLayerSize > 0))
        layer = -1;
    HiddenStates hidden;
    if (layer < 0)
        hidden = embed(changed, m_chunks);
    else
        hidden = { TokenRows(m_states.before(layer)), m_states.length(), {} };
    for (int i = std::max(0, layer); i < layers; ++i) {
        const Progress part
            = progress.part(0.9 * i / layers, 0.9 * (i + 1) / layers); // the head takes the rest
        walkLayer(hidden, loadLayer(changed, i, part), i, nullptr, part);
    }
    const Matrix after = headInputs(changed, hidden.states, progress);
    const std::vector<int> targets(
        std::size_t(m_before.rows()), 0); // of losses that nobody asks for
    std::vector<double> divergences;
    for (const ScorePair& pair :
        scorePairs({ &m_checkpoint.head(), &m_before, logitScaling(m_checkpoint.config()) },
            { &changed.head(), &after, logitScaling(changed.config()) }, targets,
            progress.part(0.9, 1)))
        divergences.push_back(pair.divergence());
    return divergences;
}

/// That reads the tensor; −1: the embedding, the number of layers: the head.
int LoneMeasurement::firstLayerOf(const Tensor& tensor) const
{
    const Place place = tensor.place;
    const bool isHead = m_checkpoint.head().place == place && place.role != Role::TokenEmbd;
    return place.layer >= 0 ? place.layer : isHead ? m_checkpoint.config().layers : -1;
}

MeasuredKld LoneMeasurement::measure(const Tensor& rounded, const Progress& progress) const
{
    return meanDivergence(divergences({ rounded }, progress));
}

std::vector<double> LoneMeasurement::divergences(
    const std::vector<Tensor>& rounded, const Progress& progress) const
{
    int first = m_checkpoint.config().layers;
    for (const Tensor& tensor : rounded)
        first = std::min(first, firstLayerOf(tensor));
    return from(first, *m_base.withTensors(rounded), progress);
}

MeasuredKld LoneMeasurement::measureModel(const Checkpoint& changed, const Progress& progress) const
{
    return meanDivergence(from(-1, changed, progress));
}

} // namespace core
