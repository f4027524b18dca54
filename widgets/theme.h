// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/themetokens.h"

#include <QtCore/QObject>
#include <QtGui/QFont>

class QApplication;
class QWidget;

namespace widgets {

enum class Lightness { System, Light, Dark };

/// The look of the whole program: Fusion drawn flat, one palette, one text size. Widgets take
/// colours from their palette() by tokensOf() and repaint on PaletteChange; a new text size reaches
/// them as ApplicationFontChange.
class Theme : public QObject {
    Q_OBJECT

public:
    /// Gives `application` the look at once; System lightness, 100 %.
    explicit Theme(QApplication& application);

    void setLightness(Lightness lightness);
    Lightness lightness() const { return m_lightness; }
    /// Text and the sizes that follow it, 0.8 to 2 (clamped): Ctrl++ and Ctrl+−.
    void setTextScale(double scale);
    static constexpr double leastTextScale = 0.8, mostTextScale = 2;
    double textScale() const { return m_textScale; }

signals:
    void changed();

protected:
    /// Follows the system while the lightness is System.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void apply();

    QApplication& m_application;
    Lightness m_lightness = Lightness::System;
    double m_textScale = 1;
    bool m_applying = false;
};

/// A length of the design at the application's present text size: 26 at 13 px text is 39 at 150 %.
int scaled(int pixels);

/// The application's font at `pixels` of the design's scale (13 body, 12 labels, 16 headings).
QFont textFont(int pixels, QFont::Weight weight = QFont::Normal);
/// Monospace 12 px, for commands and metadata keys.
QFont codeFont();

} // namespace widgets
