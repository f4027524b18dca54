// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/scratchfile.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <algorithm>

using core::ScratchFile;

class TestScratchFile : public QObject {
    Q_OBJECT

private slots:
    void keepsWhatIsWrittenAndHasNoName()
    {
        const support::TemporaryFolder folder;
        const auto scratch = ScratchFile::make(folder.path(), 1 << 20);
        QVERIFY(scratch);
        QCOMPARE(folder.entries(), std::size_t(0));
        QCOMPARE(scratch->bytes().size(), std::size_t(1 << 20));
        QVERIFY(std::ranges::all_of(
            scratch->bytes(), [](std::byte byte) { return byte == std::byte(0); }));
        std::ranges::fill(scratch->bytes(), std::byte(7));
        QVERIFY(scratch->bytes().back() == std::byte(7));
    }

    void staysWhatItIsWhenItRests()
    {
        const auto scratch = ScratchFile::make({}, 1 << 20);
        QVERIFY(scratch);
        std::ranges::fill(scratch->bytes(), std::byte(7));
        scratch->rest();
        QVERIFY(std::ranges::all_of(
            scratch->bytes(), [](std::byte byte) { return byte == std::byte(7); }));
    }

    void standsBesideAnother()
    {
        const auto one = ScratchFile::make({}, 4096);
        const auto other = ScratchFile::make({}, 4096);
        QVERIFY(one && other);
        one->bytes()[0] = std::byte(1);
        QVERIFY(other->bytes()[0] == std::byte(0));
    }

    void isNullWithoutRoomOrFolder()
    {
        const support::TemporaryFolder folder;
        QVERIFY(!ScratchFile::make(folder / "missing", 4096));
        QVERIFY(!ScratchFile::make(folder.path(), std::size_t(1) << 60)); // more than any disk has
        QCOMPARE(folder.entries(), std::size_t(0));
    }
};

QTEST_GUILESS_MAIN(TestScratchFile)
#include "tst_scratchfile.moc"
