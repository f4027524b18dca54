// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/outputfile.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <csignal>

#include <sys/resource.h>

using core::OutputFile;
using support::messageOf;
using support::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

/// While it lives no file of this process may grow beyond `bytes`.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
        : m_oldHandler(std::signal(SIGXFSZ, SIG_IGN)) // so that write() fails instead
    {
        ::getrlimit(RLIMIT_FSIZE, &m_old);
        const rlimit limit{ bytes, m_old.rlim_max };
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit()
    {
        ::setrlimit(RLIMIT_FSIZE, &m_old);
        std::signal(SIGXFSZ, m_oldHandler);
    }

private:
    rlimit m_old{};
    void (*m_oldHandler)(int);
};

} // namespace

class TestOutputFile : public QObject {
    Q_OBJECT
private slots:
    void writesAndKeepsAFile()
    {
        const TemporaryFolder folder;
        OutputFile file(folder / "a.bin", 5);
        file.write(std::as_bytes(std::span("hel", 3)));
        file.write(std::as_bytes(std::span("lo", 2)));
        file.close();
        QCOMPARE(support::readFile(folder / "a.bin"), std::string("hello"));
    }

    void removesAFileThatWasNotClosed()
    {
        const TemporaryFolder folder;
        {
            OutputFile file(folder / "a.bin", 5);
            file.write(std::as_bytes(std::span("hel", 3)));
            QVERIFY(fs::exists(folder / "a.bin"));
        }
        QCOMPARE(folder.entries(), std::size_t(0));
    }

    void saysBeforehandThatTheDiskIsTooSmall()
    {
        const TemporaryFolder folder;
        const std::uint64_t size = std::uint64_t(1) << 60; // more than any disk
        const std::string message = messageOf([&] { OutputFile(folder / "a.bin", size); });
        QVERIFY2(message.starts_with((folder / "a.bin").string()
                     + ": the disk is full: the file needs 1152921504606846976 bytes, "),
            message.c_str());
        QVERIFY(message.ends_with(" are free"));
        QCOMPARE(folder.entries(), std::size_t(0));
    }

    void saysWhatWasNeededWhenAWriteFails()
    {
        const TemporaryFolder folder;
        const FileSizeLimit limit(1000);
        const std::string bytes(3000, 'x');
        const std::string message = messageOf([&] {
            OutputFile file(folder / "a.bin", 3000);
            file.write(std::as_bytes(std::span(bytes)));
        });
        QVERIFY2(message.starts_with((folder / "a.bin").string()
                     + ": cannot be written after byte 1000: File too large; the file needs 3000 "
                       "bytes, "),
            message.c_str());
        QVERIFY(message.ends_with(" are free"));
        QCOMPARE(folder.entries(), std::size_t(0));
    }

    void saysSoWhenTheDiskFillsUpMeanwhile()
    {
        if (!fs::exists("/dev/full"))
            QSKIP("there is no /dev/full here");
        const TemporaryFolder folder;
        fs::create_symlink("/dev/full", folder / "a.bin"); // every write to it fails with ENOSPC
        const std::string message = messageOf([&] {
            OutputFile file(folder / "a.bin", 5);
            file.write(std::as_bytes(std::span("hello", 5)));
        });
        QVERIFY2(message.starts_with((folder / "a.bin").string()
                     + ": the disk is full after byte 0: No space left on device; the file needs 5 "
                       "bytes, "),
            message.c_str());
        QVERIFY(fs::exists("/dev/full"));
    }

    void namesAMissingFolder()
    {
        const TemporaryFolder folder;
        const std::string path = (folder / "missing/a.bin").string();
        QCOMPARE(messageOf([&] { OutputFile(fs::path(path), 5); }),
            path + ": the folder " + (folder / "missing").string()
                + " does not exist, expected one to write to");
    }

    void refusesAFolder()
    {
        const TemporaryFolder folder;
        QCOMPARE(messageOf([&] { OutputFile(folder.path(), 5); }),
            folder.path().string() + ": is a folder, expected the name of a file to write");
    }
};

QTEST_APPLESS_MAIN(TestOutputFile)
#include "tst_outputfile.moc"
