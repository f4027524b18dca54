// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/rounding/parallelproduct.h"
#include "referencealgebra.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

#include <random>

using namespace core;
using blas::Side;

namespace {

Matrix noise(Eigen::Index rows, Eigen::Index columns, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-1, 1);
    return Matrix::NullaryExpr(rows, columns, [&] { return uniform(random); });
}

} // namespace

class TestParallelProduct : public QObject {
    Q_OBJECT

private slots:
    void isThatOfDoubles_data();
    void isThatOfDoubles();
    void writesIntoPartOfAMatrix();
    void isTheSameForAnyNumberOfProcessors();
    void stopsWhenCancelled();
};

void TestParallelProduct::isThatOfDoubles_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::addColumn<int>("inner");
    QTest::newRow("one") << 1 << 1 << 1;
    QTest::newRow("one block") << 128 << 128 << 32;
    QTest::newRow("a row") << 1 << 700 << 40;
    QTest::newRow("a column") << 700 << 1 << 40;
    QTest::newRow("odd") << 131 << 577 << 33;
    QTest::newRow("tall") << 3001 << 65 << 17;
}

void TestParallelProduct::isThatOfDoubles()
{
    QFETCH(int, rows);
    QFETCH(int, columns);
    QFETCH(int, inner);
    const Matrix a = noise(rows, inner, 1);
    const Matrix b = noise(inner, columns, 2);
    const Matrix before = noise(rows, columns, 3);
    const MatrixD expected
        = before.cast<double>() - 2.0 * reference::product(a.cast<double>(), b.cast<double>());
    Matrix plain = before;
    multiplyInParallel(-2.0f, a, b, Side::Plain, 1.0f, plain, {});
    QVERIFY((plain.cast<double>() - expected).cwiseAbs().maxCoeff() < 1e-4);
    Matrix transposed = before;
    const Matrix turned = b.transpose();
    multiplyInParallel(-2.0f, a, turned, Side::Transposed, 1.0f, transposed, {});
    QVERIFY((transposed.cast<double>() - expected).cwiseAbs().maxCoeff() < 1e-4);
}

void TestParallelProduct::writesIntoPartOfAMatrix()
{
    Matrix all = Matrix::Ones(300, 400);
    const Matrix a = noise(200, 50, 4);
    const Matrix b = noise(60, 260, 5);
    multiplyInParallel(1.0f, a, b.topRows(50), Side::Plain, 0.0f, all.block(10, 20, 200, 260), {});
    Matrix alone(200, 260);
    multiplyInParallel(1.0f, a, b.topRows(50), Side::Plain, 0.0f, alone, {});
    QVERIFY(all.block(10, 20, 200, 260) == alone);
    all.block(10, 20, 200, 260).setOnes();
    QVERIFY(all == Matrix::Ones(300, 400));
}

void TestParallelProduct::isTheSameForAnyNumberOfProcessors()
{
    const Matrix a = noise(900, 256, 6);
    const Matrix b = noise(256, 700, 7);
    Matrix all(900, 700), one(900, 700);
    multiplyInParallel(1.0f, a, b, Side::Plain, 0.0f, all, {});
    const support::OneProcessor only;
    multiplyInParallel(1.0f, a, b, Side::Plain, 0.0f, one, {});
    QVERIFY(all == one);
}

void TestParallelProduct::stopsWhenCancelled()
{
    std::stop_source stop;
    stop.request_stop();
    Matrix c(8, 8);
    QVERIFY_EXCEPTION_THROWN(multiplyInParallel(1.0f, noise(8, 8, 8), noise(8, 8, 9), Side::Plain,
                                 0.0f, c, Progress(stop.get_token(), {})),
        Cancelled);
}

QTEST_GUILESS_MAIN(TestParallelProduct)
#include "tst_parallelproduct.moc"
