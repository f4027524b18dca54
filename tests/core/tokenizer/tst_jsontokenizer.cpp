// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/files/json.h"
#include "core/tokenizer/jsonpretokenizer.h"
#include "core/tokenizer/textnormalizer.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/unicode.h"

#include "tests/support/filebytes.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace core;
using support::messageOf;

namespace {

using Ids = std::vector<int>;

/// The words of a text, with | between them.
QByteArray cut(const char* pretokenizer, const char* text)
{
    const JsonPretokenizer steps(parseJson(pretokenizer, "test"), "test");
    const JsonPretokenizer::Cut made = steps(text, true);
    QByteArray words;
    for (const TextSpan& span : made.words)
        words
            += QByteArray::fromStdString(made.text.substr(span.begin, span.end - span.begin)) + '|';
    return words;
}

QByteArray normalized(const char* normalizer, const char* text)
{
    return QByteArray::fromStdString(TextNormalizer(parseJson(normalizer, "test"), "test")(text));
}

QByteArray composed(const char* text) { return QByteArray::fromStdString(composedText(text)); }

/// A folder with a tokenizer.json.
struct Folder {
    support::TemporaryFolder folder;
    Json tokenizer;
    Json tokenizerConfig = Json::object();
    Json config = Json::object();

    explicit Folder(const char* json)
        : tokenizer(parseJson(json, "test"))
    {
    }

    TokenizerWithMetadata open(int vocabulary = 32) const
    {
        support::writeFile(folder / "tokenizer.json", jsonText(tokenizer));
        support::writeFile(folder / "tokenizer_config.json", jsonText(tokenizerConfig));
        return tokenizerFromFolder(folder.path(), config, vocabulary);
    }
};

template<typename T>
std::optional<T> valueOf(const TokenizerWithMetadata& made, const char* key)
{
    const GgufValue* value = made.metadata.find(std::string("tokenizer.") + key);
    return value ? std::optional(std::get<T>(*value)) : std::nullopt;
}

// Gemma's kind: runs of lines and spaces are tokens, no space in front.
constexpr const char* gemma = R"({"added_tokens": [
    {"id": 0, "content": "<unk>", "special": true}, {"id": 1, "content": "<bos>", "special": true}],
    "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
    "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious"},
    "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true, "fuse_unk": true,
        "vocab": {"<unk>": 0, "<bos>": 1, "▁": 2, "a": 3, "b": 4, "ab": 5, "▁ab": 6, "▁▁": 7,
            "\n": 8, "\n\n": 9, "<0xC3>": 10, "<0xA9>": 11},
        "merges": ["a b", "▁ ab", "▁ ▁", ["\n", "\n"]]}})";

// Bytes with added tokens of every kind.
constexpr const char* addedKinds = R"({"added_tokens": [
    {"id": 0, "content": "<s>", "special": true},
    {"id": 5, "content": "<l>", "lstrip": true}, {"id": 6, "content": "<r>", "rstrip": true},
    {"id": 7, "content": "aa", "single_word": true},
    {"id": 8, "content": "É", "normalized": true}],
    "normalizer": {"type": "NFC"},
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
    "model": {"type": "BPE", "vocab": {"<s>": 0, "a": 1, "b": 2, "Ġ": 3, "Ġa": 4},
        "merges": ["Ġ a"]}})";

constexpr const char* unigram
    = R"({"added_tokens": [{"id": 0, "content": "<unk>", "special": true}],
    "normalizer": {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    "pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "always", "split": true},
    "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["▁", -2.0], ["a", -3.0],
        ["b", -3.5], ["ab", -4.0], ["▁ab", -7.5], ["▁a", -4.0]]}})";

} // namespace

class TestJsonTokenizer : public QObject {
    Q_OBJECT private slots :
        // What follows in these three was compared with the tokenizers library 0.23.

