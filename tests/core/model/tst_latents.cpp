// SPDX-License-Identifier: GPL-3.0-or-later
// Models whose layers share, differ or go through latents: how their files are read.
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"
#include "tests/support/tinyarchitecture.h"

#include "core/base/error.h"
#include "core/model/experts.h"
#include "core/model/walk.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <cmath>

using namespace core;

namespace {

/// A tiny checkpoint with some keys of its config.json changed.
std::shared_ptr<const Checkpoint> opened(const std::string& name, const Json& changes = {})
{
    const support::TemporaryFolder folder;
    support::writeTinyArchitecture(name, folder.path());
    Json config = Json::parse(support::tinyArchitecture(name).config);
    for (const auto& [key, value] : changes.items())
        config[key] = value;
    support::writeFile(folder / "config.json", config.dump());
    return Checkpoint::open(folder.path());
}

/// Why it is not computed, from the name of its config.json on.
std::string messageOf(const std::string& name, const Json& changes)
{
    const auto checkpoint = opened(name, changes);
    const std::string message = support::messageOf([&] { checkpoint->requireComputed(); });
    const auto at = message.find("config.json");
    return at == std::string::npos ? message : message.substr(at);
}

bool hasNote(const Checkpoint& checkpoint, const std::string& words)
{
    return std::ranges::any_of(checkpoint.notes(),
        [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

/// Which experts a token with these logits is sent to.
std::vector<int> chosen(
    const ExpertsSpec& spec, const std::vector<float>& logits, const std::vector<float>& bias = {})
{
    LayerWeights weights;
    weights.spec.experts = spec;
    weights.vectors[Role::FfnGateInp] = Eigen::Map<const Vector>(logits.data(), spec.count);
    if (!bias.empty())
        weights.vectors[Role::ExpProbsBias] = Eigen::Map<const Vector>(bias.data(), spec.count);
    std::vector<int> experts;
    const auto routed = routeTokens(Matrix::Ones(1, 1), weights, {});
    for (std::size_t i = 0; i < routed.size(); ++i)
        if (!routed[i].rows.empty())
            experts.push_back(int(i));
    return experts;
}

} // namespace

class TestLatents : public QObject {
    Q_OBJECT

private slots:
    void splitsKeysAndValuesOfEachHead()
    {
        const auto checkpoint = opened("deepseek2");
        const LatentSpec& latent = checkpoint->config().latent;
        const support::TinyArchitecture tiny = support::tinyArchitecture("deepseek2");
        const auto stored = std::ranges::find(
            tiny.tensors, "model.layers.1.self_attn.kv_b_proj.weight", &support::TinyTensor::name);
        const Eigen::Map<const Matrix> both(
            stored->weights.data(), stored->shape[0], stored->shape[1]);
        const Tensor& keys = *checkpoint->find(Place{ Role::AttnKB, 1 });
        const Tensor& values = *checkpoint->find(Place{ Role::AttnVB, 1 });
        QCOMPARE(keys.shape, (std::vector<std::int64_t>{ 6, 24, 12 }));
        QCOMPARE(values.shape, (std::vector<std::int64_t>{ 6, 10, 24 }));
        const int head = 3, first = head * (latent.plain + latent.value);
        QVERIFY(decode(keys).middleRows(head * 24, 24)
            == both.middleRows(first, latent.plain).transpose());
        QVERIFY(decode(values).middleRows(head * 10, 10)
            == both.middleRows(first + latent.plain, latent.value));
        QVERIFY(decodeRows(keys, head * 24 + 5, 30) == decode(keys).middleRows(head * 24 + 5, 30));
    }

    void leavesOutLayersThatPredictFurther()
    {
        QVERIFY(hasNote(*opened("deepseek2"), "2 tensors that nothing needs are left out"));
    }

    void choosesExpertsWithinTheBestGroups()
    {
        ExpertsSpec spec;
        spec.count = 6;
        spec.used = 2;
        spec.routing = Routing::Sigmoid;
        const std::vector<float> logits{ 3, -9, 1, 1, 0, 0.5f };
        QCOMPARE(chosen(spec, logits), (std::vector<int>{ 0, 2 }));
        spec.groups = 3; // 0.95 + 0, 0.73 + 0.73, 0.5 + 0.62
        QCOMPARE(chosen(spec, logits), (std::vector<int>{ 2, 3 }));
        spec.groupBest = 1;
        QCOMPARE(chosen(spec, logits), (std::vector<int>{ 0, 1 }));
        spec.groupsUsed = 2;
        QCOMPARE(chosen(spec, logits), (std::vector<int>{ 0, 2 }));
        QCOMPARE(chosen(spec, logits, { 0, 0, 0, 0, 1, 1 }), (std::vector<int>{ 4, 5 }));
    }

    void refusesImpossibleGroups()
    {
        QCOMPARE(messageOf("deepseek2", { { "n_group", 3 } }),
            std::string("config.json: 2 of 3 groups of 8 experts hold those of a token, expected "
                        "groups of one size with at least 3 in those that are used"));
    }

    void refusesSharedKeysThatNobodyMakes()
    {
        QCOMPARE(messageOf("gemma4", { { "num_kv_shared_layers", 5 } }),
            std::string("config.json: the last 5 layers share keys, but no layer before them of "
                        "the kind of layer 1 makes any"));
        QCOMPARE(messageOf("gemma4", { { "num_kv_shared_layers", 6 } }),
            std::string("config.json: 6 layers share keys, expected 0 to 5"));
    }

    void passesOverKeysThatAreNotRead()
    {
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture("gemma4", folder.path());
        std::vector<support::SafetensorsEntry> entries;
        for (const support::TinyTensor& tensor : support::tinyArchitecture("gemma4").tensors) {
            const char* bytes = reinterpret_cast<const char*>(tensor.weights.data());
            entries.push_back({ tensor.name, "F32", tensor.shape,
                std::string(bytes, tensor.weights.size() * sizeof(float)) });
        }
        for (const char* name : { "k_proj", "v_proj", "k_norm" })
            entries.push_back({ std::string("model.layers.4.self_attn.") + name + ".weight", "F32",
                { 2 }, std::string(8, 'a') });
        support::writeFile(folder / "model.safetensors", support::safetensorsBytes(entries));
        const auto small = Checkpoint::open(folder.path());
        QVERIFY(small->isComputed());
        QVERIFY(hasNote(*small, "3 tensors that nothing needs are left out"));
        QVERIFY(!small->find(Place{ Role::AttnK, 4 }) && small->find(Place{ Role::AttnK, 3 }));
        QCOMPARE(layerSpec(small->config(), 4).attention.sharedKeys, std::optional(2));
        QCOMPARE(layerSpec(small->config(), 5).attention.sharedKeys, std::optional(3));
        QVERIFY(layerSpec(small->config(), 2).attention.makesKeys);
        QVERIFY(!layerSpec(small->config(), 0).attention.sharedKeys);
    }

    void saysWhereLlamaTakesOtherKeys()
    {
        // The last layers before those that share are both of one kind.
        const Json types = Json::array({ "full_attention", "sliding_attention", "sliding_attention",
            "sliding_attention", "sliding_attention", "full_attention" });
        const Json config = [&] {
            Json changed = Json::parse(support::tinyArchitecture("gemma4").config);
            changed["layer_types"] = types;
            return changed;
        }();
        const ModelConfig read = configFromJson(config, "config.json");
        QCOMPARE(read.differences.size(), std::size_t(1));
        QVERIFY(read.differences.front().find("llama.cpp takes the last two layers") == 0);
    }

    void opensOlderFilesToBeLookedAt()
    {
        const auto checkpoint = opened("deepseek2");
        GgufMetadata metadata = configToGguf(checkpoint->config());
        GgufMetadata older;
        for (const auto& [key, value] : metadata.pairs())
            if (!key.ends_with("_mla"))
                older.set(key, value);
        const ModelConfig read = configFromGguf(older, "old.gguf");
        QCOMPARE(read.notComputed,
            std::string("old.gguf: deepseek2.attention.key_length_mla is missing, as in older "
                        "files, whose attn_kv_b is in one piece: Quantscope does not compute it"));
    }

    void saysThatLlamaDoesNotLoadLayersWithoutExperts()
    {
        const auto checkpoint = opened("qwen3moe-mixed");
        QVERIFY(hasNote(*checkpoint, "Some layers have no experts"));
        QCOMPARE(checkpoint->config().dense, (std::vector<bool>{ true, false, true, true }));
        QVERIFY(!layerSpec(checkpoint->config(), 0).experts);
        QVERIFY(layerSpec(checkpoint->config(), 1).experts);
    }

    void readsInGgufWhatItWrote_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : { "deepseek2", "deepseek2-lite", "gemma4", "gemma4-experts",
                 "gemma4-large", "mistral4" })
            QTest::newRow(name) << name;
    }
    void readsInGgufWhatItWrote()
    {
        QFETCH(QString, name);
        const auto checkpoint = opened(name.toStdString());
        const ModelConfig& config = checkpoint->config();
        const ModelConfig read = configFromGguf(configToGguf(config), "metadata");
        QCOMPARE(read.notComputed, std::string());
        for (int layer = 0; layer < config.layers; ++layer) {
            const AttentionSpec a = layerSpec(config, layer).attention;
            const AttentionSpec b = layerSpec(read, layer).attention;
            QCOMPARE(b.headDim, a.headDim);
            QCOMPARE(b.keyValueHeads, a.keyValueHeads);
            QCOMPARE(b.window, a.window);
            QCOMPARE(b.sharedKeys, a.sharedKeys);
            QCOMPARE(b.context(), a.context());
            QVERIFY(std::abs(b.scale / a.scale - 1) < 1e-5f);
            QCOMPARE(b.rotary.channels, a.rotary.channels);
            QCOMPARE(
                layerSpec(read, layer).feedForward.size, layerSpec(config, layer).feedForward.size);
            QCOMPARE(layerSpec(read, layer).experts.has_value(),
                layerSpec(config, layer).experts.has_value());
        }
    }
};

QTEST_APPLESS_MAIN(TestLatents)
#include "tst_latents.moc"
