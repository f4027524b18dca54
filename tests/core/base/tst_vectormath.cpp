// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/vectormath.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

namespace vectormath = core::vectormath;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<float> randomValues(std::size_t count, float scale, unsigned seed = 3)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, scale);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return normal(random); });
    return values;
}

/// Lengths with and without an incomplete last vector.
constexpr std::size_t lengths[]{ 1, 2, 15, 16, 17, 31, 64, 100 };

bool near(double a, double b, double relative)
{
    if (std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b)))
        return true;
    qWarning("%.9g and %.9g", a, b);
    return false;
}

} // namespace

class TestVectorMath : public QObject {
    Q_OBJECT
private slots:
    void sumsSquaresByWeights()
    {
        for (const std::size_t length : lengths) {
            const auto x = randomValues(length, 1), y = randomValues(length, 1, 4);
            auto weights = randomValues(length, 1, 5);
            for (float& weight : weights)
                weight = std::abs(weight);
            for (const float* given :
                std::initializer_list<const float*>{ nullptr, std::as_const(weights).data() }) {
                double difference = 0, square = 0;
                for (std::size_t i = 0; i < length; ++i) {
                    const double weight = given ? double(given[i]) : 1;
                    difference += weight * double(x[i] - y[i]) * double(x[i] - y[i]);
                    square += weight * double(x[i]) * double(x[i]);
                }
                const auto sums = vectormath::squareSums(x.data(), y.data(), given, length);
                QVERIFY(near(sums.difference, difference, 1e-14));
                QVERIFY(near(sums.square, square, 1e-14));
            }
        }
        const float huge[]{ 1e38f, -1e38f };
        const float none[]{ 0, 0 };
        QVERIFY(near(vectormath::squareSums(huge, none, nullptr, 2).difference, 2e76, 1e-6));
    }

    void findsTheLargestMagnitude()
    {
        for (const std::size_t length : lengths) {
            auto x = randomValues(length, 1);
            x[length - 1] = -9;
            QCOMPARE(vectormath::largestMagnitude(x.data(), length), 9.0f);
            x[0] = -10;
            QCOMPARE(vectormath::largestMagnitude(x.data(), length), 10.0f);
        }
        QCOMPARE(vectormath::largestMagnitude(nullptr, 0), 0.0f);
    }

