// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/rounding/crosssum.h"
#include "core/rounding/encode.h"
#include "core/rounding/gptq.h"
#include "core/rounding/hessian.h"
#include "core/rounding/target.h"
#include "referencealgebra.h"
#include "syntheticlayer.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

using namespace core;

namespace {

/// A layer whose inputs were changed by the rounding of those before it.
struct DriftedLayer {
    Matrix W, x, original; ///< inputs of the rounded and of the original model

    explicit DriftedLayer(int out, int in, int tokens)
    {
        const SyntheticLayer layer = syntheticLayer(out, in, tokens, 31);
        W = layer.W;
        original = layer.x;
        const Matrix mixing = Matrix::Identity(in, in)
            + 0.1f * syntheticLayer(in, in, 1, 32).W; // an error that a linear map can undo
        x = multiplyTransposed(original, mixing.transpose())
            + 0.05f * syntheticLayer(1, in, tokens, 33).x;
    }

    MatrixD hessian() const
    {
        Hessian sum(x.cols());
        sum.add(x);
        return sum.take().dense();
    }
    Matrix cross() const ///< 2/N Σ W (x_ref − x) xᵀ
    {
        CrossSum sum(W.rows(), x.cols());
        const Matrix changes = multiplyTransposed(original - x, W);
        sum.add(changes, x);
        return sum.take();
    }
    double lossOf(const Matrix& weights) const
    {
        return double(
            (multiplyTransposed(original, W) - multiplyTransposed(x, weights)).squaredNorm());
    }
};

} // namespace

class TestTarget : public QObject {
    Q_OBJECT

private slots:
    void crossSumIsTwiceTheMeanOuterProduct();
    void productIsThatOfEigen();
    void isTheRidgeSolution();
    void undoesWhatALinearMapCanUndo();
    void heavyDampingLeavesTheWeights();
    void deadInputsKeepTheirWeights();
    void isTheSameForAnyNumberOfProcessors();
    void roundingAimsAtTheTarget();
    void raisesADampingThatIsNotEnough();
};

void TestTarget::crossSumIsTwiceTheMeanOuterProduct()
{
    const Matrix a = syntheticLayer(1, 300, 700, 34).x;
    const Matrix x = syntheticLayer(1, 530, 700, 35).x;
    const MatrixD expected = 2.0 / 700.0 * reference::outerProducts(a, x);
    CrossSum sum(300, 530);
    sum.add(a.topRows(256), x.topRows(256));
    sum.add(a.bottomRows(444), x.bottomRows(444));
    const double scale = expected.cwiseAbs().maxCoeff();
    QVERIFY((sum.take().cast<double>() - expected).cwiseAbs().maxCoeff() < 1e-5 * scale);
}

void TestTarget::productIsThatOfEigen()
{
    const Matrix a = syntheticLayer(1, 90, 130, 36).x;
    const Matrix b = syntheticLayer(1, 70, 90, 37).x;
    const MatrixD expected = reference::product(a.cast<double>(), b.cast<double>());
    QVERIFY((product(a, b, Progress()).cast<double>() - expected).norm() < 1e-5 * expected.norm());
}

void TestTarget::isTheRidgeSolution()
{
    const DriftedLayer layer(20, 150, 900);
    const GptqFactor factor = factorHessian(layer.hessian(), {}, Progress());
    const double damping = 0.07;
    const Matrix target
        = layer.W + ridge(layer.cross(), *targetFactor(factor.H, damping, Progress()), Progress());
    const double lambda = damping * factor.H.diagonal().mean();
    const MatrixD identity = MatrixD::Identity(150, 150);
    const MatrixD C = 2.0 / 900.0 * reference::outerProducts(layer.original, layer.x);
    const MatrixD damped = factor.H.dense() + lambda * identity;
    const MatrixD expected = reference::product(layer.W.cast<double>(),
        reference::product(C + lambda * identity, reference::inverse(damped)));
    QVERIFY((target.cast<double>() - expected).norm() < 1e-3 * expected.norm());
}

