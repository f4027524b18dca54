// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/outliers.h"

#include <QTest>

#include <vector>

using namespace core;

class TestOutliers : public QObject {
    Q_OBJECT

private slots:
    void findsChannelsFarAboveTheMedian()
    {
        const std::vector<float> absmax{ 1, 7, 1.5f, 0.5f, 30, 1, 6 };
        const OutlierChannels outliers = outlierChannels(absmax, 4);
        QCOMPARE(outliers.median, 1.5);
        QCOMPARE(outliers.channels, (std::vector<int>{ 4, 1 })); // 6 is exactly 4 times the median
    }

    void takesTheMeanOfTheTwoMiddleChannelsAsMedian()
    {
        const std::vector<float> absmax{ 4, 1, 2, 100 };
        QCOMPARE(outlierChannels(absmax, 10).median, 3.0);
        QCOMPARE(outlierChannels(absmax, 10).channels, (std::vector<int>{ 3 }));
    }

    void keepsTheOrderOfEqualChannels()
    {
        const std::vector<float> absmax{ 9, 1, 9, 1, 1, 1 };
        QCOMPARE(outlierChannels(absmax, 2).channels, (std::vector<int>{ 0, 2 }));
    }

    void findsNoneWhereTheMedianIsZero()
    {
        const std::vector<float> absmax{ 0, 0, 0, 5 };
        QVERIFY(outlierChannels(absmax, 2).channels.empty());
        QVERIFY(outlierChannels({}, 2).channels.empty());
    }
};

QTEST_GUILESS_MAIN(TestOutliers)
#include "tst_outliers.moc"
