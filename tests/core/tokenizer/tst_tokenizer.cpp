// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "core/tokenizer/tokenizer.h"

#include "tests/support/filebytes.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace core;
using support::messageOf;

namespace {

/// tokenizer.json of a small byte-level BPE: a … e, space, and what their merges make.
Json smallTokenizer()
{
    return parseJson(R"({
        "added_tokens": [
            {"id": 0, "content": "<|endoftext|>", "special": true, "normalized": false},
            {"id": 10, "content": "<tool>", "special": false, "normalized": false}],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
        "post_processor": null,
        "model": {"type": "BPE", "ignore_merges": false,
            "vocab": {"<|endoftext|>": 0, "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "Ġ": 6,
                "ab": 7, "Ġab": 8, "cd": 9},
            "merges": ["a b", "Ġ ab", "c d"]}})",
        "test");
}

/// A folder with that tokenizer.
struct Folder {
    support::TemporaryFolder folder;
    Json tokenizer = smallTokenizer();
    Json tokenizerConfig = { { "bos_token", "<|endoftext|>" },
        { "eos_token", { { "content", "<|endoftext|>" } } }, { "add_bos_token", true } };
    Json config = { { "pad_token_id", 9 } };

    TokenizerWithMetadata open(int vocabulary = 11) const
    {
        support::writeFile(folder / "tokenizer.json", core::jsonText(tokenizer));
        support::writeFile(folder / "tokenizer_config.json", core::jsonText(tokenizerConfig));
        return tokenizerFromFolder(folder.path(), config, vocabulary);
    }

    QByteArray message(int vocabulary = 11) const
    {
        return QByteArray::fromStdString(messageOf([&] { open(vocabulary); }));
    }
};

template<typename T>
T valueOf(const GgufMetadata& metadata, const char* key)
{
    const GgufValue* value = metadata.find(key);
    return value && std::holds_alternative<T>(*value) ? std::get<T>(*value) : T();
}

template<typename T>
std::vector<T> arrayOf(const GgufMetadata& metadata, const char* key)
{
    return std::get<std::vector<T>>(valueOf<GgufArray>(metadata, key));
}

using Ids = std::vector<int>;

/// Llama 3's pre_tokenizer with another count of digits a word.
QByteArray wordsAndNumbers(const QByteArray& digits)
{
    const std::string regex = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
        + digits.toStdString() + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    const Json split = { { "type", "Split" }, { "pattern", { { "Regex", regex } } },
        { "behavior", "Isolated" }, { "invert", false } };
    const Json bytes
        = { { "type", "ByteLevel" }, { "add_prefix_space", false }, { "use_regex", false } };
    const Json all = { { "type", "Sequence" }, { "pretokenizers", Json::array({ split, bytes }) } };
    return QByteArray::fromStdString(core::jsonText(all));
}

QByteArray messageOfGguf(const GgufMetadata& metadata)
{
    return QByteArray::fromStdString(messageOf([&] { tokenizerFromGguf(metadata, "x.gguf"); }));
}

} // namespace

class TestTokenizer : public QObject {
    Q_OBJECT

private slots:
    void mergesTheLowestRankFirst()
    {
        const auto tokenizer = Folder().open().tokenizer;
        QCOMPARE(tokenizer->encode("abcd ab"), (Ids{ 7, 9, 8 }));
        QCOMPARE(tokenizer->encode("aab"), (Ids{ 1, 7 }));
        QCOMPARE(tokenizer->encode(""), Ids());
        QCOMPARE(tokenizer->kind(), std::string("byte-level BPE"));
        QCOMPARE(tokenizer->size(), 11);
    }

    void leavesOutBytesWithoutAToken()
    {
        QCOMPARE(Folder().open().tokenizer->encode("aXéb"), (Ids{ 1, 2 }));
    }

    void findsUserDefinedTokensButNotControlTokens()
    {
        const auto tokenizer = Folder().open().tokenizer;
        QCOMPARE(tokenizer->encode("ab<tool>ab"), (Ids{ 7, 10, 7 }));
        QCOMPARE(tokenizer->encode("<|endoftext|>"), (Ids{ 5, 4, 5 })); // only e, d, e are known
    }

