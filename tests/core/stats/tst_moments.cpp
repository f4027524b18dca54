// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/moments.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace core;

namespace {

Moments momentsOf(const std::vector<float>& values, std::size_t piece)
{
    MomentSums sums;
    for (std::size_t begin = 0; begin < values.size(); begin += piece)
        sums.add(std::span(values).subspan(begin, std::min(piece, values.size() - begin)));
    return sums.moments();
}

/// The definitions, in long double.
Moments slowMoments(const std::vector<float>& values)
{
    const auto n = static_cast<long double>(values.size());
    long double mean = 0;
    for (const float value : values)
        mean += value / n;
    long double second = 0, third = 0, fourth = 0;
    for (const float value : values) {
        const long double d = value - mean;
        second += d * d / n;
        third += d * d * d / n;
        fourth += d * d * d * d / n;
    }
    Moments result;
    result.mean = double(mean);
    result.deviation = double(std::sqrt(second));
    result.skew = double(third / std::pow(second, 1.5L));
    result.kurtosis = double(fourth / (second * second) - 3);
    return result;
}

bool isNear(double found, double expected, double tolerance)
{
    const bool near = std::abs(found - expected) <= tolerance * std::max(1.0, std::abs(expected));
    if (!near)
        qWarning("%.15g, expected %.15g", found, expected);
    return near;
}

std::vector<float> randomValues(std::size_t count, float shift)
{
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0, 1);
    std::vector<float> values(count);
    for (float& value : values)
        value = shift + std::exp(normal(random)); // skewed, heavy-tailed
    return values;
}

} // namespace

class TestMoments : public QObject {
    Q_OBJECT

private slots:
    void givesTheMomentsOfFourNumbers()
    {
        const Moments moments = momentsOf({ 0, -1, 0, 5 }, 2);
        QCOMPARE(moments.count, 4u);
        QCOMPARE(moments.zeros, 2u);
        QCOMPARE(moments.minimum, -1.0);
        QCOMPARE(moments.maximum, 5.0);
        QCOMPARE(moments.absmax(), 5.0);
        QCOMPARE(moments.mean, 1.0);
        QCOMPARE(moments.deviation, std::sqrt(5.5));
        QCOMPARE(moments.skew, 13.5 / std::pow(5.5, 1.5)); // (−1 − 8 − 1 + 64) / 4
        QCOMPARE(moments.kurtosis, 68.5 / (5.5 * 5.5) - 3); // (1 + 16 + 1 + 256) / 4
    }

    void agreesWithTheDefinitions_data()
    {
        QTest::addColumn<float>("shift");
        QTest::newRow("near zero") << 0.f;
        QTest::newRow("far from zero") << 10000.f; // where Σx² − (Σx)² would lose all digits
    }

    void agreesWithTheDefinitions()
    {
        QFETCH(float, shift);
        const auto values = randomValues(30000, shift);
        const Moments expected = slowMoments(values);
        for (const std::size_t piece : { std::size_t(1), std::size_t(37), std::size_t(9000) }) {
            const Moments found = momentsOf(values, piece);
            QVERIFY(isNear(found.mean, expected.mean, 1e-13));
            QVERIFY(isNear(found.deviation, expected.deviation, 1e-11));
            QVERIFY(isNear(found.skew, expected.skew, 1e-10));
            QVERIFY(isNear(found.kurtosis, expected.kurtosis, 1e-10));
        }
    }

    void givesTheSameBitsForTheSamePieces()
    {
        const auto values = randomValues(10000, 1);
        QCOMPARE(momentsOf(values, 700).kurtosis, momentsOf(values, 700).kurtosis);
    }

    void leavesOutWhatIsNotFinite()
    {
        const float infinity = std::numeric_limits<float>::infinity();
        const Moments moments = momentsOf({ 1, infinity, NAN, 3, -infinity }, 5);
        QCOMPARE(moments.count, 2u);
        QCOMPARE(moments.nonFinite, 3u);
        QCOMPARE(moments.mean, 2.0);
        QCOMPARE(moments.deviation, 1.0);
        QCOMPARE(moments.maximum, 3.0);
    }

    void hasNoSpreadWhereAllValuesAreTheSame()
    {
        const Moments moments = momentsOf(std::vector<float>(1000, 0.1f), 99);
        QCOMPARE(moments.mean, double(0.1f));
        QCOMPARE(moments.deviation, 0.0);
        QCOMPARE(moments.skew, 0.0);
        QCOMPARE(moments.kurtosis, 0.0);
    }

    void isEmptyWithoutValues()
    {
        const Moments moments = momentsOf({ NAN }, 1);
        QCOMPARE(moments.count, 0u);
        QCOMPARE(moments.nonFinite, 1u);
        QCOMPARE(moments.absmax(), 0.0);
        QCOMPARE(moments.deviation, 0.0);
    }

    void holdsTheLargestFloats()
    {
        const float largest = std::numeric_limits<float>::max();
        const Moments moments = momentsOf({ largest, -largest, largest, -largest }, 4);
        QCOMPARE(moments.mean, 0.0);
        QCOMPARE(moments.deviation, double(largest));
        QCOMPARE(moments.kurtosis, -2.0);
    }
};

QTEST_GUILESS_MAIN(TestMoments)
#include "tst_moments.moc"
