// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of tokenizers that llama.cpp reads otherwise.
#include "core/tokenizer/llamanotes.h"

#include <QTest>

#include <nlohmann/json.hpp>

class TestLlamaNotes : public QObject {
    Q_OBJECT

private slots:
    void saysWhatLlamaDoesOtherwise_data()
    {
        QTest::addColumn<QByteArray>("tokenizer");
        QTest::addColumn<QByteArray>("note"); // empty: none
        const auto row = [](const char* name, const char* tokenizer, const char* note) {
            QTest::newRow(name) << QByteArray(tokenizer) << QByteArray(note);
        };
        row("bytes", R"({"pre_tokenizer": {"type": "ByteLevel"},
            "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}})",
            "");
        row("falls back", R"({"model": {"type": "BPE", "byte_fallback": true,
            "vocab": {"<0x00>": 0, "a": 1}, "merges": []}})",
            "");
        row("no fallback", R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}})",
            "ends at a character that no token holds");
        row("no bytes", R"({"model": {"type": "BPE", "byte_fallback": true, "vocab": {"a": 0},
            "merges": []}})",
            "ends at a character that no token holds");
        row("unigram", R"({"model": {"type": "Unigram", "byte_fallback": true, "vocab": []}})",
            "which llama.cpp's unigram does not");
        row("spaces", R"({"pre_tokenizer": {"type": "ByteLevel"}, "added_tokens": [
            {"content": "<a>", "rstrip": true, "lstrip": true}, {"content": "<b>", "lstrip": true}],
            "model": {"type": "BPE", "vocab": {}, "merges": []}})",
            "Spaces beside \"<a>\" and 1 more belong");
        row("word", R"({"pre_tokenizer": {"type": "ByteLevel"}, "added_tokens": [
            {"content": "mat", "single_word": true}],
            "model": {"type": "BPE", "vocab": {}, "merges": []}})",
            "\"mat\" is a token here only where it is a whole word");
    }

    void saysWhatLlamaDoesOtherwise()
    {
        QFETCH(QByteArray, tokenizer);
        QFETCH(QByteArray, note);
        const auto notes = core::llamaTokenizerNotes(
            core::parseJson(tokenizer.toStdString(), "tokenizer.json"), "tokenizer.json");
        QCOMPARE(notes.size(), std::size_t(note.isEmpty() ? 0 : 1));
        if (!notes.empty())
            QVERIFY2(QByteArray::fromStdString(notes[0]).contains(note), notes[0].c_str());
    }
};

QTEST_APPLESS_MAIN(TestLlamaNotes)
#include "tst_llamanotes.moc"
