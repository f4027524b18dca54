// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/bytereader.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <limits>

using core::ByteReader;
using support::messageOf;

namespace {

ByteReader reader(const std::string& bytes)
{
    return ByteReader(std::as_bytes(std::span(bytes)), "a.bin");
}

} // namespace

class TestByteReader : public QObject {
    Q_OBJECT
private slots:
    void readsLittleEndianNumbersOneAfterTheOther()
    {
        const std::string bytes(
            "\x01\x02\xff\xff\x00\x00\x80\x3f\x08\x07\x06\x05\x04\x03\x02\x01", 16);
        ByteReader in = reader(bytes);
        QCOMPARE(in.number<std::uint16_t>("a"), std::uint16_t(0x0201));
        QCOMPARE(in.number<std::int16_t>("b"), std::int16_t(-1));
        QCOMPARE(in.number<float>("c"), 1.0f);
        QCOMPARE(in.position(), std::size_t(8));
        QCOMPARE(in.number<std::uint64_t>("d"), std::uint64_t(0x0102030405060708));
        QCOMPARE(in.left(), std::size_t(0));
    }

    void saysWhatIsMissingWhere()
    {
        const std::string bytes = "abcdef";
        ByteReader in = reader(bytes);
        QCOMPARE(in.string(4, "the start"), std::string("abcd"));
        QCOMPARE(messageOf([&] { in.number<std::uint64_t>("the length"); }),
            std::string("a.bin: the length needs 8 bytes at byte 4, the file has 6"));
        QCOMPARE(in.position(), std::size_t(4)); // a failed read takes nothing
        QCOMPARE(in.string(2, "the rest"), std::string("ef"));
    }

    void refusesALengthThatWouldOverflow()
    {
        const std::string bytes = "abcdef";
        ByteReader in = reader(bytes);
        in.bytes(2, "the start");
        constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
        QCOMPARE(messageOf([&] { in.bytes(largest, "the body"); }),
            std::string(
                "a.bin: the body needs 18446744073709551615 bytes at byte 2, the file has 6"));
    }

    void refusesACountThatCannotBeThere()
    {
        const std::string bytes(24, 'x');
        const ByteReader in = reader(bytes);
        QCOMPARE(in.count(3, 8, "strings"), std::uint64_t(3));
        QCOMPARE(messageOf([&] { (void)in.count(4, 8, "strings"); }),
            std::string(
                "a.bin: 4 strings announced at byte 0 need at least 8 bytes each, the file has "
                "only 24 left"));
        constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
        QVERIFY_EXCEPTION_THROWN((void)in.count(largest, 8, "strings"), core::Error);
    }
};

QTEST_APPLESS_MAIN(TestByteReader)
#include "tst_bytereader.moc"
