// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/format.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace widgets {
namespace {

    const QChar noBreakSpace(0x00A0);
    const QChar minusSign(0x2212);

    struct NumberText {
        Q_DECLARE_TR_FUNCTIONS(NumberText)
    };

    QString withUnit(const QString& number, const QString& unit)
    {
        return number + noBreakSpace + unit;
    }

    /// Decimals that give `digits` significant digits, for the value as it will be rounded.
    int decimalsFor(double value, int digits)
    {
        if (value == 0 || !std::isfinite(value))
            return digits - 1;
        const auto decimals = [digits](double v) {
            return std::clamp(digits - 1 - int(std::floor(std::log10(std::abs(v)))), 0, 9);
        };
        const double unit = std::pow(10.0, decimals(value));
        const double rounded = std::round(value * unit) / unit;
        return rounded == 0 ? decimals(value) : decimals(rounded); // 9.996 is 10.0, not 10.00
    }

    struct Scaled {
        double value;
        const char* unit;
    };

    /// The largest unit in which the value, rounded to three digits, is at least 1.
    template<std::size_t N>
    Scaled inUnits(double value, const std::array<const char*, N>& units)
    {
        std::size_t unit = 0;
        while (unit + 1 < N && std::abs(value) >= 999.5) {
            value /= 1000;
            ++unit;
        }
        return { value, units[unit] };
    }

    QString sizeNumber(double bytes, bool withSign)
    {
        static constexpr std::array<const char*, 5> units{ "bytes", "kB", "MB", "GB", "TB" };
        if (!std::isfinite(bytes))
            return numberText(bytes, 0);
        Scaled size = inUnits(bytes, units);
        int decimals = 0;
        if (size.unit == units[1]) // one decimal, so that a column of small tensors lines up
            decimals = 1;
        else if (size.unit != units[0])
            decimals = decimalsFor(size.value, 3);
        const QString number
            = withSign ? signedText(size.value, decimals) : numberText(size.value, decimals);
        if (size.unit == units[0])
            return withUnit(
                number, std::abs(bytes) == 1 ? NumberText::tr("byte") : NumberText::tr("bytes"));
        return withUnit(number, QString::fromLatin1(size.unit));
    }

} // namespace

QString unknownText() { return QStringLiteral("—"); }
QString pendingText() { return QStringLiteral("…"); }

QString numberText(double value, int decimals)
{
    if (std::isnan(value))
        return NumberText::tr("NaN");
    if (std::isinf(value))
        return value < 0 ? minusSign + NumberText::tr("infinity") : NumberText::tr("infinity");
    const double unit = std::pow(10.0, decimals);
    if (std::abs(value) * unit < 0.5)
        value = 0; // no "−0.0"
    const QString digits = QLocale().toString(std::abs(value), 'f', decimals);
    return value < 0 ? minusSign + digits : digits;
}

QString signedText(double value, int decimals)
{
    const bool zero = std::abs(value) * std::pow(10.0, decimals) < 0.5;
    const QString number = numberText(value, decimals);
    return value > 0 && !zero ? QLatin1Char('+') + number : number;
}

QString significantText(double value)
{
    if (value != 0 && std::abs(value) < 1e-5) {
        const int exponent = int(std::floor(std::log10(std::abs(value))));
        return numberText(value / std::pow(10.0, exponent), 2)
            + QStringLiteral("e%1%2").arg(minusSign).arg(-exponent);
    }
    return numberText(value, decimalsFor(value, 3));
}

QString countText(std::int64_t count)
{
    const QString digits = QLocale().toString(qlonglong(std::abs(count)));
    return count < 0 ? minusSign + digits : digits;
}

QString shortCountText(std::int64_t count)
{
    static constexpr std::array<const char*, 5> units{ "", "k", "M", "B", "T" };
    const Scaled scaled = inUnits(double(count), units);
    if (scaled.unit == units[0])
        return countText(count);
    return withUnit(
        numberText(scaled.value, decimalsFor(scaled.value, 3)), QString::fromLatin1(scaled.unit));
}

QString sizeText(double bytes) { return sizeNumber(bytes, false); }
QString sizeChangeText(double bytes) { return sizeNumber(bytes, true); }

QString exactSizeText(std::uint64_t bytes)
{
    return withUnit(QLocale().toString(qulonglong(bytes)),
        bytes == 1 ? NumberText::tr("byte") : NumberText::tr("bytes"));
}

QString bitsText(double bitsPerWeight) { return numberText(bitsPerWeight, 2); }

QString percentText(double share)
{
    return withUnit(numberText(share * 100, 1), NumberText::tr("%"));
}
QString percentChangeText(double share)
{
    return withUnit(signedText(share * 100, 1), NumberText::tr("%"));
}
QString pointsText(double difference)
{
    return withUnit(signedText(difference * 100, 1), NumberText::tr("pp"));
}
QString ratioText(double ratio) { return numberText(ratio, 2) + QChar(0x00D7); }

QString kldText(double kld) { return kld == 0 ? numberText(0, 0) : significantText(kld); }
QString milliKldText(double kld) { return numberText(kld * 1000, 2); }
QString perplexityText(double perplexity) { return numberText(perplexity, 2); }

QString measuredText(double value, double error, int decimals)
{
    return NumberText::tr("%1 ± %2").arg(numberText(value, decimals), numberText(error, decimals));
}

QString measuredKldText(double kld, double error)
{
    return measuredText(kld, error, decimalsFor(kld, 3));
}

QString listText(const QStringList& words)
{
    if (words.size() < 2)
        return words.join(QString());
    return NumberText::tr("%1 and %2")
        .arg(words.mid(0, words.size() - 1).join(NumberText::tr(", ")), words.back());
}

QString tokensPerSecondText(double tokensPerSecond) { return numberText(tokensPerSecond, 0); }

QString durationText(double seconds)
{
    if (!std::isfinite(seconds) || seconds < 0)
        return unknownText();
    if (seconds < 0.05)
        return withUnit(NumberText::tr("under %1").arg(numberText(0.1, 1)), NumberText::tr("s"));
    if (seconds < 59.95)
        return withUnit(numberText(seconds, 1), NumberText::tr("s"));
    const auto whole = std::int64_t(std::llround(seconds));
    if (whole < 3600)
        return NumberText::tr("%1 min %2 s")
            .arg(QString::number(whole / 60), QString::number(whole % 60).rightJustified(2, u'0'))
            .replace(u' ', noBreakSpace);
    const std::int64_t minutes = (whole + 30) / 60;
    return NumberText::tr("%1 h %2 min")
        .arg(countText(minutes / 60), QString::number(minutes % 60).rightJustified(2, u'0'))
        .replace(u' ', noBreakSpace);
}

} // namespace widgets
