// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme.h"

#include "widgets/themestyle.h"

#include <QtCore/QEvent>
#include <QtCore/QPointer>
#include <QtGui/QFontDatabase>
#include <QtWidgets/QApplication>
#include <QtWidgets/QWidget>

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {
    constexpr int bodyPixels = 13;

    int bodySize()
    {
        const int pixels = QApplication::font().pixelSize();
        return pixels > 0 ? pixels : bodyPixels;
    }

    /// Tells every widget's changeEvent() that the application's palette and font changed. Qt 6.4
    /// tells only those that have neither of their own, and never by these two events.
    void tellWidgets()
    {
        struct Teller : QWidget {
            using QWidget::changeEvent;
        };
        void (QWidget::*const tell)(QEvent*) = &Teller::changeEvent;
        QList<QPointer<QWidget>> widgets; // some rebuild their children when told
        for (QWidget* widget : QApplication::allWidgets())
            widgets.append(widget);
        for (const QEvent::Type type :
            { QEvent::ApplicationPaletteChange, QEvent::ApplicationFontChange }) {
            for (const QPointer<QWidget>& widget : widgets) {
                QEvent event(type);
                if (widget)
                    (widget->*tell)(&event);
            }
        }
    }
} // namespace

Theme::Theme(QApplication& application)
    : QObject(&application)
    , m_application(application)
{
    QApplication::setStyle(new ThemeStyle); // QApplication owns it
    application.installEventFilter(this);
    apply();
}

void Theme::setLightness(Lightness lightness)
{
    if (lightness == m_lightness)
        return;
    m_lightness = lightness;
    apply();
}

void Theme::setTextScale(double scale)
{
    scale = std::clamp(scale, leastTextScale, mostTextScale);
    if (scale == m_textScale)
        return;
    m_textScale = scale;
    apply();
}

bool Theme::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::ThemeChange && m_lightness == Lightness::System && !m_applying)
        apply();
    return QObject::eventFilter(watched, event);
}

void Theme::apply()
{
    m_applying = true;
    QPalette palette;
    if (m_lightness == Lightness::System) {
        QApplication::setPalette(QPalette()); // the platform's own, to see how light it is
        const QColor window = QApplication::palette().color(QPalette::Window);
        const QColor text = QApplication::palette().color(QPalette::WindowText);
        const bool highContrast = contrast(window, text) > 20; // black on white or the reverse:
                                                               // asked for by who needs it
        palette = window.lightnessF() < text.lightnessF() ? paletteOf(darkTokens())
                                                          : paletteOf(lightTokens());
        if (highContrast && window.lightnessF() < 0.01)
            palette = QApplication::palette();
    } else {
        palette = paletteOf(m_lightness == Lightness::Dark ? darkTokens() : lightTokens());
    }
    QApplication::setPalette(palette);

    QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    font.setPixelSize(int(std::lround(bodyPixels * m_textScale)));
    QApplication::setFont(font);
    tellWidgets();
    m_applying = false;
    emit changed();
}

int scaled(int pixels) { return int(std::lround(double(pixels) * bodySize() / bodyPixels)); }

QFont textFont(int pixels, QFont::Weight weight)
{
    QFont font = QApplication::font();
    font.setPixelSize(scaled(pixels));
    font.setWeight(weight);
    return font;
}

QFont codeFont()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPixelSize(scaled(12));
    return font;
}

} // namespace widgets
