// SPDX-License-Identifier: GPL-3.0-or-later
// Files of models that are not all attention, in the real llama.cpp: rounded by GPTQ, with blocks
// that guess further tokens, as its mixes.
#include "tests/interop/bothsides.h"
#include "tests/interop/interopfiles.h"
#include "tests/support/randomweights.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/support/widened.h"

#include "core/base/error.h"
#include "core/export/ggufexport.h"
#include "core/files/outputfile.h"
#include "core/quant/plan.h"
#include "core/quant/quantize.h"
#include "core/search/mixsearch.h"
#include "core/search/sensitivity.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace interop;
using core::Checkpoint;

namespace {

constexpr int length = 64;

std::vector<int> randomTokens(std::uint32_t seed)
{
    std::mt19937 generator(seed);
    std::vector<int> tokens;
    for (int i = 0; i < length; ++i)
        tokens.push_back(1 + int(generator() % 287));
    return tokens;
}

core::Matrix logProbabilities(core::Matrix logits)
{
    for (Eigen::Index row = 0; row < logits.rows(); ++row) {
        const double largest = double(logits.row(row).maxCoeff());
        const double sum = (logits.row(row).cast<double>().array() - largest).exp().sum();
        logits.row(row).array() -= float(largest + std::log(sum));
    }
    return logits;
}

float apart(const core::Matrix& ours, const core::Matrix& theirs)
{
    return (logProbabilities(ours) - logProbabilities(theirs)).cwiseAbs().maxCoeff();
}

/// The file of a tiny Qwen 3.5 with one block more, a copy of its attention layer, as the
/// converter writes those of mtp.
void addPredictingBlock(const std::filesystem::path& from, const std::filesystem::path& to)
{
    const core::GgufFile file = core::readGguf(from);
    core::GgufMetadata metadata = file.metadata;
    metadata.set("qwen35.block_count", std::uint32_t(5));
    metadata.set("qwen35.nextn_predict_layers", std::uint32_t(1));
    metadata.set("qwen35.attention.recurrent_layers",
        core::GgufArray(std::vector<bool>{ true, true, false, true, false }));
    std::vector<core::GgufTensorInfo> tensors;
    std::vector<std::vector<std::byte>> bytes;
    const auto add = [&](const std::string& name, const std::vector<std::int64_t>& shape,
                         std::span<const std::byte> held) {
        tensors.push_back({ name, &core::formats::f32, shape });
        bytes.emplace_back(held.begin(), held.end());
    };
    for (const core::StoredTensor& stored : file.tensors)
        add(stored.name, stored.shape, stored.bytes);
    for (const core::StoredTensor& stored : file.tensors)
        if (stored.name.starts_with("blk.2."))
            add("blk.4." + stored.name.substr(6), stored.shape, stored.bytes);
    support::RandomWeights random(9);
    const std::int64_t hidden = 40;
    for (const auto& [name, shape] : { std::pair("eh_proj", std::vector{ hidden, 2 * hidden }),
             std::pair("enorm", std::vector{ hidden }), std::pair("hnorm", std::vector{ hidden }),
             std::pair("shared_head_norm", std::vector{ hidden }) }) {
        const auto made = random.tensor(name, shape, 1, 0.3);
        add(std::string("blk.4.nextn.") + name + ".weight", shape,
            std::as_bytes(std::span(made.weights)));
    }
    core::writeGguf(core::OutputPath{ to, to }, metadata, tensors,
        [&](std::size_t i) { return core::GgufBytes(std::span<const std::byte>(bytes[i])); }, {});
}

/// The file of a tiny Qwen 3.5 with gate and up of all experts in one tensor, as the converter
/// writes them if it is told to.
void fuseExperts(const std::filesystem::path& from, const std::filesystem::path& to)
{
    const core::GgufFile file = core::readGguf(from);
    std::vector<core::GgufTensorInfo> tensors;
    std::vector<std::vector<std::byte>> bytes;
    const auto find = [&](const std::string& name) -> const core::StoredTensor& {
        return *std::ranges::find(file.tensors, name, &core::StoredTensor::name);
    };
    for (const core::StoredTensor& stored : file.tensors) {
        const std::size_t at = stored.name.find("ffn_gate_exps");
        if (stored.name.find("ffn_up_exps") != std::string::npos)
            continue;
        tensors.push_back({ stored.name, stored.format, stored.shape });
        bytes.emplace_back(stored.bytes.begin(), stored.bytes.end());
        if (at == std::string::npos)
            continue;
        const std::string prefix = stored.name.substr(0, at);
        const core::StoredTensor& up = find(prefix + "ffn_up_exps.weight");
        const auto experts = std::size_t(stored.shape.front());
        const std::size_t each = stored.bytes.size() / experts;
        bytes.back().clear();
        for (std::size_t i = 0; i < experts; ++i)
            for (const core::StoredTensor* half : { &stored, &up }) {
                const auto part = half->bytes.subspan(i * each, each);
                bytes.back().insert(bytes.back().end(), part.begin(), part.end());
            }
        tensors.back().name = prefix + "ffn_gate_up_exps.weight";
        tensors.back().shape[1] *= 2;
    }
    core::writeGguf(core::OutputPath{ to, to }, file.metadata, tensors,
        [&](std::size_t i) { return core::GgufBytes(std::span<const std::byte>(bytes[i])); }, {});
}

} // namespace

