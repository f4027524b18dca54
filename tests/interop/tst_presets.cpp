// SPDX-License-Identifier: GPL-3.0-or-later
// presetRecipe against llama_model_quantize: the same format for every tensor.
#include "tests/interop/interopfiles.h"
#include "tests/interop/llamalibrary.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/support/tinymodel.h"
#include "tests/support/tinynames.h"
#include "tests/support/widened.h"

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
/// The same where all layer matrices have one format. (llama_model_quantize does not make NVFP4.)
constexpr Mix pure[]{ { "Q8_0", 7 }, { "Q6_K", 18 }, { "Q5_K", 16 }, { "Q4_K", 14 }, { "Q3_K", 11 },
    { "Q2_K", 10 }, { "Q4_0", 2 }, { "Q4_1", 3 }, { "Q5_0", 8 }, { "IQ4_NL", 25 }, { "IQ4_XS", 30 },
    { "TQ1_0", 36 }, { "TQ2_0", 37 }, { "MXFP4", 38 }, { "Q1_0", 40 }, { "Q2_0", 41 } };

/// llama.cpp cannot say what it would store without rounding all of a model, which takes seconds of
/// the bundled and the real one.
bool isTried(std::string_view preset, const std::filesystem::path& model)
{
    if (model == smolLm2())
        return preset == "Q4_K";
    if (model.filename() == "sample.gguf")
        return preset == "Q3_K_M" || preset == "Q4_K";
    return preset != "Q1_0" || model.filename() != "deep.gguf"; // it knows no fallback from Q1_0
}

/// Rows of 256 weights, which every format holds.
support::TinyModel wideModel()
{
    support::TinyModel model;
    model.layers = 3;
    model.hidden = 256;
    model.heads = 4;
    model.headSize = 64;
    model.keyValueHeads = 1;
    model.feedForward = 256;
    return model;
}

/// What a mix gives a layer depends on how many there are: as many here as in the real model, with
/// rows of 96 and 176 weights, which are no whole number of 256 or of 32.
support::TinyModel deepModel()
{
    support::TinyModel model;
    model.layers = 30;
    model.hidden = 96;
    model.heads = 6;
    model.feedForward = 176;
    return model;
}

/// An importance matrix in which every channel weighs the same: llama.cpp refuses Q2_K_S without
/// one.
core::Importance evenImportance(const Checkpoint& checkpoint)
{
    core::Importance importance;
    for (const core::Tensor& tensor : checkpoint.tensors())
        if (tensor.place.layer >= 0 && core::isMatrix(tensor.place.role))
            importance[tensor.name].assign(std::size_t(tensor.columns * tensor.matrices()), 1.0f);
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
    void everyArchitectureGetsLlamasMixes_data();
    void everyArchitectureGetsLlamasMixes();
    void computedArchitecturesGetLlamasMixes_data();
    void computedArchitecturesGetLlamasMixes();
    void shapesChangeTheMixesAsInLlama_data();
    void shapesChangeTheMixesAsInLlama();

private:
    std::filesystem::path file(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }
    void compare(const LlamaQuantizeOptions& options, bool withImportance);
    void compareMixes(const support::TinyNames& model);
    void compareMixesOf(const std::filesystem::path& model, const QString& name);

    QTemporaryDir m_folder;
    std::shared_ptr<const LlamaLibrary> m_llama;
    std::shared_ptr<const Checkpoint> m_wide, m_deep, m_sample, m_real; ///< each from a GGUF file
};

