// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint.h"
#include "tests/core/model/openedfolder.h"

#include <QTest>

#include <nlohmann/json.hpp>

using core::Checkpoint;
using core::Json;
using support::TinyModel;

namespace fs = std::filesystem;

namespace {

std::string same(const std::string& name) { return name; }

} // namespace

class TestOpening : public QObject {
    Q_OBJECT
private slots:
    void aSoundModelHasNoNotes() { QCOMPARE(OpenedFolder().opened(), QByteArray()); }

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
        const OpenedFolder folder;
        folder.write(file.toStdString(), bytes.toStdString());
        QVERIFY(contains(folder.opened(), message));
    }

    void saysHowMuchOfAFileIsThere()
    {
        const OpenedFolder folder;
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
            const OpenedFolder folder(model);
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
        const OpenedFolder folder;
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
        const OpenedFolder inside;
        inside.rewrite(same,
            { { "model.layers.0.self_attn.q_proj.lora_A.default.weight", "F32", { 1 }, "abcd" } });
        QVERIFY(contains(inside.opened(), "holds tensors of a LoRA adapter ("));
        const OpenedFolder adapter;
        fs::remove(adapter / "model.safetensors");
        adapter.write("adapter_config.json", R"({"base_model_name_or_path": "org/Base"})");
        adapter.write("adapter_model.safetensors", support::safetensorsBytes({}));
        QVERIFY(contains(adapter.opened(), "FOLDER: is a LoRA adapter of org/Base and no model: "));
        fs::remove(adapter / "config.json");
        QVERIFY(contains(adapter.opened(), "FOLDER: is a LoRA adapter of org/Base and no model: "));
    }

    void saysByWhatTheWeightsAreQuantized()
    {
        const OpenedFolder folder;
        const char* needed = ": open the original, in F32, F16 or BF16, or a GGUF file of it";
        folder.rewrite(same, { { "model.layers.0.mlp.up_proj.W_q", "I32", { 1 }, "abcd" } });
        QVERIFY(contains(folder.opened(), "quantized already, by HQQ, as tensor "));
        QVERIFY(contains(folder.opened(), needed));
        folder.rewrite(same);
        folder.setConfig("quantization_config", { { "quant_method", "hqq" }, { "nbits", 4 } });
        QVERIFY(contains(folder.opened(),
            "FOLDER/config.json: the weights are quantized already, by hqq to 4 bits"));
        QVERIFY(contains(folder.opened(), needed));
    }

    void takesWeightsInFullPrecisionWhateverTheConfigurationNames()
    {
        const OpenedFolder folder;
        folder.setConfig("quantization_config", { { "quant_method", "bitsandbytes" } });
        QVERIFY(contains(folder.opened(), "config.json names bitsandbytes, but no tensor is "));
        folder.setConfig("quantization_config", { { "quant_method", "awq" }, { "bits", 4 } });
        QVERIFY(contains(folder.opened(), "config.json names awq to 4 bits, but no tensor is "));
    }

    void saysWhatIsDamagedInWeightsOfAnotherTool()
    {
        const OpenedFolder folder;
        folder.rewrite(same, { { "model.layers.0.mlp.up_proj.qweight", "I32", { 1 }, "abcd" } });
        QVERIFY(contains(folder.opened(),
            "tensor model.layers.0.mlp.up_proj.qweight has shape [1], expected rows and columns"));
        folder.write("quant_config.json", "{");
        QVERIFY(contains(folder.opened(), "has shape [1]"));
        folder.rewrite(same);
        QVERIFY(contains(folder.opened(), "quant_config.json: no valid JSON"));
    }

    void namesTheFilesOfAnotherProgram()
    {
        const OpenedFolder folder;
        folder.write("model.safetensors",
            support::safetensorsBytes(
                { { "layers.0.attention.wq.weight", "F32", { 1 }, "abcd" } }));
        QVERIFY(contains(folder.opened(), "named as in Meta's and Mistral's own files (layers.0."));
    }

    void takesAFaultInWhatIsNotNeededForANote()
    {
        const OpenedFolder folder;
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
        const OpenedFolder folder;
        folder.setConfig("tie_word_embeddings", false);
        QVERIFY(contains(folder.opened(), "There is no lm_head.weight, although"));
    }
};

QTEST_APPLESS_MAIN(TestOpening)
#include "tst_opening.moc"
