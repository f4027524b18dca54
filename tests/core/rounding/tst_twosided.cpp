// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/rounding/encode.h"
#include "core/rounding/hessian.h"
#include "core/rounding/twosided.h"
#include "referencealgebra.h"
#include "syntheticlayer.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

#include <numeric>

using namespace core;

namespace {

constexpr Eigen::Index outputs = 90, inputs = 512;

MatrixD hessianOf(const Matrix& x)
{
    Hessian hessian(x.cols());
    hessian.add(x);
    return hessian.take().dense();
}

/// A layer, H of its inputs and H_O of outputs of which some say nearly the same.
struct Layer {
    std::uint32_t seed = 51;
    SyntheticLayer layer = syntheticLayer(int(outputs), int(inputs), 1500, seed);
    GptqFactor factor = factorHessian(hessianOf(layer.x), {}, Progress());
    Matrix H = hessianOf(syntheticLayer(1, int(outputs), 800, seed + 1).x).cast<float>();

    OutputFactor outputFactor(double damping = 0.3) const
    {
        return factorOutputs({ H }, damping, Progress());
    }
    double error(const std::vector<std::byte>& bytes, const Format& format) const
    {
        return twoSidedError(layer.W - decodeMatrix(bytes, format, outputs, inputs), factor.H,
            outputFactor(), Progress());
    }
};

/// The definition, row after row in double: a row is rounded by GPTQ towards what is best for it
/// given the errors of all rows before it. E₂ of the result.
double slowError(const Layer& of, const Format& format)
{
    const OutputFactor factor = of.outputFactor();
    const MatrixD A = factor.blocks.front().A.cast<double>();
    Matrix D = Matrix::Zero(outputs, inputs);
    for (Eigen::Index row = 0; row < outputs; ++row) {
        const Eigen::Index rest = outputs - row;
        // The least of tr(A D H Dᵀ) over rows row …: D_r = −A_rr⁻¹ A_rb D_b.
        MatrixD change = MatrixD::Zero(rest, inputs);
        if (row > 0)
            change = reference::product(reference::inverse(A.bottomRightCorner(rest, rest)),
                reference::product(A.bottomLeftCorner(rest, row), D.topRows(row).cast<double>()));
        const Matrix target = of.layer.W.row(row) + change.row(0).cast<float>();
        const GptqPass pass = gptqPass(target, of.factor, format, {}, Progress());
        D.row(row) = of.layer.W.row(row) - decodeMatrix(pass.bytes, format, 1, inputs);
    }
    return twoSidedError(D, of.factor.H, factor, Progress());
}

} // namespace

class TestTwoSided : public QObject {
    Q_OBJECT

private slots:
    void theErrorIsTheTrace();
    void makesUpForRowsAsTheDefinitionDoes_data();
    void makesUpForRowsAsTheDefinitionDoes();
    void isGptqWhereOutputsAreAlike();
    void eachSweepLowersTheErrorByWhatItSays_data() { makesUpForRowsAsTheDefinitionDoes_data(); }
    void eachSweepLowersTheErrorByWhatItSays();
    void blocksOfOutputsAreRoundedAlone();
    void wideOutputsAreSplitEvenly();
    void someOutputsAreThoseOfSomeRows();
    void isTheSameForAnyNumberOfProcessors();
    void losesNoMoreThanImportance();
    void outputsWithoutGradientsAreRoundedAlike();
    void refusesGradientsThatAreNotFinite();
    void stopsWhenCancelled();
};

void TestTwoSided::theErrorIsTheTrace()
{
    const Layer layer;
    const Matrix D = 0.01f * syntheticLayer(int(outputs), int(inputs), 1, 53).W;
    const MatrixD A = layer.outputFactor().blocks.front().A.cast<double>();
    const MatrixD d = D.cast<double>();
    const MatrixD dH = reference::product(d, layer.factor.H.dense());
    const double slow = reference::product(A, d).cwiseProduct(dH).sum();
    const double quick = twoSidedError(D, layer.factor.H, layer.outputFactor(), Progress());
    QVERIFY2(
        std::abs(quick - slow) < 1e-3 * slow, qPrintable(QString("%1, %2").arg(quick).arg(slow)));
}

