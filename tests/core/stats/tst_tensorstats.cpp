// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/tensorstats.h"

#include <QElapsedTimer>
#include <QTest>

#include <cmath>
#include <random>

using namespace core;

namespace {

/// An F32 tensor of `weights`, which must outlive it.
Tensor tensorOf(const Matrix& weights)
{
    Tensor tensor;
    tensor.name = "test.weight";
    tensor.rows = weights.rows();
    tensor.columns = weights.cols();
    tensor.format = &formats::f32;
    tensor.bytes = std::as_bytes(std::span(weights.data(), std::size_t(weights.size())));
    return tensor;
}

Matrix randomWeights(Eigen::Index rows, Eigen::Index columns)
{
    std::mt19937 random(11);
    std::normal_distribution<float> normal(0.01f, 0.3f);
    Matrix weights(rows, columns);
    for (float& weight : weights.reshaped())
        weight = normal(random);
    return weights;
}

} // namespace

class TestTensorStats : public QObject {
    Q_OBJECT

private slots:
    void looksAtEveryWeight_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::newRow("a norm") << 1 << 576;
        QTest::newRow("several chunks of several tiles") << 2100 << 613;
        QTest::newRow("rows longer than a tile") << 3 << 70000;
    }

    void looksAtEveryWeight()
    {
        QFETCH(int, rows);
        QFETCH(int, columns);
        Matrix weights = randomWeights(rows, columns);
        weights(0, 7) = 0;
        weights(rows - 1, columns - 1) = -5;
        const TensorStats stats = tensorStats(tensorOf(weights), {});
        QCOMPARE(stats.moments.count, std::uint64_t(rows) * std::uint64_t(columns));
        QCOMPARE(stats.moments.zeros, std::uint64_t((weights.array() == 0).count()));
        QCOMPARE(stats.moments.minimum, -5.0);
        QCOMPARE(stats.moments.maximum, double(weights.maxCoeff()));
        const double mean = weights.cast<double>().mean();
        const double deviation = std::sqrt((weights.cast<double>().array() - mean).square().mean());
        QVERIFY(std::abs(stats.moments.mean - mean) < 1e-12);
        QVERIFY(std::abs(stats.moments.deviation - deviation) < 1e-12);
        for (int column = 0; column < columns; ++column)
            QCOMPARE(
                stats.inputAbsmax[std::size_t(column)], weights.col(column).cwiseAbs().maxCoeff());
        for (int row = 0; row < rows; ++row)
            QCOMPARE(stats.outputAbsmax[std::size_t(row)], weights.row(row).cwiseAbs().maxCoeff());
        QCOMPARE(stats.histogram.minimum, -5.0);
        QCOMPARE(stats.histogram.maximum, 5.0);
        Histogram expected = symmetricHistogram(5);
        expected.add(std::span<const float>(weights.data(), std::size_t(weights.size())));
        QCOMPARE(stats.histogram.counts, expected.counts);
        QCOMPARE(stats.nonFiniteRow, -1);
        QCOMPARE(stats.nonFiniteColumn, -1);
    }

    void namesTheFirstWeightThatIsNotFinite()
    {
        Matrix weights = randomWeights(2000, 600);
        weights(1999, 0) = NAN;
        weights(1500, 77) = -INFINITY;
        weights(1500, 78) = NAN;
        weights(1501, 5) = INFINITY;
        const TensorStats stats = tensorStats(tensorOf(weights), {});
        QCOMPARE(stats.moments.nonFinite, 4u);
        QCOMPARE(stats.moments.count, 2000u * 600u - 4);
        QCOMPARE(stats.nonFiniteRow, 1500);
        QCOMPARE(stats.nonFiniteColumn, 77);
        QVERIFY(std::isfinite(stats.inputAbsmax[77]));
        QVERIFY(std::isfinite(stats.outputAbsmax[1500]));
        QVERIFY(stats.moments.absmax() < 10);
    }

    void holdsATensorOfZeros()
    {
        const Matrix weights = Matrix::Zero(3, 64);
        const TensorStats stats = tensorStats(tensorOf(weights), {});
        QCOMPARE(stats.moments.zeros, 192u);
        QCOMPARE(stats.moments.absmax(), 0.0);
        QCOMPARE(stats.histogram.counts[80], 192u);
    }

    void isTheSameEveryTime()
    {
        const Matrix weights = randomWeights(3000, 512);
        const TensorStats a = tensorStats(tensorOf(weights), {});
        const TensorStats b = tensorStats(tensorOf(weights), {});
        QCOMPARE(a.moments.mean, b.moments.mean);
        QCOMPARE(a.moments.kurtosis, b.moments.kurtosis);
        QCOMPARE(a.histogram.counts, b.histogram.counts);
    }

    void stopsWhenCancelled()
    {
        const Matrix weights = randomWeights(100, 64);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(
            tensorStats(tensorOf(weights), Progress(stop.get_token(), nullptr)), Cancelled);
    }

    void takesAboutHalfASecondForAnEmbedding()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("the sanitizers make it many times slower");
#endif
        const Matrix weights = randomWeights(49152, 576); // SmolLM2's
        QElapsedTimer timer;
        timer.start();
        const TensorStats stats = tensorStats(tensorOf(weights), {});
        qInfo("%lld ms", static_cast<long long>(timer.elapsed()));
        QVERIFY2(timer.elapsed() < 3000, QByteArray::number(timer.elapsed()));
        QCOMPARE(stats.moments.count, 49152u * 576u);
    }
};

QTEST_GUILESS_MAIN(TestTensorStats)
#include "tst_tensorstats.moc"
