// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/themetokens.h"

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {

    QColor mixed(const QColor& a, const QColor& b, double share)
    {
        return QColor::fromRgbF(float(a.redF() + share * (b.redF() - a.redF())),
            float(a.greenF() + share * (b.greenF() - a.greenF())),
            float(a.blueF() + share * (b.blueF() - a.blueF())));
    }

    double luminance(const QColor& color)
    {
        const auto linear = [](double c) {
            return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF())
            + 0.0722 * linear(color.blueF());
    }

    Tokens makeLight()
    {
        Tokens t;
        t.window = 0xF3F4F6, t.base = 0xFFFFFF, t.text = 0x1A1D21, t.text2 = 0x545C68;
        t.disabled = 0x8A919C;
        t.accent = 0x0A5FBF, t.onAccent = 0xFFFFFF, t.selection = 0xDCE9F9;
        t.line = 0xD5D9DF, t.grid = 0xECEEF1, t.buttonLine = 0x8B939F;
        t.original = 0x5A6675, t.originalFill = 0xC6CED8, t.choiceFill = 0xA9CBF0;
        t.loss = 0xAE3F08, t.lossFill = 0xF5C4A3;
        t.ok = 0x1B7340, t.warn = 0x855600, t.err = 0xB3261E;
        t.okBack = 0xE7F4EC, t.warnBack = 0xFFF3D9, t.errBack = 0xFCE9E6;
        t.okLine = 0xA9D6BB, t.warnLine = 0xE6C678, t.errLine = 0xEBAFA8;
        t.highlight = 0xFFE2A8;
        t.magnitude = { QColor(0xF1F4F8), QColor(0xBACADF), QColor(0x7698C2), QColor(0x33639C),
            QColor(0x0C2F5E) };
        t.lossScale = { QColor(0xFDF4EC), QColor(0xF7CBA8), QColor(0xEA9153), QColor(0xBC4C0E),
            QColor(0x6A2404) };
        t.runs = { QColor(0x0A5FBF), QColor(0x5D306A), QColor(0x003823), QColor(0xC677A9),
            QColor(0x999265), QColor(0xAE3F08) };
        return t;
    }

    Tokens makeDark()
    {
        Tokens t;
        t.window = 0x212327, t.base = 0x191B1E, t.text = 0xE7E9EC, t.text2 = 0xA6AEB9;
        t.disabled = 0x777E89;
        t.accent = 0x74B3FF, t.onAccent = 0x0B1724, t.selection = 0x1F3B5C;
        t.line = 0x3A3E45, t.grid = 0x282B30, t.buttonLine = 0x737B87;
        t.original = 0xA3AEBC, t.originalFill = 0x48515D, t.choiceFill = 0x2B5486;
        t.loss = 0xFF9A5E, t.lossFill = 0x6B3A1B;
        t.ok = 0x63CC8F, t.warn = 0xEBBD55, t.err = 0xFF8A80;
        t.okBack = 0x1C3327, t.warnBack = 0x3A3017, t.errBack = 0x42211E;
        t.okLine = 0x33604A, t.warnLine = 0x6B592B, t.errLine = 0x7A3F39;
        t.highlight = 0x6A5215;
        t.magnitude = { QColor(0x22272E), QColor(0x2C4563), QColor(0x3C6DA3), QColor(0x74ABE8),
            QColor(0xDCECFF) };
        t.lossScale = { QColor(0x272120), QColor(0x5C321A), QColor(0xA0501F), QColor(0xEE8F50),
            QColor(0xFFE0C7) };
        t.runs = { QColor(0x74B3FF), QColor(0x9B7CA2), QColor(0xB9E8C8), QColor(0xC54655),
            QColor(0x6A62DA), QColor(0xFF9A5E) };
        return t;
    }

    /// Inks from the roles of a palette that is not ours; shape tells them apart, not hue.
    Tokens derived(const QPalette& palette)
    {
        const QColor base = palette.color(QPalette::Base), text = palette.color(QPalette::Text);
        Tokens t
            = contrast(base, Qt::white) < contrast(base, Qt::black) ? lightTokens() : darkTokens();
        t.window = palette.color(QPalette::Window), t.base = base;
        t.text = t.text2 = t.original = text;
        t.disabled = palette.color(QPalette::Disabled, QPalette::Text);
        t.accent = t.buttonLine = palette.color(QPalette::Link);
        t.onAccent = base;
        t.selection = mixed(base, palette.color(QPalette::Highlight), 0.3);
        t.line = mixed(base, text, 0.5), t.grid = mixed(base, text, 0.2);
        t.originalFill = mixed(base, text, 0.35);
        t.choiceFill = mixed(base, t.accent, 0.5);
        return t;
    }

} // namespace

const Tokens& lightTokens()
{
    static const Tokens tokens = makeLight();
    return tokens;
}

const Tokens& darkTokens()
{
    static const Tokens tokens = makeDark();
    return tokens;
}

Tokens tokensOf(const QPalette& palette)
{
    for (const Tokens* tokens : { &lightTokens(), &darkTokens() })
        if (palette.color(QPalette::Active, QPalette::Base) == tokens->base
            && palette.color(QPalette::Active, QPalette::Mid) == tokens->line)
            return *tokens;
    return derived(palette);
}

QPalette paletteOf(const Tokens& t)
{
    QPalette palette;
    const std::pair<QPalette::ColorRole, QColor> roles[] = { { QPalette::Window, t.window },
        { QPalette::WindowText, t.text }, { QPalette::Base, t.base },
        { QPalette::AlternateBase, t.window }, { QPalette::Text, t.text },
        { QPalette::PlaceholderText, t.text2 }, { QPalette::Button, t.base },
        { QPalette::ButtonText, t.text }, { QPalette::BrightText, t.onAccent },
        { QPalette::Highlight, t.selection }, { QPalette::HighlightedText, t.text },
        { QPalette::Link, t.accent }, { QPalette::LinkVisited, t.accent },
        { QPalette::ToolTipBase, t.base }, { QPalette::ToolTipText, t.text },
        { QPalette::Light, t.base }, { QPalette::Midlight, t.grid }, { QPalette::Mid, t.line },
        { QPalette::Dark, t.buttonLine }, { QPalette::Shadow, t.line } };
    for (const auto& [role, color] : roles)
        palette.setColor(QPalette::All, role, color);
    for (const QPalette::ColorRole role : { QPalette::WindowText, QPalette::Text,
             QPalette::ButtonText, QPalette::HighlightedText, QPalette::PlaceholderText })
        palette.setColor(QPalette::Disabled, role, t.disabled);
    palette.setColor(QPalette::Disabled, QPalette::Dark, t.line);
    return palette;
}

QColor scaleColor(const std::array<QColor, 5>& scale, double at)
{
    const double position = std::clamp(std::isnan(at) ? 0.0 : at, 0.0, 1.0) * 4;
    const auto stop = std::min(std::size_t(position), std::size_t(3));
    return mixed(scale[stop], scale[stop + 1], position - double(stop));
}

QColor textOn(const QColor& background)
{
    const QColor dark(0x0E1116);
    return contrast(background, dark) >= contrast(background, Qt::white) ? dark : QColor(Qt::white);
}

double contrast(const QColor& a, const QColor& b)
{
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

} // namespace widgets
