// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/rangeestimator.h"
#include "tests/core/rounding/syntheticlayer.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <random>

using namespace core;

namespace {

ValueSample sampleOf(const Matrix& x, std::int64_t stride = 1)
{
    ValueSample sample(stride);
    sample.add(x);
    sample.sort();
    return sample;
}

ValueSample sampleOf(std::initializer_list<float> values)
{
    Matrix x(1, Eigen::Index(values.size()));
    std::copy(values.begin(), values.end(), x.data());
    return sampleOf(x);
}

RangeOptions optionsOf(RangeEstimator estimator, Symmetry symmetry = Symmetry::Symmetric)
{
    RangeOptions options;
    options.estimator = estimator;
    options.symmetry = symmetry;
    return options;
}

/// Normally distributed, one value in a thousand fifty times as large.
Matrix heavyTailed()
{
    std::mt19937 random(91);
    std::normal_distribution<float> normal;
    Matrix x = Matrix::NullaryExpr(200, 100, [&] { return normal(random); });
    for (Eigen::Index row = 0; row < x.rows(); row += 10)
        x(row, row % 97) *= 50;
    return x;
}

double errorOf(const Matrix& x, ValueRange range, Symmetry symmetry)
{
    const IntegerGrid grid = integerGrid(range, 8, symmetry);
    double sum = 0;
    for (const float value : x.reshaped())
        sum += std::pow(double(grid.rounded(value)) - double(value), 2);
    return sum;
}

/// Migacz 2017, slide 36, word for word and in long form.
float slowDivergenceBound(const Matrix& x)
{
    const double largest = double(x.cwiseAbs().maxCoeff());
    std::vector<double> bins(2048, 0.0);
    for (const float value : x.reshaped())
        bins[std::size_t(std::min(2047.0, std::floor(std::abs(double(value)) / largest * 2048)))]
            += 1;
    double smallest = std::numeric_limits<double>::infinity();
    int best = 0;
    for (int i = 128; i <= 2048; ++i) {
        std::vector<double> reference(bins.begin(), bins.begin() + i);
        for (int j = i; j < 2048; ++j)
            reference[std::size_t(i - 1)] += bins[std::size_t(j)];
        std::vector<double> candidate(std::size_t(i), 0.0);
        for (int level = 0; level < 128; ++level) {
            double sum = 0;
            std::vector<int> filled;
            for (int j = level * i / 128; j < (level + 1) * i / 128; ++j) {
                sum += bins[std::size_t(j)];
                if (reference[std::size_t(j)] > 0)
                    filled.push_back(j);
            }
            for (const int j : filled)
                candidate[std::size_t(j)] = sum / double(filled.size());
        }
        double p = 0, q = 0, divergence = 0;
        for (int j = 0; j < i; ++j) {
            p += reference[std::size_t(j)];
            q += candidate[std::size_t(j)];
        }
        for (int j = 0; j < i; ++j)
            if (reference[std::size_t(j)] > 0)
                divergence += reference[std::size_t(j)] / p
                    * std::log(reference[std::size_t(j)] / p / (candidate[std::size_t(j)] / q));
        if (divergence < smallest) {
            smallest = divergence;
            best = i;
        }
    }
    return float(largest * best / 2048);
}

} // namespace

class TestRangeEstimator : public QObject {
    Q_OBJECT

private slots:
    void theWorkedExampleOfAsymmetricInt8();
    void theWorkedExampleOfSymmetricInt8();
    void noErrorExceedsHalfAStep_data();
    void noErrorExceedsHalfAStep();
    void roundsManyAsItRoundsOne();
    void zeroStaysZero();
    void maximumIsWhatWasSeen();
    void percentileInterpolates();
    void deviationsAreThoseOfAllValues();
    void squaredErrorIsTheSmallestOfAllCuts_data();
    void squaredErrorIsTheSmallestOfAllCuts();
    void divergenceIsMigaczs();
    void rangesLieInsideWhatWasSeen_data();
    void rangesLieInsideWhatWasSeen();
    void cuttingHelpsHeavyTails();
    void aSparseSampleSeesEveryChannel();
    void nothingSeenGivesAnEmptyRange();
    void knowsItsEstimatorsByName();
};

void TestRangeEstimator::theWorkedExampleOfAsymmetricInt8()
{
    const IntegerGrid grid = integerGrid({ -1.0f, 0.7f }, 8, Symmetry::Asymmetric);
    QVERIFY(std::abs(grid.scale - 0.00667f) < 0.000005f);
    QCOMPARE(grid.zero, 150);
    QCOMPARE(grid.code(0.10f), 165);
    QVERIFY(std::abs(grid.rounded(0.10f) - 0.1f) < 1e-6f);
    QCOMPARE(grid.code(-1.0f), 0);
    QCOMPARE(grid.code(0.7f), 255);
    QCOMPARE(grid.code(9.0f), 255);
    for (const float value : { 0.10f, -0.30f, 0.70f, -1.00f, 0.50f })
        QVERIFY(std::abs(grid.rounded(value) - value) <= 0.5001f * grid.scale);
}

