// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/gptqoptions.h"
#include "core/rounding/inputsums.h"
#include "core/rounding/normrefit.h"
#include "core/rounding/targetchoice.h"
#include "syntheticlayer.h"

#include <QtTest>

using namespace core;

namespace {

constexpr Eigen::Index inputs = 96;

Matrix noise(Eigen::Index rows, Eigen::Index columns, unsigned seed)
{
    return syntheticLayer(rows, columns, 1, seed).W;
}

InputSums sumsOf(const Matrix& x, const Matrix& change, const Matrix& drift = {})
{
    InputGathering gathering;
    gathering.add({ x, change, drift });
    return gathering.take();
}

/// Fits on half of the rows, holds the others out.
TargetChoice choiceFor(const Matrix& x, const Matrix& change, const Matrix& drift, const Matrix& W)
{
    const Eigen::Index half = x.rows() / 2;
    const auto part = [&](const Matrix& m, Eigen::Index first) -> Matrix {
        return m.size() > 0 ? Matrix(m.middleRows(first, half)) : Matrix();
    };
    return chooseTarget(sumsOf(part(x, 0), part(change, 0), part(drift, 0)),
        sumsOf(part(x, half), part(change, half), part(drift, half)), { &W }, GptqOptions(),
        Progress());
}

} // namespace

class TestTargetChoice : public QObject {
    Q_OBJECT

private slots:
    void followsWhatTheInputsExplain();
    void holdsBackFromNoise();
    void takesUpDriftThatIsLinear();
    void keepsTheGivenValuesWithoutHeldOutText();
    void sumsOfPartsAreTheSumOfAll();
    void aNormIsFittedToTheRoundedMatrix();
};

void TestTargetChoice::followsWhatTheInputsExplain()
{
    const Matrix x = syntheticLayer(1, inputs, 2000, 51).x;
    const Matrix W = noise(30, inputs, 52);
    const TargetChoice choice
        = choiceFor(x, multiplyTransposed(x, noise(inputs, inputs, 53)) * 0.1f, {}, W);
    QVERIFY(choice.byData);
    QVERIFY2(choice.changeShare > 0.95 && choice.damping < 0.02,
        qPrintable(QString("%1, %2").arg(choice.changeShare).arg(choice.damping)));
}

void TestTargetChoice::holdsBackFromNoise()
{
    const Matrix x = syntheticLayer(1, inputs, 300, 54).x; // few tokens: noise fits well
    const Matrix W = noise(30, inputs, 55);
    const TargetChoice choice = choiceFor(x, noise(300, inputs, 56), {}, W);
    QVERIFY2(choice.changeShare < 0.5 || choice.damping >= 1,
        qPrintable(QString("%1, %2").arg(choice.changeShare).arg(choice.damping)));
}

void TestTargetChoice::takesUpDriftThatIsLinear()
{
    const Matrix x = syntheticLayer(1, inputs, 2000, 57).x;
    const Matrix W = noise(30, inputs, 58);
    const Matrix linear = multiplyTransposed(x, noise(30, inputs, 59));
    const TargetChoice both = choiceFor(x, linear, linear, W);
    QVERIFY(both.driftShare > 0.9 && both.changeShare > 0.9);
    const TargetChoice noisy = choiceFor(x, linear, noise(2000, 30, 60), W);
    QVERIFY2(noisy.driftShare < 0.5 && noisy.changeShare > 0.9,
        qPrintable(QString("%1, %2").arg(noisy.driftShare).arg(noisy.changeShare)));
}

void TestTargetChoice::keepsTheGivenValuesWithoutHeldOutText()
{
    const Matrix x = syntheticLayer(1, inputs, 200, 61).x;
    const Matrix W = noise(30, inputs, 62);
    GptqOptions options;
    options.driftShare = 0.3;
    options.targetDamping = 0.7;
    const TargetChoice choice = chooseTarget(sumsOf(x, x), {}, { &W }, options, Progress());
    QVERIFY(!choice.byData);
    QCOMPARE(choice.driftShare, 0.3);
    QCOMPARE(choice.damping, 0.7);
}

void TestTargetChoice::sumsOfPartsAreTheSumOfAll()
{
    const Matrix x = syntheticLayer(1, inputs, 300, 63).x;
    const Matrix change = noise(300, 40, 64);
    const InputSums all = sumsOf(x, change);
    const InputSums parts = together(sumsOf(x.topRows(200), change.topRows(200)),
        sumsOf(x.bottomRows(100), change.bottomRows(100)));
    QCOMPARE(parts.tokens, 300.0);
    QVERIFY((parts.H.dense() - all.H.dense()).norm() < 1e-5 * all.H.dense().norm());
    QVERIFY((parts.change - all.change).norm() < 1e-4f * all.change.norm());
}

void TestTargetChoice::aNormIsFittedToTheRoundedMatrix()
{
    const Matrix x = syntheticLayer(1, inputs, 2000, 65).x;
    const Matrix W = noise(300, inputs, 66);
    const Vector spoilt = Vector::LinSpaced(inputs, 0.7f, 1.3f);
    const Matrix rounded = W * spoilt.asDiagonal(); // as if each column had become too long
    const NormRefit refit = refitNorm({ &rounded }, { W }, sumsOf(x, {}), Progress());
    const Matrix product = refit.factors.cwiseProduct(spoilt);
    const float left = (product.array() - 1).abs().mean(); // 0.15 before
    QVERIFY2(left < 0.05f, qPrintable(QString::number(left)));
    QVERIFY2(refit.gain > 0.9 && refit.gain <= 1, qPrintable(QString::number(refit.gain)));
    const NormRefit none = refitNorm({ &W }, { W }, sumsOf(x, {}), Progress());
    QVERIFY((none.factors.array() - 1).abs().maxCoeff() < 1e-4f);
}

QTEST_GUILESS_MAIN(TestTargetChoice)
#include "tst_targetchoice.moc"
