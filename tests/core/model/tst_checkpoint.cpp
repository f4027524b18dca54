// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/model/checkpoint.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <algorithm>

using core::Checkpoint;
using core::Role;
using support::Damage;
using support::messageOf;
using support::TemporaryFolder;
using support::TinyModel;

namespace {

std::shared_ptr<const Checkpoint> opened(const TinyModel& model)
{
    const TemporaryFolder folder; // mapped files live on without their names
    support::writeTinyModel(model, folder.path());
    return Checkpoint::open(folder.path());
}

/// What opening the model says, or why it is not computed, with FOLDER for its folder.
std::string complaint(const TinyModel& model)
{
    const TemporaryFolder folder;
    support::writeTinyModel(model, folder.path());
    std::string message = messageOf([&] { Checkpoint::open(folder.path())->requireComputed(); });
    if (const auto place = message.find(folder.path().string()); place != std::string::npos)
        message.replace(place, folder.path().string().size(), "FOLDER");
    return message;
}

/// The tensors of a tiny model, one more among them, as a file.
std::string fileWithOneMore(const std::string& name)
{
    std::vector<support::SafetensorsEntry> entries;
    for (const auto& tensor : support::tinyTensors({}))
        entries.push_back({ tensor.name, "F32", tensor.shape,
            std::string(
                reinterpret_cast<const char*>(tensor.weights.data()), 4 * tensor.weights.size()) });
    entries.push_back({ name, "F32", { 2, 2 }, std::string(16, '\0') });
    return support::safetensorsBytes(entries);
}

bool contains(const std::string& text, const std::string& part)
{
    if (text.find(part) != std::string::npos)
        return true;
    qWarning("%s", text.c_str());
    return false;
}

} // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT
private slots:
    void listsTheTensorsInTheOrderOfTheModel()
    {
        const auto checkpoint = opened({});
        std::vector<std::string> names;
        for (const core::Tensor& tensor : checkpoint->tensors())
            names.push_back(tensor.name);
        QCOMPARE(names.size(), std::size_t(1 + 2 * 9 + 1));
        QCOMPARE(names[0], std::string("token_embd.weight"));
        QCOMPARE(names[1], std::string("blk.0.attn_norm.weight"));
        QCOMPARE(names[9], std::string("blk.0.ffn_down.weight"));
        QCOMPARE(names[10], std::string("blk.1.attn_norm.weight"));
        QCOMPARE(names[19], std::string("output_norm.weight"));
        const core::Tensor* key = checkpoint->find({ Role::AttnK, 1 });
        QVERIFY(key);
        QCOMPARE(key->sourceName, std::string("model.layers.1.self_attn.k_proj.weight"));
        QCOMPARE(key->rows, std::int64_t(32));
        QCOMPARE(key->columns, std::int64_t(64));
        QCOMPARE(key->weights(), std::int64_t(32 * 64));
        QCOMPARE(key->format, &core::formats::f32);
        QCOMPARE(checkpoint->find({ Role::AttnNorm, 0 })->rows, std::int64_t(1));
        QVERIFY(!checkpoint->find({ Role::AttnK, 2 }));
        std::int64_t weights = 0;
        for (const auto& tensor : support::tinyTensors({}))
            weights += std::int64_t(tensor.weights.size());
        QCOMPARE(checkpoint->weights(), weights);
        QCOMPARE(checkpoint->bytes(), std::uint64_t(4 * weights));
    }

    void opensAFolderByAnyOfItsFiles()
    {
        for (const int shards : { 1, 3 }) {
            const TemporaryFolder folder;
            TinyModel model;
            model.shards = shards;
            support::writeTinyModel(model, folder.path());
            const std::string last
                = shards == 1 ? "model.safetensors" : "model-00003-of-00003.safetensors";
            for (const auto& path :
                { folder.path(), folder / "config.json", folder / last,
                    folder / (shards == 1 ? "model.safetensors" : "model.safetensors.index.json") })
                QCOMPARE(Checkpoint::open(path)->tensors().size(), std::size_t(20));
        }
    }

    void findsTheHead()
    {
        const auto tied = opened({});
        QVERIFY(tied->config().tiedHead);
        QCOMPARE(tied->head().place.role, Role::TokenEmbd);
        TinyModel model;
        model.isTied = false;
        const auto untied = opened(model);
        QVERIFY(!untied->config().tiedHead);
        QCOMPARE(untied->head().place.role, Role::Output);
        QCOMPARE(untied->tensors().back().place.role, Role::Output);
    }

    void opensAGgufOfTheSameModel()
    {
        const TemporaryFolder folder;
        for (const bool isTied : { true, false }) {
            TinyModel model;
            model.isTied = isTied;
            support::writeTinyGguf(model, folder / "tiny.gguf");
            const auto gguf = Checkpoint::open(folder / "tiny.gguf");
            const auto other = opened(model);
            QCOMPARE(gguf->tensors().size(), other->tensors().size());
            QCOMPARE(gguf->config().tiedHead, isTied);
            QCOMPARE(gguf->config().vocabulary, other->config().vocabulary);
            QCOMPARE(gguf->config().rotary, core::RotaryLayout::Pairs);
            QVERIFY(gguf->hasTokenizer());
            const core::Place down{ Role::FfnDown, 1 };
            QCOMPARE(core::decode(*gguf->find(down)), core::decode(*other->find(down)));
        }
    }

    void decodesRows()
    {
        const auto checkpoint = opened({});
        const core::Tensor& tensor = *checkpoint->find({ Role::FfnGate, 0 });
        const core::Matrix whole = core::decode(tensor);
        QCOMPARE(
            core::Matrix(core::decodeRows(tensor, 5, 7)), core::Matrix(whole.middleRows(5, 7)));
        QCOMPARE(core::decodeFinite(tensor, {}), whole);
        for (const auto& stored : support::tinyTensors({})) {
            if (stored.name == tensor.sourceName)
                QVERIFY(std::equal(stored.weights.begin(), stored.weights.end(), whole.data()));
        }
    }

    void namesATensorThatIsMissing()
    {
        TinyModel model;
        model.damage = Damage::MissingTensor;
        QVERIFY(contains(complaint(model),
            "FOLDER/model.safetensors: tensor model.layers.1.mlp.down_proj.weight is missing"));
        const TemporaryFolder folder;
        support::writeTinyGguf(model, folder / "t.gguf");
        QVERIFY(
            contains(messageOf([&] { Checkpoint::open(folder / "t.gguf")->requireComputed(); }),
                "t.gguf: tensor blk.1.ffn_down.weight is missing"));
    }

    void namesAWrongShape()
    {
        TinyModel model;
        model.damage = Damage::WrongShape;
        QVERIFY(contains(complaint(model),
            "FOLDER/model.safetensors: tensor model.layers.1.mlp.down_proj.weight has shape "
            "[63, 128], expected [64, 128]"));
        const TemporaryFolder folder;
        support::writeTinyGguf(model, folder / "t.gguf");
        QVERIFY(
            contains(messageOf([&] { Checkpoint::open(folder / "t.gguf")->requireComputed(); }),
                "tensor blk.1.ffn_down.weight has shape [63, 128], expected [64, 128]"));
    }

    void opensAnUnknownArchitectureAndSaysWhatItCannotDo()
    {
        TinyModel model;
        model.damage = Damage::UnknownArchitecture;
        const auto fromFolder = opened(model);
        const TemporaryFolder folder;
        support::writeTinyGguf(model, folder / "t.gguf");
        const auto fromFile = Checkpoint::open(folder / "t.gguf");
        QCOMPARE(fromFolder->tensors().size(), std::size_t(20));
        QCOMPARE(fromFile->tensors().size(), std::size_t(20));
        QVERIFY(contains(messageOf([&] { fromFolder->requireComputed(); }),
            "config.json: the architecture is MambaForCausalLM, which Quantscope does not "
            "compute"));
        QVERIFY(contains(messageOf([&] { fromFile->requireComputed(); }),
            "t.gguf: the architecture is mamba, which Quantscope does not compute"));
        QCOMPARE(fromFile->tensors()[3].name, std::string("blk.0.attn_k.weight"));
        QCOMPARE(fromFile->tensors()[3].place, (core::Place{ Role::AttnK, 0 }));
        const core::Tensor& q = fromFolder->tensors()[2];
        QCOMPARE(q.name, std::string("model.layers.0.self_attn.q_proj.weight"));
        QVERIFY(core::isOther(q.place.role) && q.isMatrix());
        QVERIFY(core::decode(q).allFinite());
    }

    void passesOnTheMessagesOfDamagedFiles()
    {
        for (const Damage damage : { Damage::Truncated, Damage::HeaderTooLong, Damage::Overlap }) {
            TinyModel model;
            model.damage = damage;
            QVERIFY(contains(complaint(model), "FOLDER/model.safetensors"));
        }
    }

    void opensAModelWithoutATokenizer()
    {
        TinyModel model;
        model.damage = Damage::NoTokenizer;
        const auto checkpoint = opened(model);
        QVERIFY(!checkpoint->hasTokenizer());
        QVERIFY(contains(messageOf([&] { checkpoint->tokenizer(); }), "tokenizer"));
        const TemporaryFolder folder;
        support::writeTinyGguf(model, folder / "t.gguf");
        QVERIFY(!Checkpoint::open(folder / "t.gguf")->hasTokenizer());
    }

    void namesAnExtraMatrix()
    {
        const TemporaryFolder folder;
        support::writeTinyModel({}, folder.path());
        for (const std::string name :
            { "model.layers.0.self_attn.r_proj.bias", "model.layers.2.mlp.down_proj.weight" }) {
            support::writeFile(folder / "model.safetensors", fileWithOneMore(name));
            const auto checkpoint = Checkpoint::open(folder.path());
            QVERIFY(contains(messageOf([&] { checkpoint->requireComputed(); }),
                core::text("unexpected tensor ", name,
                    " [2, 2], expected only those of a Llama "
                    "model of 2 layers")));
            QCOMPARE(checkpoint->tensors().size(), std::size_t(21));
        }
    }

    void leavesOutWhatSees()
    {
        const TemporaryFolder folder;
        support::writeTinyModel({}, folder.path());
        support::writeFile(folder / "model.safetensors", fileWithOneMore("visual.patch.weight"));
        const auto checkpoint = Checkpoint::open(folder.path());
        checkpoint->requireComputed();
        QCOMPARE(checkpoint->tensors().size(), std::size_t(20));
        QVERIFY(contains(checkpoint->notes().back(), "1 tensors for images or sound"));
    }

    void passesOverStoredRotaryFrequencies()
    {
        const TemporaryFolder folder;
        support::writeTinyModel({}, folder.path());
        support::writeFile(folder / "model.safetensors",
            fileWithOneMore("model.layers.0.self_attn.rotary_emb.inv_freq"));
        QCOMPARE(Checkpoint::open(folder.path())->tensors().size(), std::size_t(20));
    }

    void saysWhyAFolderIsNoModel()
    {
        const TemporaryFolder folder;
        const std::string path = folder.path().string();
        QCOMPARE(messageOf([&] { Checkpoint::open(folder.path()); }),
            path
                + ": no config.json in it, expected a folder with config.json and "
                  "model.safetensors, a .safetensors file in one, or a GGUF file");
        QVERIFY(contains(messageOf([&] { Checkpoint::open(folder / "absent"); }),
            path + "/absent: no such file or folder"));
        const std::string tooLong(5000, 'x'); // cannot even be looked for
        QVERIFY(contains(messageOf([&] { Checkpoint::open(folder / tooLong); }),
            "x: cannot be read: File name too long"));
        support::writeFile(folder / "notes.txt", "hello");
        QVERIFY(contains(messageOf([&] { Checkpoint::open(folder / "notes.txt"); }),
            path + "/notes.txt: is a text and no weights: \"hello\""));
        support::writeTinyModel({}, folder.path());
        std::filesystem::remove(folder / "model.safetensors");
        QVERIFY(contains(
            messageOf([&] { Checkpoint::open(folder.path()); }), path + ": no model.safetensors"));
    }

    void describesItselfAsGguf()
    {
        const auto checkpoint = opened({});
        const core::GgufMetadata& pairs = checkpoint->metadata();
        QCOMPARE(core::toText(*pairs.find("general.architecture")), std::string("llama"));
        QCOMPARE(core::toText(*pairs.find("llama.block_count")), std::string("2"));
        QVERIFY(pairs.find("tokenizer.ggml.tokens"));
        QVERIFY(!pairs.find("general.file_type"));
        const TemporaryFolder folder;
        support::writeTinyGguf({}, folder / "t.gguf");
        const auto file = core::readGguf(folder / "t.gguf");
        const auto gguf = Checkpoint::open(folder / "t.gguf");
        for (const auto& [key, value] : file.metadata.pairs()) {
            if (key != "general.file_type" && key != "general.quantization_version"
                && key != "general.alignment")
                QVERIFY2(gguf->metadata().find(key), key.c_str());
        }
        QVERIFY(!gguf->metadata().find("general.file_type"));
    }

    void replacesTensors()
    {
        const auto checkpoint = opened({});
        core::Tensor half = *checkpoint->find({ Role::AttnQ, 0 });
        const core::Matrix weights = core::decode(half);
        const auto bytes = std::make_shared<std::vector<std::byte>>(
            core::formats::f16.rowBytes(std::size_t(half.weights())));
        core::formats::f16.encodeRow(
            weights.data(), std::size_t(half.weights()), nullptr, bytes->data());
        half.format = &core::formats::f16;
        half.bytes = *bytes;
        half.owner = bytes;
        half.file.clear();
        const auto changed = checkpoint->withTensors({ half });
        QCOMPARE(changed->find({ Role::AttnQ, 0 })->format, &core::formats::f16);
        QCOMPARE(changed->find({ Role::AttnQ, 1 })->format, &core::formats::f32);
        QCOMPARE(checkpoint->find({ Role::AttnQ, 0 })->format, &core::formats::f32);
        QCOMPARE(changed->bytes(), checkpoint->bytes() - std::uint64_t(2 * half.weights()));
    }

    void cutsTextIntoSequencesAsLlamaCppDoes()
    {
        const auto checkpoint = opened({});
        const core::Tokenizer& tokenizer = checkpoint->tokenizer();
        QVERIFY(tokenizer.addBos());
        const std::string words = "One two three four five six seven eight nine ten";
        std::vector<int> tokens = tokenizer.encode(words);
        tokens.insert(tokens.begin(), tokenizer.bos());
        const auto sequences = core::tokenSequences(tokenizer, words, 8, 0);
        QCOMPARE(sequences.size(), tokens.size() / 8);
        for (std::size_t i = 0; i < sequences.size(); ++i) {
            QCOMPARE(sequences[i].front(), tokenizer.bos());
            QVERIFY(std::equal(sequences[i].begin() + 1, sequences[i].end(),
                tokens.begin() + std::ptrdiff_t(8 * i) + 1));
        }
        QCOMPARE(core::tokenSequences(tokenizer, words, 8, 2).size(), std::size_t(2));
        QVERIFY(contains(messageOf([&] { core::tokenSequences(tokenizer, words, 500, 0); }),
            core::text("the text has ", tokens.size(), " tokens, expected at least 500")));
    }
};

QTEST_APPLESS_MAIN(TestCheckpoint)
#include "tst_checkpoint.moc"
