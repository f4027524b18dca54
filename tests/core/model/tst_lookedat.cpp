// SPDX-License-Identifier: GPL-3.0-or-later
// Models whose files do not fit together: whatever holds tensors opens, and says why it is not
// computed.
#include "core/files/ggufsplit.h"
#include "core/model/checkpoint.h"
#include "tests/core/model/openedfolder.h"
#include "tests/support/torchwriter.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>

using core::Checkpoint;
using core::Json;
using support::Damage;
using support::messageOf;
using support::TinyModel;

namespace fs = std::filesystem;

namespace {

constexpr std::size_t tinyCount = 20; // tensors of a TinyModel with a tied head
const char* const damaged = "model.layers.1.mlp.down_proj.weight";

std::string same(const std::string& name) { return name; }

std::shared_ptr<const Checkpoint> opened(const fs::path& path) { return Checkpoint::open(path); }

/// Why a model is not computed.
QByteArray reasonOf(const Checkpoint& checkpoint)
{
    return QByteArray::fromStdString(messageOf([&] { checkpoint.requireComputed(); }));
}

QByteArray reasonOf(const fs::path& path) { return reasonOf(*opened(path)); }

bool hasNote(const Checkpoint& checkpoint, const char* words)
{
    QByteArray notes;
    for (const std::string& note : checkpoint.notes())
        notes.append(note.c_str()).append('\n');
    return contains(notes, words);
}

/// The tiny model's weights with other entries in place of those of the same name, and more.
void rewrite(const OpenedFolder& folder, const std::vector<support::SafetensorsEntry>& others)
{
    auto entries = entriesOf({}, same);
    for (const auto& other : others)
        std::erase_if(entries, [&](const auto& entry) { return entry.name == other.name; });
    entries.insert(entries.end(), others.begin(), others.end());
    folder.write("model.safetensors", support::safetensorsBytes(entries));
}

std::string bytes(std::size_t count) { return std::string(count, '\1'); }

} // namespace

class TestLookedAt : public QObject {
    Q_OBJECT
private slots:
    void opensAModelThatLacksATensor()
    {
        TinyModel model;
        model.damage = Damage::MissingTensor;
        const OpenedFolder folder(model);
        support::writeTinyGguf(model, folder / "t.gguf");
        for (const auto& [path, name] : { std::pair(folder.path(), damaged),
                 std::pair(folder / "t.gguf", "blk.1.ffn_down.weight") }) {
            const auto checkpoint = opened(path);
            QVERIFY(!checkpoint->isComputed());
            QCOMPARE(checkpoint->tensors().size(), tinyCount - 1);
            QCOMPARE(checkpoint->config().layers, 2);
            QVERIFY(checkpoint->hasTokenizer());
            QVERIFY(checkpoint->incomplete().empty());
            QVERIFY(contains(reasonOf(*checkpoint), name));
            QVERIFY(hasNote(*checkpoint, "is missing among 19 tensors, expected those of a Llama"));
        }
    }

    void opensAPyTorchFileThatLacksTensors()
    {
        const OpenedFolder folder;
        fs::remove(folder / "model.safetensors");
        folder.write("pytorch_model.bin",
            support::torchBytes(
                { { "model.norm.weight", "FloatStorage", bytes(4 * 64), { 64 } } }));
        QCOMPARE(opened(folder.path())->tensors().size(), std::size_t(1));
        QVERIFY(contains(reasonOf(folder.path()), "tensor model.embed_tokens.weight is missing"));
    }

    void opensWhatIsThereOfAnIncompleteDownload()
    {
        TinyModel model;
        model.shards = 3;
        const OpenedFolder folder(model);
        fs::remove(folder / "model-00002-of-00003.safetensors");
        const char* missing
            = "model.safetensors.index.json names the file model-00002-of-00003.safetensors, "
              "which is not there";
        for (const char* name : { "", "model-00003-of-00003.safetensors" }) {
            const auto checkpoint = opened(folder / name);
            QVERIFY(checkpoint->tensors().size() < tinyCount);
            QVERIFY(hasNote(*checkpoint, missing));
            QVERIFY(contains(reasonOf(*checkpoint), "which is not there; so tensor "));
            QVERIFY(contains(QByteArray::fromStdString(checkpoint->incomplete()),
                ": names the file model-00002-of-00003.safetensors"));
        }
        fs::remove(folder / "model.safetensors.index.json");
        fs::remove(folder / "model-00001-of-00003.safetensors");
        fs::remove(folder / "config.json");
        const auto lone = opened(folder / "model-00003-of-00003.safetensors");
        QVERIFY(hasNote(*lone,
            "needs model-00001-of-00003.safetensors, which is not there, "
            "model-00002-of-00003.safetensors, which is not there"));
        for (const char* name :
            { "model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors" })
            QVERIFY(contains(QByteArray::fromStdString(lone->incomplete()), name));
    }