class TestHybridFiles : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
        m_llama = LlamaLibrary::load(llamaFolder());
    }

    void filesRoundedByGptqLoad_data() { addModels(); }
    void filesRoundedByGptqLoad();
    void whatLlamaRoundedOpens_data()
    {
        addModels();
        QTest::newRow("qwen2moe") << QString("qwen2moe"); // a row without the dimension in front
    }
    void whatLlamaRoundedOpens();
    void mixesAreThoseOfLlama_data() { addModels(); }
    void mixesAreThoseOfLlama();
    void blocksThatPredictStayInTheFile();
    void aMixKeepsBlocksThatPredictInItsFinestFormat();
    void gateAndUpOfExpertsMayBeOneTensor();

private:
    static void addModels()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : { "lfm2", "qwen35", "qwen35moe" })
            QTest::newRow(name) << name;
    }
    std::filesystem::path file(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }
    std::shared_ptr<const Checkpoint> opened(const std::string& name) const
    {
        const QTemporaryDir folder;
        support::writeTinyArchitecture(name, folder.path().toStdString());
        return Checkpoint::open(folder.path().toStdString());
    }
    core::Matrix theirs(const std::filesystem::path& model, const std::vector<int>& tokens) const
    {
        LlamaContext context(std::make_shared<const LlamaModel>(m_llama, model), length);
        return context.decode(tokens, 0, 0);
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const LlamaLibrary> m_llama;
};

