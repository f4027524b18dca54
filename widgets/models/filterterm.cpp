// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/filterterm.h"

#include "core/formats/format.h"

#include <QHash>
#include <QRegularExpression>

#include <limits>
#include <optional>

namespace widgets {

namespace {

    /// What `word` names among lower-case `names`, in any case.
    template<typename Value>
    std::optional<Value> named(const QHash<QString, Value>& names, const QString& word)
    {
        const auto found = names.constFind(word.toLower());
        return found == names.cend() ? std::nullopt : std::optional(*found);
    }

    std::optional<FilterTerm::Quantity> quantityNamed(const QString& word)
    {
        using Quantity = FilterTerm::Quantity;
        static const QHash<QString, Quantity> names{
            { QStringLiteral("kurtosis"), Quantity::Kurtosis },
            { QStringLiteral("absmax"), Quantity::Absmax },
            { QStringLiteral("outliers"), Quantity::Outliers },
            { QStringLiteral("error"), Quantity::Error },
            { QStringLiteral("size"), Quantity::Size },
            { QStringLiteral("bits"), Quantity::Bits },
            { QStringLiteral("parameters"), Quantity::Parameters },
        };
        return named(names, word);
    }

    FilterTerm::Kind comparisonNamed(const QString& sign)
    {
        using Kind = FilterTerm::Kind;
        if (sign == u">")
            return Kind::Above;
        if (sign == u">=" || sign == u"≥")
            return Kind::AtLeast;
        if (sign == u"<")
            return Kind::Below;
        if (sign == u"<=" || sign == u"≤")
            return Kind::AtMost;
        return Kind::Equal;
    }

    double factorOf(const QString& unit)
    {
        static const QHash<QString, double> factors{
            { QStringLiteral("%"), 0.01 },
            { QStringLiteral("kb"), 1e3 },
            { QStringLiteral("mb"), 1e6 },
            { QStringLiteral("gb"), 1e9 },
        };
        return factors.value(unit.toLower(), 1);
    }

    /// Takes `pattern` out of the front of `rest`.
    std::optional<QRegularExpressionMatch> take(QString& rest, const QRegularExpression& pattern)
    {
        const QRegularExpressionMatch match = pattern.match(rest, 0,
            QRegularExpression::NormalMatch, QRegularExpression::AnchorAtOffsetMatchOption);
        if (!match.hasMatch())
            return std::nullopt;
        rest = rest.mid(match.capturedEnd()).trimmed();
        return match;
    }

    std::optional<FilterTerm> takeLayers(QString& rest)
    {
        static const QRegularExpression pattern(
            QStringLiteral("layers?\\s+(\\d{1,6})(?:\\s*[-–]\\s*(\\d{1,6}))?(?=\\s|$)"),
            QRegularExpression::CaseInsensitiveOption
                | QRegularExpression::UseUnicodePropertiesOption);
        const auto match = take(rest, pattern);
        if (!match)
            return std::nullopt;
        FilterTerm term{ FilterTerm::Kind::Layers, match->captured(0) };
        term.low = match->captured(1).toInt();
        term.high = match->capturedLength(2) > 0 ? match->captured(2).toInt() : term.low;
        return term;
    }

    std::optional<FilterTerm> takeComparison(QString& rest)
    {
        static const QRegularExpression pattern(
            QStringLiteral("([a-z]+)\\s*(>=|<=|>|<|=|≥|≤)\\s*"
                           "([-−]?\\d*[.,]?\\d+)\\s*(%|[kMG]B)?(?=\\s|$)"),
            QRegularExpression::CaseInsensitiveOption);
        QString left = rest;
        const auto match = take(left, pattern);
        const auto quantity = match ? quantityNamed(match->captured(1)) : std::nullopt;
        if (!quantity)
            return std::nullopt;
        rest = left;
        FilterTerm term{ comparisonNamed(match->captured(2)), match->captured(0), *quantity };
        QString number = match->captured(3);
        number.replace(u'−', u'-').replace(u',', u'.');
        term.low = number.toDouble() * factorOf(match->captured(4));
        return term;
    }

    std::optional<FilterTerm::Kind> kindNamed(const QString& word)
    {
        using Kind = FilterTerm::Kind;
        static const QHash<QString, Kind> kinds{
            { QStringLiteral("outliers"), Kind::Outliers },
            { QStringLiteral("experts"), Kind::Experts },
            { QStringLiteral("shared"), Kind::Shared },
            { QStringLiteral("router"), Kind::Router },
        };
        return named(kinds, word);
    }

    std::optional<TensorRow::Mixer> mixerNamed(const QString& word)
    {
        using Mixer = TensorRow::Mixer;
        static const QHash<QString, Mixer> mixers{
            { QStringLiteral("attention"), Mixer::Attention },
            { QStringLiteral("window"), Mixer::Window },
            { QStringLiteral("latent"), Mixer::Latent },
            { QStringLiteral("delta"), Mixer::DeltaNet },
            { QStringLiteral("convolution"), Mixer::Convolution },
        };
        return named(mixers, word);
    }

    FilterTerm takeWord(QString& rest)
    {
        static const QRegularExpression pattern(QStringLiteral("\\S+"));
        FilterTerm term{ FilterTerm::Kind::Word, take(rest, pattern)->captured(0) };
        if (const auto kind = kindNamed(term.text))
            term.kind = *kind;
        else if (const auto mixer = mixerNamed(term.text)) {
            term.kind = FilterTerm::Kind::Mixer;
            term.mixer = *mixer;
        } else if (core::findStoredFormat(term.text.toUpper().toStdString()) != nullptr)
            term.kind = FilterTerm::Kind::Format;
        return term;
    }

} // namespace

std::vector<FilterTerm> parseFilter(const QString& filter)
{
    std::vector<FilterTerm> terms;
    QString rest = filter.trimmed();
    while (!rest.isEmpty()) {
        if (const auto layers = takeLayers(rest))
            terms.push_back(*layers);
        else if (const auto comparison = takeComparison(rest))
            terms.push_back(*comparison);
        else
            terms.push_back(takeWord(rest));
    }
    return terms;
}

} // namespace widgets
