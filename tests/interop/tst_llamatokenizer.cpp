// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/interop/interopfiles.h"
#include "tests/interop/llamalibrary.h"
#include "tests/support/filebytes.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/gguf.h"
#include "core/files/textfile.h"
#include "core/tokenizer/tokenizer.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <random>

using namespace core;

namespace {

#ifdef __SANITIZE_ADDRESS__ // several times as slow; the optimised build reads more
constexpr std::size_t textBytes = 100'000, textBytesOfEachCut = 10'000;
#else
constexpr std::size_t textBytes = 400'000, textBytesOfEachCut = 20'000;
#endif

/// What llama.cpp makes of a vocabulary, without weights.
class LlamaVocabulary {
public:
    LlamaVocabulary(
        std::shared_ptr<const interop::LlamaLibrary> llama, const std::filesystem::path& file)
        : m_llama(std::move(llama))
        , m_model(nullptr, m_llama->functions().freeModel)
    {
        interop::abi::ModelParams params = m_llama->modelDefaults();
        params.vocabularyOnly = true;
        params.gpuLayers = 0;
        m_model.reset(m_llama->functions().loadModel(file.c_str(), params));
        if (!m_model)
            throw Error(text(file.string(), ": llama.cpp refuses it: ", m_llama->log()));
        m_vocabulary = m_llama->functions().vocabulary(m_model.get());
    }

    std::vector<int> tokenize(std::string_view text) const
    {
        // A byte that is no UTF-8 becomes U+FFFD: three tokens at most; and SentencePiece's space.
        std::vector<int> tokens(text.size() * 3 + 3);
        const int count = m_llama->functions().tokenize(m_vocabulary, text.data(),
            std::int32_t(text.size()), tokens.data(), std::int32_t(tokens.size()), false, false);
        tokens.resize(std::size_t(std::max(count, 0)));
        return tokens;
    }

    int size() const { return m_llama->functions().tokenCount(m_vocabulary); }
    int bos() const { return m_llama->functions().bos(m_vocabulary); }
    int eos() const { return m_llama->functions().eos(m_vocabulary); }
    bool addBos() const { return m_llama->functions().addBos(m_vocabulary); }

