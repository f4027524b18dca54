// SPDX-License-Identifier: GPL-3.0-or-later
// Models of attention among other mixers: what their files hold, and what of it is refused.
#include "core/files/gguf.h"
#include "core/files/json.h"
#include "core/model/checkpoint.h"
#include "core/model/configkeys.h"
#include "core/model/layerspec.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>

using namespace core;
using support::messageOf;

namespace {

constexpr int keyHeads = 2, sharing = 3, netDim = 8; // of the tiny Qwen 3.5
constexpr int keys = keyHeads * netDim;

/// Where the row of a value head's channel lies in Hugging Face's files: heads that share a key
/// head lie together.
int storedRow(int row, int each)
{
    const int place = row / each;
    return (place % keyHeads * sharing + place / keyHeads) * each + row % each;
}

Json tinyConfig(const std::string& name)
{
    return parseJson(support::tinyArchitecture(name).config, "config.json");
}

std::string complaint(const std::string& name, const char* key, const Json& value)
{
    Json json = tinyConfig(name);
    json[key] = value;
    return messageOf([&] { configFromJson(json, "config.json"); });
}

std::string reason(const std::string& name, const char* key, const Json& value)
{
    Json json = tinyConfig(name);
    json[key] = value;
    return configFromJson(json, "config.json").notComputed;
}

GgufMetadata pairs(const std::string& name)
{
    return configToGguf(configFromJson(tinyConfig(name), "config.json"));
}

std::string ggufComplaint(const std::string& name, const char* key, const GgufValue& value)
{
    GgufMetadata changed = pairs(name);
    changed.set(key, value);
    return messageOf([&] { configFromGguf(changed, "m.gguf"); });
}

/// What a tiny checkpoint stores as `name`, rows of its last dimension.
Matrix storedAs(const support::TinyArchitecture& tiny, const std::string& name)
{
    for (const support::TinyTensor& tensor : tiny.tensors)
        if (tensor.name == name) {
            const Eigen::Index columns = tensor.shape.back();
            return Eigen::Map<const Matrix>(
                tensor.weights.data(), Eigen::Index(tensor.weights.size()) / columns, columns);
        }
    return {};
}

} // namespace

class TestHybrids : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<support::TemporaryFolder>();
        m_tiny = support::tinyArchitecture("qwen35");
        support::writeTinyArchitecture("qwen35", m_folder->path());
        m_checkpoint = Checkpoint::open(m_folder->path());
    }
    void cleanup() { m_checkpoint = nullptr; }

    void layersDiffer();
    void valueHeadsLieAsLlamaCppRepeatsKeys();
    void convolutionsLoseTheirMiddleDimension();
    void whatSeesOrPredictsIsLeftOut();
    void theConfigurationComesBackFromGguf_data();
    void theConfigurationComesBackFromGguf();
    void impossibleConfigurationsAreSentences();
    void impossibleMetadataAreSentences();
    void whatIsNotComputedSaysSo();
    void anotherEpsilonIsADifference();

private:
    std::string linear(const char* name) const
    {
        return std::string("model.layers.0.linear_attn.") + name;
    }
    Matrix found(Role role, int layer = 0) const
    {
        return decode(*m_checkpoint->find({ role, layer }));
    }
    /// Whether rows of `role` from `first` on are the stored ones, `each` a head.
    bool isReordered(Role role, const char* name, int first, int each) const
    {
        const Matrix ours = found(role), theirs = storedAs(m_tiny, linear(name));
        if (ours.rows() != theirs.rows() || ours.topRows(first) != theirs.topRows(first))
            return false;
        for (int row = 0; row < int(ours.rows()) - first; ++row)
            if (ours.row(first + row) != theirs.row(first + storedRow(row, each)))
                return false;
        return true;
    }

    std::unique_ptr<support::TemporaryFolder> m_folder;
    support::TinyArchitecture m_tiny;
    std::shared_ptr<const Checkpoint> m_checkpoint;
};

