// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/files/json.h"
#include "core/model/checkpoint.h"
#include "core/model/modelsource.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <functional>

using core::Checkpoint;
using core::Json;
using support::messageOf;
using support::SafetensorsEntry;
using support::TemporaryFolder;
using support::TinyModel;

namespace fs = std::filesystem;

namespace {

using Rename = std::function<std::string(const std::string&)>;

std::vector<SafetensorsEntry> entriesOf(const TinyModel& model, const Rename& rename)
{
    std::vector<SafetensorsEntry> entries;
    for (const auto& tensor : support::tinyTensors(model))
        entries.push_back({ rename(tensor.name), "F32", tensor.shape,
            std::string(
                reinterpret_cast<const char*>(tensor.weights.data()), 4 * tensor.weights.size()) });
    return entries;
}

std::string same(const std::string& name) { return name; }

/// A folder with a tiny model to which things are done.
class Folder {
public:
    explicit Folder(const TinyModel& model = {}) { support::writeTinyModel(model, path()); }

    fs::path path() const { return m_folder.path(); }
    fs::path operator/(const std::string& name) const { return path() / name; }

    void write(const std::string& name, const std::string& bytes) const
    {
        support::writeFile(path() / name, bytes);
    }
    void setConfig(const std::string& key, const Json& value) const
    {
        Json config = core::readJson(path() / "config.json");
        config[key] = value;
        write("config.json", core::jsonText(config));
    }
    /// The weights under other names, and one more tensor.
    void rewrite(const Rename& rename, const std::vector<SafetensorsEntry>& more = {}) const
    {
        auto entries = entriesOf({}, rename);
        entries.insert(entries.end(), more.begin(), more.end());
        write("model.safetensors", support::safetensorsBytes(entries));
    }

    /// The notes of opening it, each on a line; what it says if that fails.
    QByteArray opened(const std::string& name = {}) const
    {
        const fs::path place = name.empty() ? path() : path() / name;
        std::string notes;
        std::string message = messageOf([&] {
            const auto checkpoint = Checkpoint::open(place);
            for (const std::string& note : checkpoint->notes())
                notes += note + "\n";
        });
        if (message == "no error")
            return QByteArray::fromStdString(notes);
        const std::string own = path().string();
        if (message.starts_with(own))
            message.replace(0, own.size(), "FOLDER");
        return QByteArray::fromStdString(message);
    }

private:
    TemporaryFolder m_folder;
};

bool contains(const QByteArray& text, const char* part)
{
    if (text.contains(part))
        return true;
    qWarning("%s", text.constData());
    return false;
}

} // namespace

class TestOpening : public QObject {
    Q_OBJECT
private slots:
    void aSoundModelHasNoNotes() { QCOMPARE(Folder().opened(), QByteArray()); }

