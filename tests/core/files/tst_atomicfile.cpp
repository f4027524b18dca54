// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/atomicfile.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using core::AtomicFile;
using core::Existing;
using support::messageOf;
using support::readFile;
using support::TemporaryFolder;
using support::writeFile;

namespace fs = std::filesystem;

class TestAtomicFile : public QObject {
    Q_OBJECT
private slots:
    void replacesTheTargetOnlyOnCommit()
    {
        const TemporaryFolder folder;
        writeFile(folder / "a.txt", "old");
        AtomicFile file(folder / "a.txt", Existing::Replace);
        QCOMPARE(file.path().parent_path(), fs::canonical(folder.path()));
        writeFile(file.path(), "new");
        QCOMPARE(readFile(folder / "a.txt"), std::string("old"));
        file.commit();
        QCOMPARE(readFile(folder / "a.txt"), std::string("new"));
        QCOMPARE(folder.entries(), std::size_t(1));
    }

    void removesWhatAKilledProgramLeftAndNothingThatIsWritten()
    {
        const TemporaryFolder folder;
        writeFile(folder / ".a.txt.4711-0.part", "left");
        writeFile(folder / ".b.txt.4711-0.part", "of another target");
        AtomicFile other(folder / "a.txt", Existing::Replace);
        QVERIFY(!fs::exists(folder / ".a.txt.4711-0.part"));
        QVERIFY(fs::exists(folder / ".b.txt.4711-0.part"));
        writeFile(other.path(), "other");
        core::writeFileAtomically(folder / "a.txt", "mine"); // the other is being written
        QVERIFY(fs::exists(other.path()));
        other.commit();
        QCOMPARE(readFile(folder / "a.txt"), std::string("other"));
    }

    void leavesTheTargetAndNothingElseWithoutCommit()
    {
        const TemporaryFolder folder;
        writeFile(folder / "a.txt", "old");
        {
            const AtomicFile file(folder / "a.txt", Existing::Replace);
            writeFile(file.path(), "half of the n");
        }
        QCOMPARE(readFile(folder / "a.txt"), std::string("old"));
        QCOMPARE(folder.entries(), std::size_t(1));
    }

    void lendsTwoWritersOfOneTargetDifferentFiles()
    {
        const TemporaryFolder folder;
        const AtomicFile one(folder / "a.txt", Existing::Replace);
        const AtomicFile other(folder / "a.txt", Existing::Replace);
        QVERIFY(one.path() != other.path());
    }

    void followsALink()
    {
        const TemporaryFolder folder;
        fs::create_directory(folder / "real");
        writeFile(folder / "real/a.txt", "old");
        fs::create_symlink("real/a.txt", folder / "link");
        core::writeFileAtomically(folder / "link", "new");
        QVERIFY(fs::is_symlink(folder / "link"));
        QCOMPARE(readFile(folder / "real/a.txt"), std::string("new"));
    }

    void keepsAFileThatIsThereOrHasCome()
    {
        const TemporaryFolder folder;
        const std::string target = (folder / "a.txt").string();
        const std::string refusal = target
            + ": exists already and is not to be replaced, expected the name of a new file";
        AtomicFile file(target, Existing::Keep);
        writeFile(file.path(), "new");
        writeFile(target, "came meanwhile");
        QCOMPARE(messageOf([&] { file.commit(); }),
            fs::canonical(target).string() + refusal.substr(target.size()));
        QCOMPARE(readFile(target), std::string("came meanwhile"));
        QCOMPARE(messageOf([&] { const AtomicFile other(target, Existing::Keep); }),
            fs::canonical(target).string() + refusal.substr(target.size()));
    }

    void givesANewFileItsNameWhereNothingHasIt()
    {
        const TemporaryFolder folder;
        AtomicFile file(folder / "a.txt", Existing::Keep);
        writeFile(file.path(), "new");
        file.commit();
        QCOMPARE(readFile(folder / "a.txt"), std::string("new"));
        QCOMPARE(folder.entries(), std::size_t(1));
    }

    void isRemovedWhereTheProgramIsToldToEndAtOnce()
    {
        const TemporaryFolder folder;
        const AtomicFile file(folder / "a.txt", Existing::Keep);
        {
            AtomicFile finished(folder / "b.txt", Existing::Keep);
            finished.commit();
        }
        core::removeTemporaryFiles();
        QVERIFY(!fs::exists(file.path()));
        QVERIFY(fs::exists(folder / "b.txt"));
    }

    void keepsThePermissionsOfWhatItReplaces()
    {
        const TemporaryFolder folder;
        writeFile(folder / "a.txt", "old");
        fs::permissions(folder / "a.txt", fs::perms::owner_read | fs::perms::owner_write);
        core::writeFileAtomically(folder / "a.txt", "new");
        QCOMPARE(fs::status(folder / "a.txt").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
    }

    void namesAMissingFolder()
    {
        const TemporaryFolder folder;
        const std::string target = (fs::canonical(folder.path()) / "missing/a.txt").string();
        QCOMPARE(messageOf([&] { const AtomicFile file(target, Existing::Replace); }),
            target + ": the folder " + fs::path(target).parent_path().string()
                + " does not exist, expected one to write to");
    }

    void refusesAFolderAsTarget()
    {
        const TemporaryFolder folder;
        const std::string target = fs::canonical(folder.path()).string();
        QCOMPARE(messageOf([&] { const AtomicFile file(target, Existing::Replace); }),
            target + ": is a folder, expected the name of a file to write");
    }

    void refusesToTakeThePlaceOfAPipeOrADevice()
    {
        const TemporaryFolder folder;
        const fs::path target = fs::canonical(folder.path()) / "pipe";
        QCOMPARE(::mkfifo(target.c_str(), 0600), 0);
        QCOMPARE(messageOf([&] { core::writeFileAtomically(target, "new"); }),
            target.string() + ": is a device or pipe, expected the name of a file to write");
        QVERIFY(fs::is_fifo(target));
        QCOMPARE(folder.entries(), std::size_t(1));
    }

    void saysSoWhenTheFolderCannotBeWrittenTo()
    {
        if (::geteuid() == 0)
            QSKIP("root may write everywhere");
        const TemporaryFolder folder;
        fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
        const std::string message
            = messageOf([&] { const AtomicFile file(folder / "a.txt", Existing::Replace); });
        fs::permissions(folder.path(), fs::perms::owner_all);
        QCOMPARE(message,
            (fs::canonical(folder.path()) / "a.txt").string()
                + ": its folder cannot be written to: Permission denied");
    }

    void leavesTheTargetWhenTheTemporaryFileIsGone()
    {
        const TemporaryFolder folder;
        writeFile(folder / "a.txt", "old");
        AtomicFile file(folder / "a.txt", Existing::Replace);
        fs::remove(file.path());
        QVERIFY(messageOf([&] { file.commit(); }).find("its bytes did not reach the disk")
            != std::string::npos);
        QCOMPARE(readFile(folder / "a.txt"), std::string("old"));
    }
};

QTEST_APPLESS_MAIN(TestAtomicFile)
#include "tst_atomicfile.moc"