void TestHybrids::layersDiffer()
{
    const ModelConfig& config = m_checkpoint->config();
    QVERIFY(config.notComputed.empty());
    const LayerSpec net = layerSpec(config, 0), attention = layerSpec(config, 2);
    QVERIFY(net.deltaNet && !attention.deltaNet);
    QCOMPARE(net.mixerOutput(), Role::SsmOut);
    QCOMPARE(attention.mixerOutput(), Role::AttnOutput);
    QCOMPARE(net.mixedChannels(config.hidden), std::int64_t(48));
    QCOMPARE(attention.attention.rotary.channels, 8); // half of 16
    QVERIFY(attention.attention.isGated);
    QVERIFY(!m_checkpoint->find({ Role::SsmOut, 2 }) && !m_checkpoint->find({ Role::AttnQ, 0 }));
}

void TestHybrids::valueHeadsLieAsLlamaCppRepeatsKeys()
{
    QVERIFY(isReordered(Role::AttnQkv, "in_proj_qkv.weight", 2 * keys, netDim));
    QVERIFY(isReordered(Role::SsmConv1d, "conv1d.weight", 2 * keys, netDim));
    QVERIFY(isReordered(Role::AttnGate, "in_proj_z.weight", 0, netDim));
    QVERIFY(isReordered(Role::SsmAlpha, "in_proj_a.weight", 0, 1));
    QVERIFY(isReordered(Role::SsmBeta, "in_proj_b.weight", 0, 1));
    const Matrix output = storedAs(m_tiny, linear("out_proj.weight"));
    for (int column = 0; column < int(output.cols()); ++column)
        QVERIFY(found(Role::SsmOut).col(column) == output.col(storedRow(column, netDim)));
    const Matrix logs = storedAs(m_tiny, linear("A_log"));
    const Matrix steps = storedAs(m_tiny, linear("dt_bias"));
    for (int head = 0; head < int(logs.cols()); ++head) {
        const int stored = storedRow(head, 1);
        QVERIFY(std::abs(found(Role::SsmA)(0, head) + std::exp(logs(0, stored))) < 1e-6f);
        QCOMPARE(found(Role::SsmDt)(0, head), steps(0, stored));
    }
    // 1 is added to norms, but not to that of the net.
    const Matrix norm = storedAs(m_tiny, "model.layers.0.input_layernorm.weight");
    QVERIFY(found(Role::AttnNorm) == (norm.array() + 1).matrix());
    QVERIFY(found(Role::SsmNorm) == storedAs(m_tiny, linear("norm.weight")));
}

void TestHybrids::convolutionsLoseTheirMiddleDimension()
{
    const Tensor& net = *m_checkpoint->find({ Role::SsmConv1d, 0 });
    QCOMPARE(net.shape, (std::vector<std::int64_t>{ 80, 4 }));
    const support::TemporaryFolder folder;
    support::writeTinyArchitecture("lfm2", folder.path());
    const auto lfm2 = Checkpoint::open(folder.path());
    const Tensor& convolution = *lfm2->find({ Role::ShortConvConv, 0 });
    QCOMPARE(convolution.shape, (std::vector<std::int64_t>{ 96, 3 }));
    QCOMPARE(lfm2->config().feedForward, 72);
}

void TestHybrids::whatSeesOrPredictsIsLeftOut()
{
    const support::TemporaryFolder folder;
    support::writeTinyArchitecture("qwen35-nested", folder.path());
    const auto nested = Checkpoint::open(folder.path());
    QVERIFY(nested->isComputed());
    QCOMPARE(nested->tensors().size(), m_checkpoint->tensors().size());
    std::string notes;
    for (const std::string& note : nested->notes())
        notes += note + '\n';
    QVERIFY2(notes.find("1 tensors for images or sound") != notes.npos, notes.c_str());
    QVERIFY2(
        notes.find("2 tensors that guess a second token ahead (mtp)") != notes.npos, notes.c_str());
}

void TestHybrids::theConfigurationComesBackFromGguf_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : { "lfm2", "qwen35", "qwen35moe" })
        QTest::newRow(name) << name;
}