        void
        cutsAsEachStepDoes()
    {
        const char* split = R"({"type": "Split", "pattern": {"Regex": "-"}, "behavior": "%1"})";
        const auto by = [&](const char* behavior, const char* text) {
            return cut(QByteArray(split).replace("%1", behavior), text);
        };
        QCOMPARE(by("Isolated", "a--b-"), QByteArray("a|-|-|b|-|"));
        QCOMPARE(by("Removed", "a--b-"), QByteArray("a|b|"));
        QCOMPARE(by("MergedWithPrevious", "-a--b"), QByteArray("-|a-|-|b|"));
        QCOMPARE(by("MergedWithNext", "a--b-"), QByteArray("a|-|-b|-|"));
        QCOMPARE(by("Contiguous", "a--b-"), QByteArray("a|--|b|-|"));
        QCOMPARE(cut(R"({"type": "Split", "pattern": {"Regex": "\\w+"}, "behavior": "Removed",
                         "invert": true})",
                     "ab, cd"),
            QByteArray("ab|cd|"));
        QCOMPARE(cut(R"json({"type": "Split", "pattern": {"Regex": "(?=(\\d{3})+(?!\\d))"},
                         "behavior": "Isolated"})json",
                     "1234567"),
            QByteArray("1|234|567|"));
        QCOMPARE(cut(R"({"type": "Split", "pattern": {"Regex": "[^(\\s|[.,])]+"},
                         "behavior": "Isolated"})",
                     "a.b c"),
            QByteArray("a|.|b| |c|")); // a class within a class
        QCOMPARE(cut(R"({"type": "Digits", "individual_digits": true})", "a12²"),
            QByteArray("a|1|2|²|"));
        QCOMPARE(cut(R"({"type": "Digits"})", "a12b"), QByteArray("a|12|b|"));
        QCOMPARE(cut(R"({"type": "Punctuation"})", "a$!b"), QByteArray("a|$|!|b|"));
        QCOMPARE(cut(R"({"type": "Whitespace"})", "ab, c!"), QByteArray("ab|,|c|!|"));
        QCOMPARE(cut(R"({"type": "WhitespaceSplit"})", " ab \n c"), QByteArray("ab|c|"));
        QCOMPARE(cut(R"({"type": "ByteLevel"})", "a b's"), QByteArray(" a| b|'s|"));
        QCOMPARE(cut(R"({"type": "Metaspace"})", "a  b"), QByteArray("▁a|▁|▁b|"));
        QCOMPARE(cut(R"({"type": "Metaspace", "split": false})", " a b"), QByteArray("▁a▁b|"));
        QCOMPARE(cut(R"({"type": "Sequence", "pretokenizers": [
                         {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false},
                         {"type": "Digits", "individual_digits": true}]})",
                     "é1"),
            QByteArray("Ã©|1|")); // steps behind ByteLevel see its characters
    }

    void normalizesAsEachStepDoes()
    {
        QCOMPARE(normalized("null", " a"), QByteArray(" a"));
        QCOMPARE(
            normalized(R"({"type": "Lowercase"})", "ÀB İ ΟΔΟΣ Ⅷ Ⓐ"), QByteArray("àb i̇ οδοσ ⅷ ⓐ"));
        QCOMPARE(normalized(R"({"type": "Strip"})", " \u3000a b\n"), QByteArray("a b"));
        QCOMPARE(normalized(R"({"type": "Prepend", "prepend": "▁"})", ""), QByteArray());
        QCOMPARE(normalized(R"({"type": "Sequence", "normalizers": [
                     {"type": "Prepend", "prepend": "▁"},
                     {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
                     {"type": "Replace", "pattern": {"Regex": "b+"}, "content": "$1\\"}]})",
                     "a bb"),
            QByteArray("▁a▁$1\\"));
        // An array of three units that puts "b" for "a".
        QCOMPARE(
            normalized(
                R"({"type": "Precompiled", "precompiled_charsmap": "DAAAAACAAQBhDQAAAAAAgGIA"})",
                "a ca"),
            QByteArray("b cb"));
    }

    void refusesStepsThatWouldNotEnd()
    {
        const QByteArray tenfold
            = R"({"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaa"})";
        const auto sequence = [](const char* steps, const QByteArray& step, int count) {
            return QByteArray("{\"type\": \"Sequence\", \"") + steps + "\": ["
                + QByteArrayList(count, step).join(',') + "]}";
        };
        QVERIFY_EXCEPTION_THROWN(
            normalized(sequence("normalizers", tenfold, 8).constData(), QByteArray(300, 'a')),
            core::Error);
        QCOMPARE(normalized(sequence("normalizers", tenfold, 1).constData(), "ab"),
            QByteArray("aaaaaaaaaab"));
        QVERIFY_EXCEPTION_THROWN(
            normalized(sequence("normalizers", R"({"type": "NFC"})", 1000).constData(), "a"),
            core::Error);
        QVERIFY_EXCEPTION_THROWN(
            cut(sequence("pretokenizers", R"({"type": "Punctuation"})", 1000).constData(), "a"),
            core::Error);
    }

    void composesCharacters()
    {
        QCOMPARE(composed("e\u0301 a\u0323\u0307 \u212B \u1100\u1161\u11A8 \uF900"),
            QByteArray("\u00E9 \u1EA1\u0307 \u00C5 \uAC01 \u8C48"));
        QCOMPARE(composed("a\u0307\u0323"), QByteArray("\u1EA1\u0307")); // marks are ordered
        QCOMPARE(composed("\u0958"), QByteArray("\u0915\u093C")); // excluded from composition
        QCOMPARE(composed("\u0301a"), QByteArray("\u0301a"));
        QCOMPARE(composed(""), QByteArray());
    }

    void findsAddedTokensAsTheyWantToBeFound()
    {
        const auto tokenizer = Folder(addedKinds).open().tokenizer;
        QCOMPARE(tokenizer->encode("a <l> a"), (Ids{ 1, 5, 4 }));
        QCOMPARE(tokenizer->encode("a<r> \u3000 a"), (Ids{ 1, 6, 1 }));
        QCOMPARE(tokenizer->encode("aa baa aa"), (Ids{ 7, 3, 2, 1, 1, 3, 7 }));
        QCOMPARE(tokenizer->encode("aE\u0301a"), (Ids{ 1, 8, 1 })); // found when it is composed
        QCOMPARE(tokenizer->encode("<s>"), Ids()); // special: its characters, which have no token
    }

    void readsGemmasKind()
    {
        Folder folder(gemma);
        const auto made = folder.open();
        QCOMPARE(made.tokenizer->encode("ab ab  \n\n\né"), (Ids{ 5, 6, 7, 9, 8, 10, 11 }));
        QCOMPARE(made.tokenizer->decode({ 5, 6, 10, 11 }), std::string("ab abé"));
        QCOMPARE(valueOf<std::string>(made, "ggml.model"), std::string("llama"));
        QCOMPARE(valueOf<bool>(made, "ggml.add_space_prefix"), false);
        const auto again = tokenizerFromGguf(made.metadata, "again").tokenizer;
        QCOMPARE(again->encode("ab ab  \n\n\né"), (Ids{ 5, 6, 7, 9, 8, 10, 11 }));
    }

    void readsGemma4sKind()
    {
        Folder folder(gemma);
        folder.config = { { "model_type", "gemma4" } };
        folder.tokenizerConfig = { { "bos_token", "<bos>" }, { "add_bos_token", false } };
        const auto made = folder.open();
        QCOMPARE(valueOf<std::string>(made, "ggml.model"), std::string("gemma4"));
        QVERIFY(!made.metadata.find("tokenizer.ggml.pre"));
        QCOMPARE(valueOf<bool>(made, "ggml.add_bos_token"), true); // llama.cpp always adds it
        QVERIFY(made.tokenizer->addBos());
        const auto again = tokenizerFromGguf(made.metadata, "again").tokenizer;
        QCOMPARE(again->kind(), std::string("BPE"));
        for (const char* text : { "ab ab  \n\n\né", "  ab\nab ", "\n\n\n\n" })
            QCOMPARE(again->encode(text), made.tokenizer->encode(text));
    }

    void findsTheLikeliestTokens()
    {
        Folder folder(unigram);
        const auto made = folder.open();
        QCOMPARE(made.tokenizer->kind(), std::string("unigram"));
        // ▁ ab −6, ▁a b −7.5, ▁ab −7.5, ▁ a b −8.5
        QCOMPARE(made.tokenizer->encode("ab  a"), (Ids{ 1, 4, 6 }));
        QCOMPARE(made.tokenizer->encode("zza"), (Ids{ 1, 0, 2 })); // unknown ones become one
        QCOMPARE(valueOf<std::string>(made, "ggml.model"), std::string("t5"));
        QCOMPARE(valueOf<bool>(made, "ggml.remove_extra_whitespaces"), true);
        QCOMPARE(valueOf<std::uint32_t>(made, "ggml.unknown_token_id"), 0u);
        const auto again = tokenizerFromGguf(made.metadata, "again").tokenizer;
        QCOMPARE(again->encode("ab  a"), (Ids{ 1, 4, 6 }));
        folder.tokenizer["model"]["byte_fallback"] = true;
        folder.tokenizer["model"]["vocab"].push_back({ "<0x7A>", -9 });
        QCOMPARE(folder.open().tokenizer->encode("za"), (Ids{ 1, 7, 2 }));
        folder.tokenizer["model"]["unk_id"] = 99;
        QVERIFY(
            messageOf([&] { folder.open(); }).ends_with("model.unk_id is 99, expected 0 to 31"));
    }

    void believesTheTemplateBeforeTheFlag()
    {
        Folder folder(gemma);
        folder.tokenizer["post_processor"] = parseJson(R"({"type": "TemplateProcessing", "single": [
            {"SpecialToken": {"id": "<bos>", "type_id": 0}}, {"Sequence": {"id": "A"}},
            {"SpecialToken": {"id": "<unk>", "type_id": 0}}]})",
            "test");
        folder.tokenizerConfig = { { "eos_token", "ab" }, { "add_bos_token", false } };
        const auto made = folder.open();
        QCOMPARE(valueOf<bool>(made, "ggml.add_bos_token"), true);
        QCOMPARE(valueOf<std::uint32_t>(made, "ggml.bos_token_id"), 1u); // named only there
        QCOMPARE(valueOf<std::uint32_t>(made, "ggml.eos_token_id"), 0u);
        QCOMPARE(valueOf<std::uint32_t>(made, "ggml.eot_token_id"), 5u); // ends a turn only
    }

    void addsNoBosWhereTheFilesDoNot()
    {
        Folder folder(addedKinds);
        folder.tokenizer["pre_tokenizer"] = parseJson(R"({"type": "Sequence", "pretokenizers": [
            {"type": "Split", "behavior": "Isolated", "pattern": {"Regex": "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
            {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})",
            "test");
        folder.tokenizer["model"]["ignore_merges"] = true;
        const auto made = folder.open();
        QCOMPARE(valueOf<std::string>(made, "ggml.pre"), std::string("tekken"));
        QCOMPARE(valueOf<bool>(made, "ggml.add_bos_token"), false);
        QVERIFY(!tokenizerFromGguf(made.metadata, "again").tokenizer->addBos());
    }

    void findsMoreChatTemplatesInTheirFolder()
    {
        const Folder folder(gemma);
        std::filesystem::create_directory(folder.folder / "additional_chat_templates");
        support::writeFile(folder.folder / "chat_template.jinja", "one");
        support::writeFile(folder.folder / "additional_chat_templates" / "tool use.jinja", "two");
        const auto made = folder.open();
        QCOMPARE(valueOf<std::string>(made, "chat_template"), std::string("one"));
        QCOMPARE(valueOf<std::string>(made, "chat_template.tool_use"), std::string("two"));
    }
};

QTEST_APPLESS_MAIN(TestJsonTokenizer)
#include "tst_jsontokenizer.moc"
