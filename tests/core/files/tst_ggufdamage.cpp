// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "tests/support/filebytes.h"

#include <QTest>

using support::little;
using support::messageOf;
using support::TemporaryFolder;

namespace {

std::string field(const std::string& text) { return little(std::uint64_t(text.size())) + text; }

std::string pair(const std::string& key, std::uint32_t type, const std::string& value)
{
    return field(key) + little(type) + value;
}

std::string tensor(const std::string& name, const std::vector<std::uint64_t>& dimensions,
    std::uint32_t type, std::uint64_t offset)
{
    std::string bytes = field(name) + little(std::uint32_t(dimensions.size()));
    for (const std::uint64_t dimension : dimensions)
        bytes += little(dimension);
    return bytes + little(type) + little(offset);
}

/// A file of version 3 with this many tensors and pairs announced, `list` and 64 bytes of data.
std::string fileBytes(std::uint64_t tensors, std::uint64_t pairs, const std::string& list)
{
    std::string bytes = "GGUF" + little(std::uint32_t(3)) + little(tensors) + little(pairs) + list;
    bytes.resize((bytes.size() + 31) / 32 * 32 + 64);
    return bytes;
}

/// What readGguf says about a file of these bytes, without the file's name.
std::string complaint(const std::string& bytes)
{
    const TemporaryFolder folder;
    const std::string path = (folder / "m.gguf").string();
    support::writeFile(path, bytes);
    const std::string message = messageOf([&] { core::readGguf(path); });
    return message.starts_with(path) ? message.substr(path.size()) : message;
}

std::string pairComplaint(const std::string& pairBytes)
{
    return complaint(fileBytes(0, 1, pairBytes));
}

std::string tensorComplaint(const std::string& tensorBytes)
{
    return complaint(fileBytes(1, 0, tensorBytes));
}

constexpr auto largest = ~std::uint64_t(0);

} // namespace

class TestGgufDamage : public QObject {
    Q_OBJECT
private slots:
    void acceptsTheUndamagedFile()
    {
        QCOMPARE(complaint(fileBytes(1, 1, pair("k", 4, little(1u)) + tensor("a", { 16 }, 0, 0))),
            std::string("no error"));
    }

    void refusesAnotherMagicOrVersion()
    {
        QCOMPARE(complaint("GGUP\3"),
            std::string(": does not begin with \"GGUF\", expected a GGUF file"));
        QCOMPARE(complaint("G\1"),
            std::string(": the magic needs 4 bytes at byte 0, the file has 2: the download is not "
                        "complete"));
        const auto version
            = [](std::uint32_t number) { return complaint("GGUF" + little(number)); };
        QCOMPARE(version(1), std::string(": has GGUF version 1, expected 2 or 3"));
        QCOMPARE(version(4), std::string(": has GGUF version 4, expected 2 or 3"));
        QCOMPARE(version(0x03000000),
            std::string(": is a big-endian GGUF file, expected a little-endian one"));
    }

    void refusesEveryPlaceToCutTheFile()
    {
        const std::string list = pair("k", 8, field("v")) + tensor("a", { 16 }, 0, 0);
        const std::string whole = fileBytes(1, 1, list);
        QCOMPARE(complaint(whole), std::string("no error"));
        for (std::size_t length = 0; length < whole.size(); ++length)
            QVERIFY2(complaint(whole.substr(0, length)) != "no error",
                qPrintable(QString::number(length)));
    }

    void refusesCountsThatCannotBeThere()
    {
        QCOMPARE(complaint(fileBytes(largest, 0, "")),
            std::string(
                ": 18446744073709551615 tensors announced at byte 24 need at least 33 bytes each, "
                "the file has only 72 left"));
        QCOMPARE(complaint(fileBytes(0, largest, "")),
            std::string(": has 18446744073709551615 metadata pairs, expected at most 65536"));
        QVERIFY(complaint(fileBytes(0, 65536, ""))
                    .starts_with(": 65536 metadata pairs announced at byte 24"));
    }

