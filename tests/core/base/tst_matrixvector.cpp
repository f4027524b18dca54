// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/matrixvector.h"
#include "core/base/parallel.h"

#include <QTest>

#include <cmath>

using core::Matrix;
using core::Vector;
namespace mv = core::matrixvector;

namespace {

/// Values between −1 and 1, the same on every system.
Matrix values(Eigen::Index rows, Eigen::Index columns)
{
    Matrix matrix(rows, columns);
    for (Eigen::Index i = 0; i < matrix.size(); ++i)
        matrix.data()[i] = float((i * 7919 + 13) % 2003) / 1001.5f - 1;
    return matrix;
}

} // namespace

class TestMatrixVector : public QObject {
    Q_OBJECT
private slots:
    void multipliesEveryShape_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        for (const int rows : { 1, 2, 3, 4, 5, 9, 130 })
            for (const int columns : { 1, 7, 15, 16, 17, 31, 64, 577 })
                QTest::addRow("%dx%d", rows, columns) << rows << columns;
    }
    void multipliesEveryShape()
    {
        QFETCH(int, rows);
        QFETCH(int, columns);
        const Matrix A = values(rows, columns);
        const Vector x = values(1, columns).transpose();
        Vector y(rows);
        mv::multiply(A, x.data(), y.data());
        const Eigen::VectorXd exact = A.cast<double>() * x.cast<double>();
        const Eigen::VectorXd size
            = A.cast<double>().cwiseAbs() * x.cast<double>().cwiseAbs(); // of the terms
        for (Eigen::Index i = 0; i < rows; ++i)
            QVERIFY(std::abs(double(y[i]) - exact[i]) <= 2e-6 * size[i]);
    }

    void rowsOfAWiderMatrixAreTakenWhereTheyLie()
    {
        const Matrix whole = values(20, 90);
        const Vector x = values(1, 33).transpose();
        const Matrix part = whole.block(3, 40, 11, 33);
        Vector lying(11), copied(11);
        mv::multiply(whole.block(3, 40, 11, 33), x.data(), lying.data());
        mv::multiply(part, x.data(), copied.data());
        QVERIFY(lying == copied);
    }

    void aRowGivesTheSameBitsWhateverStandsBesideIt()
    {
        const Matrix A = values(37, 203);
        const Vector x = values(1, 203).transpose();
        Vector all(37);
        mv::multiply(A, x.data(), all.data());
        for (Eigen::Index row = 0; row < A.rows(); ++row) {
            float alone = 0;
            mv::multiply(A.middleRows(row, 1), x.data(), &alone);
            QCOMPARE(alone, all[row]);
        }
    }

    void combinesRows()
    {
        for (const int columns : { 1, 5, 16, 70 }) {
            const Matrix A = values(23, columns);
            const Vector a = values(1, 23).transpose();
            Vector y = Vector::Constant(columns, 5);
            mv::combineRows(A, a.data(), y.data());
            QVERIFY((y - A.transpose() * a).cwiseAbs().maxCoeff() < 1e-5f);
        }
    }

    void theNumberOfThreadsChangesNothing()
    {
        const Matrix A = values(3000, 211), B = values(5, 211);
        const Vector x = values(1, 211).transpose();
        Vector a(3000), b(5), c(3000), d(5);
        mv::multiplyAll({ { A, a.data() }, { B, b.data() } }, x.data());
        core::setThreadLimit(1);
        mv::multiplyAll({ { A, c.data() }, { B, d.data() } }, x.data());
        core::setThreadLimit(0);
        QVERIFY(a == c && b == d);
        mv::multiply(A, x.data(), c.data());
        QVERIFY(a == c);
    }

    void aNanStaysOne()
    {
        Matrix A = values(2, 20);
        A(1, 18) = NAN;
        const Vector x = values(1, 20).transpose();
        Vector y(2);
        mv::multiply(A, x.data(), y.data());
        QVERIFY(std::isfinite(y[0]) && std::isnan(y[1]));
    }
};

QTEST_APPLESS_MAIN(TestMatrixVector)
#include "tst_matrixvector.moc"