void TestTwoSided::makesUpForRowsAsTheDefinitionDoes_data()
{
    QTest::addColumn<const Format*>("format");
    QTest::addColumn<double>("mostOfOneSided"); // E₂ over that of rows alone
    QTest::addColumn<double>("mostOfSlow"); // and over that of one row after the other
    const auto row = [](const Format& format, double mostOfOneSided, double mostOfSlow) {
        QTest::newRow(std::string(format.name).c_str()) << &format << mostOfOneSided << mostOfSlow;
    };
    row(formats::q4_0, 0.85, 1.1);
    row(formats::q4_K, 0.97, 1.3);
    row(formats::q2_K, 0.93, 1.1);
    row(formats::q3_K, 0.85, 1.1);
}

void TestTwoSided::makesUpForRowsAsTheDefinitionDoes()
{
    QFETCH(const Format*, format);
    QFETCH(double, mostOfOneSided);
    QFETCH(double, mostOfSlow);
    // A few rows at a time do not see each other, and other weights meet other scales: errors of
    // one layer scatter by some ten per cent with the last bits of products, which differ by
    // processor.
    double oneSided = 0, twoSided = 0, slow = 0;
    for (const std::uint32_t seed : { 51, 61, 71, 81, 91, 101 }) {
        const Layer layer{ seed };
        const GptqPass one = gptqPass(layer.layer.W, layer.factor, *format, {}, Progress());
        const auto both = twoSidedPass(
            layer.layer.W, layer.factor, layer.outputFactor(), *format, {}, Progress());
        oneSided += layer.error(one.bytes, *format);
        twoSided += layer.error(both, *format);
        slow += slowError(layer, *format);
    }
    QVERIFY2(twoSided < mostOfOneSided * oneSided && twoSided < mostOfSlow * slow
            && twoSided > 0.85 * slow,
        qPrintable(QString("%1 to %2, slow %3").arg(oneSided).arg(twoSided).arg(slow)));
}

void TestTwoSided::isGptqWhereOutputsAreAlike()
{
    const Layer layer;
    const OutputFactor alike
        = factorOutputs({ Matrix::Identity(outputs, outputs) }, 0.3, Progress());
    for (const Format* format : { &formats::q4_0, &formats::q2_K }) {
        const GptqPass one = gptqPass(layer.layer.W, layer.factor, *format, {}, Progress());
        QVERIFY(
            twoSidedPass(layer.layer.W, layer.factor, alike, *format, {}, Progress()) == one.bytes);
    }
}

void TestTwoSided::eachSweepLowersTheErrorByWhatItSays()
{
    QFETCH(const Format*, format);
    const Layer layer;
    const OutputFactor factor = layer.outputFactor();
    auto bytes = twoSidedPass(layer.layer.W, layer.factor, factor, *format, {}, Progress());
    double before = layer.error(bytes, *format);
    for (int i = 0; i < 2; ++i) {
        const SweepResult result = sweepTwoSided(
            layer.layer.W, layer.factor, factor, *format, 1, before, bytes, Progress());
        const double after = layer.error(bytes, *format);
        QCOMPARE(result.sweeps, 1);
        QVERIFY(result.gain > 0 && after < before);
        QVERIFY2(std::abs(before - after - result.gain) < 2e-3 * before,
            qPrintable(QString("%1 to %2, said %3").arg(before).arg(after).arg(result.gain)));
        before = after;
    }
    QCOMPARE(
        sweepTwoSided(layer.layer.W, layer.factor, factor, *format, 0, before, bytes, Progress())
            .sweeps,
        0);
}

void TestTwoSided::blocksOfOutputsAreRoundedAlone()
{
    const Layer layer;
    const Matrix first = layer.H.topLeftCorner(40, 40), second = layer.H.bottomRightCorner(50, 50);
    const auto rounded = [&](const OutputHessian& H, const Matrix& W) {
        return twoSidedPass(
            W, layer.factor, factorOutputs(H, 0.3, Progress()), formats::q4_0, {}, Progress());
    };
    auto each = rounded({ first }, layer.layer.W.topRows(40));
    const auto rest = rounded({ second }, layer.layer.W.bottomRows(50));
    each.insert(each.end(), rest.begin(), rest.end());
    const OutputFactor both = factorOutputs({ first, second }, 0.3, Progress());
    const auto errorOf = [&](const std::vector<std::byte>& bytes) {
        return twoSidedError(layer.layer.W - decodeMatrix(bytes, formats::q4_0, outputs, inputs),
            layer.factor.H, both, Progress());
    };
    const double alone = errorOf(each),
                 together = errorOf(rounded({ first, second }, layer.layer.W));
    QVERIFY(std::abs(alone - together) < 0.01 * alone); // products may end in other bits
}

