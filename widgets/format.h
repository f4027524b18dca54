// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>

#include <cstdint>

namespace widgets {

// Numbers for people, in the default QLocale: a unit stands after a no-break space, a minus is
// "−" (U+2212), infinity and NaN are named. All are pure.

/// "Unknown", "pending".
QString unknownText(); // —
QString pendingText(); // …

/// Fixed decimals: "−0.75".
QString numberText(double value, int decimals);
/// With its sign, plus too: "+0.20"; what rounds to zero has none.
QString signedText(double value, int decimals);
/// Three significant digits, never exponents above 1e-5: "0.00762", "28.9", "141".
QString significantText(double value);
/// "1,048,576".
QString countText(std::int64_t count);
/// Three digits and a letter: "4.20 M", "1.24 B", "512".
QString shortCountText(std::int64_t count);

/// Decimal units: "512 bytes", "131.1 kB" (one decimal), from MB on three digits: "2.70 MB".
QString sizeText(double bytes);
/// "−8.4 kB", "+12.3 kB".
QString sizeChangeText(double bytes);
/// What a column of sizes is written in, so that they compare at a glance.
enum class SizeUnit { Bytes, Kilobytes, Megabytes, Gigabytes, Terabytes };
/// The unit sizeText() would choose.
SizeUnit sizeUnitOf(double bytes);
/// Sizes and changes of size in that unit whatever they are, "0.02 MB": one decimal in kB, two
/// from MB on.
QString sizeText(double bytes, SizeUnit unit);
QString sizeChangeText(double bytes, SizeUnit unit);
/// "2,697,408 bytes".
QString exactSizeText(std::uint64_t bytes);
/// "4.89".
QString bitsText(double bitsPerWeight);

/// A share of 1 as "6.8 %".
QString percentText(double share);
/// "−68.1 %".
QString percentChangeText(double share);
/// A difference of two shares: "+1.9 pp".
QString pointsText(double difference);
/// "2.90×".
QString ratioText(double ratio);

/// Three significant digits: "0.00462".
QString kldText(double kld);
/// In units of 10⁻³ with two decimals, the unit said in the header: "4.62".
QString milliKldText(double kld);
/// A difference of two: "+0.00021".
QString kldChangeText(double difference);
/// "40.65".
QString perplexityText(double perplexity);
/// "40.65 ± 0.62": both with the same decimals.
QString measuredText(double value, double error, int decimals);
/// KLD with its error, decimals of three significant digits of the value: "0.00462 ± 0.00003".
QString measuredKldText(double kld, double error);
/// The same of what is predicted; "about 0.00462 (rough)" where the error is as large as the value.
QString predictedKldText(double kld, double error);
/// "predicted KLD 0.00462", or "predicted KLD about 0.00462 (rough)".
QString predictedLossText(double kld, bool isRough);

/// "208, 29 and 218".
QString listText(const QStringList& words);

/// "5,539".
QString tokensPerSecondText(double tokensPerSecond);
/// "8.3 s", "4 min 10 s", "2 h 05 min".
QString durationText(double seconds);

} // namespace widgets