    void refusesStringsBeyondTheFile()
    {
        QCOMPARE(pairComplaint(pair("k", 8, little(largest))),
            std::string(": a metadata value needs 18446744073709551615 bytes at byte 45, the file "
                        "has 128"));
        QCOMPARE(pairComplaint(little(largest)),
            std::string(
                ": a metadata key at byte 24 has 18446744073709551615 bytes, expected 1 to 65535"));
        QCOMPARE(pairComplaint(pair("", 4, little(1u))),
            std::string(": a metadata key at byte 24 has 0 bytes, expected 1 to 65535"));
    }

    void refusesArraysBeyondTheFile()
    {
        const auto array = [](std::uint32_t type, std::uint64_t count) {
            return pairComplaint(pair("k", 9, little(type) + little(count)));
        };
        QCOMPARE(array(6, largest),
            std::string(
                ": metadata k has 18446744073709551615 elements, expected at most 16777216"));
        QCOMPARE(array(8, 1000),
            std::string(": 1000 array elements announced at byte 49 need at least 8 bytes each, "
                        "the file has "
                        "only 79 left: the download is not complete"));
        QCOMPARE(array(9, 1),
            std::string(
                ": metadata k is an array of arrays, expected an array of numbers, truth values or "
                "strings"));
        QCOMPARE(array(13, 1), std::string(": metadata k has value type 13, expected 0 to 12"));
    }

    void refusesUnknownTypesOfValue()
    {
        QCOMPARE(pairComplaint(pair("k", 77, "")),
            std::string(": metadata k has value type 77, expected 0 to 12"));
        QCOMPARE(pairComplaint(pair("k", 7, "\x02")),
            std::string(": a metadata value at byte 37 is 2, expected 0 or 1 for false or true"));
    }

    void refusesWhatStandsTwice()
    {
        QCOMPARE(complaint(fileBytes(0, 2, pair("k", 4, little(1u)) + pair("k", 4, little(2u)))),
            std::string(": metadata k stands twice, expected once"));
        QCOMPARE(complaint(fileBytes(2, 0, tensor("a", { 8 }, 0, 0) + tensor("a", { 8 }, 0, 32))),
            std::string(": tensor a stands twice, expected once"));
    }

    void refusesAStrangeAlignment()
    {
        const std::string expected = ", expected a power of two of 32 bits, at most 1048576";
        const auto alignment = [](std::uint32_t value) {
            return pairComplaint(pair("general.alignment", 4, little(value)));
        };
        QCOMPARE(alignment(0), ": general.alignment is 0" + expected);
        QCOMPARE(alignment(24), ": general.alignment is 24" + expected);
        QCOMPARE(alignment(1u << 31), ": general.alignment is 2147483648" + expected);
        QCOMPARE(pairComplaint(pair("general.alignment", 8, field("x"))),
            ": general.alignment is x" + expected);
        QCOMPARE(alignment(64), std::string("no error"));
    }

    void refusesAStrangeShape()
    {
        QCOMPARE(tensorComplaint(tensor("a", {}, 0, 0)),
            std::string(": tensor a has 0 dimensions, expected 1 to 4"));
        QCOMPARE(tensorComplaint(tensor("a", { 1, 1, 1, 1, 1 }, 0, 0)),
            std::string(": tensor a has 5 dimensions, expected 1 to 4"));
        QCOMPARE(tensorComplaint(tensor("a", { 4, 0 }, 0, 0)),
            std::string(": tensor a has a dimension of 0, expected at least 1"));
        QCOMPARE(tensorComplaint(tensor("a", { largest }, 0, 0)),
            std::string(": tensor a has a dimension of -1, expected at least 1"));
    }