void TestPresets::initTestCase()
{
    NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
    NEEDS_INTEROP(smolLm2());
    try {
        m_llama = LlamaLibrary::load(llamaFolder());
        core::exportGguf(*Checkpoint::open(sample),
            { file("sample.gguf"), core::Existing::Replace }, {}, core::Progress());
        m_sample = Checkpoint::open(file("sample.gguf"));
        support::writeTinyGguf(wideModel(), file("wide.gguf"));
        m_wide = Checkpoint::open(file("wide.gguf"));
        support::writeTinyGguf(deepModel(), file("deep.gguf"));
        m_deep = Checkpoint::open(file("deep.gguf"));
        m_real = Checkpoint::open(smolLm2());
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

/// "", or which tensor of `theirs` has another format than we plan.
QString difference(const Checkpoint& theirs, const std::vector<core::PlannedTensor>& plan)
{
    if (theirs.tensors().size() != plan.size())
        return QString("%1 tensors, planned %2").arg(theirs.tensors().size()).arg(plan.size());
    for (const core::PlannedTensor& planned : plan) {
        const core::Tensor* tensor = theirs.find(planned.place);
        if (!tensor)
            return QString("no tensor for one of layer %1").arg(planned.place.layer);
        if (tensor->format != planned.format)
            return QString("%1: we plan %2, llama.cpp stores %3")
                .arg(QString::fromStdString(tensor->name), planned.format->name.data(),
                    tensor->format->name.data());
    }
    return {};
}

/// Quantizes models to the preset of this row by llama.cpp and compares every tensor's format with
/// our plan.
void TestPresets::compare(const LlamaQuantizeOptions& options, bool withImportance)
{
    const std::string preset = QTest::currentDataTag();
    for (const auto& checkpoint : { m_wide, m_deep, m_sample, m_real }) {
        if (!isTried(preset, checkpoint->path()))
            continue;
        LlamaQuantizeOptions own = options;
        own.requantize = checkpoint == m_real;
        if (withImportance)
            own.importance = evenImportance(*checkpoint);
        m_llama->quantize(checkpoint->path(), file("llama.gguf"), own);
        const QString found = difference(*Checkpoint::open(file("llama.gguf")),
            core::planTensors(
                *checkpoint, core::presetRecipe(preset, *checkpoint, core::Method::Importance)));
        QVERIFY2(found.isEmpty(),
            qPrintable(QString::fromStdString(checkpoint->path().string()) + ", " + found));
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
    compare(options, true);
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
    compare(options, false);
}

void TestPresets::compareMixes(const support::TinyNames& model)
{
    support::writeTinyNames(model, file("names.gguf"));
    compareMixesOf(file("names.gguf"), QString::fromStdString(model.architecture));
}

/// Compares what we and llama.cpp would make of every mix of a model, with and without importance.
void TestPresets::compareMixesOf(const std::filesystem::path& model, const QString& name)
{
    const auto checkpoint = Checkpoint::open(model);
    for (const Mix& mix : mixes) {
        const auto plan = core::planTensors(
            *checkpoint, core::presetRecipe(mix.name, *checkpoint, core::Method::Importance));
        for (const bool withImportance : { false, true }) {
            LlamaQuantizeOptions options;
            options.fileType = mix.fileType;
            if (withImportance)
                options.importance = evenImportance(*checkpoint);
            const auto types = m_llama->plannedTypes(model, options);
            QVERIFY(types.size() >= plan.size()); // factors of rope scaling are the config's to us
            for (std::size_t i = 0; i < plan.size(); ++i) {
                const std::string& tensor = checkpoint->tensors()[i].name;
                const core::Format* theirs = core::findStoredFormat(types.at(tensor));
                QVERIFY2(theirs == plan[i].format,
                    qPrintable(QString("%1 of %2 as %3: we plan %4, llama.cpp %5")
                                   .arg(QString::fromStdString(tensor), name, mix.name,
                                       plan[i].format->name.data(),
                                       QString::fromStdString(types.at(tensor)))));
            }
        }
    }
}

void TestPresets::everyArchitectureGetsLlamasMixes_data()
{
    QTest::addColumn<QString>("architecture");
    for (const std::string& name : support::tinyNamesArchitectures())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
    // Fused tensors, and what llama.cpp knows by name.
    for (const char* name : { "llama", "falcon", "phi3", "qwen2", "qwen3moe" })
        QTest::newRow(name) << QString(name);
}

void TestPresets::everyArchitectureGetsLlamasMixes()
{
    QFETCH(QString, architecture);
    support::TinyNames model;
    model.architecture = architecture.toStdString();
    model.layers = 18; // eighths and sixteenths of which are there
    try {
        compareMixes(model);
        model.isTied = true;
        model.columns = 96; // which fit no block of 256
        compareMixes(model);
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

void TestPresets::computedArchitecturesGetLlamasMixes_data()
{
    QTest::addColumn<QString>("name");
    for (const std::string& name : support::tinyArchitectures())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

/// Those that Quantscope exports from Hugging Face's files, with rows that every format fits.
void TestPresets::computedArchitecturesGetLlamasMixes()
{
    QFETCH(QString, name);
    try {
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture(name.toStdString(), folder.path());
        core::exportGguf(*support::widened(Checkpoint::open(folder.path())),
            { file("built.gguf"), core::Existing::Replace }, {}, core::Progress());
        compareMixesOf(file("built.gguf"), name);
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

void TestPresets::shapesChangeTheMixesAsInLlama_data()
{
    QTest::addColumn<bool>("isTied");
    QTest::addColumn<int>("experts");
    QTest::addColumn<int>("queriesPerKey");
    QTest::addColumn<int>("layers");
    for (const bool isTied : { false, true })
        for (const int experts : { 0, 8 })
            for (const int queriesPerKey : { 1, 4, 8 })
                QTest::addRow("%s, %d experts, %d queries a key", isTied ? "tied" : "untied",
                    experts, queriesPerKey)
                    << isTied << experts << queriesPerKey << 18;
    QTest::newRow("80 layers, all heads with keys") << false << 0 << 1 << 80;
    QTest::newRow("80 layers, shared keys") << false << 0 << 2 << 80; // 70B
}

void TestPresets::shapesChangeTheMixesAsInLlama()
{
    QFETCH(bool, isTied);
    QFETCH(int, experts);
    QFETCH(int, queriesPerKey);
    QFETCH(int, layers);
    support::TinyNames model;
    model.isTied = isTied;
    model.experts = experts;
    model.queriesPerKey = queriesPerKey;
    model.layers = layers;
    try {
        for (const char* architecture : { "llama", "falcon", "qwen2", "granitehybrid" }) {
            model.architecture = architecture;
            compareMixes(model);
        }
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

QTEST_GUILESS_MAIN(TestPresets)
#include "tst_presets.moc"
