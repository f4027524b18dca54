// SPDX-License-Identifier: GPL-3.0-or-later
// Any GGUF requantized with --encoder ggml against llama_model_quantize: the same bytes for every
// tensor, of architectures that Quantscope does not compute.
#include "tests/interop/interopfiles.h"
#include "tests/interop/llamalibrary.h"
#include "tests/support/tinynames.h"

#include "core/base/error.h"
#include "core/export/ggufexport.h"
#include "core/files/gguf.h"
#include "core/quant/quantize.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <random>

using namespace interop;
using core::Checkpoint;

namespace {

/// What both are asked for.
struct Wish {
    const char* preset;
    int fileType; ///< llama_ftype
    bool isPure; ///< all matrices in one format, the embedding and the head in Q8_0
};
constexpr Wish wishes[]{ { "Q4_K_M", 15, false }, { "Q2_K_S", 21, false }, { "Q3_K_L", 13, false },
    { "Q6_K", 18, true }, { "IQ4_NL", 25, true }, { "Q5_0", 8, true } };

/// An importance for every matrix of the layers, one for each matrix of a stack; `left` has none.
core::Importance importanceOf(const Checkpoint& checkpoint, const std::string& left)
{
    std::mt19937 generator(7);
    core::Importance importance;
    for (const core::Tensor& tensor : checkpoint.tensors()) {
        if (tensor.place.layer < 0 || !tensor.isMatrix() || tensor.name == left)
            continue;
        auto& values = importance[tensor.name];
        for (std::int64_t i = 0; i < tensor.columns * tensor.matrices(); ++i)
            values.push_back(0.01f + float(generator() % 10000) / 1000.0f);
    }
    return importance;
}

/// Without what llama.cpp does not write again: outer dimensions of 1.
std::vector<std::int64_t> shapeOf(const core::StoredTensor& tensor)
{
    std::vector<std::int64_t> shape = tensor.shape;
    while (shape.size() > 1 && shape.front() == 1)
        shape.erase(shape.begin());
    return shape;
}

/// "", or the first tensor of `ours` that is not as in `theirs`.
QString difference(const core::GgufFile& ours, const core::GgufFile& theirs)
{
    if (ours.tensors.size() != theirs.tensors.size())
        return QString("%1 tensors, llama.cpp has %2")
            .arg(ours.tensors.size())
            .arg(theirs.tensors.size());
    for (const core::StoredTensor& tensor : ours.tensors) {
        const auto same = std::ranges::find(theirs.tensors, tensor.name, &core::StoredTensor::name);
        if (same == theirs.tensors.end())
            return QString::fromStdString(tensor.name + " is not in llama.cpp's file");
        if (same->format != tensor.format || shapeOf(*same) != shapeOf(tensor))
            return QString("%1: %2, llama.cpp stores %3")
                .arg(QString::fromStdString(tensor.name), tensor.format->name.data(),
                    same->format->name.data());
        if (!std::ranges::equal(tensor.bytes, same->bytes))
            return QString("%1 (%2): other bytes than llama.cpp's")
                .arg(QString::fromStdString(tensor.name), tensor.format->name.data());
    }
    return {};
}

/// "", or the first of the source's pairs that is missing or changed; what speaks of the file's
/// formats is left out.
QString changedPair(const core::GgufFile& source, const core::GgufFile& written)
{
    for (const auto& [key, value] : source.metadata.pairs()) {
        const core::GgufValue* found = written.metadata.find(key);
        if (!found || *found != value)
            return QString::fromStdString(key);
    }
    return {};
}

} // namespace

class TestRequantize : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void everyTensorHasTheBytesOfLlama_data();
    void everyTensorHasTheBytesOfLlama();
    void namesAndPairsStayInTheirOrder();
    void quantizedSourcesAreRoundedAsLlamaRoundsThem();

private:
    std::filesystem::path file(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }
    void compare(const support::TinyNames& model, const Wish& wish, bool withImportance);

    QTemporaryDir m_folder;
    std::shared_ptr<const LlamaLibrary> m_llama;
};

void TestRequantize::initTestCase()
{
    NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
    m_llama = LlamaLibrary::load(llamaFolder());
}

