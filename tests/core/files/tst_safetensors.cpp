// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/safetensors.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"

#include <QTest>

#include <cstring>

using support::little;
using support::messageOf;
using support::TemporaryFolder;

namespace {

/// What readSafetensors says about a file of these bytes, without the file's name.
std::string complaint(const std::string& bytes)
{
    const TemporaryFolder folder;
    const std::string path = (folder / "m.safetensors").string();
    support::writeFile(path, bytes);
    const std::string message = messageOf([&] { core::readSafetensors(path); });
    return message.starts_with(path) ? message.substr(path.size()) : message;
}

/// The same for a file of one header and 16 bytes of data.
std::string headerComplaint(const std::string& header)
{
    return complaint(support::safetensorsBytes(header, std::string(16, '\0')));
}

/// A header whose only tensor, "a", has these properties.
std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets)
{
    return R"({"a":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets
        + "}}";
}

} // namespace

class TestSafetensors : public QObject {
    Q_OBJECT
private slots:
    void readsAFileBuiltByteByByte()
    {
        const std::string header = R"({"b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]},)"
                                   R"("a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})";
        const std::string bytes = little(std::uint64_t(header.size())) + header + little(1.5f)
            + little(-2.0f) + std::string("\x80\x3f\x00\xc0", 4);
        const TemporaryFolder folder;
        support::writeFile(folder / "m.safetensors", bytes);
        const auto tensors = core::readSafetensors(folder / "m.safetensors");
        QCOMPARE(tensors.size(), std::size_t(2));
        QCOMPARE(tensors[0].name, std::string("a")); // in the order of their bytes
        QCOMPARE(tensors[0].format, &core::formats::f32);
        QCOMPARE(tensors[0].shape, (std::vector<std::int64_t>{ 1, 2 }));
        QCOMPARE(tensors[0].offset, 8 + header.size());
        QCOMPARE(tensors[0].file, (folder / "m.safetensors").string());
        float weights[2];
        tensors[0].format->decodeBlocks(tensors[0].bytes.data(), 2, weights);
        QCOMPARE(weights[0], 1.5f);
        QCOMPARE(weights[1], -2.0f);
        tensors[1].format->decodeBlocks(tensors[1].bytes.data(), 2, weights);
        QCOMPARE(weights[0], 1.0f);
        QCOMPARE(weights[1], -2.0f);
    }

    void readsWhatTheWriterOfTestsWrote()
    {
        const TemporaryFolder folder;
        support::writeFile(folder / "m.safetensors",
            support::safetensorsBytes({ { "z", "F16", { 3, 1 }, "abcdef" },
                { "empty", "F32", { 0, 4 }, "" }, { "scalar", "F32", {}, "ghij" } }));
        const auto tensors = core::readSafetensors(folder / "m.safetensors");
        QCOMPARE(tensors.size(), std::size_t(3));
        QCOMPARE(tensors[0].name, std::string("z"));
        QCOMPARE(std::memcmp(tensors[0].bytes.data(), "abcdef", 6), 0);
        QVERIFY(tensors[1].bytes.empty());
        QCOMPARE(tensors[2].shape.size(), std::size_t(0));
        QCOMPARE(std::memcmp(tensors[2].bytes.data(), "ghij", 4), 0);
    }

    void keepsTheBytesAliveThroughTheirOwner()
    {
        const TemporaryFolder folder;
        support::writeFile(
            folder / "m.safetensors", support::safetensorsBytes({ { "a", "F16", { 1 }, "xy" } }));
        const core::StoredTensor kept = core::readSafetensors(folder / "m.safetensors").front();
        QCOMPARE(char(kept.bytes[1]), 'y');
    }

    void readsTheSampleModel()
    {
        const std::string path = QUANTSCOPE_SOURCE_DIR "/resources/sample/model.safetensors";
        const auto tensors = core::readSafetensors(path);
        QCOMPARE(tensors.size(), std::size_t(38));
        QCOMPARE(tensors.front().name, std::string("model.embed_tokens.weight"));
        QCOMPARE(tensors.front().format, &core::formats::bf16);
        QCOMPARE(tensors.front().shape, (std::vector<std::int64_t>{ 4096, 256 }));
    }

    void refusesAFileTooShortForItsHeader()
    {
        QCOMPARE(complaint("\1\2\3"),
            std::string(": the header's length needs 8 bytes at byte 0, the file has 3: the "
                        "download is not complete"));
        QCOMPARE(complaint(little(std::uint64_t(20)) + "{}"),
            std::string(": the header needs 20 bytes at byte 8, the file has 10: the download is "
                        "not complete"));
        QCOMPARE(complaint(""), std::string(": is empty: the download is not complete"));
    }

    void refusesAHeaderOverTheLimit()
    {
        QCOMPARE(complaint(little(std::uint64_t(100'000'001)) + "{}"),
            std::string(
                ": the header is said to have 100000001 bytes, expected at most 100000000; this "
                "is no safetensors file or a damaged one"));
        QVERIFY(complaint(std::string(8, '\xff'))
                    .starts_with(": the header is said to have 18446744073709551615 "));
    }

    void refusesAHeaderThatIsNoObject()
    {
        QCOMPARE(headerComplaint("[1]"),
            std::string(": the header does not begin with '{' at byte 8, expected JSON"));
        QVERIFY(headerComplaint("").starts_with(": begins with "));
        QVERIFY(headerComplaint("{\"a\":").starts_with(": header: no valid JSON at byte 6: "));
        QCOMPARE(headerComplaint(R"({"a":1,"a":2})"),
            std::string(": header: key \"a\" stands twice in one object, expected once"));
        QCOMPARE(
            headerComplaint(R"({"a":7})"), std::string(": tensor a is number, expected an object"));
    }

    void refusesANumberFormatOfAnotherSizeOrNone()
    {
        QCOMPARE(headerComplaint(entry("\"I64\"", "[3]", "[0,16]")),
            std::string(": tensor a has 16 bytes, expected 24 for shape [3] of I64"));
        QCOMPARE(headerComplaint(entry("4", "[2]", "[0,16]")),
            std::string(": tensor a: dtype is 4, expected a string"));
        QCOMPARE(headerComplaint(R"({"a":{}})"),
            std::string(": tensor a: dtype is missing, expected a string"));
    }

    void decodesEveryNumber()
    {
        const auto decoded = [](const char* dtype, const std::string& bytes) {
            const TemporaryFolder folder;
            support::writeFile(folder / "m.safetensors",
                support::safetensorsBytes({ { "a", dtype, { 1 }, bytes } }));
            const auto tensors = core::readSafetensors(folder / "m.safetensors");
            return core::decodedValues(tensors.front(), 0, 10).at(0);
        };
        QCOMPARE(decoded("F64", little(-0.1)), -0.1f);
        QCOMPARE(decoded("F32", little(0.1f)), 0.1f);
        QCOMPARE(decoded("F16", std::string("\x00\x38", 2)), 0.5f);
        QCOMPARE(decoded("BF16", std::string("\x80\x3f", 2)), 1.0f);
        QCOMPARE(decoded("F8_E4M3", "\x40"), 2.0f);
        QCOMPARE(decoded("F8_E5M2", "\x40"), 2.0f);
        QCOMPARE(decoded("F8_E8M0", "\x80"), 2.0f);
        QCOMPARE(decoded("I8", "\xff"), -1.0f);
        QCOMPARE(decoded("I16", little(std::int16_t(-2))), -2.0f);
        QCOMPARE(decoded("I32", little(std::int32_t(-3))), -3.0f);
        QCOMPARE(decoded("I64", little(std::int64_t(-4))), -4.0f);
        QCOMPARE(decoded("U8", "\xff"), 255.0f);
        QCOMPARE(decoded("U16", little(std::uint16_t(65535))), 65535.0f);
        QCOMPARE(decoded("U32", little(~std::uint32_t(0))), 0x1p32f);
        QCOMPARE(decoded("U64", little(~std::uint64_t(0))), 0x1p64f);
        QCOMPARE(decoded("BOOL", "\x01"), 1.0f);
    }

    void listsWhatItCannotDecode()
    {
        const TemporaryFolder folder;
        support::writeFile(folder / "m.safetensors",
            support::safetensorsBytes({ { "a", "C64", { 2 }, std::string(16, 'x') },
                { "b", "F4", { 3, 2 }, "xyz" }, { "c", "I63", { 2 }, "abc" } }));
        const auto tensors = core::readSafetensors(folder / "m.safetensors");
        QVERIFY(!tensors[0].format);
        QCOMPARE(core::storedType(tensors[0]), std::string_view("C64"));
        QCOMPARE(tensors[1].bytes.size(), std::size_t(3));
        QVERIFY(!tensors[2].format); // nobody knows how long it should be
        QCOMPARE(core::storedType(tensors[2]), std::string_view("I63"));
        QCOMPARE(tensors[2].bytes.size(), std::size_t(3));
        QCOMPARE(support::messageOf([&] { core::decodedValues(tensors[0], 0, 1); }),
            (folder / "m.safetensors").string()
                + ": tensor a is stored as C64, which cannot be decoded, expected floats or whole "
                  "numbers");
    }

    void listsNumbersThatAreNoWeights()
    {
        const TemporaryFolder folder;
        support::writeFile(folder / "m.safetensors",
            support::safetensorsBytes({ { "a", "I64", { 2 }, std::string(16, 'x') },
                { "b", "BOOL", { 3 }, "xyz" }, { "c", "F32", {}, "abcd" } }));
        const auto tensors = core::readSafetensors(folder / "m.safetensors");
        QCOMPARE(tensors.size(), std::size_t(3));
        QVERIFY(tensors[0].format->isWhole);
        QCOMPARE(tensors[0].dtype, std::string("I64"));
        QCOMPARE(tensors[1].bytes.size(), std::size_t(3));
        QCOMPARE(tensors[2].format, &core::formats::f32);
    }

    void refusesAStrangeShape()
    {
        const auto shapeComplaint
            = [](const char* shape) { return headerComplaint(entry("\"F32\"", shape, "[0,16]")); };
        const std::string expected = ", expected whole numbers that are not negative";
        QCOMPARE(shapeComplaint("[-4]"), ": tensor a: shape holds -4" + expected);
        QCOMPARE(shapeComplaint("[2.0]"), ": tensor a: shape holds 2.0" + expected);
        QCOMPARE(shapeComplaint("[9223372036854775808]"),
            ": tensor a: shape holds 9223372036854775808" + expected);
        QCOMPARE(shapeComplaint("[\"x\"]"), ": tensor a: shape holds string" + expected);
        QCOMPARE(shapeComplaint("4"),
            std::string(": tensor a: shape is no list, expected a list of whole numbers"));
    }

    void refusesAShapeThatDoesNotFitTheBytes()
    {
        QCOMPARE(headerComplaint(entry("\"F32\"", "[2,3]", "[0,16]")),
            std::string(": tensor a has 16 bytes, expected 24 for shape [2, 3] of F32"));
        // 2^62 · 4 weights is 2^64: a product that wraps around to 0
        QCOMPARE(headerComplaint(entry("\"F32\"", "[4611686018427387904,4]", "[0,0]")),
            std::string(": tensor a has 0 bytes, expected more than any file holds for shape "
                        "[4611686018427387904, 4] of F32"));
    }

    void refusesATensorThatEndsAfterTheFile()
    {
        QVERIFY(headerComplaint(entry("\"F32\"", "[5]", "[0,20]"))
                    .ends_with(" bytes: the download is not complete"));
        QCOMPARE(headerComplaint(entry("\"F32\"", "[4]", "[16,0]")),
            std::string(
                ": tensor a: data_offsets are [16,0], expected a begin and an end after it"));
        QCOMPARE(headerComplaint(entry("\"F32\"", "[4]", "[0,16,32]")),
            std::string(
                ": tensor a: data_offsets are [0,16,32], expected a begin and an end after it"));
    }

    void refusesOverlapsAndGaps()
    {
        const auto two = [](const char* first, const char* second) {
            return headerComplaint(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":)"
                + std::string(first) + R"(},"b":{"dtype":"F32","shape":[2],"data_offsets":)"
                + second + "}}");
        };
        const std::string start = std::to_string(8
            + std::string(
                R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32",)"
                R"("shape":[2],"data_offsets":[0,8]}})")
                  .size());
        const auto at = [&](int offset) { return std::to_string(std::stoi(start) + offset); };
        QVERIFY(two("[0,8]", "[4,12]").find(" and overlaps tensor a, which ends at byte ")
            != std::string::npos);
        QCOMPARE(two("[0,8]", "[0,8]"),
            ": tensor b begins at byte " + at(0) + " and overlaps tensor a, which ends at byte "
                + at(8));
        QVERIFY(two("[8,16]", "[8,16]").find(": tensor a begins at byte ") == 0);
        QVERIFY(two("[8,16]", "[8,16]").find(" after a gap, expected byte ") != std::string::npos);
        QVERIFY(two("[8,16]", "[8,16]").ends_with(", where the header ends"));
    }

    void refusesBytesNoTensorClaims()
    {
        const std::string message = headerComplaint(entry("\"F32\"", "[2]", "[0,8]"));
        QVERIFY2(message.starts_with(": has 78 bytes, expected 70, where tensor a ends"),
            message.c_str());
    }

    void refusesAFolder()
    {
        const TemporaryFolder folder;
        QCOMPARE(messageOf([&] { core::readSafetensors(folder.path()); }),
            folder.path().string() + ": is a folder, expected a file");
    }
};

QTEST_APPLESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
