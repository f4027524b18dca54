// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/matrix.h"

#include <QTest>

using core::Matrix;
using core::MatrixD;

namespace {

/// Small whole numbers: every product of them is exact in float.
Matrix wholeNumbers(Eigen::Index rows, Eigen::Index columns, int seed)
{
    return Matrix::NullaryExpr(rows, columns,
        [&](Eigen::Index i, Eigen::Index j) { return float((i * 7 + j * 3 + seed) % 11 - 5); });
}

} // namespace

class TestMatrix : public QObject {
    Q_OBJECT
private slots:
    void multipliesByTheTransposed()
    {
        const Matrix a = wholeNumbers(5, 9, 1), b = wholeNumbers(4, 9, 2);
        const Matrix expected = a * b.transpose();
        QVERIFY(core::multiplyTransposed(a, b) == expected);
        QVERIFY(core::multiplyTransposed(a.middleRows(1, 2), b.leftCols(9))
            == expected.middleRows(1, 2));
        QCOMPARE(core::multiplyTransposed(Matrix(0, 9), b).rows(), Eigen::Index(0));
        QVERIFY(core::multiplyTransposed(Matrix(3, 0), Matrix(2, 0)) == Matrix::Zero(3, 2));
    }

    void writesIntoBlocksAndNothingElse()
    {
        const Matrix a = wholeNumbers(3, 8, 1), b = wholeNumbers(4, 8, 2);
        const Matrix product = a * b.transpose();
        Matrix whole = Matrix::Constant(6, 9, 100);
        core::setProductTransposed(whole.block(1, 2, 3, 4), a, b);
        QVERIFY(whole.block(1, 2, 3, 4) == product);
        core::addProductTransposed(whole.block(1, 2, 3, 4), a, b);
        QVERIFY(whole.block(1, 2, 3, 4) == 2 * product);
        core::setProduct(whole.block(1, 2, 3, 4), a, Matrix(b.transpose()));
        QVERIFY(whole.block(1, 2, 3, 4) == product);
        whole.block(1, 2, 3, 4).setConstant(100);
        QVERIFY(whole == Matrix::Constant(6, 9, 100));
    }

    void readsBlocksOfLargerMatrices()
    {
        const Matrix a = wholeNumbers(10, 20, 3), b = wholeNumbers(12, 30, 4);
        const Matrix expected
            = Matrix(a.block(2, 3, 4, 8)) * Matrix(b.block(1, 5, 6, 8)).transpose();
        QVERIFY(core::multiplyTransposed(a.block(2, 3, 4, 8), b.block(1, 5, 6, 8)) == expected);
    }
};

QTEST_APPLESS_MAIN(TestMatrix)
#include "tst_matrix.moc"
