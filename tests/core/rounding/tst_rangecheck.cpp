// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/encode.h"
#include "core/rounding/knownimportance.h"
#include "core/rounding/rangecheck.h"
#include "syntheticlayer.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

#include <limits>

using namespace core;

namespace {

/// Weights of mixed size, root mean square about `size`.
Matrix weightsOf(float size)
{
    Matrix W = syntheticLayer(32, 512, 1, 11).W;
    return W * (size / std::sqrt(W.cwiseAbs2().mean()));
}

std::optional<RangeFault> faultIn(const Matrix& W, const Format& format)
{
    RangeCheck check(format);
    check.add(W);
    return check.fault();
}

bool isTooLarge(const std::optional<RangeFault>& fault)
{
    return fault && fault->kind == RangeFault::Kind::TooLarge;
}

bool isTooSmall(const std::optional<RangeFault>& fault)
{
    return fault && fault->kind == RangeFault::Kind::TooSmall;
}

void addFormats()
{
    QTest::addColumn<const Format*>("format");
    for (const Format* format : allFormats())
        QTest::newRow(std::string(format->name).c_str()) << format;
}

} // namespace

class TestRangeCheck : public QObject {
    Q_OBJECT

private slots:
    void ordinaryWeightsFitEveryFormat_data() { addFormats(); }
    void ordinaryWeightsFitEveryFormat();
    void saysWhatRoundingShows_data() { addFormats(); }
    void saysWhatRoundingShows();
    void oneInfiniteBlockIsSeen();
    void oneLostRowIsSeen();
    void whatCarriesNothingMayVanish();
    void zerosFit();
    void aCoarseFormatIsNotToBlame();
    void aStudyFormatOnlyHasToStayFinite();
    void isTheSameForAnyNumberOfProcessors();
    void namesWhatItFound();
    void resultsAreFiniteAndKeepTheirRows();
    void aWideFormatHoldsAnything();
    void unknownImportanceTakesTheMeanOfItsBlock();
    void noImportanceAtAllIsNone();
};

void TestRangeCheck::ordinaryWeightsFitEveryFormat()
{
    QFETCH(const Format*, format);
    for (const float size : { 0.02f, 0.1f, 1.0f, 30.0f })
        QVERIFY2(!faultIn(weightsOf(size), *format), qPrintable(QString::number(size)));
}

/// The verdict of every power of ten is what rounding all of it shows: fine where the error is
/// about that of ordinary weights, a fault where values are infinite or most is lost.
void TestRangeCheck::saysWhatRoundingShows()
{
    QFETCH(const Format*, format);
    const auto relativeError = [&](const Matrix& W) {
        const Matrix rounded
            = decodeMatrix(encodeMatrix(W, *format, {}, Progress()), *format, W.rows(), W.cols());
        return rounded.allFinite() ? (W - rounded).cast<double>().norm() / W.cast<double>().norm()
                                   : std::numeric_limits<double>::infinity();
    };
    const double usual = relativeError(weightsOf(1));
    for (int exponent = -30; exponent <= 30; ++exponent) {
        const Matrix W = weightsOf(std::pow(10.0f, float(exponent)));
        const double error = relativeError(W);
        const bool isFine = error <= 1.2 * usual + 0.001;
        const bool isLost = error > 0.5 + usual / 2;
        const auto fault = faultIn(W, *format);
        if (isFine || isLost)
            QVERIFY2(fault.has_value() == isLost,
                qPrintable(QStringLiteral("1e%1: %2").arg(exponent).arg(error)));
    }
}

void TestRangeCheck::oneInfiniteBlockIsSeen()
{
    Matrix W = weightsOf(0.02f);
    W(3, 70) = 3e7f;
    const auto fault = faultIn(W, formats::q4_0);
    QVERIFY(isTooLarge(fault));
    QCOMPARE(fault->value, 3e7f);
    QVERIFY(!faultIn(W, formats::mxfp4)); // its scale is a power of two
    QVERIFY(isTooLarge(faultIn(W, formats::f16)));
    QVERIFY(!faultIn(W, formats::bf16));
}

void TestRangeCheck::oneLostRowIsSeen()
{
    Matrix W = weightsOf(0.02f);
    W.row(5) *= 1e-8f;
    for (const Format* format : { &formats::f16, &formats::q8_0, &formats::q4_K, &formats::tq1_0 })
        QVERIFY2(isTooSmall(faultIn(W, *format)), std::string(format->name).c_str());
    QVERIFY(!faultIn(W, formats::bf16));
    Matrix block = weightsOf(0.02f);
    block.block(7, 64, 1, 32) *= 1e-8f;
    QVERIFY(isTooSmall(faultIn(block, formats::q8_0)));
}

