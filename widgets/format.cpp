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

    constexpr std::array<const char*, 5> sizeUnits{ "bytes", "kB", "MB", "GB", "TB" };

    enum class Sign { AsNeeded, Always };

    QString sizeNumber(double bytes, SizeUnit unit, int decimals, Sign sign)
    {
        const double value = bytes / std::pow(1000.0, int(unit));
        const QString number
            = sign == Sign::Always ? signedText(value, decimals) : numberText(value, decimals);
        if (unit == SizeUnit::Bytes)
            return withUnit(
                number, std::abs(bytes) == 1 ? NumberText::tr("byte") : NumberText::tr("bytes"));
        return withUnit(number, QString::fromLatin1(sizeUnits[std::size_t(unit)]));
    }

    /// In the unit that suits it, with three digits from MB on.
    QString sizeNumber(double bytes, Sign sign)
    {
        if (!std::isfinite(bytes))
            return numberText(bytes, 0);
        const SizeUnit unit = sizeUnitOf(bytes);
        const int decimals = unit == SizeUnit::Bytes ? 0
            : unit == SizeUnit::Kilobytes // one decimal, so that a column of small tensors lines up
            ? 1
            : decimalsFor(bytes / std::pow(1000.0, int(unit)), 3);
        return sizeNumber(bytes, unit, decimals, sign);
    }

    int columnDecimals(SizeUnit unit) { return std::min(int(unit), 2); }

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

SizeUnit sizeUnitOf(double bytes)
{
    const char* unit = inUnits(bytes, sizeUnits).unit;
    return SizeUnit(std::find(sizeUnits.begin(), sizeUnits.end(), unit) - sizeUnits.begin());
}

QString sizeText(double bytes) { return sizeNumber(bytes, Sign::AsNeeded); }
QString sizeChangeText(double bytes) { return sizeNumber(bytes, Sign::Always); }

QString sizeText(double bytes, SizeUnit unit)
{
    return sizeNumber(bytes, unit, columnDecimals(unit), Sign::AsNeeded);
}

QString sizeChangeText(double bytes, SizeUnit unit)
{
    return sizeNumber(bytes, unit, columnDecimals(unit), Sign::Always);
}

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
QString kldChangeText(double difference)
{
    const QString text = kldText(std::abs(difference));
    return difference == 0 ? text : (difference < 0 ? QChar(0x2212) : QChar('+')) + text;
}
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

QString predictedLossText(double kld, bool isRough)
{
    return (isRough ? NumberText::tr("predicted KLD about %1 (rough)")
                    : NumberText::tr("predicted KLD %1"))
        .arg(kldText(kld));
}

QString predictedKldText(double kld, double error)
{
    if (error <= 0)
        return kldText(kld);
    return error < kld ? measuredKldText(kld, error)
                       : NumberText::tr("about %1 (rough)", "a KLD").arg(kldText(kld));
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
