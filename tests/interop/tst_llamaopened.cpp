// SPDX-License-Identifier: GPL-3.0-or-later
// Models as people have them (names without "model.", tokens named beside the tokenizer, pieces, a
// snapshot in a cache, SentencePiece in a folder): what is exported of them is loaded by the real
// llama.cpp, with the same tokens and the same perplexity.
#include "tests/interop/bothsides.h"
#include "tests/interop/interopfiles.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/export/ggufexport.h"
#include "core/files/gguf.h"
#include "core/files/json.h"
#include "core/files/textfile.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"
#include "tests/support/tinyquantized.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cstring>
#include <functional>
#include <set>

using namespace interop;
using core::Checkpoint;
using core::Json;

namespace fs = std::filesystem;

namespace {

const fs::path sample = fs::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";

void copySample(const fs::path& folder)
{
    fs::create_directories(folder);
    for (const char* name :
        { "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors" })
        fs::copy_file(sample / name, folder / name);
}

void changeJson(const fs::path& file, const std::function<void(Json&)>& change)
{
    Json json = core::readJson(file);
    change(json);
    support::writeFile(file, core::jsonText(json));
}

/// The sample with the names of the bare model.
void makeBare(const fs::path& folder)
{
    copySample(folder);
    const std::string bytes = support::readFile(folder / "model.safetensors");
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof(length));
    const Json original = core::parseJson(bytes.substr(8, length), "header");
    Json header;
    for (const auto& [name, entry] : original.items())
        header[name.starts_with("model.") ? name.substr(6) : name] = entry;
    support::writeFile(folder / "model.safetensors",
        support::safetensorsBytes(core::jsonText(header), bytes.substr(8 + length)));
}

/// The sample whose last tokens were replaced by ones that only tokenizer_config.json names.
void makeAdded(const fs::path& folder)
{
    constexpr int first = 4093;
    copySample(folder);
    std::set<std::string> gone;
    changeJson(folder / "tokenizer.json", [&](Json& json) {
        Json& model = json["model"];
        for (const auto& [token, id] : model["vocab"].items())
            if (id >= first)
                gone.insert(token);
        for (const std::string& token : gone)
            model["vocab"].erase(token);
        Json merges = Json::array();
        for (const Json& merge : model["merges"]) {
            const std::string pair = merge.is_string()
                ? merge.get<std::string>()
                : core::text(merge[0].get<std::string>(), " ", merge[1].get<std::string>());
            const auto space = pair.find(' ', 1);
            const std::string left = pair.substr(0, space), right = pair.substr(space + 1);
            if (!gone.contains(left) && !gone.contains(right) && !gone.contains(left + right))
                merges.push_back(merge);
        }
        model["merges"] = merges;
    });
    changeJson(folder / "tokenizer_config.json", [](Json& json) {
        json["added_tokens_decoder"]
            = { { "4093", { { "content", "<tool>" }, { "special", false } } },
                  { "4094", { { "content", "<|im_start|>" }, { "special", true } } },
                  { "4095", { { "content", "<|im_end|>" }, { "special", true } } } };
        json["eos_token"] = "<|im_end|>";
    });
}

/// A snapshot in a cache of the hub; gives its folder.
fs::path makeSnapshot(const fs::path& root)
{
    const fs::path snapshot = root / "models--org--Some-Model/snapshots" / std::string(40, 'c');
    copySample(snapshot);
    const fs::path blobs = root / "models--org--Some-Model/blobs";
    fs::create_directories(blobs);
    for (const auto& entry : fs::directory_iterator(snapshot)) {
        const fs::path name = entry.path().filename();
        fs::rename(entry.path(), blobs / name);
        fs::create_symlink("../../blobs" / name, entry.path());
    }
    return snapshot;
}

/// A GGUF file cut into two pieces; gives the second.
fs::path makePieces(const fs::path& file, const fs::path& folder)
{
    fs::create_directories(folder);
    const core::GgufFile whole = core::readGguf(file);
    const std::size_t half = whole.tensors.size() / 2;
    for (int piece : { 0, 1 }) {
        core::GgufMetadata metadata = piece == 0 ? whole.metadata : core::GgufMetadata();
        metadata.set("split.no", std::uint16_t(piece));
        metadata.set("split.count", std::uint16_t(2));
        metadata.set("split.tensors.count", std::int32_t(whole.tensors.size()));
        const std::size_t begin = piece == 0 ? 0 : half;
        const std::size_t end = piece == 0 ? half : whole.tensors.size();
        std::vector<core::GgufTensorInfo> infos;
        for (std::size_t i = begin; i < end; ++i)
            infos.push_back(
                { whole.tensors[i].name, whole.tensors[i].format, whole.tensors[i].shape });
        core::writeGguf(folder / core::text("m-0000", piece + 1, "-of-00002.gguf"), metadata, infos,
            [&](std::size_t i) {
                const auto bytes = whole.tensors[begin + i].bytes;
                return std::vector<std::byte>(bytes.begin(), bytes.end());
            },
            {});
    }
    return folder / "m-00002-of-00002.gguf";
}

} // namespace