    void raisesEToAnyPower()
    {
        std::vector<float> x, power(100'000);
        for (std::size_t i = 0; i < power.size(); ++i)
            x.push_back(-87.3f + float(i) * 175.3f / float(power.size()));
        vectormath::exp(x.data(), x.size(), power.data());
        for (std::size_t i = 0; i < x.size(); ++i)
            QVERIFY(near(power[i], std::exp(double(x[i])), 2e-7));
    }

    void keepsWithinFloatAtTheEnds()
    {
        const float x[]{ -infinity, -1000, 1000, infinity, std::nanf(""), 0 };
        float power[6];
        vectormath::exp(x, 6, power);
        QVERIFY(power[0] > 0 && power[0] < 2e-38f);
        QCOMPARE(power[1], power[0]);
        QVERIFY(power[2] > 1e38f && std::isfinite(power[2]));
        QCOMPARE(power[3], power[2]);
        QVERIFY(std::isnan(power[4]));
        QCOMPARE(power[5], 1.0f);
    }

    void makesASoftmax()
    {
        for (const std::size_t count : lengths) {
            const std::vector<float> x = randomValues(count, 20);
            std::vector<float> quick = x;
            vectormath::softmax(quick.data(), count, 0.25f);
            const double top = *std::max_element(x.begin(), x.end());
            double sum = 0;
            for (const float value : x)
                sum += std::exp(0.25 * (value - top));
            for (std::size_t i = 0; i < count; ++i)
                QVERIFY(near(quick[i], std::exp(0.25 * (x[i] - top)) / sum, 2e-6));
        }
        float huge[]{ 3e38f, -3e38f, 3e38f };
        vectormath::softmax(huge, 3, 1);
        QCOMPARE(huge[0], 0.5f);
        QVERIFY(huge[1] < 1e-30f);
    }

    void gatesBySilu()
    {
        for (const std::size_t count : lengths) {
            const auto gate = randomValues(count, 8), up = randomValues(count, 1, 4);
            std::vector<float> result(count);
            vectormath::siluTimes(gate.data(), up.data(), count, result.data());
            for (std::size_t i = 0; i < count; ++i)
                QVERIFY(near(result[i], gate[i] / (1 + std::exp(-double(gate[i]))) * up[i], 1e-6));
        }
        const float gate[]{ -500, 500, 0 }, up[]{ 1, 1, 1 };
        float result[3];
        vectormath::siluTimes(gate, up, 3, result);
        QVERIFY(std::abs(result[0]) < 1e-30f);
        QCOMPARE(result[1], 500.0f);
        QCOMPARE(result[2], 0.0f);
    }

    void sumsPowersAndDifferences()
    {
        for (const std::size_t count : lengths) {
            const auto x = randomValues(count, 3), y = randomValues(count, 3, 9);
            double sum = 0, difference = 0, squares = 0;
            for (std::size_t i = 0; i < count; ++i) {
                sum += std::exp(double(x[i]) - 5);
                difference += std::exp(double(x[i]) - 5) * (double(x[i]) - double(y[i]));
                squares += double(x[i]) * double(x[i]);
            }
            QVERIFY(near(vectormath::sumOfPowers(x.data(), count, 5), sum, 1e-6));
            const auto sums = vectormath::sumsOfPowers(x.data(), y.data(), count, 5);
            QVERIFY(near(sums.sum, sum, 1e-6));
            QVERIFY(std::abs(sums.difference - difference) < 1e-5 * sum);
            QCOMPARE(vectormath::sumsOfPowers(x.data(), x.data(), count, 5).difference, 0.0);
            QVERIFY(near(vectormath::sumOfSquares(x.data(), count), squares, 1e-14));
        }
    }

    void turnsPairsOfBothLayoutsAlike()
    {
        for (const std::size_t count : lengths) {
            const auto a = randomValues(count, 1), b = randomValues(count, 1, 5);
            std::vector<float> cosine(count), sine(count), neighbours(2 * count);
            for (std::size_t i = 0; i < count; ++i) {
                cosine[i] = std::cos(float(i));
                sine[i] = std::sin(float(i));
                neighbours[2 * i] = a[i];
                neighbours[2 * i + 1] = b[i];
            }
            auto first = a, second = b;
            vectormath::turnPairs(first.data(), second.data(), cosine.data(), sine.data(), count);
            vectormath::turnNeighbours(neighbours.data(), cosine.data(), sine.data(), count);
            for (std::size_t i = 0; i < count; ++i) {
                QCOMPARE(first[i], a[i] * cosine[i] - b[i] * sine[i]);
                QCOMPARE(second[i], b[i] * cosine[i] + a[i] * sine[i]);
                QCOMPARE(neighbours[2 * i], first[i]);
                QCOMPARE(neighbours[2 * i + 1], second[i]);
            }
        }
    }

    void findsTheLargestAndTheNonFinite()
    {
        for (const std::size_t count : lengths) {
            auto x = randomValues(count, 1);
            QCOMPARE(vectormath::largest(x.data(), count), *std::max_element(x.begin(), x.end()));
            QVERIFY(vectormath::allFinite(x.data(), count));
            for (const float bad : { infinity, -infinity, std::nanf("") }) {
                for (const std::size_t place : { std::size_t(0), count / 2, count - 1 }) {
                    auto damaged = x;
                    damaged[place] = bad;
                    QVERIFY(!vectormath::allFinite(damaged.data(), count));
                }
            }
        }
        QCOMPARE(vectormath::largest(nullptr, 0), -infinity);
        const float fine[]{ 3.4e38f, -3.4e38f, 1e-45f, 0 };
        QVERIFY(vectormath::allFinite(fine, 4));
    }

    void addsMagnitudesChannelByChannel()
    {
        for (const std::size_t count : lengths) {
            const auto x = randomValues(count, 1), y = randomValues(count, 1, 8);
            std::vector<double> absolute(count), square(count);
            std::vector<float> absmax(count), product(count);
            for (const auto* row : { &x, &y })
                vectormath::addMagnitudes(
                    row->data(), count, absolute.data(), square.data(), absmax.data());
            vectormath::scaledProduct(x.data(), 2, y.data(), count, product.data());
            for (std::size_t i = 0; i < count; ++i) {
                QCOMPARE(absolute[i], std::abs(double(x[i])) + std::abs(double(y[i])));
                QCOMPARE(square[i], double(x[i]) * x[i] + double(y[i]) * y[i]);
                QCOMPARE(absmax[i], std::max(std::abs(x[i]), std::abs(y[i])));
                QCOMPARE(product[i], x[i] * 2 * y[i]);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestVectorMath)
#include "tst_vectormath.moc"
