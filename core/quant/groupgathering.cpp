// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/groupgathering.h"

#include "core/quant/holdingout.h"
#include "core/rounding/tokenweights.h"

#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

} // namespace

Eigen::Index TokenTile::heldRows(Index all) const
{
    const Index sequences = all / length;
    if (sequences == 1)
        return length / 2;
    return heldSequences(first / length, (first + rows) / length, sequences) * length;
}

KeptActivations::KeptActivations(Index tokens, Index channels, const TokenRoom& room)
    : m_channels(channels)
{
    const std::size_t bytes = std::size_t(tokens) * std::size_t(channels) * sizeof(float);
    if (bytes <= room.inMemory)
        m_memory.resize(tokens, channels);
    else
        m_disk = ScratchFile::make(room.folder, bytes);
}

MatrixBlock KeptActivations::of(const TokenTile& tile)
{
    float* all = m_disk ? reinterpret_cast<float*>(m_disk->bytes().data()) : m_memory.data();
    return Eigen::Map<Matrix>(all + tile.first * m_channels, tile.rows, m_channels);
}

void KeptActivations::rest() const
{
    if (m_disk)
        m_disk->rest();
}

GroupGathering::GroupGathering(const LayerInWork& layer, LinearInput input, const LayerPaths& paths)
    : m_isNeeded(layer.needsHessian(input))
    , m_corrects(m_isNeeded && paths.reference)
    , m_weighs(layer.options().weighTokens)
    , m_holdsOut(m_isNeeded && layer.options().holdOut)
    , m_tokenWeights(m_isNeeded ? layer.tokenWeights(input) : Vector())
    , m_allRows(paths.rounded.states.rows())
    , m_driftShare(float(layer.options().driftShare))
{
}

void GroupGathering::add(
    const TokenTile& tile, Matrix x, Matrix change, Matrix drift, const MatrixView& residual)
{
    if (!m_isNeeded)
        return;
    Vector weights = m_weighs ? tokenWeights(residual) : Vector();
    if (m_tokenWeights.size() > 0) {
        const auto ofTile = m_tokenWeights.segment(tile.first, tile.rows);
        weights = m_weighs ? Vector(weights.cwiseProduct(ofTile)) : Vector(ofTile);
    }
    if (weights.size() > 0)
        for (Matrix* m : { &x, &change, &drift })
            if (m->size() > 0)
                *m = weights.asDiagonal() * *m;
    const bool holdsOut = m_holdsOut && x.cols() <= mostHeldInputs;
    if (!holdsOut && drift.size() > 0) { // its share is known: one sum less to hold
        change += m_driftShare * drift;
        drift.resize(0, 0);
    }
    const Index held = holdsOut ? tile.heldRows(m_allRows) : 0;
    const Index fit = tile.rows - held;
    m_heldSequences += int((held + tile.length - 1) / tile.length);
    const auto part = [&](const Matrix& m, Index first, Index rows) -> MatrixView {
        return m.size() > 0 ? MatrixView(m.middleRows(first, rows)) : MatrixView(m);
    };
    m_fit.add({ part(x, 0, fit), part(change, 0, fit), part(drift, 0, fit) });
    m_held.add({ part(x, fit, held), part(change, fit, held), part(drift, fit, held) });
}

void GroupGathering::round(LayerInWork& layer, LinearInput input, const Progress& progress)
{
    HeldSums held = m_held.take();
    held.sequences = m_heldSequences;
    layer.round(input, m_fit.take(), std::move(held), nullptr, progress);
}

void roundReaders(LayerInWork& layer, LinearInput input, const LayerPaths& paths,
    const LayerPaths& read, const Progress& progress, const GroupInput& inputOf)
{
    GroupGathering gathering(layer, input, paths);
    if (gathering.isNeeded())
        forTokenTiles(paths, layer.spec(), progress.part(0, 0.4), [&](const TokenTile& tile) {
            Matrix x = inputOf(tile.of(read.rounded), layer.weights());
            Matrix change;
            if (gathering.corrects()) {
                change = layer.folded(input, inputOf(tile.of(*read.reference), layer.original()));
                change -= x;
            }
            gathering.add(tile, std::move(x), std::move(change), {},
                tile.of(paths.reference ? *paths.reference : paths.rounded));
        });
    gathering.round(layer, input, progress.part(0.4, 1));
}

} // namespace core
