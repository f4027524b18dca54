// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/heldmodel.h"

#include "core/base/machinememory.h"
#include "core/base/matrixvector.h"
#include "core/base/parallel.h"

#include <algorithm>

namespace core {

namespace {

    /// Bytes of a layer's tensors as floats, its experts' left out.
    std::uint64_t layerBytes(const Checkpoint& checkpoint, int layer)
    {
        std::uint64_t bytes = 0;
        for (const Tensor* tensor : checkpoint.inLayer(layer))
            if (!isExpertStack(tensor->place.role))
                bytes += std::uint64_t(tensor->weights()) * sizeof(float);
        return bytes;
    }

    std::uint64_t bytesOf(const ExpertWeights& expert)
    {
        return std::uint64_t(expert.gate.size() + expert.up.size() + expert.down.size())
            * sizeof(float);
    }

    /// Rows of the head that are decoded and multiplied at a time.
    Eigen::Index rowsATask(const Tensor& head)
    {
        constexpr std::int64_t weights = 1 << 16;
        return Eigen::Index(std::max<std::int64_t>(1, weights / head.columns));
    }

} // namespace

HeldModel::HeldModel(std::shared_ptr<const Checkpoint> checkpoint, std::uint64_t mostBytes)
    : m_checkpoint(std::move(checkpoint))
    , m_room(mostBytes)
{
    const auto hold = [&](std::uint64_t bytes) {
        if (bytes > m_room) {
            m_decodedEachTime += bytes;
            return false;
        }
        m_room -= bytes;
        return true;
    };
    m_holdsHead = hold(std::uint64_t(m_checkpoint->head().weights()) * sizeof(float));
    for (int layer = 0; layer < m_checkpoint->config().layers; ++layer)
        m_holdsLayer.push_back(hold(layerBytes(*m_checkpoint, layer)));
}

const LayerWeights& HeldModel::layer(int layer, const Progress& progress)
{
    if (const auto held = m_layers.find(layer); held != m_layers.end())
        return held->second;
    LayerWeights loaded = loadLayer(*m_checkpoint, layer, progress);
    if (m_holdsLayer.at(std::size_t(layer)))
        return m_layers.emplace(layer, std::move(loaded)).first->second;
    m_passing = std::move(loaded);
    return m_passing;
}

const ExpertWeights& HeldModel::expert(int layer, int expert, const Progress& progress)
{
    if (const auto held = m_experts.find({ layer, expert }); held != m_experts.end())
        return held->second;
    const auto inLayer = m_layers.find(layer);
    const LayerWeights& weights = inLayer != m_layers.end() ? inLayer->second : m_passing;
    ExpertWeights loaded = loadExpert(weights, expert, progress);
    if (const std::uint64_t bytes = bytesOf(loaded); bytes <= m_room) {
        m_room -= bytes;
        return m_experts.emplace(std::pair(layer, expert), std::move(loaded)).first->second;
    }
    m_passingExpert = std::move(loaded);
    return m_passingExpert;
}

Matrix HeldModel::headTimes(const Matrix& x, const Progress& progress)
{
    const Tensor& head = m_checkpoint->head();
    Matrix logits(1, Eigen::Index(head.rows));
    if (m_holdsHead && m_head.size() == 0)
        m_head = decodeFinite(head, progress);
    if (m_holdsHead) {
        matrixvector::multiplyAll({ { m_head, logits.data() } }, x.data());
        return logits;
    }
    const Eigen::Index step = rowsATask(head);
    parallelFor(std::size_t((logits.size() + step - 1) / step), [&](std::size_t task) {
        progress.checkCancelled();
        const Eigen::Index first = Eigen::Index(task) * step;
        const Eigen::Index rows = std::min(step, logits.size() - first);
        const Matrix weights = decodeRows(head, first, rows);
        requireFinite(head, weights, first);
        matrixvector::multiply(weights, x.data(), logits.data() + first);
    });
    requireUnchanged(head);
    return logits;
}

std::uint64_t usualHeldBytes() { return machineMemory() / 2; }

} // namespace core
