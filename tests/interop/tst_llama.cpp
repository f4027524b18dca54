// SPDX-License-Identifier: GPL-3.0-or-later
// What Quantscope exports, loaded by the real llama.cpp: the same tokens, the same perplexity, the
// same continuations.
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

class TestLlama : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void tokenizesTextAsLlamaDoes();
    void cutsTextIntoTheChunksOfLlamaPerplexity();
    void llamaAgreesOnThePerplexityOfEachFormat_data();
    void llamaAgreesOnThePerplexityOfEachFormat();
    void llamaDecodesEachFormatToTheSameWeights_data();
    void llamaDecodesEachFormatToTheSameWeights();
    void greedyContinuationsAgree();
    void aGgufWithSentencePieceKeepsItsMeaning_data();
    void aGgufWithSentencePieceKeepsItsMeaning();

private:
    std::filesystem::path file(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const LlamaLibrary> m_llama;
    std::shared_ptr<const Checkpoint> m_sample;
    std::shared_ptr<const LlamaModel> m_exact; ///< the sample as F32, by llama.cpp
    std::string m_text;
};

void TestLlama::initTestCase()
{
    NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
    try {
        m_llama = LlamaLibrary::load(llamaFolder());
        m_sample = Checkpoint::open(sample);
        m_text = core::readTextFile(sample / "evaluation.txt");
        exportAs(m_sample, "F32", file("exact.gguf"));
        m_exact = std::make_shared<const LlamaModel>(m_llama, file("exact.gguf"));
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

void TestLlama::tokenizesTextAsLlamaDoes()
{
    const std::vector<int> theirs = m_exact->tokenize(m_text, Special::Leave);
    const auto written = Checkpoint::open(file("exact.gguf"));
    QCOMPARE(difference(m_sample->tokenizer().encode(m_text), theirs, *m_exact), QString());
    QCOMPARE(difference(written->tokenizer().encode(m_text), theirs, *m_exact), QString());
    QCOMPARE(m_sample->tokenizer().decode(theirs), m_text);
    QCOMPARE(m_sample->tokenizer().bos(), m_exact->bos());
    QCOMPARE(m_sample->tokenizer().addBos(), m_exact->addBos());
    QCOMPARE(m_sample->tokenizer().size(), m_exact->vocabularySize());
}

void TestLlama::cutsTextIntoTheChunksOfLlamaPerplexity()
{
    const auto ours = core::tokenSequences(m_sample->tokenizer(), m_text, 256, 0);
    const auto theirs = llamaChunks(*m_exact, m_text, 256, 0);
    QCOMPARE(ours.size(), theirs.size());
    for (std::size_t i = 0; i < ours.size(); ++i)
        QCOMPARE(difference(ours[i], theirs[i], *m_exact), QString());
}

void TestLlama::llamaAgreesOnThePerplexityOfEachFormat_data()
{
    QTest::addColumn<double>("bound"); // of ln(perplexity); llama.cpp rounds activations, too
    QTest::addColumn<int>("chunks");
    QTest::newRow("F32") << 1e-4 << 20;
    QTest::newRow("F16") << 5e-4 << 20;
#ifdef __SANITIZE_ADDRESS__ // what is read and written is watched below, for every format
    const auto types = { "Q8_0", "Q4_K", "Q4_0" };
#else
    const auto types
        = { "BF16", "Q8_0", "Q6_K", "Q5_0", "Q4_1", "Q4_K", "Q4_0", "NVFP4", "MXFP4", "Q2_K" };
    QTest::newRow("Q2_0") << 3e-3 << 5; // llama.cpp takes six times as long for it
#endif
    for (const char* type : types)
        QTest::newRow(type) << 3e-3 << 20;
}

void TestLlama::llamaAgreesOnThePerplexityOfEachFormat()
{
    QFETCH(double, bound);
    QFETCH(int, chunks);
    const std::filesystem::path gguf = file("format.gguf");
    const auto rounded = exportAs(m_sample, QTest::currentDataTag(), gguf);
    const auto written = Checkpoint::open(gguf);
    const TextChunks many{ m_text, 256, chunks }, few{ m_text, 256, 2 };
    QCOMPARE(disagreement(
                 "ln(perplexity)", ourLoss(*written, many), llamaLoss(m_llama, gguf, many), bound),
        QString());
    QCOMPARE(disagreement("the written file", ourLoss(*written, few), ourLoss(*rounded, few), 1e-5),
        QString());
}

void TestLlama::llamaDecodesEachFormatToTheSameWeights_data()
{
    QTest::addColumn<int>("unused");
    for (const char* type : { "BF16", "Q8_0", "Q6_K", "Q5_0", "Q4_1", "Q4_K", "Q4_0", "NVFP4",
             "MXFP4", "Q2_K", "Q2_0", "TQ2_0", "TQ1_0", "Q1_0" })
        QTest::newRow(type) << 0;
}

// Activations are not rounded where all weights are F32, so here the bound is F32's.
void TestLlama::llamaDecodesEachFormatToTheSameWeights()
{
    const std::filesystem::path gguf = file("format.gguf");
    const std::filesystem::path decoded = file("decoded.gguf");
    const auto rounded = exportAs(m_sample, QTest::currentDataTag(), gguf);
    m_llama->quantize(gguf, decoded, { .fileType = llamaFileTypeF32, .requantize = true });
    const TextChunks few{ m_text, 256, 4 };
    const double ours = ourLoss(*rounded, few);
    const double theirs = llamaLoss(m_llama, decoded, few);
    QCOMPARE(disagreement("ln(perplexity)", ours, theirs, 1e-4), QString());
}

void TestLlama::greedyContinuationsAgree()
{
    const auto texts = llamaChunks(*m_exact, m_text, 256, 8);
    QCOMPARE(texts.size(), std::size_t(8));
    std::vector<std::vector<int>> prompts;
    for (const std::vector<int>& text : texts)
        prompts.emplace_back(text.begin(), text.begin() + 16);
    LlamaContext context(m_exact, 80);
    QCOMPARE(greedyDisagreement(*m_sample, context, prompts, 64, 1e-3f), QString());
}

void TestLlama::aGgufWithSentencePieceKeepsItsMeaning_data()
{
    QTest::addColumn<double>("bound");
    QTest::newRow("F32") << 1e-4;
    QTest::newRow("F16") << 5e-4;
    QTest::newRow("Q8_0") << 3e-3;
    QTest::newRow("Q4_K") << 3e-3; // rows of 64 and 172 fit no super-block, and 172 no block
}

void TestLlama::aGgufWithSentencePieceKeepsItsMeaning()
{
    QFETCH(double, bound);
    const auto original = sharedFile("models/stories260k/stories260Ktok512.gguf");
    NEEDS_SHARED(original);
    const std::filesystem::path gguf = file("stories.gguf");
    const auto rounded = exportAs(Checkpoint::open(original), QTest::currentDataTag(), gguf);
    const TextChunks text{ m_text.substr(0, 20000), 128, 20 };
    const LlamaModel model(m_llama, gguf);
    QCOMPARE(difference(rounded->tokenizer().encode(text.text),
                 model.tokenize(text.text, Special::Leave), model),
        QString());
    QCOMPARE(disagreement(
                 "ln(perplexity)", ourLoss(*rounded, text), llamaLoss(m_llama, gguf, text), bound),
        QString());
}

QTEST_GUILESS_MAIN(TestLlama)
#include "tst_llama.moc"