    void namesWhatStandsInPlaceOfTheWeights_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const char* file, const char* bytes,
                             const char* message) {
            QTest::newRow(name) << QByteArray(file) << QByteArray(bytes) << QByteArray(message);
        };
        const char* pointer = "version https://git-lfs.github.com/spec/v1\noid x\nsize 30100000\n";
        row("pointer", "model.safetensors", pointer,
            "FOLDER/model.safetensors: is a Git LFS pointer to 30.1 MB");
        row("config pointer", "config.json", pointer,
            "FOLDER/config.json: is a Git LFS pointer to 30.1 MB");
        row("empty", "model.safetensors", "",
            "FOLDER/model.safetensors: is empty: the download is not complete");
        row("page", "model.safetensors", "<!doctype html>",
            "FOLDER/model.safetensors: is a web page");
        row("empty config", "config.json", "", "FOLDER/config.json: is empty");
    }

    void namesWhatStandsInPlaceOfTheWeights()
    {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, message);
        const Folder folder;
        folder.write(file.toStdString(), bytes.toStdString());
        QVERIFY(contains(folder.opened(), message));
    }

    void saysHowMuchOfAFileIsThere()
    {
        const Folder folder;
        const auto size = fs::file_size(folder / "model.safetensors");
        fs::resize_file(folder / "model.safetensors", size / 2);
        QVERIFY(contains(folder.opened(), " kB: the download is not complete"));
        support::writeTinyGguf({}, folder / "t.gguf");
        fs::resize_file(folder / "t.gguf", fs::file_size(folder / "t.gguf") - 100);
        QVERIFY(contains(folder.opened("t.gguf"), " kB: the download is not complete"));
    }

    void takesNamesWithAPrefixTooManyOrTooFew_data()
    {
        QTest::addColumn<QByteArray>("prefix"); // "-": "model." is left out
        QTest::addColumn<QByteArray>("note");
        QTest::newRow("bare") << QByteArray("-") << QByteArray("lack \"model.\" in front");
        for (const char* prefix :
            { "base_model.model.", "module.", "language_model.", "module.base_model.model." })
            QTest::newRow(prefix) << QByteArray(prefix)
                                  << QByteArray("have \"").append(prefix).append("\" in front");
        QTest::newRow("compiled") << QByteArray("_orig_mod.")
                                  << QByteArray("such as \"_orig_mod.\"");
    }

    void takesNamesWithAPrefixTooManyOrTooFew()
    {
        QFETCH(QByteArray, prefix);
        QFETCH(QByteArray, note);
        for (const bool isTied : { true, false }) {
            TinyModel model;
            model.isTied = isTied;
            const Folder folder(model);
            const auto rename = [&](const std::string& name) {
                if (prefix != "-")
                    return prefix.toStdString() + name;
                return name.starts_with("model.") ? name.substr(6) : name;
            };
            folder.write("model.safetensors", support::safetensorsBytes(entriesOf(model, rename)));
            QVERIFY(contains(folder.opened(), note));
            const auto checkpoint = Checkpoint::open(folder.path());
            QCOMPARE(checkpoint->config().tiedHead, isTied);
            QCOMPARE(checkpoint->tensors()[0].sourceName, rename("model.embed_tokens.weight"));
        }
    }

    void leavesOutWhatNothingNeeds()
    {
        const Folder folder;
        folder.rewrite(same,
            { { "model.layers.0.self_attn.rotary_emb.inv_freq", "F32", { 1 }, "abcd" },
                { "model.layers.0.self_attn.masked_bias", "I64", { 1 }, "abcdefgh" },
                { "model.layers.1.self_attn.bias", "BOOL", { 2 }, "ab" },
                { "model.layers.1.self_attn.k_scale", "F32", { 1 }, "abcd" } });
        QCOMPARE(folder.opened(),
            QByteArray("4 tensors that nothing needs are left out, such as "
                       "model.layers.0.self_attn.rotary_emb.inv_freq\n"));
        QCOMPARE(Checkpoint::open(folder.path())->tensors().size(), std::size_t(20));
    }

    void refusesAdaptersByName()
    {
        const Folder inside;
        inside.rewrite(same,
            { { "model.layers.0.self_attn.q_proj.lora_A.default.weight", "F32", { 1 }, "abcd" } });
        QVERIFY(contains(inside.opened(), "holds tensors of a LoRA adapter ("));
        const Folder adapter;
        fs::remove(adapter / "model.safetensors");
        adapter.write("adapter_config.json", R"({"base_model_name_or_path": "org/Base"})");
        adapter.write("adapter_model.safetensors", support::safetensorsBytes({}));
        QVERIFY(contains(adapter.opened(), "FOLDER: is a LoRA adapter of org/Base and no model: "));
        fs::remove(adapter / "config.json");
        QVERIFY(contains(adapter.opened(), "FOLDER: is a LoRA adapter of org/Base and no model: "));
    }

    void saysByWhatTheWeightsAreQuantized()
    {
        const Folder folder;
        const char* needed = ": open the original, in F32, F16 or BF16, or a GGUF file of it";
        folder.rewrite(same, { { "model.layers.0.mlp.up_proj.qweight", "I32", { 1 }, "abcd" } });
        QVERIFY(contains(folder.opened(), "quantized already, by GPTQ or AWQ, as tensor "));
        folder.rewrite(same, { { "model.layers.0.mlp.up_proj.x", "F8_E4M3", { 2 }, "ab" } });
        QVERIFY(contains(folder.opened(), "is stored as F8_E4M3"));
        QVERIFY(contains(folder.opened(), needed));
        folder.rewrite(same);
        folder.setConfig("quantization_config", { { "quant_method", "bitsandbytes" } });
        QVERIFY(contains(folder.opened(), "config.json names bitsandbytes"));
        folder.setConfig("quantization_config", { { "quant_method", "awq" }, { "bits", 4 } });
        QVERIFY(contains(folder.opened(),
            "FOLDER/config.json: the weights are quantized already, by awq to 4 bits"));
        QVERIFY(contains(folder.opened(), needed));
    }

    void takesAnIndexThatListsTooMuch()
    {
        TinyModel model;
        model.shards = 2;
        const Folder folder(model);
        Json index = core::readJson(folder / "model.safetensors.index.json");
        index["weight_map"]["lm_head.weight"] = "model-00002-of-00002.safetensors";
        index["metadata"]["total_size"] = "8.4 MB";
        folder.write("model.safetensors.index.json", core::jsonText(index));
        QCOMPARE(folder.opened(),
            QByteArray("model.safetensors.index.json lists lm_head.weight in "
                       "model-00002-of-00002.safetensors, which does not hold it\n"));
        fs::remove(folder / "model-00002-of-00002.safetensors");
        QVERIFY(contains(folder.opened(),
            "FOLDER/model.safetensors.index.json: names the file model-00002-of-00002.safetensors, "
            "which is not there; so tensor "));
    }

    void opensShardsWithoutAnIndex()
    {
        TinyModel model;
        model.shards = 3;
        const Folder folder(model);
        fs::remove(folder / "model.safetensors.index.json");
        const QByteArray note("There is no model.safetensors.index.json; 3 of 3 files are taken by "
                              "their names\n");
        QCOMPARE(folder.opened(), note);
        QCOMPARE(folder.opened("model-00002-of-00003.safetensors"), note);
        fs::remove(folder / "model-00002-of-00003.safetensors");
        QVERIFY(contains(folder.opened("model-00003-of-00003.safetensors"),
            ": is one of 3 files of the model and needs model-00002-of-00003.safetensors, which is "
            "not there; so tensor "));
    }

    void opensALoneShardThatHasAll()
    {
        const Folder folder;
        fs::rename(folder / "model.safetensors", folder / "model-00001-of-00002.safetensors");
        QVERIFY(contains(folder.opened("model-00001-of-00002.safetensors"),
            "is one of 2 files of the model and needs model-00002-of-00002.safetensors"));
        QCOMPARE(Checkpoint::open(folder.path())->tensors().size(), std::size_t(20));
    }

    void opensWeightsUnderAnotherName()
    {
        const Folder folder;
        fs::rename(folder / "model.safetensors", folder / "consolidated.safetensors");
        QVERIFY(contains(folder.opened(), "consolidated.safetensors, the only .safetensors file"));
        fs::copy_file(folder / "consolidated.safetensors", folder / "b.safetensors");
        QVERIFY(contains(folder.opened(),
            "FOLDER: holds 2 .safetensors files (b.safetensors, consolidated.safetensors), none of "
            "which is model.safetensors; open one of them"));
        QCOMPARE(folder.opened("b.safetensors"), QByteArray());
    }

    void namesTheFilesOfAnotherProgram()
    {
        const Folder folder;
        folder.write("model.safetensors",
            support::safetensorsBytes(
                { { "layers.0.attention.wq.weight", "F32", { 1 }, "abcd" } }));
        QVERIFY(contains(folder.opened(), "named as in Meta's and Mistral's own files (layers.0."));
    }

    void saysWhatToDoWithOtherFormats()
    {
        const Folder folder;
        fs::remove(folder / "model.safetensors");
        folder.write("pytorch_model.bin", "PK\3\4");
        QVERIFY(
            contains(folder.opened(), "(pytorch_model.bin) is a PyTorch file (pickle): save it"));
        QVERIFY(
            contains(folder.opened("pytorch_model.bin"), "is a PyTorch file (pickle): save it"));
        folder.write("pytorch_model.bin.index.json", "{}");
        QVERIFY(contains(folder.opened("pytorch_model.bin.index.json"), "PyTorch model (pickle)"));
        folder.write("old.bin", "tjgg\3");
        QVERIFY(contains(folder.opened("old.bin"), "is a GGML file (GGJT), a format before GGUF"));
    }

    void opensTheOnlyGgufOfAFolder()
    {
        const Folder folder;
        for (const char* name : { "config.json", "model.safetensors" })
            fs::remove(folder / name);
        support::writeTinyGguf({}, folder / "a.gguf");
        folder.write("mmproj-a.gguf", "GGUF");
        QVERIFY(contains(folder.opened(), "Of the folder, its GGUF file a.gguf is opened"));
        support::writeTinyGguf({}, folder / "b.GGUF");
        QCOMPARE(folder.opened(),
            QByteArray("FOLDER: holds 2 GGUF files: a.gguf, b.GGUF; open one of them"));
        QCOMPARE(core::ggufModels(folder.path()).size(), std::size_t(2));
        QVERIFY(core::ggufModels(folder / "a.gguf").empty());
    }

    void opensASnapshotOfTheHubsCache()
    {
        const TemporaryFolder cache;
        const fs::path root = cache / "models--some-org--Some-Model";
        const fs::path snapshot = root / "snapshots" / std::string(40, 'a');
        fs::create_directories(snapshot);
        fs::create_directories(root / "blobs");
        support::writeTinyModel({}, snapshot);
        for (const auto& entry : fs::directory_iterator(snapshot)) {
            fs::rename(entry.path(), root / "blobs" / entry.path().filename());
            fs::create_symlink("../../blobs" / entry.path().filename(), entry.path());
        }
        for (const fs::path& path : { snapshot, snapshot / "model.safetensors", root })
            QCOMPARE(Checkpoint::open(path)->config().name, std::string("Some-Model"));
        fs::create_directories(root / "snapshots/other");
        QVERIFY(contains(QByteArray::fromStdString(messageOf([&] { Checkpoint::open(root); })),
            "open the folder of one of its 2 snapshots: aaaa"));
        fs::create_directories(root / "refs");
        support::writeFile(root / "refs/main", std::string(40, 'a') + "\n");
        QCOMPARE(Checkpoint::open(root)->notes().back(),
            "Of the cache, its snapshot " + std::string(40, 'a') + " is opened");
        fs::rename(root / "blobs/model.safetensors", root / "blobs/model.safetensors.incomplete");
        QVERIFY(contains(QByteArray::fromStdString(messageOf([&] { Checkpoint::open(snapshot); })),
            "the link model.safetensors leads to ../../blobs/model.safetensors, which is not "
            "there: "
            "the download is not complete (model.safetensors.incomplete beside it has "));
    }

    void callsAModelByItsNameNotByAHash()
    {
        const TemporaryFolder around;
        const fs::path folder = around / std::string(40, '7');
        fs::create_directory(folder);
        support::writeTinyModel({}, folder);
        const auto name = [&] { return Checkpoint::open(folder)->config().name; };
        QCOMPARE(name(), around.path().filename().string());
        Json config = core::readJson(folder / "config.json");
        config["_name_or_path"] = "/home/me/My-Model/";
        support::writeFile(folder / "config.json", core::jsonText(config));
        QCOMPARE(name(), std::string("My-Model"));
        QCOMPARE(core::toText(*Checkpoint::open(folder)->metadata().find("general.name")),
            std::string("My-Model"));
    }

    void takesAFaultInWhatIsNotNeededForANote()
    {
        const Folder folder;
        folder.setConfig("architectures", Json::array({ "LlamaModel" }));
        folder.write("generation_config.json", R"({"temperature": Infinity, "eos_token_id": 0})");
        folder.write("special_tokens_map.json", "{");
        folder.write("chat_template.jinja", "caf\xe9");
        const QByteArray notes = folder.opened();
        QVERIFY(contains(notes, "generation_config.json: holds Infinity"));
        QVERIFY(contains(notes, "special_tokens_map.json: no valid JSON"));
        QVERIFY(contains(notes, "chat_template.jinja: byte 3 is no part of a UTF-8 character"));
        QVERIFY(Checkpoint::open(folder.path())->hasTokenizer());
        std::string config = support::readFile(folder / "config.json");
        config.insert(1, "\"initializer_range\": NaN, ");
        folder.write("config.json", config);
        QVERIFY(contains(folder.opened(), "config.json: holds NaN, which is no number of JSON"));
        config.insert(1, "\"rms_norm_eps_\": 1, ");
        config.replace(config.find("\"rope_theta\":") + 13, 7, "Infinity");
        folder.write("config.json", config);
        QVERIFY(contains(
            folder.opened(), "FOLDER/config.json: rope_theta is \"Infinity\", expected a number"));
    }

    void saysThatAnUntiedHeadIsMissing()
    {
        const Folder folder;
        folder.setConfig("tie_word_embeddings", false);
        QVERIFY(contains(folder.opened(), "There is no lm_head.weight, although"));
    }

    void namesAnUnfinishedDownload()
    {
        const Folder folder;
        folder.write("model.safetensors.aria2", "x");
        QCOMPARE(folder.opened(),
            QByteArray("model.safetensors.aria2 lies beside model.safetensors, whose download may "
                       "not be complete\n"));
        folder.write("t.gguf.part", "abc");
        QVERIFY(contains(folder.opened("t.gguf"),
            "FOLDER/t.gguf, which is not there: the download is not complete (t.gguf.part beside "
            "it "
            "has 3 bytes)"));
    }
};

QTEST_APPLESS_MAIN(TestOpening)
#include "tst_opening.moc"