void TestRequantize::compare(const support::TinyNames& model, const Wish& wish, bool withImportance)
{
    support::writeTinyNames(model, file("source.gguf"));
    const auto checkpoint = Checkpoint::open(file("source.gguf"));
    LlamaQuantizeOptions theirs;
    theirs.fileType = wish.fileType;
    theirs.pure = wish.isPure;
    theirs.requantize = model.matrices->isQuantized();
    if (wish.isPure)
        theirs.embeddingType = theirs.outputType = int(core::formats::q8_0.ggmlType);
    // One tensor of each model has no entry, as an expert that no text reached.
    core::QuantizeOptions options;
    if (withImportance)
        options.importance = importanceOf(
            *checkpoint, wish.fileType == 21 ? "" : checkpoint->inLayer(1).back()->name);
    theirs.importance = options.importance;

    core::Recipe recipe = core::presetRecipe(wish.preset, *checkpoint,
        withImportance ? core::Method::Importance : core::Method::RoundToNearest);
    recipe.encoder = core::Encoder::Ggml;
    const core::QuantizedModel ours = core::quantize(checkpoint, recipe, options, {}, {});
    core::exportGguf(
        *ours.checkpoint, { file("ours.gguf"), core::Existing::Replace }, {}, core::Progress());
    m_llama->quantize(file("source.gguf"), file("theirs.gguf"), theirs);
    const core::GgufFile written = core::readGguf(file("ours.gguf"));
    const QString found = difference(written, core::readGguf(file("theirs.gguf")));
    QVERIFY2(found.isEmpty(), qPrintable(QString(wish.preset) + ": " + found));
    QCOMPARE(changedPair(core::readGguf(file("source.gguf")), written), QString());
}

void TestRequantize::everyTensorHasTheBytesOfLlama_data()
{
    QTest::addColumn<QString>("architecture");
    for (const std::string& name : support::tinyNamesArchitectures())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
    QTest::newRow("experts of llama") << QString("llama"); // rows of q and k stay where they are
}

void TestRequantize::everyTensorHasTheBytesOfLlama()
{
    QFETCH(QString, architecture);
    support::TinyNames model;
    model.architecture = architecture.toStdString();
    try {
        for (const Wish& wish : wishes) {
            model.isTied = wish.fileType % 2 == 0;
            model.columns = wish.fileType == 13 ? 96 : 256; // rows of 96 fit no block of 256
            for (const bool withImportance : { true, false }) {
                if (wish.fileType == 21 && !withImportance)
                    continue; // llama.cpp refuses Q2_K_S without one
                compare(model, wish, withImportance);
            }
        }
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

void TestRequantize::namesAndPairsStayInTheirOrder()
{
    support::writeTinyNames({}, file("source.gguf"));
    const auto checkpoint = Checkpoint::open(file("source.gguf"));
    QVERIFY(!checkpoint->isComputed() && !checkpoint->hasTokenizer());
    const auto plan = core::planTensors(
        *checkpoint, core::presetRecipe("Q4_K_M", *checkpoint, core::Method::RoundToNearest));
    const core::GgufPlan planned = core::planGguf(*checkpoint, plan, {});
    QCOMPARE(core::exportedBytes(*checkpoint, plan, {}), planned.layout.fileSize);
    const core::GgufFile source = core::readGguf(file("source.gguf"));
    QCOMPARE(planned.tensors.size(), source.tensors.size());
    for (std::size_t i = 0; i < source.tensors.size(); ++i) {
        QCOMPARE(planned.tensors[i].name, source.tensors[i].name);
        QVERIFY(planned.tensors[i].shape == source.tensors[i].shape);
    }
    for (std::size_t i = 0; i < source.metadata.pairs().size(); ++i)
        QVERIFY(planned.metadata.pairs()[i] == source.metadata.pairs()[i]);
}

void TestRequantize::quantizedSourcesAreRoundedAsLlamaRoundsThem()
{
    support::TinyNames model;
    model.architecture = "qwen3next";
    for (const core::Format* format :
        { &core::formats::q8_0, &core::formats::bf16, &core::formats::f16 }) {
        model.matrices = format;
        compare(model, { "Q3_K_M", 12, false }, true);
        compare(model, { "Q8_0", 7, true }, false);
    }
}

QTEST_GUILESS_MAIN(TestRequantize)
#include "tst_requantize.moc"