    void saysWhatIsMissingWhereNothingIsThere()
    {
        TinyModel model;
        model.shards = 2;
        const OpenedFolder folder(model);
        fs::remove(folder / "model-00001-of-00002.safetensors");
        fs::remove(folder / "model-00002-of-00002.safetensors");
        QVERIFY(contains(folder.opened(),
            "FOLDER/model.safetensors.index.json: names the file "
            "model-00001-of-00002.safetensors, which is not there and names the file "));
    }

    void opensThePiecesOfAGgufThatAreThere()
    {
        const support::TemporaryFolder folder;
        const int count = writePieces(folder.path());
        QVERIFY(count > 2);
        const auto files = core::pieceFiles(folder / "m.gguf", std::size_t(count));
        fs::remove(files.back());
        const auto checkpoint = opened(files[0]);
        QVERIFY(checkpoint->hasTokenizer());
        QVERIFY(contains(reasonOf(*checkpoint), files.back().filename().c_str()));
        fs::remove(files[0]); // which has the metadata
        const auto headless = opened(files[1]);
        QVERIFY(headless->tensors().size() > 0);
        QCOMPARE(headless->config().architecture, std::string("unknown"));
        QVERIFY(contains(reasonOf(*headless), "is piece 2 of "));
        QVERIFY(contains(QByteArray::fromStdString(headless->incomplete()), "needs m-00001-of-"));
    }

    void opensAModelWithoutAConfiguration()
    {
        const OpenedFolder folder;
        fs::remove(folder / "config.json");
        for (const char* name : { "", "model.safetensors" }) {
            const auto checkpoint = opened(folder / name);
            QCOMPARE(checkpoint->tensors().size(), tinyCount);
            QCOMPARE(checkpoint->config().architecture, std::string("unknown"));
            QCOMPARE(checkpoint->config().layers, 2); // by the names of its tensors
            QVERIFY(checkpoint->hasTokenizer()); // as its embedding has rows
            QVERIFY(contains(reasonOf(*checkpoint), ": has no config.json, which says what "));
        }
        folder.write("params.json", "{}");
        QVERIFY(contains(reasonOf(folder.path()), "params.json is Mistral's and Meta's"));
        fs::rename(folder / "model.safetensors", folder / "loose.safetensors");
        QCOMPARE(opened(folder / "loose.safetensors")->tensors().size(), tinyCount);
    }

