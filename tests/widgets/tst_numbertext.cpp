// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/format.h"

#include <QtTest/QtTest>

#include <limits>

using namespace widgets;

namespace {
// Test texts write "~" for the no-break space and a plain "-" for the true minus.
QString shown(QString text)
{
    return text.replace(QChar(0x00A0), u'~').replace(QChar(0x2212), u'-');
}
} // namespace

class NumberTextTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void aColumnOfSizesKeepsToOneUnit()
    {
        QVERIFY(sizeUnitOf(1.2e6) == SizeUnit::Megabytes);
        QVERIFY(sizeUnitOf(-999.6) == SizeUnit::Kilobytes);
        QVERIFY(sizeUnitOf(0) == SizeUnit::Bytes);
        QCOMPARE(shown(sizeText(24'576, SizeUnit::Megabytes)), "0.02~MB");
        QCOMPARE(shown(sizeChangeText(-1'234'567, SizeUnit::Megabytes)), "-1.23~MB");
        QCOMPARE(shown(sizeChangeText(1'234'567, SizeUnit::Kilobytes)), "+1,234.6~kB");
        QCOMPARE(shown(sizeText(1, SizeUnit::Bytes)), "1~byte");
    }

    void sizesAreDecimalWithThreeDigits_data()
    {
        QTest::addColumn<double>("bytes");
        QTest::addColumn<QString>("text");
        QTest::newRow("zero") << 0.0 << "0~bytes";
        QTest::newRow("one") << 1.0 << "1~byte";
        QTest::newRow("bytes") << 999.0 << "999~bytes";
        QTest::newRow("kB") << 131072.0 << "131.1~kB";
        QTest::newRow("small kB") << 9216.0 << "9.2~kB";
        QTest::newRow("just below MB") << 999'600.0 << "1.00~MB";
        QTest::newRow("MB") << 2697408.0 << "2.70~MB";
        QTest::newRow("ten MB") << 38'200'000.0 << "38.2~MB";
        QTest::newRow("hundred MB") << 212'400'000.0 << "212~MB";
        QTest::newRow("rounds up a digit") << 9'996'000.0 << "10.0~MB";
        QTest::newRow("GB") << 18'400'000'000.0 << "18.4~GB";
    }
    void sizesAreDecimalWithThreeDigits()
    {
        QFETCH(double, bytes);
        QTEST(shown(sizeText(bytes)), "text");
    }

    void changesCarryASign()
    {
        QCOMPARE(shown(sizeChangeText(-8400)), "-8.4~kB");
        QCOMPARE(shown(sizeChangeText(12300)), "+12.3~kB");
        QCOMPARE(shown(percentChangeText(-0.681)), "-68.1~%");
        QCOMPARE(shown(percentChangeText(0.00001)), "0.0~%");
        QCOMPARE(shown(pointsText(0.019)), "+1.9~pp");
        QCOMPARE(shown(signedText(0.2, 2)), "+0.20");
        QCOMPARE(shown(signedText(-0.0001, 2)), "0.00");
    }

    void exactBytesHaveGroupSeparators()
    {
        QCOMPARE(shown(exactSizeText(2697408)), "2,697,408~bytes");
    }

    void sharesHaveOneDecimalAndRatiosTwo()
    {
        QCOMPARE(shown(percentText(0.0677)), "6.8~%");
        QCOMPARE(shown(ratioText(2.9)), QString("2.90") + QChar(0x00D7));
        QCOMPARE(bitsText(4.887), "4.89");
    }

    void kldHasThreeSignificantDigits()
    {
        QCOMPARE(kldText(0.004624), "0.00462");
        QCOMPARE(kldText(0.0999996), "0.100");
        QCOMPARE(kldText(1.88126), "1.88");
        QCOMPARE(kldText(0), "0");
        QCOMPARE(milliKldText(0.00575), "5.75");
        QCOMPARE(measuredKldText(0.004562, 0.0000241), QString("0.00456 ± 0.00002"));
        QCOMPARE(predictedKldText(0.01, 0.002), QString("0.0100 ± 0.0020"));
        QCOMPARE(predictedKldText(0.01, 0.01), QString("about 0.0100 (rough)"));
        QCOMPARE(predictedKldText(0.01, 0), QString("0.0100"));
        QCOMPARE(measuredText(40.654, 0.618, 2), QString("40.65 ± 0.62"));
    }

    void countsAreGroupedOrShort()
    {
        QCOMPARE(countText(1048576), "1,048,576");
        QCOMPARE(shown(countText(-32)), "-32");
        QCOMPARE(shown(shortCountText(4197632)), "4.20~M");
        QCOMPARE(shown(shortCountText(1235814400)), "1.24~B");
        QCOMPARE(shortCountText(512), "512");
    }

    void timesNameTheirUnits()
    {
        QCOMPARE(shown(durationText(8.3)), "8.3~s");
        QCOMPARE(shown(durationText(0.06)), "0.1~s");
        QCOMPARE(shown(durationText(0.01)), "under 0.1~s");
        QCOMPARE(shown(durationText(59.96)), "1~min~00~s");
        QCOMPARE(shown(durationText(250)), "4~min~10~s");
        QCOMPARE(shown(durationText(7500)), "2~h~05~min");
        QCOMPARE(durationText(std::numeric_limits<double>::infinity()), unknownText());
    }

    void infinityAndNanAreNamed()
    {
        const double infinity = std::numeric_limits<double>::infinity();
        QCOMPARE(numberText(infinity, 1), "infinity");
        QCOMPARE(shown(numberText(-infinity, 1)), "-infinity");
        QCOMPARE(numberText(std::numeric_limits<double>::quiet_NaN(), 2), "NaN");
        QCOMPARE(sizeText(infinity), "infinity");
    }

    void wordsAreListed()
    {
        QCOMPARE(listText({}), "");
        QCOMPARE(listText({ "208" }), "208");
        QCOMPARE(listText({ "208", "29", "218" }), "208, 29 and 218");
    }

    void followsTheLocale()
    {
        QLocale::setDefault(QLocale(QLocale::German));
        QCOMPARE(shown(sizeText(2697408)), "2,70~MB");
        QCOMPARE(countText(1048576), "1.048.576");
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    }
};

QTEST_GUILESS_MAIN(NumberTextTest)
#include "tst_numbertext.moc"