void TestHybridFiles::filesRoundedByGptqLoad()
{
    QFETCH(QString, name);
    try {
        const auto tiny = opened(name.toStdString());
        const auto model = support::widened(tiny);
        core::QuantizeOptions options;
        for (std::uint32_t seed = 1; seed <= 16; ++seed)
            options.calibration.push_back(randomTokens(seed));
        const core::Recipe recipe = core::presetRecipe("Q4_K_M", *model, core::Method::Gptq);
        const auto rounded = core::quantize(model, recipe, options, {}, {}).checkpoint;
        core::exportGguf(*rounded, { file("gptq.gguf"), core::Existing::Replace }, {}, {});
        const auto tokens = randomTokens(99);
        const core::Matrix found = theirs(file("gptq.gguf"), tokens);
        const auto distance = [&](const core::Matrix& ours) {
            return (logProbabilities(ours) - logProbabilities(found)).norm()
                / std::sqrt(float(found.size()));
        };
        const float asLlama = distance(ourLogitsAsLlama(*rounded, { tokens }));
        QVERIFY2(asLlama < 0.3f, qPrintable(QString::number(double(asLlama))));
        const auto again = Checkpoint::open(file("gptq.gguf"));
        QCOMPARE(ourLogits(*again, { tokens }), ourLogits(*rounded, { tokens }));
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

void TestHybridFiles::whatLlamaRoundedOpens()
{
    QFETCH(QString, name);
    try {
        exportAs(support::widened(opened(name.toStdString())), "F32", file("wide.gguf"));
        LlamaQuantizeOptions options;
        options.fileType = 15; // Q4_K_M
        m_llama->quantize(file("wide.gguf"), file("llama.gguf"), options);
        const auto model = Checkpoint::open(file("llama.gguf"));
        QVERIFY2(model->isComputed(), model->config().notComputed.c_str());
        const auto tokens = randomTokens(7);
        const core::Matrix found = logProbabilities(theirs(file("llama.gguf"), tokens));
        const core::Matrix ours = logProbabilities(ourLogitsAsLlama(*model, { tokens }));
        const float distance = (ours - found).norm() / std::sqrt(float(found.size()));
        QVERIFY2(distance < 0.3f, qPrintable(QString::number(double(distance))));
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

void TestHybridFiles::mixesAreThoseOfLlama()
{
    QFETCH(QString, name);
    try {
        exportAs(support::widened(opened(name.toStdString())), "F32", file("wide.gguf"));
        const auto checkpoint = Checkpoint::open(file("wide.gguf"));
        for (const auto& [mix, type] : { std::pair("Q3_K_M", 12), std::pair("Q4_K_S", 14),
                 std::pair("Q4_K_M", 15), std::pair("Q5_K_M", 17) }) {
            LlamaQuantizeOptions options;
            options.fileType = type;
            const auto types = m_llama->plannedTypes(file("wide.gguf"), options);
            const auto plan = core::planTensors(
                *checkpoint, core::presetRecipe(mix, *checkpoint, core::Method::Importance));
            for (std::size_t i = 0; i < plan.size(); ++i) {
                const std::string& tensor = checkpoint->tensors()[i].name;
                QVERIFY2(core::findStoredFormat(types.at(tensor)) == plan[i].format,
                    qPrintable(QString("%1 as %2: we plan %3, llama.cpp %4")
                                   .arg(tensor.c_str(), mix, plan[i].format->name.data(),
                                       types.at(tensor).c_str())));
            }
        }
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

void TestHybridFiles::blocksThatPredictStayInTheFile()
{
    try {
        const auto plain = opened("qwen35");
        exportAs(plain, "F32", file("plain.gguf"));
        addPredictingBlock(file("plain.gguf"), file("predicting.gguf"));
        const auto model = Checkpoint::open(file("predicting.gguf"));
        QVERIFY2(model->isComputed(), model->config().notComputed.c_str());
        QCOMPARE(model->config().layers, 4);
        QCOMPARE(model->tensors().size(), plain->tensors().size() + 15);
        const auto tokens = randomTokens(7);
        QCOMPARE(ourLogits(*model, { tokens }), ourLogits(*plain, { tokens }));
        QVERIFY(
            apart(ourLogits(*model, { tokens }), theirs(file("predicting.gguf"), tokens)) < 1e-3f);

        core::QuantizeOptions options;
        for (std::uint32_t seed = 1; seed <= 16; ++seed)
            options.calibration.push_back(randomTokens(seed));
        core::Recipe recipe = core::presetRecipe("Q8_0", *model, core::Method::Gptq);
        recipe.scaling = core::Scaling::Awq;
        const auto run = core::quantize(model, recipe, options, {}, {});
        core::exportGguf(
            *run.checkpoint, { file("rounded.gguf"), core::Existing::Replace }, {}, {});
        const core::GgufFile written = core::readGguf(file("rounded.gguf"));
        QCOMPARE(written.tensors.size(), model->tensors().size());
        const core::GgufFile before = core::readGguf(file("predicting.gguf"));
        int kept = 0;
        for (const core::StoredTensor& tensor : written.tensors)
            for (const core::StoredTensor& other : before.tensors)
                if (tensor.name == other.name && tensor.name.starts_with("blk.4.")) {
                    QCOMPARE(tensor.shape, other.shape);
                    ++kept;
                }
        QCOMPARE(kept, 15);
        QVERIFY(theirs(file("rounded.gguf"), tokens).allFinite());
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

void TestHybridFiles::aMixKeepsBlocksThatPredictInItsFinestFormat()
{
    exportAs(opened("qwen35"), "F32", file("plain.gguf"));
    addPredictingBlock(file("plain.gguf"), file("predicting.gguf"));
    const auto model = Checkpoint::open(file("predicting.gguf"));
    core::SensitivitySettings settings;
    // They fit rows of any length.
    settings.formats = { core::findFormat("INT4_SYM_G32"), core::findFormat("INT8_SYM_G32") };
    settings.method = core::Method::RoundToNearest;
    const core::SensitivityTable table
        = core::measureSensitivity(*model, { randomTokens(7) }, settings, nullptr, {}, {});
    core::MixSettings mixing;
    mixing.formats = settings.formats;
    mixing.recipe.method = mixing.figures = core::Method::RoundToNearest;
    const core::MixSearch search(*model, table, mixing);
    const auto mix = search.under(search.leastBytes(), core::MixSearch::Care::Best);
    int kept = 0, others = 0;
    for (std::size_t i = 0; i < mix.formats.size(); ++i) {
        const core::Tensor& tensor = model->tensors()[i];
        if (!tensor.isMatrix())
            continue;
        const bool isBeside = tensor.name.starts_with("blk.4.");
        const bool isCoarse = mix.formats[i] == settings.formats.front();
        (isBeside ? kept : others) += isCoarse == isBeside ? 0 : 1;
    }
    QCOMPARE(kept, 8); // seven of the block, and eh_proj
    QVERIFY2(others > 20, qPrintable(QString::number(others)));
    core::Recipe uniform = mixing.recipe;
    uniform.format = settings.formats.front();
    const auto all = core::mixOf(*model, search, core::planTensors(*model, uniform));
    QVERIFY(all.bytes < mix.bytes);
}

void TestHybridFiles::gateAndUpOfExpertsMayBeOneTensor()
{
    try {
        const auto apartModel = opened("qwen35moe");
        exportAs(apartModel, "F32", file("apart.gguf"));
        fuseExperts(file("apart.gguf"), file("fused.gguf"));
        const auto model = Checkpoint::open(file("fused.gguf"));
        QVERIFY2(model->isComputed(), model->config().notComputed.c_str());
        QVERIFY(model->find(core::Place{ core::Role::FfnGateUpExps, 1 }));
        const auto tokens = randomTokens(7);
        const core::Matrix ours = ourLogits(*model, { tokens });
        QVERIFY(apart(ours, ourLogits(*apartModel, { tokens })) < 1e-4f);
        QVERIFY(apart(ours, theirs(file("fused.gguf"), tokens)) < 1e-3f);
        core::QuantizeOptions options;
        for (std::uint32_t seed = 1; seed <= 16; ++seed)
            options.calibration.push_back(randomTokens(seed));
        const core::Recipe recipe = core::presetRecipe("Q8_0", *model, core::Method::Gptq);
        const auto rounded = core::quantize(model, recipe, options, {}, {}).checkpoint;
        core::exportGguf(*rounded, { file("rounded.gguf"), core::Existing::Replace }, {}, {});
        QVERIFY(theirs(file("rounded.gguf"), tokens).allFinite());
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

QTEST_GUILESS_MAIN(TestHybridFiles)
#include "tst_hybridfiles.moc"
