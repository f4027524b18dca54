// SPDX-License-Identifier: GPL-3.0-or-later
// presetRecipe against llama_model_quantize: the same format for every tensor.
#include "tests/interop/interopfiles.h"
#include "tests/interop/llamalibrary.h"

#include "core/base/error.h"
#include "core/export/ggufexport.h"
#include "core/files/imatrix.h"
#include "core/quant/plan.h"

#include <QTemporaryDir>
#include <QTest>

using namespace interop;
using core::Checkpoint;

namespace {

const std::filesystem::path sample
    = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";

/// Our name of a mix, and llama.cpp's (enum llama_ftype).
struct Mix {
    const char* name;
    int fileType;
};
constexpr Mix mixes[]{ { "Q2_K_M", 10 }, { "Q2_K_S", 21 }, { "Q3_K_S", 11 }, { "Q3_K_M", 12 },
    { "Q3_K_L", 13 }, { "Q4_K_S", 14 }, { "Q4_K_M", 15 }, { "Q5_K_S", 16 }, { "Q5_K_M", 17 } };
/// The same where all layer matrices have one format. (llama_model_quantize does not make NVFP4,
/// and knows no fallback from Q1_0.)
constexpr Mix pure[]{ { "Q8_0", 7 }, { "Q6_K", 18 }, { "Q5_K", 16 }, { "Q4_K", 14 }, { "Q3_K", 11 },
    { "Q2_K", 10 }, { "Q4_0", 2 }, { "Q4_1", 3 }, { "Q5_0", 8 }, { "IQ4_NL", 25 }, { "IQ4_XS", 30 },
    { "TQ1_0", 36 }, { "TQ2_0", 37 }, { "MXFP4", 38 }, { "Q1_0", 40 }, { "Q2_0", 41 } };

/// The real model takes seconds a format; these have every kind of fallback.
bool isTriedOnTheRealModel(std::string_view name)
{
    return name == "Q2_K_M" || name == "Q3_K_M" || name == "Q5_K_M" || name == "Q6_K"
        || name == "Q4_K" || name == "Q4_0" || name == "TQ1_0";
}

/// An importance matrix in which every channel weighs the same: llama.cpp refuses Q2_K_S without
/// one.
core::Importance evenImportance(const Checkpoint& checkpoint)
{
    core::Importance importance;
    for (const core::Tensor& tensor : checkpoint.tensors())
        if (tensor.place.layer >= 0 && core::isMatrix(tensor.place.role))
            importance[tensor.name].assign(std::size_t(tensor.columns), 1.0f);
    return importance;
}

} // namespace

class TestPresets : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void mixesAreThoseOfLlama_data();
    void mixesAreThoseOfLlama();
    void pureFormatsAreThoseOfLlama_data();
    void pureFormatsAreThoseOfLlama();

private:
    std::filesystem::path file(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }
    void compare(const Checkpoint& checkpoint, const std::string& preset,
        const std::filesystem::path& source, const LlamaQuantizeOptions& options);

    QTemporaryDir m_folder;
    std::shared_ptr<const LlamaLibrary> m_llama;
    std::shared_ptr<const Checkpoint> m_sample;
    std::shared_ptr<const Checkpoint> m_real;
    std::filesystem::path m_sampleGguf;
};

void TestPresets::initTestCase()
{
    NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
    NEEDS_INTEROP(smolLm2());
    try {
        m_llama = LlamaLibrary::load(llamaFolder());
        m_sample = Checkpoint::open(sample);
        m_real = Checkpoint::open(smolLm2());
        m_sampleGguf = file("sample.gguf");
        core::exportGguf(*m_sample, m_sampleGguf, {}, core::Progress());
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

/// Quantizes `source` by llama.cpp and compares every tensor's format with our plan.
void TestPresets::compare(const Checkpoint& checkpoint, const std::string& preset,
    const std::filesystem::path& source, const LlamaQuantizeOptions& options)
{
    const auto plan = core::planTensors(
        checkpoint, core::presetRecipe(preset, checkpoint, core::Method::Importance));
    const std::filesystem::path target = file("llama.gguf");
    m_llama->quantize(source, target, options);
    const auto theirs = Checkpoint::open(target);
    QCOMPARE(theirs->tensors().size(), plan.size());
    for (const core::PlannedTensor& planned : plan) {
        const core::Tensor* tensor = theirs->find(planned.place);
        QVERIFY(tensor);
        QVERIFY2(tensor->format == planned.format,
            qPrintable(QString("%1: we plan %2, llama.cpp stores %3")
                           .arg(QString::fromStdString(tensor->name), planned.format->name.data(),
                               tensor->format->name.data())));
    }
}

void TestPresets::mixesAreThoseOfLlama_data()
{
    QTest::addColumn<int>("fileType");
    for (const Mix& mix : mixes)
        QTest::newRow(mix.name) << mix.fileType;
}

void TestPresets::mixesAreThoseOfLlama()
{
    QFETCH(int, fileType);
    LlamaQuantizeOptions options;
    options.fileType = fileType;
    options.importance = evenImportance(*m_sample);
    compare(*m_sample, QTest::currentDataTag(), m_sampleGguf, options);
    if (!isTriedOnTheRealModel(QTest::currentDataTag()))
        return;
    options.requantize = true;
    options.importance = evenImportance(*m_real);
    compare(*m_real, QTest::currentDataTag(), smolLm2(), options);
}

void TestPresets::pureFormatsAreThoseOfLlama_data()
{
    QTest::addColumn<int>("fileType");
    for (const Mix& mix : pure)
        QTest::newRow(mix.name) << mix.fileType;
}

void TestPresets::pureFormatsAreThoseOfLlama()
{
    QFETCH(int, fileType);
    LlamaQuantizeOptions options;
    options.fileType = fileType;
    options.pure = true;
    options.embeddingType = options.outputType = int(core::formats::q8_0.ggmlType);
    compare(*m_sample, QTest::currentDataTag(), m_sampleGguf, options);
    if (!isTriedOnTheRealModel(QTest::currentDataTag()))
        return;
    options.requantize = true;
    compare(*m_real, QTest::currentDataTag(), smolLm2(), options);
}

QTEST_GUILESS_MAIN(TestPresets)
#include "tst_presets.moc"
