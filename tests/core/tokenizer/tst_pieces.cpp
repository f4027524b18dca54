// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "core/tokenizer/charsmap.h"
#include "core/tokenizer/piecemodel.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace core;
using support::little;
using support::messageOf;
using support::TemporaryFolder;

namespace {

std::string varint(std::uint64_t value)
{
    std::string bytes;
    for (; value >= 0x80; value >>= 7)
        bytes += char(value | 0x80);
    return bytes + char(value);
}

std::string number(int key, std::uint64_t value)
{
    return varint(std::uint64_t(key) << 3) + varint(value);
}

std::string bytes(int key, const std::string& value)
{
    return varint(std::uint64_t(key) << 3 | 2) + varint(value.size()) + value;
}

std::string piece(const std::string& text, float score, int type)
{
    return bytes(
        1, bytes(1, text) + varint(2 << 3 | 5) + little(score) + number(3, std::uint64_t(type)));
}

std::string trainer(int type = 2)
{
    return bytes(2, number(3, std::uint64_t(type)) + number(43, 2));
}

/// <unk>, <s>, </s>, ▁, a, b, ab, ▁ab, <0x41>.
std::string smallModel()
{
    return piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("</s>", 0, 3) + piece("▁", -9, 1)
        + piece("a", -9, 1) + piece("b", -9, 1) + piece("ab", -1, 1) + piece("▁ab", -2, 1)
        + piece("<0x41>", 0, 6) + trainer();
}

Json smallJson()
{
    return parseJson(R"({"added_tokens": [
        {"id": 0, "content": "<unk>", "special": true}, {"id": 1, "content": "<s>", "special": true},
        {"id": 2, "content": "</s>", "special": true}],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
        "pre_tokenizer": null,
        "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true,
            "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, "▁": 3, "a": 4, "b": 5, "ab": 6, "▁ab": 7,
                "<0x41>": 8},
            "merges": ["a b", ["▁", "ab"]]}})",
        "test");
}

using Ids = std::vector<int>;

TokenizerWithMetadata opened(const TemporaryFolder& folder)
{
    return tokenizerFromFolder(folder.path(), Json::object(), 10);
}

} // namespace

class TestPieces : public QObject {
    Q_OBJECT
private slots:
    void readsATokenizerModel()
    {
        const TemporaryFolder folder;
        support::writeFile(folder / "tokenizer.model", smallModel());
        const auto made = opened(folder);
        QCOMPARE(made.tokenizer->kind(), std::string("SentencePiece"));
        QCOMPARE(made.tokenizer->size(), 10);
        QCOMPARE(made.tokenizer->encode("ab abA"), (Ids{ 7, 7, 8 }));
        QCOMPARE(made.tokenizer->bos(), 1);
        QCOMPARE(made.tokenizer->eos(), 2);
        QCOMPARE(
            std::get<std::uint32_t>(*made.metadata.find("tokenizer.ggml.padding_token_id")), 2u);
        QVERIFY(made.notes.empty());
    }

    void cutsAsTheModelDoesWhereOnlyJsonIsThere()
    {
        const TemporaryFolder folder;
        support::writeFile(folder / "tokenizer.json", jsonText(smallJson()));
        const auto made = opened(folder);
        QCOMPARE(made.tokenizer->kind(), std::string("SentencePiece"));
        QCOMPARE(made.tokenizer->encode("ab abA"), (Ids{ 7, 7, 8 }));
        const auto types = std::get<std::vector<std::int32_t>>(
            std::get<GgufArray>(*made.metadata.find("tokenizer.ggml.token_type")));
        QCOMPARE(types, (std::vector<std::int32_t>{ 2, 3, 3, 1, 1, 1, 1, 1, 6, 5 }));
    }

    void prefersTheModelToItsCopyInJson()
    {
        const TemporaryFolder folder;
        support::writeFile(folder / "tokenizer.json", jsonText(smallJson()));
        support::writeFile(folder / "tokenizer.model", smallModel() + bytes(3, number(3, 0)));
        const auto made = opened(folder);
        QCOMPARE(made.tokenizer->encode("ab"), (Ids{ 6 })); // no space in front
        QVERIFY(made.notes.front().starts_with("tokenizer.model: replaces characters"));
    }

    void putsNoSpaceInFrontWhereMetaspaceDoesNot()
    {
        const TemporaryFolder folder;
        Json json = smallJson();
        json["normalizer"] = nullptr;
        json["pre_tokenizer"] = { { "type", "Metaspace" }, { "prepend_scheme", "never" } };
        support::writeFile(folder / "tokenizer.json", jsonText(json));
        QCOMPARE(opened(folder).tokenizer->encode("ab ab"), (Ids{ 6, 7 }));
        json["normalizer"] = { { "type", "NFKC" } };
        support::writeFile(folder / "tokenizer.json", jsonText(json));
        QVERIFY(messageOf([&] { opened(folder); }).find("{\"type\":\"NFKC\"} is none that")
            != std::string::npos);
    }

    /// Found by fuzzing: copying nothing to an empty vector's address (UndefinedBehaviorSanitizer).
    void aCharacterMapWithoutUnitsReplacesNothing()
    {
        const CharsMap map(std::string("\0\0\0\0x\0", 6), "tokenizer.model");
        QVERIFY(map.empty());
        QVERIFY(!map.find("x"));
    }

    void refusesDamage_data()
    {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const std::string& model, const char* message) {
            QTest::newRow(name) << QByteArray::fromStdString(model) << QByteArray(message);
        };
        row("empty", "", ": is empty: ");
        row("no pieces", trainer(), ": has no pieces, expected a model of SentencePiece");
        row("words", piece("a", 0, 1) + trainer(3),
            ": the model's type is 3, expected 1 (unigram) or 2 (BPE)");
        row("type", piece("a", 0, 7), ": piece 0 has type 7, expected 1 to 6");
        row("score", piece("a", NAN, 1), ": piece 0 has score nan, expected a finite one");
        row("wire type", std::string(1, char(1 << 3 | 3)),
            " has wire type 3, expected 0, 1, 2 or 5");
        row("cut", smallModel().substr(0, 20), " needs ");
        row("long varint", std::string(12, '\xff'), " has more than 10 bytes");
    }

    void refusesDamage()
    {
        QFETCH(QByteArray, model);
        QFETCH(QByteArray, message);
        const TemporaryFolder folder;
        support::writeFile(folder / "tokenizer.model", model.toStdString());
        const auto found = QByteArray::fromStdString(
            messageOf([&] { readPieceModel(folder / "tokenizer.model"); }));
        QVERIFY2(found.contains(message), found);
        QVERIFY2(found.startsWith(QByteArray::fromStdString(folder.path().string())), found);
    }
};

QTEST_APPLESS_MAIN(TestPieces)
#include "tst_pieces.moc"
