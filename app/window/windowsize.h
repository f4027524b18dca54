// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>

namespace app {

// Sizes of the window in logical pixels, by those of the screen that it may cover. Pure.

/// 1440 × 900, or nine tenths of the screen where that is smaller, but not below leastSize().
QSize firstSize(QSize available);
/// 720 × 450, or the screen where that is smaller.
QSize leastSize(QSize available);

} // namespace app
