// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/mappedfile.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <chrono>
#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

    void saysThatAFileWasCutShort()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.bin", std::string(3 << 16, 'x'));
        const auto file = MappedFile::open(folder / "a.bin");
        const auto other = MappedFile::open(folder / "a.bin", MappedFile::Watch::Bytes);
        file->requireUnchanged();
        QCOMPARE(::truncate((folder / "a.bin").c_str(), 5), 0);
        QCOMPARE(char(file->bytes()[2]), 'x');
        other->requireUnchanged(); // nothing that is gone was read
        const std::string words = (folder / "a.bin").string()
            + ": was cut short or became unreadable while it was open, expected it to stay as it "
              "was";
        for (const auto& mapped : { file, other }) {
            QCOMPARE(int(mapped->bytes()[2 << 16]), 0); // once more than a SIGBUS
            QCOMPARE(int(mapped->bytes()[1 << 16]), 0);
            QCOMPARE(messageOf([&] { mapped->requireUnchanged(); }), words);
        }
    }

    void saysThatAFileWasChangedReplacedOrRemoved()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.bin", "hello");
        std::filesystem::last_write_time(folder / "a.bin",
            std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
        const auto file = MappedFile::open(folder / "a.bin");
        const auto says = [&](const char* words) {
            return messageOf([&] { file->requireUnchanged(); }).find(words) != std::string::npos;
        };
        support::writeFile(folder / "a.bin", "HELLO");
        QVERIFY(says("was changed while it was open (it had 5 bytes, it has 5)"));
        support::writeFile(folder / "b.bin", "hello!");
        std::filesystem::rename(folder / "b.bin", folder / "a.bin");
        QVERIFY(says("was replaced while it was open (it had 5 bytes, it has 6)"));
    }

    void saysThatAFileWasMovedAwayButNotThatItWasDeleted()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.bin", "hello");
        const auto file = MappedFile::open(folder / "a.bin");
        std::filesystem::rename(folder / "a.bin", folder / "b.bin");
        const std::string message = messageOf([&] { file->requireUnchanged(); });
        QVERIFY2(message.find("a.bin: is no longer there") != std::string::npos, message.c_str());
        std::filesystem::remove(folder / "b.bin");
        file->requireUnchanged(); // nobody can change it any more
        QCOMPARE(char(file->bytes()[0]), 'h');
    }

    void aFileOfOursMayLoseItsName()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.bin", "hello");
        const auto file = MappedFile::open(folder / "a.bin", MappedFile::Watch::Bytes);
        std::filesystem::remove(folder / "a.bin");
        file->requireUnchanged();
    }

    void anotherBusErrorStillEndsTheProcess()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.bin", "hello");
        const auto file = MappedFile::open(folder / "a.bin"); // the handler is there
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(20);
            const rlimit none{};
            ::setrlimit(RLIMIT_CORE, &none);
            ::raise(SIGBUS);
            ::_exit(0);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
        QVERIFY(!WIFSIGNALED(status) || WTERMSIG(status) == SIGBUS);
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
