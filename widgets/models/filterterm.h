// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensorrow.h"

#include <QString>

#include <vector>

namespace widgets {

/// One term of the filter over tensors. All terms must hold.
struct FilterTerm {
    enum class Kind {
        Word, ///< `text` is part of a name of the tensor
        Format, ///< one of the tensor's formats is called `text`
        Layers, ///< the tensor lies in layer `low` … `high`
        Outliers, ///< the tensor has outlier channels
        Experts, ///< it holds experts that tokens are sent to
        Shared, ///< it belongs to the expert that all tokens share
        Router, ///< it chooses experts
        Mixer, ///< it lies in a layer with `mixer`
        Above, ///< `quantity` > `low`
        AtLeast,
        Below,
        AtMost,
        Equal,
    };
    enum class Quantity { Kurtosis, Absmax, Outliers, Error, Size, Bits, Parameters };

    Kind kind = Kind::Word;
    QString text; ///< as typed
    Quantity quantity = Quantity::Kurtosis;
    TensorRow::Mixer mixer = TensorRow::Mixer::None;
    double low = 0;
    double high = 0;
};

/// Terms of `filter`, separated by blanks: `ffn`, `layer 2`, `layer 1-2` (also with an en dash),
/// `kurtosis > 1`, `error > 5%`, `size > 1.5 MB`, `bits <= 4.5`, `parameters >= 1000000`,
/// `outliers`, `experts`, `shared`, `router`, of layers `attention`, `window`, `latent`, `delta`,
/// `convolution`, `Q4_K`. What is none of these is a word. Pure; never
/// fails, so that every keystroke filters.
std::vector<FilterTerm> parseFilter(const QString& filter);

} // namespace widgets
