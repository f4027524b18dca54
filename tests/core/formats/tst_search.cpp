// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/hardrows.h"

#include "core/formats/search.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

/// The searches for scales against slow ones that try far more.
class TestSearch : public QObject {
    Q_OBJECT

private slots:
    void roundsToTheNearestInteger();
    void findsNearlyTheBestScale_data();
    void findsNearlyTheBestScale();
    void findsNearlyTheBestScaleAndMinimum();
    void findsNearlyTheBestPositiveScale();
    void givesNothingForZeros();
    void givesNoScaleForAConstantGroup();
    void weighsAllAlikeWhereWeightsAreZero();
    void roundsToAGridWithItsZeroInside();
    void findsTheSameWhateverGroupsLieBeside();
};

using namespace core::formats;

namespace {

constexpr int groupSize = 32;
using Codes = std::array<std::uint8_t, groupSize>;

/// Σ weight·(x − (scale·(code − zero) + offset))²
double errorOf(
    const float* x, const float* weight, double scale, double offset, int zero, const Codes& codes)
{
    double error = 0;
    for (std::size_t i = 0; i < groupSize; ++i) {
        const double difference = scale * (codes[i] - zero) + offset - double(x[i]);
        error += double(weight[i]) * difference * difference;
    }
    return error;
}

/// The same with each weight at its best code.
double bestErrorOf(
    const float* x, const float* weight, double scale, double offset, int zero, int largestCode)
{
    Codes codes;
    for (std::size_t i = 0; i < groupSize; ++i) {
        const double code = std::nearbyint((double(x[i]) - offset) / scale) + zero;
        codes[i] = std::uint8_t(std::clamp(code, 0.0, double(largestCode)));
    }
    return errorOf(x, weight, scale, offset, zero, codes);
}

/// To the bit.
bool isSame(float a, float b)
{
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// Sixteen times the same group.
Groups groupsOf(const float* x, const float* weight)
{
    Groups groups;
    groups.size = groupSize;
    for (std::size_t i = 0; i < groupSize; ++i) {
        groups.x[i].fill(x[i]);
        groups.weight[i].fill(weight[i]);
    }
    return groups;
}

/// A scale, a minimum where there is one, and the codes of a group.
struct Found {
    float scale = 0;
    float min = 0;
    Codes codes{};
};

Found findScale(const float* x, const float* weight, int half)
{
    const FoundScales found = searchScales(groupsOf(x, weight), half);
    Found result{ found.scale[3], 0, {} };
    if (found.inverse[3] != 0)
        roundByInverse(x, groupSize, 0, found.inverse[3], half, 2 * half - 1, result.codes.data());
    return result;
}

Found findScaleAndMin(const float* x, const float* weight, int largestCode)
{
    FoundRanges found;
    searchScalesAndMins(groupsOf(x, weight), largestCode, importanceTries, found);
    Found result{ found.scale[3], found.min[3], {} };
    roundByInverse(
        x, groupSize, found.from[3], found.inverse[3], 0, largestCode, result.codes.data());
    return result;
}

Found findPositiveScale(const float* x, const float* weight, int largestCode)
{
    const FoundLevels found = searchPositiveScales(groupsOf(x, weight), largestCode);
    Found result{ found.scale[3], 0, {} };
    for (std::size_t i = 0; i < groupSize; ++i)
        result.codes[i] = std::uint8_t(found.levels[i][3]);
    return result;
}

struct Samples {
    std::vector<float> x = hardrows::normalWeights(200 * groupSize);
    std::vector<float> weight = x;

    Samples()
    {
        for (std::size_t i = 0; i < weight.size(); ++i)
            weight[i] = 0.1f + std::fabs(x[(i * 7919) % x.size()]);
    }
};

} // namespace

void TestSearch::roundsToTheNearestInteger()
{
    QCOMPARE(nearestInt(0.5f), 0);
    QCOMPARE(nearestInt(1.5f), 2);
    QCOMPARE(nearestInt(-2.5f), -2);
    QCOMPARE(nearestInt(-2.51f), -3);
    QCOMPARE(nearestInt(4194303.0f), 4194303);
    QCOMPARE(nearestInt(std::numeric_limits<float>::infinity()), -4194304);
    QCOMPARE(nearestInt(std::numeric_limits<float>::quiet_NaN()), 0);
}

void TestSearch::findsNearlyTheBestScale_data()
{
    QTest::addColumn<int>("half");
    for (const int half : { 4, 8, 16, 32 })
        QTest::newRow(std::to_string(half).c_str()) << half;
}

void TestSearch::findsNearlyTheBestScale()
{
    QFETCH(int, half);
    const Samples samples;
    double found = 0;
    double best = 0;
    for (std::size_t first = 0; first < samples.x.size(); first += groupSize) {
        const float* x = &samples.x[first];
        const float* weight = &samples.weight[first];
        const auto [scale, min, codes] = findScale(x, weight, half);
        found += errorOf(x, weight, double(scale), 0, half, codes);
        double least = std::numeric_limits<double>::infinity();
        for (double tried = -2.0 * 4 / half; tried < 2.0 * 4 / half; tried += 0.0041 / half)
            least = std::min(least, bestErrorOf(x, weight, tried, 0, half, 2 * half - 1));
        best += least;
    }
    // The tries lie within a step of the largest weight, so a clipping scale is not found.
    QVERIFY2(found < 1.25 * best, qPrintable(QString("%1, %2").arg(found).arg(best)));
}

void TestSearch::findsNearlyTheBestScaleAndMinimum()
{
    const Samples samples;
    double found = 0;
    double plain = 0;
    for (std::size_t first = 0; first < samples.x.size(); first += groupSize) {
        const float* x = &samples.x[first];
        const float* weight = &samples.weight[first];
        const auto [scale, min, codes] = findScaleAndMin(x, weight, 15);
        QVERIFY(min >= 0);
        found += errorOf(x, weight, double(scale), -double(min), 0, codes);
        const auto [low, high] = std::minmax_element(x, x + groupSize);
        plain += bestErrorOf(x, weight, double(*high - *low) / 15, double(*low), 0, 15);
    }
    QVERIFY2(found < 0.75 * plain, qPrintable(QString("%1, %2").arg(found).arg(plain)));
}

void TestSearch::findsNearlyTheBestPositiveScale()
{
    Samples samples;
    double found = 0;
    double best = 0;
    for (std::size_t first = 0; first < samples.x.size(); first += groupSize) {
        for (std::size_t i = first; i < first + groupSize; ++i)
            samples.x[i] = std::fabs(samples.x[i]);
        const float* x = &samples.x[first];
        const float* weight = &samples.weight[first];
        const auto [scale, min, codes] = findPositiveScale(x, weight, 15);
        QVERIFY(scale > 0);
        found += errorOf(x, weight, double(scale), 0, 0, codes);
        double least = std::numeric_limits<double>::infinity();
        for (double tried = 0.01; tried < 0.5; tried += 0.0002)
            least = std::min(least, bestErrorOf(x, weight, tried, 0, 0, 15));
        best += least;
    }
    QVERIFY2(found < 1.25 * best, qPrintable(QString("%1, %2").arg(found).arg(best)));
}

void TestSearch::givesNothingForZeros()
{
    const std::array<float, groupSize> zeros{};
    const std::array<float, groupSize> even = [] {
        std::array<float, groupSize> weights;
        weights.fill(1);
        return weights;
    }();
    const Found scale = findScale(zeros.data(), even.data(), 8);
    QCOMPARE(scale.scale, 0.0f);
    QCOMPARE(scale.codes, Codes{});
    const Found positive = findPositiveScale(zeros.data(), even.data(), 15);
    QCOMPARE(positive.scale, 0.0f);
    QCOMPARE(positive.codes, Codes{});
    const Found pair = findScaleAndMin(zeros.data(), even.data(), 15);
    QCOMPARE(pair.scale, 0.0f);
    QCOMPARE(pair.min, 0.0f);
    QCOMPARE(pair.codes, Codes{});
}

void TestSearch::givesNoScaleForAConstantGroup()
{
    std::array<float, groupSize> constant;
    constant.fill(-0.25f);
    const Found pair = findScaleAndMin(constant.data(), constant.data(), 15);
    QCOMPARE(pair.scale, 0.0f);
    QCOMPARE(pair.min, 0.25f);
}

void TestSearch::weighsAllAlikeWhereWeightsAreZero()
{
    // Nothing counts, so any finite answer is right.
    const Samples samples;
    const std::array<float, groupSize> zeros{};
    const Found pair = findScaleAndMin(samples.x.data(), zeros.data(), 15);
    QVERIFY(std::isfinite(pair.scale) && std::isfinite(pair.min));
    QVERIFY(std::isfinite(findScale(samples.x.data(), zeros.data(), 8).scale));
}

void TestSearch::roundsToAGridWithItsZeroInside()
{
    const std::array<float, 16> x{ -100, -1.2f, -0.4f, 0, 0.6f, 100 };
    std::array<std::uint8_t, 16> codes;
    roundToGrid(x.data(), 16, 0.5f, 0, 4, 7, codes.data());
    QCOMPARE(
        codes, (std::array<std::uint8_t, 16>{ 0, 2, 3, 4, 5, 7, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4 }));
    roundToGrid(x.data(), 16, -0.5f, 0, 4, 7, codes.data());
    QCOMPARE(
        codes, (std::array<std::uint8_t, 16>{ 7, 6, 5, 4, 3, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4 }));
}

void TestSearch::findsTheSameWhateverGroupsLieBeside()
{
    int groupsSeen = 0;
    for (const hardrows::Rows& rows : hardrows::weights()) {
        Groups mixed;
        mixed.size = groupSize;
        const auto at = [&](std::size_t g) { return rows.values.data() + g * groupSize; };
        for (std::size_t i = 0; i < groupSize; ++i)
            for (std::size_t g = 0; g < std::size_t(together); ++g) {
                mixed.x[i][g] = at(g)[i];
                mixed.weight[i][g] = std::fabs(at(g)[i]);
            }
        const FoundScales scales = searchScales(mixed, 32);
        FoundRanges ranges;
        searchScalesAndMins(mixed, 15, importanceTries, ranges);
        for (std::size_t g = 0; g < std::size_t(together); ++g) {
            std::array<float, groupSize> weight;
            std::transform(
                at(g), at(g) + groupSize, weight.begin(), [](float x) { return std::fabs(x); });
            const Groups alone = groupsOf(at(g), weight.data());
            const FoundScales scale = searchScales(alone, 32);
            FoundRanges range;
            searchScalesAndMins(alone, 15, importanceTries, range);
            QVERIFY2(isSame(scales.scale[g], scale.scale[g])
                    && isSame(scales.inverse[g], scale.inverse[g]),
                rows.name.c_str());
            QVERIFY2(isSame(ranges.scale[g], range.scale[g]) && isSame(ranges.min[g], range.min[g])
                    && isSame(ranges.from[g], range.from[g])
                    && isSame(ranges.inverse[g], range.inverse[g]),
                rows.name.c_str());
            ++groupsSeen;
        }
    }
    QVERIFY(groupsSeen > 100);
}

QTEST_APPLESS_MAIN(TestSearch)
#include "tst_search.moc"