void TestRangeEstimator::theWorkedExampleOfSymmetricInt8()
{
    const IntegerGrid grid = integerGrid({ -1.0f, 0.7f }, 8, Symmetry::Symmetric);
    QCOMPARE(grid.scale, 1.0f / 127);
    QCOMPARE(grid.zero, 0);
    QCOMPARE(grid.code(0.10f), 13);
    QCOMPARE(grid.code(-1.0f), -127);
    QCOMPARE(grid.code(-3.0f), -127);
}

void TestRangeEstimator::noErrorExceedsHalfAStep_data()
{
    QTest::addColumn<int>("bits");
    for (const int bits : { 2, 4, 8, 16 })
        QTest::addRow("%d bits", bits) << bits;
}

void TestRangeEstimator::noErrorExceedsHalfAStep()
{
    QFETCH(int, bits);
    const Matrix x = syntheticLayer(1, 64, 50, 92).x;
    for (const Symmetry symmetry : { Symmetry::Symmetric, Symmetry::Asymmetric }) {
        const IntegerGrid grid = integerGrid({ x.minCoeff(), x.maxCoeff() }, bits, symmetry);
        // An asymmetric range is moved by up to half a step so that 0 is a level.
        const float bound = symmetry == Symmetry::Symmetric ? 0.501f : 1.001f;
        for (const float value : x.reshaped())
            QVERIFY(std::abs(grid.rounded(value) - value) <= bound * grid.scale);
    }
}

void TestRangeEstimator::roundsManyAsItRoundsOne()
{
    const Matrix x = heavyTailed();
    for (const Symmetry symmetry : { Symmetry::Symmetric, Symmetry::Asymmetric }) {
        const IntegerGrid grid = integerGrid({ -2.5f, 3.1f }, 8, symmetry);
        Matrix rounded = x;
        roundTo(grid, rounded.data(), std::size_t(rounded.size()));
        for (Eigen::Index i = 0; i < x.size(); ++i)
            QCOMPARE(rounded.data()[i], grid.rounded(x.data()[i]));
    }
}

void TestRangeEstimator::zeroStaysZero()
{
    for (const Symmetry symmetry : { Symmetry::Symmetric, Symmetry::Asymmetric }) {
        QCOMPARE(integerGrid({ -0.37f, 1.91f }, 8, symmetry).rounded(0), 0.0f);
        QCOMPARE(integerGrid({ 0.5f, 1.5f }, 8, symmetry).rounded(0), 0.0f);
        QCOMPARE(integerGrid({}, 8, symmetry).rounded(3), 0.0f);
    }
}

void TestRangeEstimator::maximumIsWhatWasSeen()
{
    const ValueSample sample = sampleOf({ -1.0f, 0.5f, 3.0f, 0.0f });
    const ValueRange both = estimateRange(sample, optionsOf(RangeEstimator::Maximum));
    QCOMPARE(both.minimum, -3.0f);
    QCOMPARE(both.maximum, 3.0f);
    const ValueRange own
        = estimateRange(sample, optionsOf(RangeEstimator::Maximum, Symmetry::Asymmetric));
    QCOMPARE(own.minimum, -1.0f);
    QCOMPARE(own.maximum, 3.0f);
}

void TestRangeEstimator::percentileInterpolates()
{
    const ValueSample sample = sampleOf({ -4, 1, 2, -3, 0 });
    RangeOptions options = optionsOf(RangeEstimator::Percentile);
    options.percentile = 75; // magnitudes 0 1 2 3 4
    QCOMPARE(estimateRange(sample, options).maximum, 3.0f);
    options.percentile = 80;
    QVERIFY(std::abs(estimateRange(sample, options).maximum - 3.2f) < 1e-6f);
    options.symmetry = Symmetry::Asymmetric; // values −4 −3 0 1 2
    QVERIFY(std::abs(estimateRange(sample, options).minimum + 3.2f) < 1e-6f);
    QVERIFY(std::abs(estimateRange(sample, options).maximum - 1.2f) < 1e-6f);
}

void TestRangeEstimator::deviationsAreThoseOfAllValues()
{
    const ValueSample sample = sampleOf({ 1, 3, 5, 7, -6, 20 }); // mean 5, variance 370 / 6
    RangeOptions options = optionsOf(RangeEstimator::Deviations, Symmetry::Asymmetric);
    options.deviations = 1;
    const double deviation = std::sqrt(370.0 / 6);
    QVERIFY(std::abs(double(estimateRange(sample, options).minimum) - (5 - deviation)) < 1e-5);
    QVERIFY(std::abs(double(estimateRange(sample, options).maximum) - (5 + deviation)) < 1e-5);
    options.deviations = 100;
    QCOMPARE(estimateRange(sample, options).maximum, 20.0f);
}

