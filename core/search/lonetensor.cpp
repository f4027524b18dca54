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

    MeasuredKld meanOf(const std::vector<ScorePair>& pairs)
    {
        const double n = double(pairs.size());
        double sum = 0, squares = 0;
        for (const ScorePair& pair : pairs) {
            const double divergence = pair.divergence();
            sum += divergence;
            squares += divergence * divergence;
        }
        const double variance = squares / n - sum / n * (sum / n);
        return { sum / n, n > 1 && variance > 0 ? std::sqrt(variance / (n - 1)) : 0 };
    }

} // namespace

LoneMeasurement::LoneMeasurement(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& chunks, const Progress& progress)
    : m_checkpoint(checkpoint)
    , m_chunks(measurable(chunks))
    , m_states(walkKeeping(checkpoint, chunks, nullptr, progress))
{
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

MeasuredKld LoneMeasurement::from(
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
    const Matrix before = headInputs(m_checkpoint, m_states.before(layers), progress);
    const Matrix after = headInputs(changed, hidden.states, progress);
    const std::vector<int> targets(std::size_t(before.rows()), 0); // of losses that nobody asks for
    return meanOf(scorePairs({ &m_checkpoint.head(), &before, logitScaling(m_checkpoint.config()) },
        { &changed.head(), &after, logitScaling(changed.config()) }, targets,
        progress.part(0.9, 1)));
}

MeasuredKld LoneMeasurement::measure(const Tensor& rounded, const Progress& progress) const
{
    const auto changed = m_checkpoint.withTensors({ rounded });
    const Place place = rounded.place;
    const bool isHead = m_checkpoint.head().place == place && place.role != Role::TokenEmbd;
    const int first = place.layer >= 0 ? place.layer : isHead ? m_checkpoint.config().layers : -1;
    return from(first, *changed, progress);
}

MeasuredKld LoneMeasurement::measureModel(const Checkpoint& changed, const Progress& progress) const
{
    return from(-1, changed, progress);
}

} // namespace core