    void refusesRowsThatAreNoWholeBlocks()
    {
        QCOMPARE(tensorComplaint(tensor("a", { 40, 2 }, 8, 0)),
            std::string(": tensor a has shape [2, 40], expected rows of a multiple of 32 weights "
                        "for Q8_0 and "
                        "fewer than 2^63 bytes"));
        // 2^62 · 4 weights is 2^64: a product that wraps around to 0
        QVERIFY(tensorComplaint(tensor("a", { std::uint64_t(1) << 62, 4 }, 0, 0))
                    .starts_with(": tensor a has shape [4, 4611686018427387904], expected rows "));
    }

    void saysThatAFileIsCutInsideItsMetadata()
    {
        const std::string whole = fileBytes(0, 1, pair("k", 8, field("a long value")));
        QCOMPARE(complaint(whole.substr(0, 50)),
            std::string(": a metadata value needs 12 bytes at byte 45, the file has 50: the "
                        "download is not complete"));
    }

    void listsATensorOfATypeThatItCannotDecode()
    {
        const TemporaryFolder folder;
        const auto typesOf = [&](std::uint32_t type) {
            support::writeFile(folder / "m.gguf",
                fileBytes(2, 0, tensor("a", { 256 }, type, 0) + tensor("b", { 8 }, 0, 32)));
            return core::readGguf(folder / "m.gguf").tensors;
        };
        const auto tensors = typesOf(142);
        QVERIFY(!tensors[0].format);
        QCOMPARE(core::storedType(tensors[0]), std::string_view("IQ2_TN (of ik_llama.cpp)"));
        QCOMPARE(tensors[0].bytes.size(), std::size_t(32)); // up to the next
        QCOMPARE(core::decodedValues(tensors[1], 0, 8).size(), std::size_t(8));
        QCOMPARE(core::storedType(typesOf(4)[0]), std::string_view("Q4_2 (removed)"));
        QCOMPARE(core::storedType(typesOf(777)[0]), std::string_view("unknown type 777"));
    }

    void refusesATensorOfAnUnknownTypeOutsideTheFile()
    {
        QCOMPARE(tensorComplaint(tensor("a", { 256 }, 777, 64)),
            std::string(": tensor a needs 1 bytes at offset 64 of the data, the file has 64"));
        QVERIFY(tensorComplaint(tensor("a", { std::uint64_t(1) << 62, 4 }, 777, 0))
                    .starts_with(": tensor a has shape [4, 4611686018427387904], expected rows "));
        QVERIFY(complaint(fileBytes(2, 0, tensor("a", { 8 }, 777, 0) + tensor("b", { 8 }, 0, 0)))
                    .starts_with(": tensor b begins at byte "));
    }

    void refusesATensorThatEndsAfterTheFile()
    {
        QVERIFY(tensorComplaint(tensor("a", { 17 }, 0, 0))
                    .ends_with(" bytes: the download is not complete"));
        QCOMPARE(tensorComplaint(tensor("a", { 8 }, 0, 64)),
            std::string(": tensor a needs 32 bytes at offset 64 of the data, the file has 64"));
        QCOMPARE(tensorComplaint(tensor("a", { 8 }, 0, largest - 31)),
            std::string(": tensor a needs 32 bytes at offset 18446744073709551584 of the data, the "
                        "file has "
                        "64"));
    }

    void refusesATensorThatIsNotAligned()
    {
        QCOMPARE(tensorComplaint(tensor("a", { 8 }, 0, 4)),
            std::string(": tensor a lies at offset 4, expected a multiple of 32"));
    }

    void refusesTensorsThatOverlap()
    {
        QCOMPARE(complaint(fileBytes(2, 0, tensor("a", { 4 }, 0, 32) + tensor("b", { 9 }, 0, 0))),
            std::string(": tensor a begins at byte 128, expected it after tensor b, which ends at "
                        "byte 132"));
        QCOMPARE(complaint(fileBytes(2, 0, tensor("a", { 4 }, 0, 32) + tensor("b", { 8 }, 0, 0))),
            std::string("no error"));
    }
};

QTEST_APPLESS_MAIN(TestGgufDamage)
#include "tst_ggufdamage.moc"
