// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/recipe.h"

#include <QString>

#include <optional>

class QSettings;

namespace app {

/// How fast this machine does each kind of work, learned from what was done before and kept in
/// the settings. Estimates are made from it; before the first time there are none.
class Pace {
public:
    enum class Kind { Activations, RoundToNearest, Importance, Gptq, Evaluation };

    static Kind kindOf(core::Method method); ///< of rounding by it

    explicit Pace(QSettings& settings);

    /// `work` in whatever unit grows with the time: usualWork, weights × tokens.
    void learn(Kind kind, double work, double seconds);
    std::optional<double> seconds(Kind kind, double work) const; ///< none before the first time

private:
    static QString key(Kind kind);

    QSettings& m_settings;
};

} // namespace app
