// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/symmetricmatrix.h"
#include "core/base/uppertriangular.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

using core::Matrix;
using core::MatrixD;
using core::SymmetricMatrix;
using core::UpperTriangular;
using Index = Eigen::Index;

namespace {

constexpr std::array sizes{ 1, 2, 255, 256, 257, 600 };

void allSizes()
{
    QTest::addColumn<int>("size");
    for (const int size : sizes)
        QTest::addRow("%d", size) << size;
}

/// Whole numbers, exact in float and double.
MatrixD symmetric(Index size, int seed = 0)
{
    return MatrixD::NullaryExpr(size, size, [&](Index i, Index j) {
        return double((std::min(i, j) * 7 + std::max(i, j) * 3 + seed) % 101 - 50);
    });
}

/// The parts of a matrix of `size` that end or begin where panels do, and those that do not.
std::vector<std::pair<Index, Index>> partsOf(Index size)
{
    std::vector<std::pair<Index, Index>> parts{ { 0, size } };
    for (const Index first : { Index(0), Index(17), Index(256), size / 2 })
        for (const Index count : { Index(1), Index(40), Index(256), Index(300) })
            if (first + count <= size)
                parts.emplace_back(first, count);
    return parts;
}

UpperTriangular upper(const MatrixD& whole)
{
    UpperTriangular::Panels panels(whole.rows());
    for (Index i = 0; i < panels.count(); ++i)
        for (Index row = i * panels.height; row < i * panels.height + panels.panel(i).rows(); ++row)
            for (Index column = row; column < whole.cols(); ++column)
                *panels.at(row, column).data = float(whole(row, column));
    return UpperTriangular(std::move(panels));
}

} // namespace

class TestSymmetricMatrix : public QObject {
    Q_OBJECT
private slots:
    void givesBackEveryElement_data() { allSizes(); }
    void givesBackEveryElement()
    {
        QFETCH(int, size);
        const MatrixD whole = symmetric(size);
        const SymmetricMatrix H = whole;
        QCOMPARE(H.rows(), Index(size));
        QVERIFY(H.diagonal() == whole.diagonal());
        for (Index i = 0; i < size; ++i)
            for (Index j = 0; j < size; ++j)
                QCOMPARE(H(i, j), whole(i, j));
    }

    void givesAnyPartOfBothTriangles_data() { allSizes(); }
    void givesAnyPartOfBothTriangles()
    {
        QFETCH(int, size);
        const MatrixD whole = symmetric(size);
        const SymmetricMatrix H = whole;
        for (const auto& [row, height] : partsOf(size))
            for (const auto& [column, width] : partsOf(size)) {
                const MatrixD expected = whole.block(row, column, height, width);
                QVERIFY(H.block(row, column, height, width) == expected);
                QVERIFY(H.floatBlock(row, column, height, width) == expected.cast<float>());
            }
    }

    void computesAsTheWholeDoes_data() { allSizes(); }
    void computesAsTheWholeDoes()
    {
        QFETCH(int, size);
        const MatrixD a = symmetric(size), b = symmetric(size, 5);
        SymmetricMatrix H = a;
        H *= 0.5;
        QVERIFY(H.dense() == 0.5 * a);
        H.mix(0.5, b);
        QVERIFY(H.dense() == 0.25 * a + 0.5 * b);
        const Eigen::VectorXd values = Eigen::VectorXd::LinSpaced(size, 1, size);
        H.setDiagonal(values);
        QVERIFY(H.diagonal() == values);
        SymmetricMatrix scaled = a;
        scaled.scale(values.array());
        QVERIFY(scaled.dense() == values.asDiagonal() * a * values.asDiagonal());
    }

    void followsAnOrder_data() { allSizes(); }
    void followsAnOrder()
    {
        QFETCH(int, size);
        const MatrixD whole = symmetric(size);
        std::vector<Index> order(static_cast<std::size_t>(size));
        std::iota(order.begin(), order.end(), Index(0));
        std::ranges::rotate(order, order.begin() + size / 3);
        std::ranges::reverse(order.begin(), order.begin() + size / 2);
        QVERIFY(SymmetricMatrix(whole).permuted(order).dense() == MatrixD(whole(order, order)));
    }

    void copiesAreTheirOwn()
    {
        const MatrixD whole = symmetric(300);
        SymmetricMatrix H = whole;
        SymmetricMatrix copy = H;
        copy *= 2;
        QVERIFY(H.dense() == whole);
        H = std::move(copy);
        QVERIFY(H.dense() == 2 * whole);
    }

    void aTriangleHasZerosBelow_data() { allSizes(); }
    void aTriangleHasZerosBelow()
    {
        QFETCH(int, size);
        const MatrixD whole = symmetric(size);
        const UpperTriangular U = upper(whole);
        Matrix expected = whole.cast<float>();
        expected.triangularView<Eigen::StrictlyLower>().setZero();
        for (const auto& [row, height] : partsOf(size)) {
            for (const auto& [column, width] : partsOf(size))
                QVERIFY(U.block(row, column, height, width)
                    == expected.block(row, column, height, width));
            const UpperTriangular::Rows rows(U, row, height);
            for (const Index column : { row, (row + size) / 2 })
                QVERIFY(rows.columns(column, size - column)
                    == expected.block(row, column, height, size - column));
        }
    }
};

QTEST_APPLESS_MAIN(TestSymmetricMatrix)
#include "tst_symmetricmatrix.moc"
