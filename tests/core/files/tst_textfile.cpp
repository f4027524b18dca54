// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/textfile.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <filesystem>

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
