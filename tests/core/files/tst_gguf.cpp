// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/gguf.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <cstdlib>
#include <filesystem>

using core::GgufArray;
using core::GgufFile;
using core::GgufValue;
using support::little;
using support::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

std::string field(const std::string& text) { return little(std::uint64_t(text.size())) + text; }

GgufFile readBytes(const TemporaryFolder& folder, const std::string& bytes)
{
    support::writeFile(folder / "m.gguf", bytes);
    return core::readGguf(folder / "m.gguf");
}

const core::StoredTensor* findTensor(const GgufFile& file, const std::string& name)
{
    const auto found = std::find_if(file.tensors.begin(), file.tensors.end(),
        [&](const core::StoredTensor& tensor) { return tensor.name == name; });
    return found == file.tensors.end() ? nullptr : &*found;
}

std::string metadataText(const GgufFile& file, const char* key)
{
    const GgufValue* value = file.metadata.find(key);
    return value ? core::toText(*value) : "missing";
}

/// Where the real model lies that tests/interop downloads, or nothing.
fs::path smolLm2()
{
    const char* chosen = std::getenv("QUANTSCOPE_SMOLLM2");
    return chosen ? chosen : QUANTSCOPE_SOURCE_DIR "/build/interop/SmolLM2-135M-Instruct.Q4_1.gguf";
}

} // namespace

class TestGguf : public QObject {
    Q_OBJECT
private slots:
    void readsAFileBuiltByteByByte()
    {
        std::string bytes = "GGUF" + little(std::uint32_t(3)) + little(std::uint64_t(2))
            + little(std::uint64_t(2));
        bytes += field("general.architecture") + little(std::uint32_t(8)) + field("llama");
        bytes += field("llama.block_count") + little(std::uint32_t(4)) + little(std::uint32_t(7));
        bytes += field("a") + little(std::uint32_t(2)) + little(std::uint64_t(3)) // innermost first
            + little(std::uint64_t(2)) + little(std::uint32_t(0)) + little(std::uint64_t(0));
        bytes += field("b") + little(std::uint32_t(1)) + little(std::uint64_t(32))
            + little(std::uint32_t(8)) + little(std::uint64_t(32));
        bytes.resize((bytes.size() + 31) / 32 * 32);
        const std::size_t dataStart = bytes.size();
        for (const float weight : { 1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f })
            bytes += little(weight);
        bytes.resize(dataStart + 32);
        bytes += std::string("\x00\x38", 2) + std::string(32, '\x04'); // Q8_0: scale 0.5, codes 4

        const TemporaryFolder folder;
        const GgufFile file = readBytes(folder, bytes);
        QCOMPARE(file.path, folder / "m.gguf");
        QCOMPARE(file.metadata.pairs().size(), std::size_t(2));
        QCOMPARE(*file.metadata.find("general.architecture"), GgufValue(std::string("llama")));
        QCOMPARE(*file.metadata.find("llama.block_count"), GgufValue(std::uint32_t(7)));
        QCOMPARE(file.tensors.size(), std::size_t(2));
        QCOMPARE(file.tensors[0].shape, (std::vector<std::int64_t>{ 2, 3 }));
        QCOMPARE(file.tensors[0].offset, dataStart);
        QCOMPARE(file.tensors[1].format, &core::formats::q8_0);
        float weights[32];
        file.tensors[0].format->decodeBlocks(file.tensors[0].bytes.data(), 6, weights);
        QCOMPARE(weights[5], 6.0f);
        file.tensors[1].format->decodeBlocks(file.tensors[1].bytes.data(), 1, weights);
        QCOMPARE(weights[31], 2.0f);
    }

    void readsEveryTypeOfValue()
    {
        std::string pairs;
        const auto add = [&](const char* key, std::uint32_t type, const std::string& value) {
            pairs += field(key) + little(type) + value;
        };
        add("u8", 0, little(std::uint8_t(200)));
        add("i8", 1, little(std::int8_t(-3)));
        add("u16", 2, little(std::uint16_t(60000)));
        add("i16", 3, little(std::int16_t(-300)));
        add("u32", 4, little(std::uint32_t(4000000000u)));
        add("i32", 5, little(std::int32_t(-70000)));
        add("f32", 6, little(0.5f));
        add("bool", 7, "\x01");
        add("string", 8, field("h\xc3\xa9"));
        add("array", 9,
            little(std::uint32_t(8)) + little(std::uint64_t(2)) + field("x") + field(""));
        add("flags", 9,
            little(std::uint32_t(7)) + little(std::uint64_t(2)) + std::string("\x01\x00", 2));
        add("u64", 10, little(~std::uint64_t(0)));
        add("i64", 11, little(std::int64_t(-1)));
        add("f64", 12, little(0.25));
        const TemporaryFolder folder;
        const GgufFile file = readBytes(folder,
            "GGUF" + little(std::uint32_t(2)) + little(std::uint64_t(0)) + little(std::uint64_t(14))
                + pairs);
        const std::vector<std::pair<const char*, const char*>> texts
            = { { "u8", "200" }, { "i8", "-3" }, { "u16", "60000" }, { "i16", "-300" },
                  { "u32", "4000000000" }, { "i32", "-70000" }, { "f32", "0.5" },
                  { "bool", "true" }, { "string", "h\xc3\xa9" }, { "array", "2 strings" },
                  { "flags", "2 truth values" }, { "u64", "18446744073709551615" }, { "i64", "-1" },
                  { "f64", "0.25" }, { "none", "missing" } };
        for (const auto& [key, text] : texts)
            QCOMPARE(metadataText(file, key), std::string(text));
        QCOMPARE(*file.metadata.find("array"),
            GgufValue(GgufArray(std::vector<std::string>{ "x", "" })));
        QCOMPARE(
            *file.metadata.find("flags"), GgufValue(GgufArray(std::vector<bool>{ true, false })));
    }