    void namesControlTokensAndGivesBackText()
    {
        const auto tokenizer = Folder().open().tokenizer;
        QCOMPARE(tokenizer->piece(0), std::string("<|endoftext|>"));
        QCOMPARE(tokenizer->piece(8), std::string(" ab"));
        QCOMPARE(tokenizer->decode({ 7, 8, 9 }), std::string("ab abcd"));
    }

    void takesMergesAsPairs()
    {
        Folder folder;
        folder.tokenizer["model"]["merges"] = Json::array({ { "a", "b" }, { "Ġ", "ab" } });
        const auto [tokenizer, metadata, notes] = folder.open();
        QCOMPARE(tokenizer->encode(" ab"), (Ids{ 8 }));
        QCOMPARE(arrayOf<std::string>(metadata, "tokenizer.ggml.merges"),
            (std::vector<std::string>{ "a b", "Ġ ab" }));
    }

    void writesTheMetadataThatLlamaCppReads()
    {
        const auto [tokenizer, metadata, notes] = Folder().open(13);
        QCOMPARE(valueOf<std::string>(metadata, "tokenizer.ggml.model"), std::string("gpt2"));
        QCOMPARE(valueOf<std::string>(metadata, "tokenizer.ggml.pre"), std::string("gpt-2"));
        const auto tokens = arrayOf<std::string>(metadata, "tokenizer.ggml.tokens");
        QCOMPARE(tokens.size(), std::size_t(13));
        QCOMPARE(tokens[8], std::string("Ġab"));
        QCOMPARE(tokens[10], std::string("<tool>"));
        QCOMPARE(tokens[12], std::string("[PAD12]"));
        QCOMPARE(arrayOf<std::int32_t>(metadata, "tokenizer.ggml.token_type"),
            (std::vector<std::int32_t>{ 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4, 5, 5 }));
        QCOMPARE(valueOf<std::uint32_t>(metadata, "tokenizer.ggml.padding_token_id"), 9u);
        QVERIFY(metadata.find("tokenizer.ggml.bos_token_id"));
        QVERIFY(metadata.find("tokenizer.ggml.eos_token_id"));
        QVERIFY(!metadata.find("tokenizer.ggml.unknown_token_id"));
        QVERIFY(valueOf<bool>(metadata, "tokenizer.ggml.add_bos_token"));
        QCOMPARE(tokenizer->bos(), 0);
        QCOMPARE(tokenizer->eos(), 0);
        QVERIFY(tokenizer->addBos());
        QCOMPARE(tokenizer->size(), 13);
    }

