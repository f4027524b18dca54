// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/histogram.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace core;

class TestHistogram : public QObject {
    Q_OBJECT

private slots:
    void countsEachValueInItsBin()
    {
        Histogram histogram{ -2, 2, std::vector<std::uint64_t>(4) };
        const std::vector<float> values{ -2, -1.5f, -1, 0, 0.5f, 1.999f, 2 };
        histogram.add(values);
        QCOMPARE(histogram.counts, (std::vector<std::uint64_t>{ 2, 1, 2, 2 }));
        QCOMPARE(histogram.binWidth(), 1.0);
        QCOMPARE(histogram.center(0), -1.5);
        for (std::size_t i = 0; i < 4; ++i)
            QCOMPARE(histogram.bin(histogram.center(i)), i);
    }

    void putsValuesOutsideInTheFirstOrLastBin()
    {
        Histogram histogram{ -1, 1, std::vector<std::uint64_t>(3) };
        const std::vector<float> values{ -7, 1e30f, -1e30f };
        histogram.add(values);
        QCOMPARE(histogram.counts, (std::vector<std::uint64_t>{ 2, 0, 1 }));
    }

    void leavesOutWhatIsNotFinite()
    {
        Histogram histogram{ -1, 1, std::vector<std::uint64_t>(3) };
        const std::vector<float> values{ NAN, std::numeric_limits<float>::infinity(), 0 };
        histogram.add(values);
        QCOMPARE(histogram.counts, (std::vector<std::uint64_t>{ 0, 1, 0 }));
    }

    void putsEverythingInTheMiddleWhereBinsHaveNoWidth()
    {
        Histogram histogram = symmetricHistogram(0);
        QCOMPARE(histogram.counts.size(), std::size_t(160));
        const std::vector<float> zeros(5, 0.f);
        histogram.add(zeros);
        QCOMPARE(histogram.counts[80], 5u);
        QCOMPARE(histogram.binWidth(), 0.0);
    }

    void addsCounts()
    {
        Histogram a{ 0, 1, { 1, 2 } };
        a.add(Histogram{ 0, 1, { 10, 20 } });
        QCOMPARE(a.counts, (std::vector<std::uint64_t>{ 11, 22 }));
    }
};

QTEST_GUILESS_MAIN(TestHistogram)
#include "tst_histogram.moc"
