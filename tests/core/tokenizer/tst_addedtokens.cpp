// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <optional>

using namespace core;
using support::TemporaryFolder;

namespace {

/// The folder of a tiny model whose embedding has eight rows more than its tokenizer tokens.
struct Folder {
    TemporaryFolder folder;
    int first = int(support::tinyTokens().size()); ///< row without a token
    Json config = Json::object();
    Json tokenizerConfig = { { "eos_token", "<|im_end|>" } };

    Folder() { support::writeTinyModel({}, folder.path()); }

    TokenizerWithMetadata open() const
    {
        support::writeFile(folder / "tokenizer_config.json", jsonText(tokenizerConfig));
        return tokenizerFromFolder(folder.path(), config, first + 8);
    }
    void write(const char* name, const Json& json) const
    {
        support::writeFile(folder / name, jsonText(json));
    }
    void addToDecoder(int id, const char* content, bool isSpecial)
    {
        tokenizerConfig["added_tokens_decoder"][std::to_string(id)]
            = { { "content", content }, { "special", isSpecial } };
    }
};

std::optional<std::uint32_t> idOf(const TokenizerWithMetadata& made, const char* name)
{
    const GgufValue* value = made.metadata.find(std::string("tokenizer.ggml.") + name);
    return value ? std::optional(std::get<std::uint32_t>(*value)) : std::nullopt;
}

std::string tokenAt(const TokenizerWithMetadata& made, int id)
{
    const auto& array = std::get<GgufArray>(*made.metadata.find("tokenizer.ggml.tokens"));
    return std::get<std::vector<std::string>>(array)[std::size_t(id)];
}

int typeAt(const TokenizerWithMetadata& made, int id)
{
    const auto& array = std::get<GgufArray>(*made.metadata.find("tokenizer.ggml.token_type"));
    return std::get<std::vector<std::int32_t>>(array)[std::size_t(id)];
}

QByteArray notesOf(const TokenizerWithMetadata& made)
{
    QByteArray notes;
    for (const std::string& note : made.notes)
        notes += QByteArray::fromStdString(note) + '\n';
    return notes;
}

} // namespace

class TestAddedTokens : public QObject {
    Q_OBJECT
private slots:
    void takesTokensThatOnlyTheConfigHas()
    {
        Folder folder;
        folder.addToDecoder(folder.first, "<|im_start|>", true);
        folder.addToDecoder(folder.first + 1, "<|im_end|>", true);
        folder.addToDecoder(folder.first + 2, "<tool>", false);
        folder.config["eos_token_id"] = 0;
        const auto made = folder.open();
        QCOMPARE(tokenAt(made, folder.first), std::string("<|im_start|>"));
        QCOMPARE(tokenAt(made, folder.first + 2), std::string("<tool>"));
        QCOMPARE(typeAt(made, folder.first + 1), 3);
        QCOMPARE(typeAt(made, folder.first + 2), 4);
        QCOMPARE(typeAt(made, folder.first + 3), 5);
        QCOMPARE(idOf(made, "eos_token_id"), std::uint32_t(folder.first + 1));
        QCOMPARE(made.tokenizer->eos(), folder.first + 1);
        QCOMPARE(made.tokenizer->encode("<tool>"), std::vector{ folder.first + 2 });
        QCOMPARE(notesOf(made), QByteArray());
    }

    void takesTokensThatOnlyTheListHas()
    {
        Folder folder;
        folder.tokenizerConfig = Json::object();
        folder.write(
            "added_tokens.json", { { "<end>", folder.first }, { "more", folder.first + 1 } });
        folder.write("special_tokens_map.json", { { "eos_token", { { "content", "<end>" } } } });
        const auto made = folder.open();
        QCOMPARE(typeAt(made, folder.first), 3); // named as special
        QCOMPARE(typeAt(made, folder.first + 1), 4);
        QCOMPARE(idOf(made, "eos_token_id"), std::uint32_t(folder.first));
    }

    void findsANamedTokenInTheVocabulary()
    {
        Folder folder;
        const int last = folder.first - 1;
        folder.tokenizerConfig["eos_token"] = support::tinyTokens()[std::size_t(last)];
        const auto made = folder.open();
        QCOMPARE(idOf(made, "eos_token_id"), std::uint32_t(last));
        QCOMPARE(typeAt(made, last), 3);
    }

    void saysWhichTokenIsNotThereAndTakesNoOther()
    {
        Folder folder;
        folder.config["eos_token_id"] = 0;
        folder.tokenizerConfig["bos_token"] = "<s>";
        folder.tokenizerConfig["add_bos_token"] = true;
        const auto made = folder.open();
        QVERIFY(!idOf(made, "eos_token_id"));
        QVERIFY(!idOf(made, "bos_token_id"));
        QVERIFY(!made.tokenizer->addBos());
        QCOMPARE(made.tokenizer->eos(), -1);
        QCOMPARE(notesOf(made),
            QByteArray("The bos_token is \"<s>\", which is no token of the vocabulary; it is left "
                       "out\nThe eos_token is \"<|im_end|>\", which is no token of the vocabulary; "
                       "it is left out\nThe flag add_bos_token is true, but there is no bos token; "
                       "none is added to texts\n"));
    }

    void saysWhichIdIsNone()
    {
        Folder folder;
        folder.tokenizerConfig = Json::object();
        folder.config = { { "eos_token_id", { 999'999, 1 } }, { "pad_token_id", -1 } };
        const auto made = folder.open();
        QVERIFY(!idOf(made, "eos_token_id"));
        QVERIFY2(
            notesOf(made).startsWith("The eos_token_id is 999999, expected 0 to "), notesOf(made));
        folder.write("generation_config.json", { { "eos_token_id", { 7, 8 } } });
        QCOMPARE(idOf(folder.open(), "eos_token_id"), std::uint32_t(7));
    }

    void leavesOutWhatHasNoRow()
    {
        Folder folder;
        folder.tokenizerConfig = Json::object();
        folder.addToDecoder(folder.first + 8, "<far>", true);
        folder.addToDecoder(folder.first + 9, "<further>", true);
        folder.addToDecoder(3, "<taken>", true);
        folder.addToDecoder(9, "<|endoftext|>", true); // tokenizer.json has it at 0
        folder.tokenizerConfig["added_tokens_decoder"]["x"] = { { "content", "<none>" } };
        const auto made = folder.open();
        QCOMPARE(tokenAt(made, 0), std::string("<|endoftext|>"));
        QCOMPARE(tokenAt(made, 3), support::tinyTokens()[3]);
        const QByteArray notes = notesOf(made);
        QVERIFY2(notes.startsWith("tokenizer_config.json: token \"<far>\" has id ")
                && notes.endsWith("; it is left out (and 4 more like it)\n"),
            notes);
    }
};

QTEST_APPLESS_MAIN(TestAddedTokens)
#include "tst_addedtokens.moc"