    std::string piece(int token) const
    {
        std::string bytes(1024, '\0'); // longer than any token of these vocabularies
        const int length = m_llama->functions().piece(
            m_vocabulary, token, bytes.data(), std::int32_t(bytes.size()), 0, true);
        bytes.resize(std::size_t(std::max(length, 0)));
        return bytes;
    }

private:
    std::shared_ptr<const interop::LlamaLibrary> m_llama;
    std::unique_ptr<interop::abi::Model, void (*)(interop::abi::Model*)> m_model;
    const interop::abi::Vocabulary* m_vocabulary = nullptr;
};

/// Texts in which something is odd for a tokenizer.
std::vector<std::string> oddTexts()
{
    std::vector<std::string> texts = {
        "",
        " ",
        "\n",
        "   three spaces \t\ttabs\r\n\r\n  and lines\n\n\n end   ",
        "1 12 123 1234 12345 3.14159 1,000,000 ½ ² Ⅷ ١٢٣ १२३४ 𝟘𝟙",
        "it's IT'S we'LL they'Re 'tis don’t O'Dd 'sſ 'ſ",
        "CamelCaseWORDSandMore HTTPServer ÉCOLE École ǅungla ʰʲ ªº",
        "<|endoftext|> <|im_start|>user</s><s><unk><0x0A> <|end|>",
        "α+β=γ; $x^2$ `code` ~~ || <== a_b-c/d\\e [f](g) {h}!!! ... ?!",
        "日本語のテキスト、中文文本。한국어 ไทย العربية हिन्दी עברית",
        "🦙🏽‍💻 👩‍👩‍👧 ✅ ™ © a\xCC\x81 e\xCC\x8A\xCC\xA3",
        "no\xC2\xA0"
        "break\xE3\x80\x80ideographic\xE2\x80\x83"
        "em\xC2\x85nel\xE1\xA0\x8Emongolian\xE2\x80\x8Bzero\xE2\x80\xA8line",
        std::string("nul\0inside", 10),
        "broken \xFF\xFE \xC3 \xE2\x82 \xF0\x9F\xA6 end\x80\x80 overlong \xC0\x80 tail \xE2",
        std::string(3000, 'a'),
        std::string(3000, ' ') + "x",
        std::string(700, '7') + std::string(900, '\n') + std::string(500, '='),
    };
    std::mt19937 random(7);
    const char* const parts[] = { "a", "Z", "é", "中", "7", "٣", " ", "  ", "\n", "\r", "\t", "'s",
        "'LL", "!", "$", "_", "́", "🦙", "\xC2\xA0", "\xFF", "the", "ING", "/" };
    for (int i = 0; i < 60; ++i) {
        std::string mixed;
        for (int j = 0; j < 50; ++j)
            mixed += parts[random() % std::size(parts)];
        texts.push_back(mixed);
    }
    return texts;
}

/// A text that only llama.cpp takes for one; tokenizer.json's library cannot be given it.
constexpr const char* surrogates = "surrogate \xED\xA0\x80 \xED\xBF\xBF tail";

/// "", or where the ids of `text` part from llama.cpp's.
std::string difference(
    const Tokenizer& ours, const LlamaVocabulary& theirs, const std::string& original)
{
    const std::vector<int> a = ours.encode(original);
    const std::vector<int> b = theirs.tokenize(original);
    if (a == b)
        return {};
    const auto at
        = std::size_t(std::mismatch(a.begin(),
                          a.begin() + std::ptrdiff_t(std::min(a.size(), b.size())), b.begin())
                          .first
            - a.begin());
    const std::string before = ours.decode(
        { a.begin() + std::ptrdiff_t(at > 8 ? at - 8 : 0), a.begin() + std::ptrdiff_t(at) });
    return text("token ", at, " after \"", before, "\": ours ", at < a.size() ? a[at] : -1,
        ", llama.cpp's ", at < b.size() ? b[at] : -1, " (", a.size(), " and ", b.size(),
        " tokens) of \"", original.substr(0, 200), "\"");
}

/// A vocabulary as a file that llama.cpp opens.
std::filesystem::path written(const GgufMetadata& tokenizerPairs, const std::filesystem::path& file)
{
    GgufMetadata metadata;
    metadata.set("general.architecture", std::string("llama"));
    for (const auto& [key, value] :
        { std::pair("context_length", 256u), { "embedding_length", 256u }, { "block_count", 4u },
            { "feed_forward_length", 768u }, { "attention.head_count", 4u } })
        metadata.set(text("llama.", key), std::uint32_t(value));
    metadata.set("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    for (const auto& [key, value] : tokenizerPairs.pairs())
        metadata.set(key, value);
    writeGguf(file, metadata, {}, {}, {});
    return file;
}

/// Where the sample's byte-level vocabulary has ASCII only: with ▁ for its spaces.
std::optional<std::string> spelledWithMarks(const std::string& token)
{
    std::string result;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const bool isSpace = token.compare(i, 2, "Ġ") == 0;
        const bool isLine = token.compare(i, 2, "Ċ") == 0;
        if (!isSpace && !isLine && static_cast<unsigned char>(token[i]) > 0x7E)
            return std::nullopt;
        result += isSpace ? "▁" : isLine ? "\n" : std::string(1, token[i]);
        i += isSpace || isLine ? 1 : 0;
    }
    return result;
}

/// The sample's merges over characters, with byte fallback.
Json mergingModel(const Json& sample)
{
    Json vocabulary = { { "<unk>", 0 } };
    const auto add = [&](const std::string& token) {
        if (!vocabulary.contains(token))
            vocabulary[token] = vocabulary.size();
    };
    for (int byte = 0; byte < 256; ++byte) {
        const char* digits = "0123456789ABCDEF";
        add({ '<', '0', 'x', digits[byte / 16], digits[byte % 16], '>' });
    }
    Json merges = Json::array();
    for (const Json& merge : sample["model"]["merges"]) {
        const auto pair = merge.is_string()
            ? merge.get<std::string>()
            : merge[0].get<std::string>() + ' ' + merge[1].get<std::string>();
        const auto gap = pair.find(' ', 1);
        const auto left = spelledWithMarks(pair.substr(0, gap));
        const auto right = spelledWithMarks(pair.substr(gap + 1));
        // A line is a word of its own for Gemma 4's kind.
        if (!left || !right || (*left + *right).find('\n') != std::string::npos)
            continue;
        for (const std::string& token : { *left, *right, *left + *right })
            add(token);
        merges.push_back({ *left, *right });
    }
    add("\n");
    return { { "type", "BPE" }, { "unk_token", "<unk>" }, { "byte_fallback", true },
        { "fuse_unk", true }, { "vocab", vocabulary }, { "merges", merges } };
}

/// The sample's tokens with made-up scores: the longer, the likelier.
Json unigramModel(const Json& sample)
{
    Json pieces = Json::array({ { "<unk>", 0 }, { "▁", -9.0 } });
    for (const auto& [token, id] : sample["model"]["vocab"].items())
        if (const auto piece = spelledWithMarks(token);
            piece && *piece != "▁" && piece->find('\n') == std::string::npos)
            pieces.push_back(
                { *piece, -9.0 - 3.0 / double(piece->size()) - id.get<int>() % 97 / 50.0 });
    return { { "type", "Unigram" }, { "unk_id", 0 }, { "vocab", pieces } };
}

/// `text` with one space for white space: llama.cpp's unigram knows no other.
std::string joinedBySpaces(const std::string& text)
{
    std::string result;
    for (const char c : text)
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            result += c;
        else if (!result.empty() && result.back() != ' ')
            result += ' ';
    if (result.ends_with(' '))
        result.pop_back();
    return result;
}

const std::filesystem::path gpt2 = interop::sharedFile("tokenizers/ggml-vocab-gpt-2.gguf");

} // namespace

