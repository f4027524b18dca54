// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/hessian.h"
#include "core/rounding/inversefactor.h"
#include "referencealgebra.h"
#include "syntheticlayer.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

using namespace core;

namespace {

MatrixD gathered(const Matrix& x, Eigen::Index tile)
{
    Hessian hessian(x.cols());
    for (Eigen::Index row = 0; row < x.rows(); row += tile)
        hessian.add(x.middleRows(row, std::min(tile, x.rows() - row)));
    return hessian.take().dense();
}

} // namespace

class TestHessian : public QObject {
    Q_OBJECT

private slots:
    void isTwiceTheMeanOuterProduct();
    void isZeroWithoutTokens();
    void isTheSameForAnyNumberOfProcessors();
    void factorInvertsTheDampedHessian_data();
    void factorInvertsTheDampedHessian();
    void refusesAMatrixThatIsNotPositiveDefinite();
    void factorIsTheSameForAnyNumberOfProcessors();
};

void TestHessian::isTwiceTheMeanOuterProduct()
{
    const Matrix x = syntheticLayer(1, 300, 1000, 1).x;
    const MatrixD expected = 2.0 / 1000.0 * reference::outerProducts(x, x);
    const MatrixD H = gathered(x, 256);
    QVERIFY((H - expected).cwiseAbs().maxCoeff() < 1e-5 * expected.cwiseAbs().maxCoeff());
    QVERIFY(H == H.transpose());
}

void TestHessian::isZeroWithoutTokens()
{
    Hessian hessian(5);
    QCOMPARE(hessian.tokens(), 0);
    QVERIFY(hessian.take().dense().isZero());
}

void TestHessian::isTheSameForAnyNumberOfProcessors()
{
    const Matrix x = syntheticLayer(1, 600, 512, 2).x;
    const MatrixD all = gathered(x, 512);
    const support::OneProcessor only;
    QVERIFY(gathered(x, 512) == all);
}

void TestHessian::factorInvertsTheDampedHessian_data()
{
    QTest::addColumn<int>("size");
    for (const int size : { 1, 2, 255, 256, 257, 600 })
        QTest::addRow("%d", size) << size;
}

void TestHessian::factorInvertsTheDampedHessian()
{
    QFETCH(int, size);
    const MatrixD H = gathered(syntheticLayer(1, size, 2 * size, 3).x, 256);
    const Eigen::VectorXd added = Eigen::VectorXd::Constant(size, 0.01 * H.diagonal().mean());
    const auto factor = inverseFactor(H, added, Progress());
    QVERIFY(factor.has_value());
    const MatrixD U = factor->cast<double>();
    QVERIFY(U.isUpperTriangular());
    QVERIFY(U.diagonal().minCoeff() > 0);
    MatrixD damped = H;
    damped.diagonal() += added;
    const MatrixD identity = reference::product(damped, reference::product(U.transpose(), U));
    QVERIFY((identity - MatrixD::Identity(size, size)).cwiseAbs().maxCoeff() < 1e-3);
}

void TestHessian::refusesAMatrixThatIsNotPositiveDefinite()
{
    MatrixD H = MatrixD::Identity(400, 400);
    H(70, 70) = -1;
    QVERIFY(!inverseFactor(H, Eigen::VectorXd::Zero(400), Progress()));
    QVERIFY(inverseFactor(H, Eigen::VectorXd::Constant(400, 1.5), Progress()));
}

void TestHessian::factorIsTheSameForAnyNumberOfProcessors()
{
    const MatrixD H = gathered(syntheticLayer(1, 500, 600, 4).x, 600);
    const Eigen::VectorXd added = Eigen::VectorXd::Constant(500, 0.01 * H.diagonal().mean());
    const auto all = inverseFactor(H, added, Progress());
    const support::OneProcessor only;
    QVERIFY(*inverseFactor(H, added, Progress()) == *all);
}

QTEST_GUILESS_MAIN(TestHessian)
#include "tst_hessian.moc"
