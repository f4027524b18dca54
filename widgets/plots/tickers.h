// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QSharedPointer>
#include <QtCore/QStringList>

class QCPAxisTicker;

namespace widgets {

// Ticks whose labels go through widgets/format.h: the locale's digits, a true minus.

/// Linear, as many decimals as the step needs; `count` ticks or so.
QSharedPointer<QCPAxisTicker> makeNumberTicker(int count = 5);
/// The same for shares of 1, as "4 %".
QSharedPointer<QCPAxisTicker> makePercentTicker(int count = 5);
/// Whole numbers only: channels, layers.
QSharedPointer<QCPAxisTicker> makeIndexTicker(int count = 5);
enum class LogSteps { Decades, Thirds }; ///< 1, 10, 100 … or 1, 3, 10, 30 …
QSharedPointer<QCPAxisTicker> makeLogTicker(LogSteps steps = LogSteps::Decades);
/// Only 0 and the largest 1, 2 or 5 × 10ⁿ that fits: for a strip too low for more.
QSharedPointer<QCPAxisTicker> makeBoundTicker();
/// Lets a number or logarithmic ticker have no more ticks than its axis has room for, and no more
/// than it likes to have.
void limitTicks(QCPAxisTicker& ticker, int most);

/// Every label but those between each `least`th or the next larger 1, 2 or 5 × 10ⁿ; the others
/// empty.
QStringList thinned(QStringList labels, int least);
/// `labels` at 0, 1, 2 …
QSharedPointer<QCPAxisTicker> makeTextTicker(const QStringList& labels);

} // namespace widgets