    void readsEveryTypeOfTensor()
    {
        for (const core::Format* format : core::storedFormats()) {
            if (format->ggmlType == core::noGgmlType)
                continue;
            std::string bytes = "GGUF" + little(std::uint32_t(3)) + little(std::uint64_t(1))
                + little(std::uint64_t(0));
            bytes += field("a") + little(std::uint32_t(1))
                + little(std::uint64_t(format->blockSize)) + little(format->ggmlType)
                + little(std::uint64_t(0));
            bytes.resize((bytes.size() + 31) / 32 * 32);
            bytes += std::string(std::size_t(format->blockBytes), '\0');
            const TemporaryFolder folder;
            const GgufFile file = readBytes(folder, bytes);
            QCOMPARE(file.tensors[0].format, format);
            QCOMPARE(core::decodedValues(file.tensors[0], 0, 1000),
                std::vector<float>(std::size_t(format->blockSize)));
        }
    }

    void readsEveryAlignment()
    {
        for (std::uint64_t alignment = 1; alignment <= 65536; alignment *= 2) {
            std::string bytes = "GGUF" + little(std::uint32_t(2)) + little(std::uint64_t(2))
                + little(std::uint64_t(1)) + field("general.alignment") + little(std::uint32_t(4))
                + little(std::uint32_t(alignment));
            const std::uint64_t second = std::max<std::uint64_t>(alignment, 4);
            for (const auto& [name, offset] : { std::pair("a", std::uint64_t(0)), { "b", second } })
                bytes += field(name) + little(std::uint32_t(1)) + little(std::uint64_t(1))
                    + little(std::uint32_t(0)) + little(offset);
            bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
            bytes += little(2.0f);
            bytes.resize(bytes.size() - 4 + second);
            bytes += little(3.0f);
            const TemporaryFolder folder;
            QCOMPARE(core::decodedValues(readBytes(folder, bytes).tensors[1], 0, 1),
                std::vector<float>{ 3.0f });
        }
    }

    void changesMetadataInPlace()
    {
        core::GgufMetadata metadata;
        metadata.set("a", std::uint32_t(1));
        metadata.set("b", std::string("x"));
        metadata.set("a", std::string("y"));
        QCOMPARE(metadata.pairs().front().first, std::string("a"));
        QCOMPARE(core::toText(*metadata.find("a")), std::string("y"));
        metadata.remove("a");
        QCOMPARE(metadata.pairs().size(), std::size_t(1));
        QVERIFY(!metadata.find("a"));
    }

    void knowsAGgufFileByItsContent()
    {
        const TemporaryFolder folder;
        support::writeFile(folder / "yes", "GGUF and damage");
        support::writeFile(folder / "no", "GGML");
        support::writeFile(folder / "short", "GG");
        QVERIFY(core::isGguf(folder / "yes"));
        QVERIFY(!core::isGguf(folder / "no"));
        QVERIFY(!core::isGguf(folder / "short"));
    }

    void readsATrainedModel()
    {
        const fs::path path
            = QUANTSCOPE_SOURCE_DIR "/../shared/models/stories260k/stories260Ktok512.gguf";
        if (!fs::exists(path))
            QSKIP("the shared test data with stories260k is not there");
        const GgufFile file = core::readGguf(path);
        QCOMPARE(file.tensors.size(), std::size_t(48));
        QCOMPARE(metadataText(file, "llama.feed_forward_length"), std::string("172"));
        const core::StoredTensor* down = findTensor(file, "blk.4.ffn_down.weight");
        QVERIFY(down);
        QCOMPARE(down->shape, (std::vector<std::int64_t>{ 64, 172 }));
    }

    void readsVocabulariesWithoutTensors()
    {
        const fs::path folder = QUANTSCOPE_SOURCE_DIR "/../shared/tokenizers";
        if (!fs::exists(folder))
            QSKIP("the shared test data with vocabularies is not there");
        int count = 0;
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (entry.path().extension() != ".gguf")
                continue;
            const GgufFile file = core::readGguf(entry.path());
            QVERIFY(file.tensors.empty());
            QVERIFY(metadataText(file, "tokenizer.ggml.tokens").ends_with(" strings"));
            ++count;
        }
        QVERIFY(count >= 4);
    }

    void readsARealModelQuickly()
    {
        if (!fs::exists(smolLm2())) {
            QVERIFY2(!std::getenv("QUANTSCOPE_REQUIRE_INTEROP"), "SmolLM2 is required and missing");
            QSKIP("SmolLM2 is not there; set QUANTSCOPE_SMOLLM2 to its GGUF file");
        }
        const GgufFile file = core::readGguf(smolLm2());
        QCOMPARE(file.tensors.size(), std::size_t(272));
        QCOMPARE(metadataText(file, "general.architecture"), std::string("llama"));
        QCOMPARE(metadataText(file, "tokenizer.ggml.tokens"), std::string("49152 strings"));
        const core::StoredTensor* embedding = findTensor(file, "token_embd.weight");
        QVERIFY(embedding);
        QCOMPARE(embedding->format, &core::formats::q8_0);
        QCOMPARE(embedding->shape, (std::vector<std::int64_t>{ 49152, 576 }));
        const auto last = std::max_element(file.tensors.begin(), file.tensors.end(),
            [](const auto& a, const auto& b) { return a.offset < b.offset; });
        QCOMPARE((last->offset + last->bytes.size() + 31) / 32 * 32,
            std::size_t(fs::file_size(smolLm2())));
    }
};

QTEST_APPLESS_MAIN(TestGguf)
#include "tst_gguf.moc"
