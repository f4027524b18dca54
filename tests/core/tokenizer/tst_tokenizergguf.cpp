// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenizer.h"

#include "tests/support/filebytes.h"

#include <QTest>

using namespace core;
using support::messageOf;

namespace {

template<typename T>
T valueOf(const GgufMetadata& metadata, const char* key)
{
    const GgufValue* value = metadata.find(key);
    return value && std::holds_alternative<T>(*value) ? std::get<T>(*value) : T();
}

using Ids = std::vector<int>;

GgufMetadata sentencePiece()
{
    GgufMetadata metadata;
    metadata.set("tokenizer.ggml.model", std::string("llama"));
    metadata.set("tokenizer.ggml.tokens",
        GgufArray(std::vector<std::string>{
            "<unk>", "<s>", "</s>", "<0xC3>", "<0xA9>", "▁", "a", "b", "ab", "▁ab", "ba" }));
    metadata.set("tokenizer.ggml.scores",
        GgufArray(std::vector<float>{ 0, 0, 0, 0, 0, -5, -6, -7, -2, -3, -1 }));
    metadata.set("tokenizer.ggml.token_type",
        GgufArray(std::vector<std::int32_t>{ 2, 3, 3, 6, 6, 1, 1, 1, 1, 1, 1 }));
    return metadata;
}

QByteArray messageOfGguf(const GgufMetadata& metadata)
{
    return QByteArray::fromStdString(messageOf([&] { tokenizerFromGguf(metadata, "x.gguf"); }));
}

} // namespace

class TestTokenizerGguf : public QObject {
    Q_OBJECT

private slots:
    void mergesTheHighestScoreFirst()
    {
        const auto tokenizer = tokenizerFromGguf(sentencePiece(), "x.gguf").tokenizer;
        QCOMPARE(tokenizer->kind(), std::string("SentencePiece"));
        QCOMPARE(tokenizer->encode("ab"), (Ids{ 9 })); // a space is put in front
        QCOMPARE(tokenizer->encode("aba"), (Ids{ 5, 6, 10 }));
        QCOMPARE(tokenizer->encode("é"), (Ids{ 5, 3, 4 }));
        QCOMPARE(tokenizer->encode("z"), (Ids{ 5, 0 }));
        QCOMPARE(tokenizer->encode(""), Ids());
        QCOMPARE(tokenizer->decode({ 9, 5, 3, 4 }), std::string(" ab é"));
        QVERIFY(tokenizer->addBos());
        QCOMPARE(tokenizer->bos(), 1);
        QCOMPARE(tokenizer->eos(), 2);
    }

    void putsNoSpaceInFrontWhereTheFileSaysSo()
    {
        GgufMetadata metadata = sentencePiece();
        metadata.set("tokenizer.ggml.add_space_prefix", false);
        const auto tokenizer = tokenizerFromGguf(metadata, "x.gguf").tokenizer;
        QCOMPARE(tokenizer->encode("ab"), (Ids{ 8 }));
    }

    void passesTheMetadataOfAGgufOn()
    {
        GgufMetadata metadata = sentencePiece();
        metadata.set("general.name", std::string("x"));
        metadata.set("tokenizer.chat_template", std::string("template"));
        const GgufMetadata passed = tokenizerFromGguf(metadata, "x.gguf").metadata;
        QCOMPARE(passed.pairs().size(), metadata.pairs().size() - 1);
        QCOMPARE(valueOf<std::string>(passed, "tokenizer.chat_template"), std::string("template"));
        QVERIFY(!passed.find("general.name"));
    }

    void ignoresSpecialIdsOutsideTheVocabulary()
    {
        GgufMetadata metadata = sentencePiece();
        metadata.set("tokenizer.ggml.bos_token_id", std::uint32_t(4294967295));
        metadata.set("tokenizer.ggml.eos_token_id", std::int32_t(-1));
        const auto tokenizer = tokenizerFromGguf(metadata, "x.gguf").tokenizer;
        QCOMPARE(tokenizer->bos(), 1);
        QCOMPARE(tokenizer->eos(), 2);
    }

    void refusesDamagedMetadata()
    {
        GgufMetadata metadata;
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: no tokenizer in the file, tokenizer.ggml.model is missing"));
        metadata.set("tokenizer.ggml.model", std::string("bert"));
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: tokenizer.ggml.model is \"bert\", which Quantscope cannot compute, "
                       "expected \"gpt2\" (byte-level BPE), \"gemma4\" (BPE), \"llama\" "
                       "(SentencePiece) or \"t5\" (unigram)"));
        metadata.set("tokenizer.ggml.model", std::string("llama"));
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: tokenizer.ggml.tokens is missing or empty, expected the tokens"));
        metadata.set("tokenizer.ggml.tokens", std::uint32_t(7));
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: tokenizer.ggml.tokens is 7, expected an array of strings"));
        metadata = sentencePiece();
        metadata.set("tokenizer.ggml.token_type", GgufArray(std::vector<std::int32_t>{ 1, 1 }));
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: tokenizer.ggml.token_type has 2 entries, expected 11 (one a "
                       "token)"));
        metadata.set("tokenizer.ggml.token_type", GgufArray(std::vector<std::int32_t>(11, 9)));
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: tokenizer.ggml.token_type of token 0 is 9, expected 1 to 6"));
        metadata = sentencePiece();
        metadata.set("tokenizer.ggml.scores", GgufArray(std::vector<float>{ 1 }));
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: tokenizer.ggml.scores has 1 entries, expected 11 (one a token)"));
        metadata = sentencePiece();
        metadata.set("tokenizer.ggml.tokens", GgufArray(std::vector<std::string>{ "a", "b", "a" }));
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: tokens 0 and 2 are both \"a\", expected each once"));
        metadata.set("tokenizer.ggml.tokens", GgufArray(std::vector<std::string>{ "a" }));
        QCOMPARE(messageOfGguf(metadata),
            QByteArray("x.gguf: a text starts with BOS, but tokenizer.ggml.bos_token_id is none of "
                       "the 1 tokens"));
    }

    void neverCrashesOnBytesThatAreNoText()
    {
        const auto pieces = tokenizerFromGguf(sentencePiece(), "x.gguf").tokenizer;
        for (int first = 0; first < 256; ++first)
            for (int second = 0; second < 256; second += 5) {
                const std::string bytes = { char(first), char(second), 'a', 'b', char(first) };
                QVERIFY(!pieces->encode(bytes).empty());
            }
    }
};

QTEST_GUILESS_MAIN(TestTokenizerGguf)
#include "tst_tokenizergguf.moc"
