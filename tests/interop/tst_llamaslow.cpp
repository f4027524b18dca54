// SPDX-License-Identifier: GPL-3.0-or-later
// The same agreement with llama.cpp as tst_llama, on the whole evaluation text and on a real model.
#include "tests/interop/bothsides.h"
#include "tests/interop/interopfiles.h"

#include "core/base/error.h"
#include "core/files/textfile.h"

#include <QTemporaryDir>
#include <QTest>

using namespace interop;
using core::Checkpoint;

namespace {

const std::filesystem::path sample
    = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";

constexpr int llamaFileTypeF32 = 0; // LLAMA_FTYPE_ALL_F32

} // namespace

class TestLlamaSlow : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void theWholeEvaluationTextHasTheSamePerplexity_data();
    void theWholeEvaluationTextHasTheSamePerplexity();
    void aRealModelOpensAsLlamaSeesIt();
    void aRealModelHasTheSamePerplexity();
    void aRealModelRoundedAndExportedHasTheSamePerplexity_data();
    void aRealModelRoundedAndExportedHasTheSamePerplexity();
    void aRealModelContinuesAsInLlama();

private:
    std::filesystem::path file(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const LlamaLibrary> m_llama;
    std::string m_text; ///< of the sample
    std::string m_realText; ///< WikiText where it is there
};

void TestLlamaSlow::initTestCase()
{
    NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
    NEEDS_INTEROP(smolLm2());
    try {
        m_llama = LlamaLibrary::load(llamaFolder());
        m_text = core::readTextFile(sample / "evaluation.txt");
        const auto wiki = sharedFile("text/wiki.test.raw");
        m_realText = missing(wiki).empty() ? core::readTextFile(wiki) : m_text;
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

void TestLlamaSlow::theWholeEvaluationTextHasTheSamePerplexity_data()
{
    QTest::addColumn<double>("bound"); // of ln(perplexity)
    QTest::newRow("F32") << 1e-4;
    QTest::newRow("F16") << 5e-4;
    QTest::newRow("Q4_K") << 3e-3;
    QTest::newRow("Q2_K") << 3e-3;
}

void TestLlamaSlow::theWholeEvaluationTextHasTheSamePerplexity()
{
    QFETCH(double, bound);
    const TextChunks all{ m_text, 256, 0 };
    const std::filesystem::path gguf = file("sample.gguf");
    const auto rounded = exportAs(Checkpoint::open(sample), QTest::currentDataTag(), gguf);
    const double ours = ourLoss(*rounded, all);
    const double theirs = llamaLoss(m_llama, gguf, all);
    QCOMPARE(disagreement("ln(perplexity)", ours, theirs, bound), QString());
}

void TestLlamaSlow::aRealModelOpensAsLlamaSeesIt()
{
    const auto ours = Checkpoint::open(smolLm2());
    const LlamaModel theirs(m_llama, smolLm2());
    QCOMPARE(ours->config().layers, theirs.layers());
    QCOMPARE(ours->config().vocabulary, theirs.vocabularySize());
    QCOMPARE(ours->tokenizer().addBos(), theirs.addBos());
    QCOMPARE(difference(ours->tokenizer().encode(m_realText),
                 theirs.tokenize(m_realText, Special::Leave), theirs),
        QString());
}

// Decoded to F32 by llama.cpp, so that it does not round activations.
void TestLlamaSlow::aRealModelHasTheSamePerplexity()
{
    const TextChunks some{ m_realText, 512, 8 };
    const std::filesystem::path decoded = file("decoded.gguf");
    m_llama->quantize(smolLm2(), decoded, { .fileType = llamaFileTypeF32, .requantize = true });
    const double ours = ourLoss(*Checkpoint::open(smolLm2()), some);
    const double theirs = llamaLoss(m_llama, decoded, some);
    QCOMPARE(disagreement("ln(perplexity)", ours, theirs, 1e-4), QString());
}

void TestLlamaSlow::aRealModelRoundedAndExportedHasTheSamePerplexity_data()
{
    QTest::addColumn<int>("unused");
    QTest::newRow("Q4_0") << 0;
    QTest::newRow("Q4_K") << 0; // rows of 576 fall back to Q5_0
}

void TestLlamaSlow::aRealModelRoundedAndExportedHasTheSamePerplexity()
{
    const TextChunks some{ m_realText, 512, 20 };
    const std::filesystem::path gguf = file("real.gguf");
    const std::filesystem::path decoded = file("decoded.gguf");
    const auto rounded = exportAs(Checkpoint::open(smolLm2()), QTest::currentDataTag(), gguf);
    const double ours = ourLoss(*rounded, some);
    m_llama->quantize(gguf, decoded, { .fileType = llamaFileTypeF32, .requantize = true });
    const double exact = llamaLoss(m_llama, decoded, some);
    QCOMPARE(disagreement("ln(perplexity), decoded", ours, exact, 1e-4), QString());
    // As it is run, with activations in 8 bits: this model's massive ones make that cost more than
    // the sample's, so it is simulated. A value near the middle of two steps may fall on either
    // side: over few tokens the two do not yet average out.
    const double simulated = ourLossAsLlama(*rounded, some);
    const double run = llamaLoss(m_llama, gguf, some);
    qInfo("ln(perplexity): %g exact, %g simulated, %g run", ours, simulated, run);
    QCOMPARE(disagreement("ln(perplexity), as run", simulated, run, 3e-3), QString());
}

void TestLlamaSlow::aRealModelContinuesAsInLlama()
{
    const std::filesystem::path gguf = file("exact.gguf");
    const auto exact = exportAs(Checkpoint::open(smolLm2()), "F32", gguf);
    const auto model = std::make_shared<const LlamaModel>(m_llama, gguf);
    std::vector<std::vector<int>> prompts;
    for (const std::vector<int>& text : llamaChunks(*model, m_realText, 512, 8))
        prompts.emplace_back(text.begin(), text.begin() + 16);
    LlamaContext context(model, 80);
    QCOMPARE(greedyDisagreement(*exact, context, prompts, 64, 1e-3f), QString());
}

QTEST_GUILESS_MAIN(TestLlamaSlow)
#include "tst_llamaslow.moc"