class TestLlamaTokenizer : public QObject {
    Q_OBJECT

private slots:
    void cutsWordsAsLlamaCppDoes_data()
    {
        QTest::addColumn<QString>("pre");
        // One of each set of expressions.
        for (const char* pre : { "gpt-2", "smollm", "falcon", "llama-bpe", "dbrx", "glm4", "jais-2",
                 "minicpm5", "qwen2", "laguna", "ufakzeka", "qwen35", "tekken", "gpt-4o",
                 "granite-embed-multi-97m", "tiny_aya", "youtu", "kimi-k2", "seed-coder",
                 "bailingmoe", "exaone-moe", "superbpe", "bloom", "viking", "chameleon",
                 "deepseek-v3", "spark2_5", "afmoe", "deepseek-coder", "deepseek-llm", "default" })
            QTest::newRow(pre) << pre;
    }

    /// GPT-2's vocabulary under every name of a pre-tokenizer: odd texts, then an encyclopedia.
    void cutsWordsAsLlamaCppDoes()
    {
        QFETCH(QString, pre);
        NEEDS_INTEROP(interop::llamaFolder());
        NEEDS_SHARED(gpt2);
        const support::TemporaryFolder folder;
        GgufMetadata metadata = readGguf(gpt2).metadata;
        metadata.set("tokenizer.ggml.pre", pre.toStdString());
        const auto file = folder / "vocabulary.gguf";
        writeGguf(file, metadata, {}, {}, {});
        const auto llama = interop::LlamaLibrary::load(interop::llamaFolder());
        std::optional<LlamaVocabulary> loaded;
        try {
            loaded.emplace(llama, file);
        } catch (const Error&) {
            if (llama->log().find("unknown pre-tokenizer type") == std::string::npos)
                throw;
            QSKIP("this llama.cpp does not know it yet");
        }
        const LlamaVocabulary& theirs = *loaded;
        const auto ours = tokenizerFromGguf(metadata, file.string()).tokenizer;
        QCOMPARE(ours->addBos(), theirs.addBos());
        QCOMPARE(QByteArray::fromStdString(difference(*ours, theirs, surrogates)), QByteArray());
        for (const std::string& text : oddTexts())
            QCOMPARE(QByteArray::fromStdString(difference(*ours, theirs, text)), QByteArray());
        const auto wiki = interop::sharedFile("text/wiki.test.raw");
        NEEDS_SHARED(wiki);
        const std::string part = readTextFile(wiki).substr(0, textBytesOfEachCut);
        QCOMPARE(QByteArray::fromStdString(difference(*ours, theirs, part)), QByteArray());
    }

