// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model/tokenrows.h"
#include "tests/support/filebytes.h"

#include <QTest>

using core::Matrix;
using core::TokenRoom;
using core::TokenRows;

class TestTokenRows : public QObject {
    Q_OBJECT

private slots:
    void areTheSameInMemoryAndOnTheDisk()
    {
        const support::TemporaryFolder folder;
        const Matrix values = Matrix::Random(100, 24);
        TokenRows inMemory(100, 24, { folder.path() });
        TokenRows onDisk(100, 24, { folder.path(), 100 * 24 * sizeof(float) - 1 });
        QVERIFY(!inMemory.isOnDisk());
        QVERIFY(onDisk.isOnDisk());
        QCOMPARE(folder.entries(), std::size_t(0)); // it has no name
        for (TokenRows* rows : { &inMemory, &onDisk }) {
            rows->topRows(40) = values.topRows(40);
            rows->rest();
            rows->bottomRows(60) = values.bottomRows(60);
            rows->rest();
            QVERIFY(Matrix(*rows) == values);
        }
    }

    void aCopyHasValuesOfItsOwn()
    {
        for (const std::size_t most : { std::size_t(0), TokenRoom().inMemory }) {
            TokenRows rows(4, 8, { {}, most });
            rows.setOnes();
            TokenRows copy = rows, other;
            copy.setZero();
            QCOMPARE(copy.isOnDisk(), most == 0);
            QCOMPARE(rows.sum(), 32.0f);
            other = rows;
            rows.setZero();
            QCOMPARE(other.sum(), 32.0f);
        }
    }

    void movesWithItsValues()
    {
        for (const std::size_t most : { std::size_t(0), TokenRoom().inMemory }) {
            TokenRows rows(4, 8, { {}, most });
            rows.setOnes();
            const float* place = rows.data();
            TokenRows moved = std::move(rows);
            QVERIFY(moved.data() == place);
            QCOMPARE(rows.size(), Eigen::Index(0)); // NOLINT: it is to be empty
            TokenRows assigned;
            assigned = std::move(moved);
            QVERIFY(assigned.data() == place);
            QCOMPARE(assigned.sum(), 32.0f);
        }
    }

    void saysWhereThereIsNoRoom()
    {
        const support::TemporaryFolder folder;
        std::string said;
        try {
            TokenRows(Eigen::Index(1) << 40, 1 << 16, { folder.path(), 0 });
        } catch (const core::Error& error) {
            said = error.what();
        }
        QCOMPARE(said,
            folder.path().string()
                + ": the disk has no room for 288230376151711744 bytes of hidden states, expected "
                  "that much room while the text is read, or a shorter text");
        QCOMPARE(folder.entries(), std::size_t(0));
    }
};

QTEST_GUILESS_MAIN(TestTokenRows)
#include "tst_tokenrows.moc"
