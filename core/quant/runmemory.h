// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/runshape.h"

namespace core {

/// What a run takes at its peak, in bytes, by what takes it. All are of the moment of the peak.
struct RunMemory {
    double states = 0; ///< hidden states of all sequences, on every path
    double weights = 0; ///< of the layer in work as floats, and the original ones beside them
    double activations = 0; ///< kept from one pass over the text to the next, and tiles of it
    double sums = 0; ///< Hessians, what was gathered beside them, their factors
    double rounding = 0; ///< copies of a matrix while it is rounded, tiles of the embedding
    double products = 0; ///< OpenBLAS's own
    double kept = 0; ///< what is rounded already: in memory, or pages of the shelf's items
    /// Pages of the model's file: as those of the shelf they count as the program's, and the system
    /// takes them back where memory gets short.
    double source = 0;

    double total() const
    {
        return states + weights + activations + sums + rounding + products + kept + source;
    }
};

/// Of the moment at which a run takes most. Formulas of what is alive at a time, from the code of
/// the run; beside what the program had before it. Pure and quick; none throws.
RunMemory runMemory(const RunShape& shape);

/// Of writing the result to a file that is read back: pages of the model, of what was rounded (in
/// memory or mapped from the shelf) and of the file.
double exportMemory(const RunShape& shape, double fileBytes);

/// Bytes that this program has in memory now; 0 where the system does not say.
double residentBytes();

} // namespace core
