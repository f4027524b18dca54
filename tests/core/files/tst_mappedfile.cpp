// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/mappedfile.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using core::MappedFile;
using support::messageOf;

class TestMappedFile : public QObject {
    Q_OBJECT
private slots:
    void showsTheBytesOfAFile()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.bin", "hello");
        const auto file = MappedFile::open(folder / "a.bin");
        QCOMPARE(file->bytes().size(), std::size_t(5));
        QCOMPARE(char(file->bytes()[4]), 'o');
        QCOMPARE(file->path(), folder / "a.bin");
    }

    void hasNoBytesForAnEmptyFile()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "empty", "");
        QVERIFY(MappedFile::open(folder / "empty")->bytes().empty());
    }

    void keepsTheBytesOfAFileThatWasRemoved()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.bin", "hello");
        const auto file = MappedFile::open(folder / "a.bin");
        std::filesystem::remove(folder / "a.bin");
        QCOMPARE(char(file->bytes()[0]), 'h');
    }

    void saysWhyAFileCannotBeOpened()
    {
        const support::TemporaryFolder folder;
        const std::string missing = (folder / "missing").string();
        QCOMPARE(messageOf([&] { MappedFile::open(missing); }),
            missing + ": cannot be opened: No such file or directory");
        QCOMPARE(messageOf([&] { MappedFile::open(folder.path()); }),
            folder.path().string() + ": is a folder, expected a file");
    }

    void refusesAPipeWithoutWaitingForIt()
    {
        const support::TemporaryFolder folder;
        const std::string pipe = (folder / "pipe").string();
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QCOMPARE(messageOf([&] { MappedFile::open(pipe); }),
            pipe + ": is a device or pipe, expected a regular file");
    }

    void saysSoWhenReadingIsNotPermitted()
    {
        if (::geteuid() == 0)
            QSKIP("root may read everything");
        const support::TemporaryFolder folder;
        support::writeFile(folder / "secret", "hello");
        std::filesystem::permissions(folder / "secret", std::filesystem::perms::none);
        QCOMPARE(messageOf([&] { MappedFile::open(folder / "secret"); }),
            (folder / "secret").string() + ": cannot be opened: Permission denied");
    }
};

QTEST_APPLESS_MAIN(TestMappedFile)
#include "tst_mappedfile.moc"
