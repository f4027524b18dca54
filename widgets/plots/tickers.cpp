// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/tickers.h"

#include "widgets/format.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {

    constexpr int mostLogTicks = 16; ///< where there is room for them

    /// Decimals that write every multiple of `step` as it is: 1 for 2.5, 2 for 0.25.
    int decimalsOf(double step)
    {
        int decimals = 0;
        for (double digits = step; step > 0 && decimals < 9; ++decimals, digits *= 10)
            if (std::abs(digits - std::round(digits)) < 1e-6 * digits)
                break;
        return decimals;
    }

    /// Has a number of ticks that it likes, and fewer where there is no room.
    class FittingTicker : public QCPAxisTicker {
    public:
        explicit FittingTicker(int usual)
            : m_usual(usual)
        {
            setTickCount(usual);
        }
        void limit(int most) { setTickCount(std::clamp(most, 1, m_usual)); }

    private:
        int m_usual;
    };

    class NumberTicker : public FittingTicker {
    public:
        enum class Unit { None, Percent, Index };
        NumberTicker(int count, Unit unit)
            : FittingTicker(count)
            , m_unit(unit)
        {
        }

    protected:
        double getTickStep(const QCPRange& range) override
        {
            m_step = QCPAxisTicker::getTickStep(range);
            if (m_unit == Unit::Index)
                m_step = std::max(1.0, std::round(m_step));
            return m_step;
        }
        int getSubTickCount(double) override { return 0; }
        QString getTickLabel(double tick, const QLocale&, QChar, int) override
        {
            const double scale = m_unit == Unit::Percent ? 100 : 1;
            const double step = m_step * scale;
            const int decimals = decimalsOf(step);
            if (m_unit == Unit::Percent)
                return numberText(tick * scale, decimals) + QChar(0x00A0) + u'%';
            if (decimals == 0)
                return countText(std::llround(tick));
            return numberText(tick, decimals);
        }

    private:
        Unit m_unit;
        double m_step = 1;
    };

    class LogTicker : public FittingTicker {
    public:
        explicit LogTicker(LogSteps steps)
            : FittingTicker(mostLogTicks)
            , m_steps(steps)
        {
        }

    protected:
        double getTickStep(const QCPRange&) override { return 1; }
        int getSubTickCount(double) override { return 0; }
        QVector<double> createTickVector(double, const QCPRange& range) override
        {
            QVector<double> ticks;
            if (range.lower <= 0 || range.upper <= 0)
                return ticks;
            const int first = int(std::floor(std::log10(range.lower)));
            const int last = int(std::ceil(std::log10(range.upper)));
            const double decades = std::log10(range.upper / range.lower);
            const int stride = std::max(1, int(std::ceil(decades / tickCount())));
            const bool hasThirds = m_steps == LogSteps::Thirds && 2 * decades <= tickCount();
            for (int decade = first; decade <= last; decade += stride) {
                ticks.append(std::pow(10.0, decade));
                if (hasThirds)
                    ticks.append(3 * std::pow(10.0, decade));
            }
            return ticks;
        }
        QString getTickLabel(double tick, const QLocale&, QChar, int) override
        {
            if (tick >= 1)
                return countText(std::llround(tick));
            const int decimals = int(std::ceil(-std::log10(tick) - 1e-9));
            return numberText(tick, decimals);
        }

    private:
        LogSteps m_steps;
    };

    class BoundTicker : public QCPAxisTicker {
    protected:
        double getTickStep(const QCPRange&) override { return 1; }
        int getSubTickCount(double) override { return 0; }
        QVector<double> createTickVector(double, const QCPRange& range) override
        {
            if (range.upper <= 0)
                return { 0 };
            const double decade = std::pow(10.0, std::floor(std::log10(range.upper)));
            for (const double digit : { 5.0, 2.0, 1.0 })
                if (digit * decade <= range.upper)
                    return { 0, digit * decade };
            return { 0 };
        }
        QString getTickLabel(double tick, const QLocale&, QChar, int) override
        {
            return numberText(tick, decimalsOf(tick));
        }
    };

    class TextTicker : public QCPAxisTicker {
    public:
        explicit TextTicker(QStringList labels)
            : m_labels(std::move(labels))
        {
        }

    protected:
        double getTickStep(const QCPRange&) override { return 1; }
        int getSubTickCount(double) override { return 0; }
        QVector<double> createTickVector(double, const QCPRange& range) override
        {
            QVector<double> ticks;
            for (int i = 0; i < m_labels.size(); ++i)
                if (i >= range.lower && i <= range.upper)
                    ticks.append(i);
            return ticks;
        }
        QString getTickLabel(double tick, const QLocale&, QChar, int) override
        {
            return m_labels.value(int(std::lround(tick)));
        }

    private:
        QStringList m_labels;
    };

} // namespace

QSharedPointer<QCPAxisTicker> makeNumberTicker(int count)
{
    return QSharedPointer<NumberTicker>::create(count, NumberTicker::Unit::None);
}

QSharedPointer<QCPAxisTicker> makePercentTicker(int count)
{
    return QSharedPointer<NumberTicker>::create(count, NumberTicker::Unit::Percent);
}

QSharedPointer<QCPAxisTicker> makeIndexTicker(int count)
{
    return QSharedPointer<NumberTicker>::create(count, NumberTicker::Unit::Index);
}

QSharedPointer<QCPAxisTicker> makeLogTicker(LogSteps steps)
{
    return QSharedPointer<LogTicker>::create(steps);
}

QSharedPointer<QCPAxisTicker> makeBoundTicker() { return QSharedPointer<BoundTicker>::create(); }

void limitTicks(QCPAxisTicker& ticker, int most)
{
    if (auto* fitting = dynamic_cast<FittingTicker*>(&ticker))
        fitting->limit(most);
}

QStringList thinned(QStringList labels, int least)
{
    int stride = 1;
    for (int decade = 1; stride < least; decade *= 10) {
        for (const int step : { 1, 2, 5 }) {
            stride = decade * step;
            if (stride >= least)
                break;
        }
    }
    for (int i = 0; i < labels.size(); ++i) {
        if (i % stride != 0)
            labels[i].clear();
    }
    return labels;
}

QSharedPointer<QCPAxisTicker> makeTextTicker(const QStringList& labels)
{
    return QSharedPointer<TextTicker>::create(labels);
}

} // namespace widgets
