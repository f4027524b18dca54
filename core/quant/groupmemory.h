// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/runshape.h"

namespace core {

/// Bytes that one group of a layer takes on its way through GPTQ, by phase: formulas of what is
/// alive at a time. Pure and quick; none throws.
class GroupMemory {
public:
    /// `group`: of one expert where its matrices are stacks. Both outlive this.
    GroupMemory(const RunShape& shape, const RunGroup& group);

    double gathering() const; ///< sums, while they are added up in double
    double preparing() const; ///< sums and factors, while choices are made and H is factored
    double standing() const; ///< sums and the factor, while the matrices are rounded
    double copies() const; ///< of matrices meanwhile
    double fittingNorm() const; ///< sums and equations; 0 where no norm is fitted
    double originals() const; ///< of the matrices, while the norm is fitted
    /// Channels of a token in a tile while its input is gathered.
    double gatheredChannels() const;

private:
    double change() const;
    double drift() const;
    double fit() const;
    double held() const;
    double common() const; ///< of tokens that came to other experts
    double factoring() const;
    double choosing() const;
    double trying() const;
    double copyOfFit() const;

    const RunShape& m_shape;
    const RunGroup& m_group;
    double n, nn, m, mn; ///< m the rows of the largest matrix
    double H, U; ///< a triangle in double, one in float, their diagonal blocks whole
    bool m_shared, m_corrects, m_holdsOut, m_fitsNorm;
};

/// Floats of a layer's matrices that are in memory while the inputs of one group are gathered and
/// while it is rounded: the others of a feed-forward are put aside where they can be decoded again.
struct PresentFloats {
    double gathering = 0, rounding = 0;
};
PresentFloats presentFloats(const RunShape& shape, const RunLayer& layer, LinearInput input);

} // namespace core
