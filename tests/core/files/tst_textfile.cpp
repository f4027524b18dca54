// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/textfile.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

using core::findInvalidUtf8;
using support::messageOf;

class TestTextFile : public QObject {
    Q_OBJECT
private slots:
    void givesTheBytesOfAText()
    {
        const support::TemporaryFolder folder;
        const std::string text = "caf\xc3\xa9\r\n\xf0\x9f\x98\x80 end";
        support::writeFile(folder / "a.txt", text);
        QCOMPARE(core::readTextFile(folder / "a.txt"), text);
    }

    void leavesOutAByteOrderMark()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.txt", "\xef\xbb\xbfone\r\ntwo\r\n");
        const core::NotedText read = core::readText(folder / "a.txt");
        QCOMPARE(read.text, std::string("one\r\ntwo\r\n"));
        const std::string path = (folder / "a.txt").string();
        QCOMPARE(read.notes,
            (std::vector<std::string>{ path + ": begins with a byte order mark, which is left out",
                path
                    + ": has 2 CRLF line ends; they are counted as characters, as llama.cpp "
                      "does" }));
        support::writeFile(folder / "a.txt", "plain\n");
        QVERIFY(core::readText(folder / "a.txt").notes.empty());
    }

    void notesAreQuickToHaveAndNeverFail()
    {
        const support::TemporaryFolder folder;
        const auto notesOn = [&](const std::string& bytes) {
            support::writeFile(folder / "a.txt", bytes);
            return core::textNotes(folder / "a.txt");
        };
        using Notes = std::vector<std::string>;
        QCOMPARE(notesOn("plain\n"), Notes());
        QCOMPARE(notesOn("\xef\xbb\xbfone\r\n").size(), std::size_t(2));
        QCOMPARE(notesOn("\xef\xbb\xbfone\n"),
            Notes{ "a.txt: begins with a byte order mark, which is left out" });
        QCOMPARE(notesOn("\xff\xfe"
                         "a"),
            Notes{ "a.txt: begins with the byte order mark of UTF-16 (little-endian), expected "
                   "UTF-8 text" });
        QCOMPARE(core::textNotes(folder / "none.txt"),
            Notes{ "none.txt: is not there, expected a text" });
        QCOMPARE(core::textNotes(folder.path()), Notes());
        // The start of a large one, which a character lies across the end of.
        std::string large(std::size_t(4 << 20) - 1, 'a');
        large += "\xc3\xa9\r\n";
        QCOMPARE(notesOn(large), Notes());
        large.replace(0, 2, "\r\n");
        QCOMPARE(notesOn(large),
            Notes{ "a.txt (its first 4 MiB): has 1 CRLF line end; it is counted as characters, as "
                   "llama.cpp does" });
    }

    void refusesOtherEncodingsByName()
    {
        const support::TemporaryFolder folder;
        const auto complaint = [&](const std::string& bytes) {
            support::writeFile(folder / "a.txt", bytes);
            return messageOf([&] {
                core::readTextFile(folder / "a.txt");
            }).substr((folder / "a.txt").string().size());
        };
        const std::string mark = ": begins with the byte order mark of ";
        QCOMPARE(complaint(std::string("\xff\xfe"
                                       "a\0",
                     4)),
            mark + "UTF-16 (little-endian), expected UTF-8 text");
        QCOMPARE(complaint(std::string("\xfe\xff\0a", 4)),
            mark + "UTF-16 (big-endian), expected UTF-8 text");
        QCOMPARE(complaint(std::string("\xff\xfe\0\0a\0\0\0", 8)),
            mark + "UTF-32 (little-endian), expected UTF-8 text");
        QCOMPARE(complaint(std::string("a\0b\0c\0", 6)),
            std::string(
                ": byte 1 is NUL and 2 more are among the first 6, as in UTF-16 or a binary "
                "file, expected UTF-8 text"));
    }

    void saysWhereANulStands()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.txt", std::string(99, 'a') + std::string(1, '\0') + "b");
        const core::NotedText read = core::readText(folder / "a.txt");
        QCOMPARE(read.text.size(), std::size_t(101));
        QVERIFY(read.notes.front().ends_with(
            ": has 1 NUL character, the first at byte 99; they are counted as characters, as "
            "llama.cpp does"));
    }

    void readsAPipeOnce()
    {
        const support::TemporaryFolder folder;
        const std::string path = (folder / "pipe").string();
        QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
        const std::string text(200'000, 'x'); // more than a pipe holds
        std::thread writer([&] { std::ofstream(path) << text; });
        // The reader must not come before the writer: it would find a pipe nobody writes to.
        const int held = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
        pollfd waiting{ held, POLLIN, 0 };
        ::poll(&waiting, 1, -1);
        const std::string read = core::readTextFile(path);
        writer.join();
        ::close(held);
        QCOMPARE(read, text);
        QCOMPARE(messageOf([&] { core::readTextFile(path); }),
            path + ": the pipe gives nothing, expected text; a pipe can be read only once");
    }

    void saysWhichByteIsNoUtf8()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.txt", "caf\xe9!");
        QCOMPARE(messageOf([&] { core::readTextFile(folder / "a.txt"); }),
            (folder / "a.txt").string()
                + ": byte 3 is no part of a UTF-8 character, expected UTF-8 text");
    }

    void refusesMoreThanAGibibyte()
    {
        const support::TemporaryFolder folder;
        support::writeFile(folder / "a.txt", "");
        std::filesystem::resize_file(folder / "a.txt", (std::uintmax_t(1) << 30) + 1); // sparse
        QCOMPARE(messageOf([&] { core::readTextFile(folder / "a.txt"); }),
            (folder / "a.txt").string()
                + ": has 1073741825 bytes, expected at most 1073741824 of text");
    }

    void knowsTheLimitsOfUtf8_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("invalidAt"); // -1: valid
        QTest::newRow("nothing") << QByteArray("") << -1;
        QTest::newRow("U+0000") << QByteArray("\0", 1) << -1;
        QTest::newRow("U+0080") << QByteArray("\xc2\x80") << -1;
        QTest::newRow("U+0800") << QByteArray("\xe0\xa0\x80") << -1;
        QTest::newRow("U+D7FF") << QByteArray("\xed\x9f\xbf") << -1;
        QTest::newRow("U+10000") << QByteArray("\xf0\x90\x80\x80") << -1;
        QTest::newRow("U+10FFFF") << QByteArray("\xf4\x8f\xbf\xbf") << -1;
        QTest::newRow("overlong of two") << QByteArray("a\xc1\xbf") << 1;
        QTest::newRow("overlong of three") << QByteArray("\xe0\x9f\xbf") << 0;
        QTest::newRow("overlong of four") << QByteArray("\xf0\x8f\xbf\xbf") << 0;
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << 0;
        QTest::newRow("beyond U+10FFFF") << QByteArray("\xf4\x90\x80\x80") << 0;
        QTest::newRow("cut short") << QByteArray("ab\xe2\x82") << 2;
        QTest::newRow("a tail alone") << QByteArray("ab\x80") << 2;
    }

    void knowsTheLimitsOfUtf8()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, invalidAt);
        const auto place = findInvalidUtf8({ bytes.data(), std::size_t(bytes.size()) });
        QCOMPARE(place ? int(*place) : -1, invalidAt);
    }
};

QTEST_APPLESS_MAIN(TestTextFile)
#include "tst_textfile.moc"
