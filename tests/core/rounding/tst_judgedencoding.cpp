// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/tensorformat.h"
#include "core/rounding/encode.h"
#include "core/rounding/judgedencoding.h"
#include "syntheticlayer.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

#include <limits>

using namespace core;

namespace {

/// Several tasks of it, the last shorter.
Matrix manyWeights() { return syntheticLayer(300, 1024, 1, 11).W; }

std::vector<float> unevenImportance(Eigen::Index columns)
{
    std::vector<float> importance;
    for (Eigen::Index j = 0; j < columns; ++j)
        importance.push_back(0.25f + float(j % 5));
    return importance;
}

struct Result {
    std::vector<std::byte> bytes;
    RoundingLoss loss;
};

Result encoded(const MatrixRows& W, const Format& format, std::span<const float> importance)
{
    const TensorFormat own(format, Matrix(), Encoder::Closest);
    Result result{ std::vector<std::byte>(W.rows * format.rowBytes(W.columns)), {} };
    result.loss = encodeJudged(W, own.format(), importance, result.bytes, Progress());
    return result;
}

/// Σ importance_j w_ij², one after the other.
double slowSum(const Matrix& W, std::span<const float> importance)
{
    double sum = 0;
    for (Eigen::Index i = 0; i < W.rows(); ++i)
        for (Eigen::Index j = 0; j < W.cols(); ++j)
            sum += (importance.empty() ? 1.0 : double(importance[std::size_t(j)])) * double(W(i, j))
                * double(W(i, j));
    return sum;
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); }

} // namespace

class TestJudgedEncoding : public QObject {
    Q_OBJECT

private slots:
    void givesTheBytesAndErrorsOfEncodingAndDecoding_data()
    {
        QTest::addColumn<const Format*>("format");
        QTest::addColumn<bool>("weighs");
        for (const Format* format : allFormats())
            for (const bool weighs : { false, true })
                QTest::addRow("%s%s", std::string(format->name).c_str(), weighs ? " weighed" : "")
                    << format << weighs;
    }

    void givesTheBytesAndErrorsOfEncodingAndDecoding()
    {
        QFETCH(const Format*, format);
        QFETCH(bool, weighs);
        const Matrix W = manyWeights();
        const auto importance = weighs ? unevenImportance(W.cols()) : std::vector<float>();
        const Result result = encoded(MatrixRows::of(W), *format, importance);
        QVERIFY(result.bytes == encodeMatrix(W, *format, importance, Encoder::Closest, Progress()));
        const Matrix rounded = decodeMatrix(result.bytes, *format, W.rows(), W.cols());
        QVERIFY(near(result.loss.error, slowSum(W - rounded, importance)));
        QVERIFY(near(result.loss.energy, slowSum(W, importance)));
        QVERIFY(!result.loss.fault);
        const RoundingLoss again
            = lossOf(MatrixRows::of(W), *format, importance, result.bytes, Progress());
        QCOMPARE(again.error, result.loss.error);
        QCOMPARE(again.energy, result.loss.energy);
    }

    void isTheSameForAnyNumberOfProcessors()
    {
        const Matrix W = manyWeights();
        const auto importance = unevenImportance(W.cols());
        const Result all = encoded(MatrixRows::of(W), formats::q4_K, importance);
        const support::OneProcessor one;
        const Result alone = encoded(MatrixRows::of(W), formats::q4_K, importance);
        QVERIFY(all.bytes == alone.bytes);
        QCOMPARE(all.loss.error, alone.loss.error);
        QCOMPARE(all.loss.energy, alone.loss.energy);
    }

    void readsRowsOfAWiderMatrix()
    {
        const Matrix wide = manyWeights();
        const MatrixView part = wide.leftCols(512);
        const Matrix copy = part;
        QVERIFY(encoded(MatrixRows::of(part), formats::q6_K, {}).bytes
            == encoded(MatrixRows::of(copy), formats::q6_K, {}).bytes);
    }

    void leavesOutRowsThatAreNotFitToBeUsed()
    {
        const Matrix W = manyWeights();
        MatrixRows source = MatrixRows::of(W);
        const auto at = source.at;
        source.at = [&](std::size_t first, std::size_t count, std::vector<float>& room) {
            return first == 0 ? MatrixRows::Rows{ nullptr, 0 } : at(first, count, room);
        };
        const Result result = encoded(source, formats::q8_0, {});
        QVERIFY(!result.loss.fault);
        QVERIFY(result.loss.energy > 0 && result.loss.energy < slowSum(W, {}));
    }

    void findsARowThatVanishesAndOneThatOverflows()
    {
        Matrix W = manyWeights();
        W.row(77) *= 1e-9f / W.row(77).cwiseAbs().maxCoeff();
        W.row(5).setZero(); // nothing is lost of it
        const auto small = encoded(MatrixRows::of(W), formats::q8_0, {}).loss.fault;
        QVERIFY(small && small->kind == RangeFault::Kind::TooSmall);
        QCOMPARE(small->value, W.row(77).cwiseAbs().maxCoeff());
        W(200, 3) = 1e30f;
        W.row(77).setOnes();
        const auto large = encoded(MatrixRows::of(W), formats::f16, {}).loss.fault;
        QVERIFY(large && large->kind == RangeFault::Kind::TooLarge);
        QCOMPARE(large->value, 1e30f);
    }

    void saysHowFarItIsAndStopsWhenAsked()
    {
        const Matrix W = manyWeights();
        std::stop_source stop;
        double last = -1;
        const Progress progress(stop.get_token(), [&](double done, const std::string&) {
            QVERIFY(done >= last && done <= 1);
            last = done;
            stop.request_stop();
        });
        std::vector<std::byte> bytes(
            std::size_t(W.rows()) * formats::q8_0.rowBytes(std::size_t(W.cols())));
        bool isCancelled = false;
        try {
            for (int i = 0; i < 50; ++i) // the calling thread may come too late for one
                encodeJudged(MatrixRows::of(W), formats::q8_0, {}, bytes, progress);
        } catch (const Cancelled&) {
            isCancelled = true;
        }
        QVERIFY(isCancelled && last >= 0);
    }
};

QTEST_GUILESS_MAIN(TestJudgedEncoding)
#include "tst_judgedencoding.moc"