void TestTwoSided::wideOutputsAreSplitEvenly()
{
    QCOMPARE(outputBlocks(576), std::vector<Eigen::Index>{ 576 });
    const auto blocks = outputBlocks(14336);
    QCOMPARE(std::accumulate(blocks.begin(), blocks.end(), Eigen::Index(0)), Eigen::Index(14336));
    QVERIFY(std::ranges::max(blocks) <= mostOutputsTogether);
    QVERIFY(std::ranges::max(blocks) - std::ranges::min(blocks) <= 1);
}

void TestTwoSided::someOutputsAreThoseOfSomeRows()
{
    const Matrix a = syntheticLayer(7, 7, 1, 54).W, b = syntheticLayer(6, 6, 1, 55).W;
    const OutputHessian some = someOutputs({ a, b }, 3); // rows 0, 3, 6 and 9, 12
    QCOMPARE(some.size(), std::size_t(2));
    QCOMPARE(some[0].rows(), Eigen::Index(3));
    QCOMPARE(some[0](1, 2), a(3, 6));
    QCOMPARE(some[1].rows(), Eigen::Index(2));
    QCOMPARE(some[1](0, 1), b(2, 5));
}

void TestTwoSided::isTheSameForAnyNumberOfProcessors()
{
    const Layer layer;
    const auto rounded = [&] {
        return roundTwoSided(
            layer.layer.W, layer.factor, layer.outputFactor(), formats::q4_K, {}, Progress());
    };
    const TwoSidedResult all = rounded();
    const support::OneProcessor only;
    const TwoSidedResult one = rounded();
    QVERIFY(all.bytes == one.bytes);
    QCOMPARE(all.error, one.error);
}

void TestTwoSided::losesNoMoreThanImportance()
{
    const Layer layer;
    const Matrix target = layer.layer.W + 0.1f * syntheticLayer(int(outputs), int(inputs), 1, 56).W;
    const GptqResult result = gptqRoundTwoSided(
        layer.layer.W, target, layer.factor, layer.outputFactor(), formats::q4_0, {}, Progress());
    const auto errorOf = [&](const std::vector<std::byte>& bytes) {
        return twoSidedError(target - decodeMatrix(bytes, formats::q4_0, outputs, inputs),
            layer.factor.H, layer.outputFactor(), Progress());
    };
    for (const Matrix* W : { &layer.layer.W, &target })
        QVERIFY(errorOf(result.bytes)
            <= errorOf(encodeMatrix(*W, formats::q4_0, layer.factor.importance, Progress())));
    QVERIFY(!result.keptImportance && result.sweeps > 0 && result.energy > result.error);
}

void TestTwoSided::outputsWithoutGradientsAreRoundedAlike()
{
    const Layer layer;
    const OutputFactor none = factorOutputs({ Matrix::Zero(outputs, outputs) }, 0.3, Progress());
    const GptqPass one = gptqPass(layer.layer.W, layer.factor, formats::q4_0, {}, Progress());
    QVERIFY(twoSidedPass(layer.layer.W, layer.factor, none, formats::q4_0, {}, Progress())
        == one.bytes);
    Matrix H = layer.H; // one output that nothing depends on
    H.row(3).setZero();
    H.col(3).setZero();
    const TwoSidedResult result = roundTwoSided(layer.layer.W, layer.factor,
        factorOutputs({ H }, 0.3, Progress()), formats::q4_0, {}, Progress());
    QVERIFY(decodeMatrix(result.bytes, formats::q4_0, outputs, inputs).allFinite());
}

void TestTwoSided::refusesGradientsThatAreNotFinite()
{
    Matrix H = Layer().H;
    H(4, 4) = std::numeric_limits<float>::quiet_NaN();
    QVERIFY_EXCEPTION_THROWN((void)factorOutputs({ H }, 0.3, Progress()), Error);
}

void TestTwoSided::stopsWhenCancelled()
{
    const Layer layer;
    std::stop_source stop;
    stop.request_stop();
    const Progress progress(stop.get_token(), {});
    QVERIFY_EXCEPTION_THROWN((void)roundTwoSided(layer.layer.W, layer.factor, layer.outputFactor(),
                                 formats::q4_0, {}, progress),
        Cancelled);
}

QTEST_GUILESS_MAIN(TestTwoSided)
#include "tst_twosided.moc"