void TestRangeCheck::whatCarriesNothingMayVanish()
{
    Matrix W = weightsOf(0.02f);
    W.row(5) *= 1e-20f; // an embedding of a token that was never seen
    QVERIFY(!faultIn(W, formats::q8_0));
    QVERIFY(!faultOfResult(W,
        decodeMatrix(
            encodeMatrix(W, formats::q8_0, {}, Progress()), formats::q8_0, W.rows(), W.cols())));
}

void TestRangeCheck::zerosFit()
{
    Matrix W = Matrix::Zero(4, 512);
    QVERIFY(!faultIn(W, formats::q4_K));
    QVERIFY(!faultOfResult(W, W));
    W = weightsOf(0.02f);
    W.row(2).setZero();
    QVERIFY(!faultIn(W, formats::q4_K));
    QVERIFY(!faultOfResult(W, W));
}

void TestRangeCheck::aCoarseFormatIsNotToBlame()
{
    Matrix W = weightsOf(0.02f);
    for (Eigen::Index row = 0; row < W.rows(); ++row)
        for (Eigen::Index j = 0; j < W.cols(); j += 64)
            W(row, j) = 5; // all else becomes 0, wherever the scale lies
    for (const Format* format : { &formats::tq1_0, &formats::q1_0, &formats::q2_K, &formats::q4_0 })
        QVERIFY2(!faultIn(W, *format), std::string(format->name).c_str());
}

void TestRangeCheck::aStudyFormatOnlyHasToStayFinite()
{
    QVERIFY(!faultIn(weightsOf(1e-9f), *findFormat("INT4_SYM_G32")));
    QVERIFY(!faultIn(weightsOf(1e-9f), *findFormat("FP8_E4M3")));
}

void TestRangeCheck::isTheSameForAnyNumberOfProcessors()
{
    Matrix W = syntheticLayer(600, 512, 1, 12).W;
    W.row(501) *= 1e-8f;
    W(300, 5) = 1e9f;
    const auto many = faultIn(W, formats::q5_K);
    const support::OneProcessor one;
    const auto alone = faultIn(W, formats::q5_K);
    QVERIFY(many && alone && many->kind == alone->kind);
    QCOMPARE(many->value, alone->value);
}

void TestRangeCheck::namesWhatItFound()
{
    QCOMPARE(rangeText({ RangeFault::Kind::TooLarge, 3e7f }, formats::q4_K),
        std::string("values up to 3e+07 are too large for Q4_K"));
    QCOMPARE(rangeText({ RangeFault::Kind::TooSmall, 2e-9f }, formats::q8_0),
        std::string("values of at most 2e-09 are too small for Q8_0"));
}

void TestRangeCheck::resultsAreFiniteAndKeepTheirRows()
{
    const Matrix W = weightsOf(0.02f);
    Matrix rounded = W;
    QVERIFY(!faultOfResult(W, rounded));
    rounded.row(4).setZero();
    QVERIFY(isTooSmall(faultOfResult(W, rounded)));
    rounded = W;
    rounded(4, 7) = std::numeric_limits<float>::quiet_NaN();
    QVERIFY(isTooLarge(faultOfResult(W, rounded)));
    rounded(4, 7) = -std::numeric_limits<float>::infinity();
    QVERIFY(isTooLarge(faultOfResult(W, rounded)));
}

void TestRangeCheck::aWideFormatHoldsAnything()
{
    QCOMPARE(wideFormat(weightsOf(1e-30f)), &formats::bf16);
    QCOMPARE(wideFormat(weightsOf(1e30f)), &formats::bf16);
    QCOMPARE(wideFormat(weightsOf(1e-41f)), &formats::f32);
    Matrix W = weightsOf(1);
    W(0, 0) = std::numeric_limits<float>::max(); // BF16 rounds it up
    QCOMPARE(wideFormat(W), &formats::f32);
}

void TestRangeCheck::unknownImportanceTakesTheMeanOfItsBlock()
{
    const std::vector<float> known
        = knownImportance(std::vector<float>{ 1, 0, 3, 0, 0, 0, 5, 5 }, 2);
    QCOMPARE(known, (std::vector<float>{ 1, 1, 3, 3, 3.5, 3.5, 5, 5 }));
    const std::vector<float> whole{ 1, 2, 3, 4 };
    QCOMPARE(knownImportance(whole, 4), whole);
}

void TestRangeCheck::noImportanceAtAllIsNone()
{
    QVERIFY(knownImportance({}, 32).empty());
    QVERIFY(knownImportance(std::vector<float>(64, 0.0f), 32).empty());
}

QTEST_APPLESS_MAIN(TestRangeCheck)
#include "tst_rangecheck.moc"
