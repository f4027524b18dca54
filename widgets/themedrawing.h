// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QRectF>

class QPainter;
class QStyleOption;
class QStyleOptionButton;
class QStyleOptionComplex;
class QStyleOptionSlider;
class QStyleOptionToolButton;

namespace widgets {

/// Of buttons, fields and what else has a frame, in pixels.
constexpr double cornerRadius = 3;

// How ThemeStyle draws its controls; each leaves the painter as it was.

/// Background and one-pixel border of a button or field, radius 3.
void drawButton(QPainter* painter, const QStyleOption& option, bool primary, bool flat);
/// Icon and text of a push button in its middle, 8 apart; a chevron at its end if it has a menu.
void drawButtonLabel(QPainter* painter, const QStyleOptionButton& option, bool primary);
/// The icon of a tool button without text, sharp at every scale.
void drawToolIcon(QPainter* painter, const QStyleOptionToolButton& option);
void drawField(QPainter* painter, const QStyleOption& option);
/// The ring of keyboard focus: 2 px in the accent along the edge of `rect`.
void drawFocusRing(QPainter* painter, const QRectF& rect, const QStyleOption& option);
void drawCheckBox(QPainter* painter, const QStyleOption& option);
void drawRadioButton(QPainter* painter, const QStyleOption& option);
enum class Chevron { Up, Down, Right };
void drawChevron(
    QPainter* painter, const QRectF& rect, Chevron direction, const QStyleOption& option);
/// Handle of a scroll bar, without groove and buttons.
void drawScrollBar(QPainter* painter, const QRectF& handle, const QStyleOptionSlider& option);
/// Groove filled with the accent up to the handle, a ring as handle.
void drawSlider(QPainter* painter, const QRectF& groove, const QRectF& handle,
    const QStyleOptionSlider& option);

} // namespace widgets