void TestTarget::undoesWhatALinearMapCanUndo()
{
    const DriftedLayer layer(20, 150, 900);
    const GptqFactor factor = factorHessian(layer.hessian(), {}, Progress());
    const Matrix target
        = layer.W + ridge(layer.cross(), *targetFactor(factor.H, 0.01, Progress()), Progress());
    QVERIFY2(layer.lossOf(target) < 0.5 * layer.lossOf(layer.W),
        qPrintable(QString::number(layer.lossOf(target) / layer.lossOf(layer.W))));
}

void TestTarget::heavyDampingLeavesTheWeights()
{
    const DriftedLayer layer(20, 150, 900);
    const GptqFactor factor = factorHessian(layer.hessian(), {}, Progress());
    const Matrix target
        = layer.W + ridge(layer.cross(), *targetFactor(factor.H, 1e6, Progress()), Progress());
    QVERIFY((target - layer.W).norm() < 1e-3f * layer.W.norm());
}

void TestTarget::deadInputsKeepTheirWeights()
{
    DriftedLayer layer(20, 150, 900);
    layer.x.col(17).setZero();
    const GptqFactor factor = factorHessian(layer.hessian(), {}, Progress());
    const Matrix target
        = layer.W + ridge(layer.cross(), *targetFactor(factor.H, 0.01, Progress()), Progress());
    QVERIFY(target.col(17) == layer.W.col(17));
    QVERIFY(target.col(18) != layer.W.col(18));
}

void TestTarget::isTheSameForAnyNumberOfProcessors()
{
    const DriftedLayer layer(90, 300, 900);
    const GptqFactor factor = factorHessian(layer.hessian(), {}, Progress());
    const auto targetNow = [&]() -> Matrix {
        return layer.W
            + ridge(layer.cross(), *targetFactor(factor.H, 0.05, Progress()), Progress());
    };
    const Matrix all = targetNow();
    const support::OneProcessor only;
    QVERIFY(targetNow() == all);
}

void TestTarget::roundingAimsAtTheTarget()
{
    const DriftedLayer layer(40, 256, 1500);
    const GptqFactor factor = factorHessian(layer.hessian(), {}, Progress());
    const Matrix target
        = layer.W + ridge(layer.cross(), *targetFactor(factor.H, 0.01, Progress()), Progress());
    const GptqResult plain = gptqRound(layer.W, factor, formats::q4_K, {}, Progress());
    const GptqResult corrected = gptqRound(layer.W, target, factor, formats::q4_K, {}, Progress());
    const auto lossOf = [&](const GptqResult& result) {
        return layer.lossOf(decodeMatrix(result.bytes, formats::q4_K, 40, 256));
    };
    QVERIFY(lossOf(corrected) < 0.7 * lossOf(plain));
    const Matrix stored = decodeMatrix(corrected.bytes, formats::q4_K, 40, 256);
    const double error = outputError(target, stored, factor.H);
    QVERIFY(std::abs(corrected.error - error) < 1e-3 * error);
    QVERIFY(corrected.error <= corrected.importanceError);
    QVERIFY(corrected.importanceError > plain.importanceError);
}

void TestTarget::raisesADampingThatIsNotEnough()
{
    MatrixD H = DriftedLayer(20, 150, 900).hessian();
    QCOMPARE(raisedTargetFactor(H, 0.05, Progress()).damping, 0.05);
    H -= 0.5 * H.diagonal().mean() * MatrixD::Identity(150, 150);
    QVERIFY(!targetFactor(H, 0.001, Progress()));
    const RaisedFactor raised = raisedTargetFactor(H, 0.001, Progress());
    QVERIFY(raised.damping > 0.001 && raised.damping < 10);
    const MatrixD negative = -1e6 * MatrixD::Ones(32, 32) + MatrixD::Identity(32, 32) * 1000001;
    QVERIFY_EXCEPTION_THROWN((void)raisedTargetFactor(negative, 0.01, Progress()), Error);
}

QTEST_GUILESS_MAIN(TestTarget)
#include "tst_target.moc"