    void agreesOnEveryVocabulary_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("SmolLM2") << QString::fromStdString(interop::smolLm2().string());
        for (const char* name : { "tokenizers/ggml-vocab-gpt-2.gguf",
                 "tokenizers/ggml-vocab-falcon.gguf", "tokenizers/ggml-vocab-llama-spm.gguf",
                 "tokenizers/ggml-vocab-phi-3.gguf", "models/stories260k/stories260Ktok512.gguf" })
            QTest::newRow(name) << QString::fromStdString(interop::sharedFile(name).string());
    }

    void agreesOnEveryVocabulary()
    {
        QFETCH(QString, file);
        NEEDS_INTEROP(interop::llamaFolder());
        const std::filesystem::path path = file.toStdString();
        if (path == interop::smolLm2())
            NEEDS_INTEROP(path);
        NEEDS_SHARED(path);
        const LlamaVocabulary theirs(interop::LlamaLibrary::load(interop::llamaFolder()), path);
        const auto ours = tokenizerFromGguf(readGguf(path).metadata, path.string()).tokenizer;
        QCOMPARE(ours->size(), theirs.size());
        QCOMPARE(ours->bos(), theirs.bos());
        QCOMPARE(ours->eos(), theirs.eos());
        QCOMPARE(ours->addBos(), theirs.addBos());
        for (int id = 0; id < ours->size(); ++id)
            QCOMPARE(ours->piece(id), theirs.piece(id));
        QCOMPARE(QByteArray::fromStdString(difference(*ours, theirs, surrogates)), QByteArray());
        for (const std::string& text : oddTexts())
            QCOMPARE(QByteArray::fromStdString(difference(*ours, theirs, text)), QByteArray());
        const auto wiki = interop::sharedFile("text/wiki.test.raw");
        NEEDS_SHARED(wiki);
        const std::string part = readTextFile(wiki).substr(0, textBytes);
        QCOMPARE(QByteArray::fromStdString(difference(*ours, theirs, part)), QByteArray());
    }

    /// What we write of the sample's tokenizer.json is what llama.cpp then reads.
    void agreesOnTheSample()
    {
        NEEDS_INTEROP(interop::llamaFolder());
        const std::filesystem::path sample = QUANTSCOPE_SOURCE_DIR "/resources/sample";
        const auto made = tokenizerFromFolder(sample, readJson(sample / "config.json"), 4096);
        const support::TemporaryFolder folder;
        const LlamaVocabulary theirs(interop::LlamaLibrary::load(interop::llamaFolder()),
            written(made.metadata, folder / "vocabulary.gguf"));
        const auto& ours = made.tokenizer;
        QCOMPARE(ours->size(), theirs.size());
        QCOMPARE(ours->bos(), theirs.bos());
        QCOMPARE(ours->addBos(), theirs.addBos());
        for (const std::string& text : oddTexts())
            QCOMPARE(QByteArray::fromStdString(difference(*ours, theirs, text)), QByteArray());
        for (const char* name : { "evaluation.txt", "calibration.txt" })
            QCOMPARE(
                QByteArray::fromStdString(difference(*ours, theirs, readTextFile(sample / name))),
                QByteArray());
    }

    void agreesOnFoldersOfOtherKinds_data()
    {
        QTest::addColumn<QByteArray>("steps");
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("modelType");
        QTest::newRow("Llama 2's") << QByteArray(R"({"normalizer": {"type": "Sequence",
            "normalizers": [{"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}})")
                                   << QByteArray("BPE") << QByteArray("llama");
        for (const char* gemma : { "gemma2", "gemma4" })
            QTest::newRow(gemma) << QByteArray(R"({"normalizer": {"type": "Replace",
                "pattern": {"String": " "}, "content": "▁"}, "pre_tokenizer": {"type": "Split",
                "pattern": {"String": " "}, "behavior": "MergedWithPrevious"}})")
                                 << QByteArray("BPE") << QByteArray(gemma);
        QTest::newRow("T5's") << QByteArray(R"({"normalizer": {"type": "Replace",
            "pattern": {"Regex": " {2,}"}, "content": " "},
            "pre_tokenizer": {"type": "Metaspace"}})")
                              << QByteArray("Unigram") << QByteArray("t5");
    }

    /// Pieces of the sample's texts: ids of a folder, and those that llama.cpp gives its export.
    void agreesOnFoldersOfOtherKinds()
    {
        QFETCH(QByteArray, steps);
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, modelType);
        NEEDS_INTEROP(interop::llamaFolder());
        const std::filesystem::path sample = QUANTSCOPE_SOURCE_DIR "/resources/sample";
        const support::TemporaryFolder folder;
        Json json = parseJson(steps.toStdString(), "test");
        json["model"] = type == "BPE" ? mergingModel(readJson(sample / "tokenizer.json"))
                                      : unigramModel(readJson(sample / "tokenizer.json"));
        json["added_tokens"]
            = Json::array({ { { "id", 0 }, { "content", "<unk>" }, { "special", true } } });
        support::writeFile(folder / "tokenizer.json", jsonText(json));
        support::writeFile(folder / "tokenizer_config.json", R"({"bos_token": "<unk>"})");
        const Json config = { { "model_type", modelType.toStdString() } };
        const auto made = tokenizerFromFolder(folder.path(), config, 8192);
        const LlamaVocabulary theirs(interop::LlamaLibrary::load(interop::llamaFolder()),
            written(made.metadata, folder / "vocabulary.gguf"));
        QCOMPARE(made.tokenizer->size(), theirs.size());
        QCOMPARE(made.tokenizer->addBos(), theirs.addBos());
        for (const std::string& text : oddTexts())
            if (!findInvalidUtf8(text) && (type == "BPE" || text.find_first_not_of(" \n\t\r") == 0))
                QCOMPARE(QByteArray::fromStdString(difference(
                             *made.tokenizer, theirs, type == "BPE" ? text : joinedBySpaces(text))),
                    QByteArray());
        const std::string text = readTextFile(sample / "evaluation.txt").substr(0, textBytes / 4);
        QCOMPARE(QByteArray::fromStdString(difference(
                     *made.tokenizer, theirs, type == "BPE" ? text : joinedBySpaces(text))),
            QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestLlamaTokenizer)
#include "tst_llamatokenizer.moc"