void TestHybrids::theConfigurationComesBackFromGguf()
{
    QFETCH(QString, name);
    const ModelConfig json = configFromJson(tinyConfig(name.toStdString()), "config.json");
    const ModelConfig gguf = configFromGguf(pairs(name.toStdString()), "m.gguf");
    QCOMPARE(gguf.notComputed, std::string());
    QCOMPARE(gguf.recurrent, json.recurrent);
    QVERIFY(gguf.deltaNet == json.deltaNet);
    QVERIFY(gguf.shortConvolution == json.shortConvolution);
    QCOMPARE(gguf.keyValueHeads, json.keyValueHeads);
    QCOMPARE(gguf.headDim, json.headDim);
    QCOMPARE(gguf.rotaryChannels, json.rotaryChannels);
    QCOMPARE(gguf.feedForward, json.feedForward);
    QCOMPARE(gguf.sharedSize, json.sharedSize);
    QCOMPARE(gguf.normalizesExperts, json.normalizesExperts);
}

void TestHybrids::impossibleConfigurationsAreSentences()
{
    QCOMPARE(complaint("qwen35", "layer_types", { "full_attention" }),
        std::string("config.json: layer_types has 1 entries, expected 4, one for each layer"));
    QCOMPARE(complaint("qwen35", "linear_num_value_heads", 5),
        std::string("config.json: a delta net has 5 value heads and 2 key heads, expected the "
                    "first to be a multiple of the second"));
    QCOMPARE(complaint("qwen35", "linear_key_head_dim", 1 << 24),
        std::string("config.json: a delta net has 100663296 channels, expected at most 16777216"));
    QVERIFY(!complaint("qwen35", "linear_num_key_heads", 0).empty());
    QVERIFY(!complaint("qwen35", "linear_conv_kernel_dim", -1).empty());
    QVERIFY(!complaint("lfm2", "block_ffn_dim_multiplier", 1e300).empty());
    QVERIFY(!complaint("lfm2", "conv_L_cache", 0).empty());
}

void TestHybrids::impossibleMetadataAreSentences()
{
    QCOMPARE(ggufComplaint("qwen35", "qwen35.nextn_predict_layers", std::uint32_t(4)),
        std::string("m.gguf: qwen35.nextn_predict_layers is 4, expected fewer than 4, the blocks "
                    "of all"));
    QCOMPARE(ggufComplaint("qwen35", "qwen35.ssm.inner_size", std::uint32_t(47)),
        std::string("m.gguf: qwen35.ssm.inner_size is 47, expected a multiple of 6, "
                    "qwen35.ssm.time_step_rank"));
    QVERIFY(!ggufComplaint(
        "qwen35", "qwen35.attention.recurrent_layers", GgufArray(std::vector<bool>{ true }))
                 .empty());
    QCOMPARE(ggufComplaint("lfm2", "lfm2.attention.head_count_kv",
                 GgufArray(std::vector<std::int32_t>{ 0, 2, 3, 0 })),
        std::string("m.gguf: lfm2.attention.head_count_kv holds several numbers above 0, expected "
                    "the same one for all layers that attend"));
    QVERIFY(!ggufComplaint("lfm2", "lfm2.attention.head_count_kv",
        GgufArray(std::vector<std::int32_t>{ 0, -2, -2, 0 }))
                 .empty());
    QVERIFY(!ggufComplaint("lfm2", "lfm2.shortconv.l_cache", std::uint32_t(0)).empty());
}

void TestHybrids::whatIsNotComputedSaysSo()
{
    QCOMPARE(reason("qwen35", "linear_value_head_dim", 16),
        std::string("config.json: value heads of a delta net have 16 channels and key heads 8, "
                    "which Quantscope does not compute, expected the same"));
    QCOMPARE(reason("qwen35", "attn_output_gate", false),
        std::string("config.json: attn_output_gate is false, expected true"));
    QCOMPARE(reason("lfm2", "conv_bias", true),
        std::string("config.json: conv_bias is true, expected false"));
    QCOMPARE(reason("lfm2", "layer_types", { "conv", "conv", "conv", "mamba" }),
        std::string("config.json: layer_types holds mamba, expected full_attention or conv"));
}

void TestHybrids::anotherEpsilonIsADifference()
{
    QVERIFY(m_checkpoint->config().differences.empty());
    const ModelConfig other = configFromJson(tinyConfig("qwen35-epsilon"), "config.json");
    QCOMPARE(other.differences.size(), std::size_t(1));
    QVERIFY(other.differences.front().starts_with("llama.cpp takes the epsilon of the norms"));
}

QTEST_GUILESS_MAIN(TestHybrids)
#include "tst_hybrids.moc"