    void addsBosWhereThePostProcessorDoes()
    {
        Folder folder;
        folder.tokenizerConfig.erase("add_bos_token");
        QVERIFY(!folder.open().tokenizer->addBos());
        folder.tokenizer["post_processor"] = parseJson(R"({"type": "Sequence", "processors": [
            {"type": "ByteLevel"},
            {"type": "TemplateProcessing", "single": [
                {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}}]}]})",
            "test");
        QVERIFY(folder.open().tokenizer->addBos());
    }

    void findsTheChatTemplateWhereverItLies()
    {
        Folder folder;
        QVERIFY(!folder.open().metadata.find("tokenizer.chat_template"));
        support::writeFile(folder.folder / "chat_template.json", R"({"chat_template": "json"})");
        const auto found = [&] {
            return valueOf<std::string>(folder.open().metadata, "tokenizer.chat_template");
        };
        QCOMPARE(found(), std::string("json"));
        support::writeFile(folder.folder / "chat_template.jinja", "jinja");
        QCOMPARE(found(), std::string("jinja"));
        folder.tokenizerConfig["chat_template"] = "config";
        QCOMPARE(found(), std::string("config"));
        folder.tokenizerConfig["chat_template"]
            = Json::array({ { { "name", "default" }, { "template", "one" } },
                { { "name", "tool use" }, { "template", "two" } } });
        QCOMPARE(found(), std::string("one"));
        QCOMPARE(valueOf<std::string>(folder.open().metadata, "tokenizer.chat_template.tool_use"),
            std::string("two"));
    }

    void tellsPretokenizersByTheirContent_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<bool>("ignoresMerges");
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("smollm") << QByteArray(R"({"type": "Sequence", "pretokenizers": [
            {"type": "Digits", "individual_digits": true},
            {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}]})")
                                << false << QByteArray("smollm");
        QTest::newRow("falcon") << QByteArray(R"({"type": "Sequence", "pretokenizers": [
            {"type": "Punctuation", "behavior": "Contiguous"},
            {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
            {"type": "Digits", "individual_digits": false},
            {"type": "Split", "pattern": {"Regex": "[0-9][0-9][0-9]"}, "behavior": "Isolated",
             "invert": false}]})")
                                << false << QByteArray("falcon");
        QTest::newRow("llama3") << wordsAndNumbers("{1,3}") << true << QByteArray("llama-bpe");
        QTest::newRow("dbrx") << wordsAndNumbers("{1,3}") << false << QByteArray("dbrx");
        QTest::newRow("qwen2") << wordsAndNumbers("") << false << QByteArray("qwen2");
        QTest::newRow("alike") << wordsAndNumbers("{1,3}").replace("s*[", "s{0,}[") << true
                               << QByteArray("llama-bpe, cuts alike");
        QTest::newRow("two digits") << wordsAndNumbers("{1,2}") << false << QByteArray();
    }

    void tellsPretokenizersByTheirContent()
    {
        QFETCH(QByteArray, json);
        QFETCH(bool, ignoresMerges);
        QFETCH(QByteArray, name);
        Folder folder;
        folder.tokenizer["pre_tokenizer"] = parseJson(json.toStdString(), "test");
        folder.tokenizer["model"]["ignore_merges"] = ignoresMerges;
        const auto made = folder.open();
        const QByteArray notes
            = made.notes.empty() ? "" : QByteArray::fromStdString(made.notes.front());
        const QList<QByteArray> expected = name.split(',');
        QCOMPARE(valueOf<std::string>(made.metadata, "tokenizer.ggml.pre"),
            name.isEmpty() ? std::string("default") : expected[0].toStdString());
        if (expected.size() == 1 && !name.isEmpty())
            QCOMPARE(notes, QByteArray());
        else if (!name.isEmpty())
            QVERIFY2(notes.contains("\"llama-bpe\" cuts a text of oddities alike"), notes);
        else
            QVERIFY2(notes.contains("is none that llama.cpp has: a GGUF says \"default\""), notes);
    }

    void refusesDamagedFolders_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const char* path, const char* value,
                             const char* message) {
            QTest::newRow(name) << QByteArray(path) << QByteArray(value) << QByteArray(message);
        };
        row("no BPE", "/model/type", R"("WordPiece")",
            "tokenizer.json: the model's type is \"WordPiece\", expected \"BPE\" or \"Unigram\"");
        row("unigram without pieces", "/model/type", R"("Unigram")",
            "tokenizer.json: model.vocab is object, expected an array of pieces and their scores");
        row("suffix", "/model/end_of_word_suffix", R"("</w>")",
            "tokenizer.json: end_of_word_suffix is \"</w>\", expected none, as in BPE on bytes");
        row("no vocabulary", "/model/vocab", "[]",
            "tokenizer.json: model.vocab is array, expected an object of tokens and their ids");
        row("id out of range", "/model/vocab/cd", "11",
            "tokenizer.json: token \"cd\" has id 11, expected 0 to 10 (the model has 11 rows of "
            "embedding)");
        row("negative id", "/model/vocab/cd", "-1", "tokenizer.json: token \"cd\" has id -1, ");
        row("fractional id", "/model/vocab/cd", "1.5", "tokenizer.json: token \"cd\" has id 1.5, ");
        row("id taken twice", "/model/vocab/cd", "7",
            "tokenizer.json: tokens \"ab\" and \"cd\" both have id 7, expected one token an id");
        row("added id taken", "/added_tokens/1/id", "7",
            "tokenizer.json: tokens \"ab\" and \"<tool>\" both have id 7, expected one token an "
            "id");
        row("no merges", "/model/merges", "null",
            "tokenizer.json: model.merges is null, expected an array of merges");
        row("merge of three", "/model/merges/1", R"(["a", "b", "c"])",
            "tokenizer.json: merge 1 is [\"a\",\"b\",\"c\"], expected \"a b\" or [\"a\", \"b\"]");
        row("merge of one", "/model/merges/1", R"("ab")",
            "tokenizer.json: merge 1 is \"ab\", expected two tokens with a space between them");
        row("merge of an unknown token", "/model/merges/1", R"("a z")",
            "tokenizer.json: merge 1 (\"a z\") names \"z\", which is no token of the vocabulary");
        row("merge into an unknown token", "/model/merges/1", R"("a c")",
            "tokenizer.json: merge 1 (\"a c\") names \"ac\", which is no token of the vocabulary");
        row("normalizer", "/normalizer", R"({"type": "NFKC"})",
            "tokenizer.json: normalizer {\"type\":\"NFKC\"} is none that Quantscope computes");
        row("pre-tokenizer", "/pre_tokenizer/type", R"("BertPreTokenizer")",
            "\"type\":\"BertPreTokenizer\",\"use_regex\":true} is none that Quantscope computes");
        row("expression", "/pre_tokenizer",
            "{\"type\": \"Split\", \"behavior\": \"Isolated\", \"pattern\": {\"Regex\": \"[a\"}}",
            "tokenizer.json: the expression \"[a\" cannot be used: missing terminating ]");
        row("no expression", "/pre_tokenizer", R"({"type": "Split", "behavior": "Isolated"})",
            "tokenizer.json: {\"behavior\":\"Isolated\",\"type\":\"Split\"} has no pattern");
    }

    void refusesDamagedFolders()
    {
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, message);
        Folder folder;
        folder.tokenizer[Json::json_pointer(path.toStdString())]
            = parseJson(value.toStdString(), "test");
        const QByteArray found = folder.message();
        QVERIFY2(found.contains(message), found);
        QVERIFY2(found.startsWith(QByteArray::fromStdString(folder.folder.path().string())), found);
    }

    void refusesFewerRowsThanTokens()
    {
        const QByteArray found = Folder().message(10);
        QVERIFY2(found.contains("token \"<tool>\" has id 10, expected 0 to 9"), found);
    }

    void saysThatAFolderHasNoTokenizer()
    {
        const support::TemporaryFolder folder;
        const auto message = [&] {
            return messageOf([&] { tokenizerFromFolder(folder.path(), Json::object(), 10); });
        };
        QCOMPARE(message(),
            folder.path().string() + ": no tokenizer.json and no tokenizer.model in the folder");
        support::writeFile(folder / "vocab.json", "{}");
        QVERIFY(message().ends_with("load it with transformers and save it as tokenizer.json"));
    }

    void refusesDamagedBpeMetadata()
    {
        GgufMetadata metadata = Folder().open().metadata;
        metadata.set("tokenizer.ggml.pre", std::string("kimi-k9"));
        QVERIFY(messageOfGguf(metadata).startsWith(
            "x.gguf: tokenizer.ggml.pre is \"kimi-k9\", a pre-tokenizer unknown to Quantscope"));
        metadata.set("tokenizer.ggml.pre", std::string("gpt-2"));
        metadata.remove("tokenizer.ggml.merges");
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: tokenizer.ggml.merges is missing, expected an array of strings"));
        metadata.set("tokenizer.ggml.merges", std::string("a b"));
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: tokenizer.ggml.merges is a b, expected an array of strings"));
        metadata = Folder().open().metadata;
        metadata.set("tokenizer.ggml.bos_token_id", std::uint32_t(99));
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: a text starts with BOS, but "
                       "tokenizer.ggml.bos_token_id is none of the 11 tokens"));
    }

    void neverCrashesOnBytesThatAreNoText()
    {
        const auto bpe = Folder().open().tokenizer;
        for (int first = 0; first < 256; ++first)
            for (int second = 0; second < 256; second += 5) {
                const std::string bytes = { char(first), char(second), 'a', 'b', char(first) };
                QVERIFY(!bpe->encode(bytes).empty() || first + second == 0 || first >= 0xC0);
            }
    }

    void readsTheSample()
    {
        const std::filesystem::path sample = QUANTSCOPE_SOURCE_DIR "/resources/sample";
        const auto [tokenizer, metadata, notes]
            = tokenizerFromFolder(sample, readJson(sample / "config.json"), 4096);
        QCOMPARE(tokenizer->size(), 4096);
        QCOMPARE(tokenizer->bos(), 0);
        QVERIFY(tokenizer->addBos());
        const std::string text = "The cat's 12 hats — naïve, isn't it?\n";
        QCOMPARE(tokenizer->decode(tokenizer->encode(text)), text);
    }
};

QTEST_GUILESS_MAIN(TestTokenizer)
#include "tst_tokenizer.moc"