void TestRangeEstimator::squaredErrorIsTheSmallestOfAllCuts_data()
{
    QTest::addColumn<bool>("symmetric");
    QTest::newRow("symmetric") << true;
    QTest::newRow("asymmetric") << false;
}

void TestRangeEstimator::squaredErrorIsTheSmallestOfAllCuts()
{
    QFETCH(bool, symmetric);
    const Symmetry symmetry = symmetric ? Symmetry::Symmetric : Symmetry::Asymmetric;
    const Matrix x = heavyTailed();
    const ValueRange found
        = estimateRange(sampleOf(x), optionsOf(RangeEstimator::SquaredError, symmetry));
    double smallest = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= 240; ++i) {
        const float cut = std::pow(0.97f, float(i));
        smallest
            = std::min(smallest, errorOf(x, { x.minCoeff() * cut, x.maxCoeff() * cut }, symmetry));
    }
    QVERIFY(errorOf(x, found, symmetry) <= 1.001 * smallest);
}

void TestRangeEstimator::divergenceIsMigaczs()
{
    const Matrix x = heavyTailed();
    const ValueRange found = estimateRange(sampleOf(x), optionsOf(RangeEstimator::Divergence));
    QCOMPARE(found.maximum, slowDivergenceBound(x));
    QCOMPARE(found.minimum, -found.maximum);
}

void TestRangeEstimator::rangesLieInsideWhatWasSeen_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : { "max", "percentile", "deviations", "mse", "kl" })
        QTest::newRow(name) << QString(name);
}

void TestRangeEstimator::rangesLieInsideWhatWasSeen()
{
    QFETCH(QString, name);
    const RangeEstimator estimator = *findEstimator(name.toStdString());
    Matrix x = heavyTailed().cwiseMax(-0.3f);
    const ValueRange own = estimateRange(sampleOf(x), optionsOf(estimator, Symmetry::Asymmetric));
    QVERIFY(own.minimum >= x.minCoeff() && own.maximum <= x.maxCoeff());
    QVERIFY(own.minimum < 0 && own.maximum > 0);
    const ValueRange both = estimateRange(sampleOf(x), optionsOf(estimator));
    QCOMPARE(both.minimum, -both.maximum);
    QVERIFY(both.maximum <= x.cwiseAbs().maxCoeff());
}

void TestRangeEstimator::cuttingHelpsHeavyTails()
{
    const Matrix x = heavyTailed();
    const double whole = errorOf(x, { x.minCoeff(), x.maxCoeff() }, Symmetry::Symmetric);
    const ValueRange best = estimateRange(sampleOf(x), optionsOf(RangeEstimator::SquaredError));
    QVERIFY(errorOf(x, best, Symmetry::Symmetric) <= whole);
    RangeOptions options = optionsOf(RangeEstimator::Percentile);
    options.percentile = 99.5;
    const float bound = estimateRange(sampleOf(x), options).maximum;
    QVERIFY(bound > 2 && bound < 5); // a normal distribution's 99.5 % lie within 2.8
}

void TestRangeEstimator::aSparseSampleSeesEveryChannel()
{
    Matrix x = Matrix::Zero(400, 64);
    for (Eigen::Index channel = 0; channel < 64; ++channel)
        x.col(channel).setConstant(float(channel));
    const ValueSample sample = sampleOf(x, 64); // as many as there are channels
    QCOMPARE(sample.count(), std::int64_t(400 * 64));
    QCOMPARE(sample.kept().size(), std::size_t(400));
    std::vector<float> seen = sample.kept();
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    QCOMPARE(seen.size(), std::size_t(64));
    QCOMPARE(sample.extremes().maximum, 63.0f);
    QCOMPARE(sample.mean(), 31.5);
}

void TestRangeEstimator::nothingSeenGivesAnEmptyRange()
{
    for (const char* name : { "max", "percentile", "deviations", "mse", "kl" }) {
        const RangeOptions options = optionsOf(*findEstimator(name));
        QCOMPARE(estimateRange(ValueSample(), options).maximum, 0.0f);
        QCOMPARE(estimateRange(sampleOf({ 0, 0, 0 }), options).maximum, 0.0f);
    }
}

void TestRangeEstimator::knowsItsEstimatorsByName()
{
    for (const char* name : { "max", "percentile", "deviations", "mse", "kl" })
        QCOMPARE(estimatorName(*findEstimator(name)), std::string_view(name));
    QVERIFY(!findEstimator("median"));
}

QTEST_GUILESS_MAIN(TestRangeEstimator)
#include "tst_rangeestimator.moc"
