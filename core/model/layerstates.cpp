// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layerstates.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace core {

LayerStates::LayerStates(const HiddenStates& hidden, int depths)
    : m_length(hidden.length)
    , m_rows(hidden.states.rows())
    , m_columns(hidden.states.cols())
{
    const std::size_t values = std::size_t(depths) * std::size_t(m_rows * m_columns);
    if (values * sizeof(float) > mostInMemory)
        m_disk = ScratchFile::make({}, values * sizeof(float));
    if (!m_disk)
        m_memory.resize(values);
}

float* LayerStates::place(int layer) const
{
    float* first = m_disk ? reinterpret_cast<float*>(m_disk->bytes().data())
                          : const_cast<float*>(m_memory.data());
    return first + Eigen::Index(layer) * m_rows * m_columns;
}

Eigen::Map<const Matrix> LayerStates::before(int layer) const
{
    return { place(layer), m_rows, m_columns };
}

void LayerStates::set(int layer, const Matrix& states)
{
    assert(states.rows() == m_rows && states.cols() == m_columns);
    Eigen::Map<Matrix>(place(layer), m_rows, m_columns) = states;
    if (m_disk)
        m_disk->rest();
}

LayerStates walkKeeping(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, WalkObserver* observer,
    const Progress& progress)
{
    HiddenStates hidden = embed(checkpoint, sequences);
    const int layers = checkpoint.config().layers;
    LayerStates kept(hidden, layers + 1);
    kept.set(0, hidden.states);
    for (int layer = 0; layer < layers; ++layer) {
        const Progress part = progress.part(double(layer) / layers, double(layer + 1) / layers);
        walkLayer(hidden, loadLayer(checkpoint, layer, part), layer, observer, part);
        kept.set(layer + 1, hidden.states);
    }
    const Eigen::Index tile
        = Eigen::Index(std::max(1, walkTileTokens / hidden.length)) * hidden.length;
    for (Eigen::Index first = 0; observer && first < hidden.states.rows(); first += tile) {
        const Eigen::Index rows = std::min(tile, hidden.states.rows() - first);
        observer->linearInput(LinearInput::Head, -1,
            headInput(hidden.states.middleRows(first, rows), checkpoint, progress), first);
    }
    kept.setBeside(std::move(hidden.beside));
    progress.at(1);
    return kept;
}

} // namespace core
