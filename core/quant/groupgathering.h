// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/scratchfile.h"
#include "core/quant/layerinwork.h"
#include "core/quant/layerrounding.h"

#include <algorithm>
#include <functional>
#include <memory>

namespace core {

/// Rows of the tokens of whole sequences: layers are rounded on some at a time.
struct TokenTile {
    Eigen::Index first, rows, length; ///< length: tokens of a sequence
    MatrixBlock of(HiddenStates& hidden) const { return hidden.states.middleRows(first, rows); }
    BesideTile beside(HiddenStates& hidden) const
    {
        return { &hidden.beside, first, hidden.states.rows() };
    }
    auto of(TokenRows& values) const { return values.middleRows(first, rows); }
    /// Rows at its end that are held out, of `all`.
    Eigen::Index heldRows(Eigen::Index all) const;
};

/// Calls body(tile) for all tiles of `hidden`, in order: walkLayer's, through which finished layers
/// are replayed.
template<typename Body>
void forTokenTiles(
    const HiddenStates& hidden, const LayerSpec& spec, const Progress& progress, const Body& body)
{
    const Eigen::Index all = hidden.states.rows();
    const Eigen::Index step = walkTileRows(spec, hidden.length);
    for (Eigen::Index first = 0; first < all; first += step) {
        progress.at(double(first) / double(all));
        body(TokenTile{ first, std::min(step, all - first), hidden.length });
        hidden.states.rest();
    }
}
/// The same of two paths: what lies on the disk leaves the memory with every tile.
template<typename Body>
void forTokenTiles(
    const LayerPaths& paths, const LayerSpec& spec, const Progress& progress, const Body& body)
{
    forTokenTiles(paths.rounded, spec, progress, [&](const TokenTile& tile) {
        body(tile);
        if (paths.reference)
            paths.reference->states.rest();
    });
}

/// Activations of all tokens, kept from one pass to the next: in memory, or on the disk if they are
/// many.
class KeptActivations {
public:
    KeptActivations(Eigen::Index tokens, Eigen::Index channels, const TokenRoom& room);
    /// False where the disk had no room.
    bool isThere() const { return m_disk || m_memory.size() > 0; }
    MatrixBlock of(const TokenTile& tile);
    /// Takes what lies on the disk out of this program's memory until it is touched again.
    void rest() const;

private:
    Eigen::Index m_channels;
    Matrix m_memory;
    std::unique_ptr<ScratchFile> m_disk;
};

/// Gathers what rounding the matrices that read one input needs.
class GroupGathering {
public:
    GroupGathering(const LayerInWork& layer, LinearInput input, const LayerPaths& paths);

    bool isNeeded() const { return m_isNeeded; }
    bool corrects() const { return m_corrects; }

    /// Takes a tile in: inputs x, the wanted changes where corrects(), the residual stream that
    /// says how much each token counts.
    void add(
        const TokenTile& tile, Matrix x, Matrix change, Matrix drift, const MatrixView& residual);
    void round(LayerInWork& layer, LinearInput input, const Progress& progress);

private:
    bool m_isNeeded, m_corrects, m_weighs, m_holdsOut;
    Vector m_tokenWeights; ///< of all tokens; empty: all alike
    Eigen::Index m_allRows;
    float m_driftShare;
    int m_heldSequences = 0;
    InputGathering m_fit;
    HeldGathering m_held;
};

/// What a group of matrices reads of the residual stream before it, by a layer's norms.
using GroupInput = std::function<Matrix(const MatrixView& hidden, const LayerWeights& weights)>;

/// Rounds the matrices that read the normed residual stream: q, k, v or gate, up. `read`: the
/// hidden states that they read, those of `paths` but in a parallel layer.
void roundReaders(LayerInWork& layer, LinearInput input, const LayerPaths& paths,
    const LayerPaths& read, const Progress& progress, const GroupInput& inputOf);

} // namespace core