class TestLlamaOpened : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
        m_llama = LlamaLibrary::load(llamaFolder());
        m_text = core::readTextFile(sample / "evaluation.txt").substr(0, 20000);
    }

    void llamaLoadsWhatIsExported_data()
    {
        QTest::addColumn<QString>("path");
        const fs::path root = m_folder.path();
        const auto row = [](const char* name, const fs::path& path) {
            QTest::newRow(name) << QString::fromStdString(path.string());
        };
        makeBare(root / "bare");
        row("bare names", root / "bare");
        makeAdded(root / "added");
        row("added tokens", root / "added");
        row("snapshot", makeSnapshot(root));
        const fs::path stories = sharedFile("models/stories260k/stories260Ktok512.gguf");
        if (!fs::exists(stories))
            return;
        row("pieces", makePieces(stories, root / "pieces"));
        row("SentencePiece", stories.parent_path());
    }

    void llamaLoadsWhatIsExported()
    {
        QFETCH(QString, path);
        const fs::path gguf = m_folder / "out.gguf";
        const auto rounded = exportAs(Checkpoint::open(path.toStdString()), "F32", gguf);
        const TextChunks text{ m_text, 128, 4 };
        const LlamaModel model(m_llama, gguf);
        const core::Tokenizer& tokenizer = rounded->tokenizer();
        QCOMPARE(
            difference(tokenizer.encode(m_text), model.tokenize(m_text, Special::Leave), model),
            QString());
        QCOMPARE(tokenizer.bos(), model.bos());
        QCOMPARE(tokenizer.eos(), model.eos());
        QCOMPARE(tokenizer.addBos(), model.addBos());
        QCOMPARE(disagreement("ln(perplexity)", ourLoss(*rounded, text),
                     llamaLoss(m_llama, gguf, text), 1e-4),
            QString());
    }

    void llamaComputesWhatWasConvertedExactly_data()
    {
        QTest::addColumn<QString>("format");
        const auto row
            = [](const char* kind, const char* format) { QTest::newRow(kind) << QString(format); };
        row("gptq", "Q4_0");
        row("gptq-8", "Q8_0");
        row("awq", "Q5_0");
        row("compressed", "Q4_0");
        row("compressed-int8", "Q8_0");
        row("mxfp4", "MXFP4");
        row("nf4", "F16");
        row("fp8", "F16");
    }

    /// A checkpoint that another tool quantized, taken over as it is.
    void llamaComputesWhatWasConvertedExactly()
    {
        QFETCH(QString, format);
        const fs::path folder = m_folder / QTest::currentDataTag(), gguf = m_folder / "out.gguf";
        fs::create_directories(folder);
        support::writeTinyQuantized({}, QTest::currentDataTag(), folder);
        const auto taken = exportAs(Checkpoint::open(folder), "source", gguf);
        QCOMPARE(taken->find({ core::Role::FfnUp, 1 })->format->name, format.toStdString());
        const TextChunks text{ m_text, 64, 4 };
        QCOMPARE(disagreement("ln(perplexity)", ourLossAsLlama(*taken, text),
                     llamaLoss(m_llama, gguf, text), 1e-3),
            QString());
    }

    void llamaStopsAtTheTokenThatTheConfigNames()
    {
        const fs::path gguf = m_folder / "out.gguf";
        makeAdded(m_folder / "chat");
        exportAs(Checkpoint::open(m_folder / "chat"), "F32", gguf);
        const LlamaModel model(m_llama, gguf);
        QCOMPARE(model.eos(), 4095);
        QCOMPARE(model.piece(4095), std::string("<|im_end|>"));
        QCOMPARE(model.tokenize("<tool>", Special::Leave), std::vector{ 4093 });
    }

    void llamaLoadsThePiecesOfASplitExport()
    {
        const auto original = Checkpoint::open(sample);
        const fs::path gguf = m_folder / "split.gguf";
        core::GgufExportOptions options;
        options.mostBytes = 2'000'000;
        const core::GgufExportReport report = core::exportGguf(*original, { gguf }, options, {});
        QVERIFY(report.files > 2);
        const auto again = Checkpoint::open(report.file);
        const LlamaModel model(m_llama, report.file);
        QCOMPARE(model.layers(), again->config().layers);
        const TextChunks text{ m_text, 128, 4 };
        QCOMPARE(disagreement("ln(perplexity)", ourLoss(*again, text),
                     llamaLoss(m_llama, report.file, text), 1e-4),
            QString());
    }

private:
    support::TemporaryFolder m_folder;
    std::shared_ptr<const LlamaLibrary> m_llama;
    std::string m_text;
};

QTEST_GUILESS_MAIN(TestLlamaOpened)
#include "tst_llamaopened.moc"
