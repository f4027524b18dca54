// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which matrices of a layer in work are in memory.
#include "core/quant/layerinwork.h"

#include <algorithm>

namespace core {

void LayerInWork::releaseOriginal(std::span<const Role> roles)
{
    for (const Role role : roles)
        if (m_original.has(role))
            m_original.matrix(role).resize(0, 0);
}

/// The tensor whose values a matrix has; nothing where none has.
std::optional<Tensor> LayerInWork::storedAs(Version version, Role role) const
{
    const auto done = std::ranges::find_if(
        m_done, [&](const RoundedTensor& rounded) { return rounded.tensor.place.role == role; });
    if (version == Version::Rounded && done != m_done.end())
        return done->tensor;
    if (version == Version::Rounded && !m_scaling.fold.isEmpty())
        return std::nullopt;
    return *m_run.checkpoint.find(Place{ role, m_layer });
}

void LayerInWork::loadExpert(Version version, LinearInput input, const Progress& progress)
{
    LayerWeights& weights = version == Version::Original ? m_original : m_weights;
    for (const auto& [role, stack] : m_weights.stacks) {
        if (findInput(role) != input)
            continue;
        const Tensor& original = *m_run.checkpoint.find(Place{ role, m_layer });
        const std::int64_t rows = original.rows / original.matrices();
        weights.matrices.emplace(
            role, decodeFinite(rowsOf(original, m_expert * rows, rows), progress));
    }
}

void LayerInWork::releaseExpert(Version version, LinearInput input)
{
    LayerWeights& weights = version == Version::Original ? m_original : m_weights;
    for (const auto& [role, stack] : m_weights.stacks)
        if (findInput(role) == input)
            weights.matrices.erase(role);
}

void LayerInWork::putAside(Version version, LinearInput input)
{
    LayerWeights& weights = version == Version::Original ? m_original : m_weights;
    const bool moves = input == LinearInput::FeedForward && mayOrderNeurons();
    if (version == Version::Rounded && moves) // their rows are ordered with ffn_down's columns
        return;
    for (const Role role : weights.readers(input)) {
        Matrix& matrix = weights.matrix(role);
        if (matrix.size() == 0 || !storedAs(version, role))
            continue;
        matrix = Matrix();
        m_aside.emplace(version, role);
    }
}

void LayerInWork::bringBack(Version version, LinearInput input, const Progress& progress)
{
    LayerWeights& weights = version == Version::Original ? m_original : m_weights;
    for (const Role role : weights.readers(input))
        if (m_aside.erase({ version, role }) > 0)
            weights.matrix(role) = decodeFinite(*storedAs(version, role), progress);
}

} // namespace core