    void opensAModelWithAnOddConfiguration_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("reason");
        const auto row
            = [](const char* name, const char* key, const char* value, const char* reason) {
                  QTest::newRow(name) << QByteArray(key) << QByteArray(value) << QByteArray(reason);
              };
        row("absent", "num_attention_heads", "null",
            "num_attention_heads is null, expected a whole number");
        row("a word", "hidden_size", "\"64\"", "hidden_size is \"64\", expected a whole number");
        row("negative", "num_hidden_layers", "-2", "num_hidden_layers is -2, expected 1 to ");
        row("huge", "vocab_size", "1e300", "vocab_size is 1e+300, expected a whole number");
        row("uneven", "num_key_value_heads", "3", "expected the first to be a multiple");
        row("a list", "tie_word_embeddings", "[]", "tie_word_embeddings is []");
        row("rope scaling of no known type", "rope_scaling",
            R"({"rope_type": "dynamic", "factor": 2.0})", "rope_type is dynamic, expected ");
        row("rope scaling without its factor", "rope_scaling", R"({"rope_type": "linear"})",
            "factor is missing, expected a number");
        row("another width", "intermediate_size", "100", "has shape [128, 64], expected [100, 64]");
        row("another number of layers", "num_hidden_layers", "1",
            "unexpected tensor model.layers.1");
    }

    void opensAModelWithAnOddConfiguration()
    {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, reason);
        const OpenedFolder folder;
        folder.setConfig(key.toStdString(), Json::parse(value.toStdString()));
        const auto checkpoint = opened(folder.path());
        QVERIFY(contains(reasonOf(*checkpoint), reason.constData()));
        QCOMPARE(checkpoint->tensors().size(), tinyCount);
        QCOMPARE(checkpoint->config().architecture, std::string("llama"));
        QVERIFY(checkpoint->config().layers >= 1);
        for (const core::Tensor& tensor : checkpoint->tensors())
            QVERIFY(core::decode(tensor).allFinite());
    }

    void opensAModelWithAConfigurationThatIsNoJson()
    {
        const OpenedFolder folder;
        for (const char* json : { "{\"hidden_size\": 64,", "[]", "{}", "null", "17" }) {
            folder.write("config.json", json);
            const auto checkpoint = opened(folder.path());
            QCOMPARE(checkpoint->tensors().size(), tinyCount);
            QVERIFY(contains(reasonOf(*checkpoint), "config.json: "));
        }
        folder.write("config.json", "{\"hidden_size\": 64,");
        QVERIFY(contains(reasonOf(folder.path()), "it is cut short, as by a download that is not"));
    }

    void opensAGgufWithOddMetadata()
    {
        const support::TemporaryFolder folder;
        support::writeTinyGguf({}, folder / "t.gguf");
        std::string all = support::readFile(folder / "t.gguf");
        for (const auto& [key, other] :
            { std::pair("llama.attention.head_count", "llama.attention.head_xxxxx"),
                std::pair("general.architecture", "general.architectura") }) {
            std::string changed = all;
            const std::string whole = support::little(std::uint64_t(std::string(key).size()))
                + key; // not head_count_kv
            changed.replace(changed.find(whole) + 8, std::string(key).size(), other);
            support::writeFile(folder / "t.gguf", changed);
            const auto checkpoint = opened(folder / "t.gguf");
            QCOMPARE(checkpoint->tensors().size(), tinyCount);
            QVERIFY(contains(
                reasonOf(*checkpoint), (std::string(key) + " is missing, expected ").c_str()));
        }
    }

    void listsATensorOfATypeThatNothingDecodes()
    {
        const OpenedFolder folder;
        rewrite(folder, { { damaged, "I63", { 64, 128 }, bytes(40) } });
        support::writeTinyGguf({}, folder / "t.gguf");
        setGgufType(folder / "t.gguf", "blk.1.ffn_down.weight", 139);
        for (const auto& [path, type] : { std::pair(folder.path(), "I63"),
                 std::pair(folder / "t.gguf", "IQ4_K (of ik_llama.cpp)") }) {
            const auto checkpoint = opened(path);
            QCOMPARE(checkpoint->tensors().size(), tinyCount - 1);
            QCOMPARE(checkpoint->undecoded().size(), std::size_t(1));
            QCOMPARE(core::storedType(checkpoint->undecoded()[0]), std::string_view(type));
            QVERIFY(
                contains(reasonOf(*checkpoint), (std::string(" is stored as ") + type).c_str()));
            QVERIFY(hasNote(*checkpoint, ", which nothing here decodes: it is listed"));
        }
    }

    void computesAModelWithAValueHeadBesideIt()
    {
        const OpenedFolder folder;
        folder.rewrite(same,
            { { "v_head.summary.weight", "F32", { 1, 64 }, bytes(256) },
                { "v_head.summary.bias", "F32", { 1 }, bytes(4) } });
        const auto checkpoint = opened(folder.path());
        checkpoint->requireComputed();
        QCOMPARE(checkpoint->tensors().size(), tinyCount);
        QVERIFY(hasNote(*checkpoint,
            "2 tensors, such as v_head.summary.weight, which lie beside the language model, are "
            "left out: it computes the same without"));
        folder.rewrite(same, { { "lm_head.bias", "F32", { 4 }, bytes(16) } });
        QVERIFY(contains(reasonOf(folder.path()), "unexpected tensor lm_head.bias"));
    }

    void opensWhatIsQuantizedInAWayThatNothingReads()
    {
        const OpenedFolder folder;
        rewrite(folder,
            { { damaged, "U32", { 64, 16 }, bytes(64 * 16 * 4) },
                { "model.layers.1.mlp.down_proj.scales", "BF16", { 64, 2 }, bytes(256) },
                { "model.layers.1.mlp.down_proj.biases", "BF16", { 64, 2 }, bytes(256) } });
        folder.setConfig("quantization", { { "group_size", 64 }, { "bits", 4 } });
        const auto mlx = opened(folder.path());
        QVERIFY(contains(reasonOf(*mlx), "quantized already, by MLX to 4 bits"));
        QCOMPARE(mlx->tensors().size(), tinyCount + 2);
        QCOMPARE(mlx->find(damaged)->format, &core::formats::u32);

        const OpenedFolder other;
        rewrite(other,
            { { damaged, "I8", { 64, 128 }, bytes(64 * 128) },
                { "model.layers.1.mlp.down_proj.weight_zero", "F32", { 64 }, bytes(256) } });
        other.setConfig("quantization_config", { { "quant_method", "torchao" } });
        QVERIFY(contains(reasonOf(other.path()), "quantized already, by torchao"));
        QCOMPARE(opened(other.path())->tensors().size(), tinyCount + 1);
    }

    void saysThatAHeadOfItsOwnIsNotTaken()
    {
        auto entries = entriesOf({}, same);
        const auto embedding = std::ranges::find(
            entries, "model.embed_tokens.weight", &support::SafetensorsEntry::name);
        auto head = *embedding;
        head.name = "lm_head.weight";
        const OpenedFolder folder;
        folder.rewrite(same, { head });
        QCOMPARE(folder.opened(), QByteArray()); // the same weights
        head.bytes[5] = char(head.bytes[5] + 1);
        folder.rewrite(same, { head });
        const auto checkpoint = opened(folder.path());
        checkpoint->requireComputed();
        QVERIFY(checkpoint->config().tiedHead);
        QVERIFY(hasNote(*checkpoint,
            "a head of its own (lm_head.weight) that differs from the embedding, but the "
            "configuration ties the two: the embedding is taken, as transformers does"));
        QCOMPARE(checkpoint->tensors().size(), tinyCount);
    }

    void refusesWhatIsDamagedOrNoModelAsBefore()
    {
        const OpenedFolder folder;
        folder.rewrite(same, { { "model.layers.0.q_proj.lora_A.weight", "F32", { 1 }, bytes(4) } });
        QVERIFY(contains(folder.opened(), "holds tensors of a LoRA adapter"));
        fs::remove(folder / "config.json");
        QVERIFY(contains(folder.opened(), "holds tensors of a LoRA adapter"));
        folder.rewrite(same);
        folder.write("adapter_config.json", "{}");
        QVERIFY(contains(folder.opened(), "FOLDER: is a LoRA adapter and no model"));
        fs::remove(folder / "adapter_config.json");
        folder.write("model.safetensors", bytes(4));
        QVERIFY(contains(folder.opened(),
            "the header's length needs 8 bytes at byte 0, the file has 4: the download is not "
            "complete"));
        support::writeTinyGguf({}, folder / "t.gguf");
        fs::resize_file(folder / "t.gguf", 1000);
        QVERIFY(contains(folder.opened("t.gguf"), " left: the download is not complete"));
    }

    void saysThatATokenizerIsAPointerOfGit()
    {
        const OpenedFolder folder;
        folder.write(
            "tokenizer.json", "version https://git-lfs.github.com/spec/v1\noid x\nsize 9085657\n");
        QVERIFY(contains(QByteArray::fromStdString(opened(folder.path())->tokenizerError()),
            "tokenizer.json: is a Git LFS pointer to 9.09 MB: the file itself was not downloaded"));
        folder.write("tokenizer.json", "{\"model\": {\"vocab\"");
        QVERIFY(contains(QByteArray::fromStdString(opened(folder.path())->tokenizerError()),
            "it is cut short, as by a download that is not complete"));
    }
};

QTEST_APPLESS_MAIN(TestLookedAt)
#include "tst_lookedat.moc"
