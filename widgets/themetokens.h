// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGui/QColor>
#include <QtGui/QPalette>

#include <array>

namespace widgets {

/// Every colour of the window by what it means. Three inks carry meaning in plots: `original` is
/// the model as it was, `accent` what the user chose, `loss` what is lost.
struct Tokens {
    QColor window, base, text, text2, disabled;
    QColor accent, onAccent, selection;
    QColor line, grid, buttonLine;
    QColor original, originalFill, choiceFill, loss, lossFill;
    QColor ok, warn, err; ///< always with an icon
    QColor okBack, warnBack, errBack, okLine, warnLine, errLine; ///< messages
    QColor highlight; ///< differing tokens, search hits

    std::array<QColor, 5> magnitude; ///< scale of statistics, least first
    std::array<QColor, 5> lossScale; ///< scale of error, KLD, sensitivity, least first
    std::array<QColor, 6> runs; ///< by order of runs; B is the first, A the second
};

const Tokens& lightTokens();
const Tokens& darkTokens();

/// The tokens that belong to `palette`: the light or the dark ones where it is ours, else (a
/// high-contrast palette of the system) derived from its roles. Pure.
Tokens tokensOf(const QPalette& palette);

/// The palette of these tokens: Link is the accent, Highlight the selection with text in its own
/// colour, PlaceholderText is text2, Mid lines, Midlight the grid, Dark the borders of buttons.
QPalette paletteOf(const Tokens& tokens);

/// `at` from 0 to 1 on a scale of five stops, linear between them; clamped. Pure.
QColor scaleColor(const std::array<QColor, 5>& scale, double at);

/// The nearly black or white that contrasts more with `background`. Pure.
QColor textOn(const QColor& background);

/// WCAG 2 contrast ratio, 1 to 21. Pure.
double contrast(const QColor& a, const QColor& b);

} // namespace widgets
