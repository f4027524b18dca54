// SPDX-License-Identifier: GPL-3.0-or-later
// The tests' own view of llama.cpp, checked on models that others made.
#include "tests/interop/interopfiles.h"
#include "tests/interop/llamameasure.h"

#include "core/base/error.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <iterator>

using namespace interop;

namespace {

std::string readStart(const std::filesystem::path& file, std::size_t bytes)
{
    std::ifstream in(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    return text.substr(0, bytes);
}

} // namespace

class TestLlamaLibrary : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void loadsARealModel();
    void tokenizesAndSpellsBack();
    void aRealModelPredictsRealText();
    void aSmallModelTellsAStory();
    void decodingInStepsGivesTheSameLogitsAsAtOnce();
    void refusesAFileThatIsNoModel();
    void quantizesAsLlamaQuantizeDoes();

private:
    std::shared_ptr<const LlamaLibrary> m_llama;
};

void TestLlamaLibrary::initTestCase()
{
    NEEDS_INTEROP(llamaFolder() / "libllama.v0.5.0.so");
    try {
        m_llama = LlamaLibrary::load(llamaFolder());
    } catch (const core::Error& error) {
        QFAIL(error.what());
    }
}

void TestLlamaLibrary::loadsARealModel()
{
    NEEDS_INTEROP(smolLm2());
    const LlamaModel model(m_llama, smolLm2());
    QCOMPARE(model.layers(), 30);
    QCOMPARE(model.vocabularySize(), 49152);
    QVERIFY(!model.addBos());
    QVERIFY(model.chatTemplate().find("<|im_start|>") != std::string::npos);
}

void TestLlamaLibrary::tokenizesAndSpellsBack()
{
    NEEDS_INTEROP(smolLm2());
    const LlamaModel model(m_llama, smolLm2());
    const std::string text = "Hello, wörld! 1234 <|im_start|> \n\n  def f(x):";
    std::string back;
    for (const int token : model.tokenize(text, Special::Leave))
        back += model.piece(token);
    QCOMPARE(back, text);
    QVERIFY(model.tokenize("", Special::Leave).empty());
}

void TestLlamaLibrary::aRealModelPredictsRealText()
{
    NEEDS_INTEROP(smolLm2());
    const auto file = sharedFile("text/wiki.test.raw");
    NEEDS_SHARED(file);
    const auto model = std::make_shared<const LlamaModel>(m_llama, smolLm2());
    const auto chunks = llamaChunks(*model, readStart(file, 10000), 512, 2);
    QCOMPARE(chunks.size(), std::size_t(2));
    const LlamaPerplexity found = perplexity(model, chunks);
    QCOMPARE(found.scored, 2 * 255);
    QVERIFY2(found.perplexity > 12 && found.perplexity < 40,
        qPrintable(QString::number(found.perplexity)));
    QVERIFY2(found.error > 0.5 && found.error < 5, qPrintable(QString::number(found.error)));
}

void TestLlamaLibrary::aSmallModelTellsAStory()
{
    const auto file = sharedFile("models/stories260k/stories260Ktok512.gguf");
    NEEDS_SHARED(file);
    const auto model = std::make_shared<const LlamaModel>(m_llama, file);
    QCOMPARE(model->vocabularySize(), 512);
    QVERIFY(model->addBos());
    LlamaContext context(model, 128);
    std::string story;
    for (const GreedyToken& next :
        continueGreedily(context, model->tokenize("Once upon a time", Special::Add), 24)) {
        QVERIFY(next.gap >= 0);
        story += model->piece(next.token);
    }
    QVERIFY2(story.find("there was a little girl named") != std::string::npos, story.c_str());
}

void TestLlamaLibrary::decodingInStepsGivesTheSameLogitsAsAtOnce()
{
    const auto file = sharedFile("models/stories260k/stories260Ktok512.gguf");
    NEEDS_SHARED(file);
    const auto model = std::make_shared<const LlamaModel>(m_llama, file);
    LlamaContext context(model, 64);
    const std::vector<int> tokens = model->tokenize("The cat sat on the mat.", Special::Add);
    const core::Matrix atOnce = context.decode(tokens, 0, 0);
    context.clear();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const core::Matrix row = context.decode({ tokens[i] }, int(i), 0);
        QVERIFY((row.row(0) - atOnce.row(Eigen::Index(i))).cwiseAbs().maxCoeff() < 1e-4f);
    }
}

void TestLlamaLibrary::refusesAFileThatIsNoModel()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("no.gguf").toStdString();
    std::ofstream(file) << "no model";
    try {
        LlamaModel model(m_llama, file);
        QFAIL("it was loaded");
    } catch (const core::Error& error) {
        QVERIFY2(std::string(error.what()).find("llama.cpp refuses it: ") != std::string::npos
                && std::string(error.what()).find("magic") != std::string::npos,
            error.what());
    }
}

void TestLlamaLibrary::quantizesAsLlamaQuantizeDoes()
{
    const auto file = sharedFile("models/stories260k/stories260Ktok512.gguf");
    NEEDS_SHARED(file);
    QTemporaryDir folder;
    const std::filesystem::path output = folder.filePath("q8.gguf").toStdString();
    m_llama->quantize(file, output, { .fileType = 7, .pure = true }); // Q8_0
    QVERIFY(std::filesystem::file_size(output) < std::filesystem::file_size(file) / 2);
    const auto original = std::make_shared<const LlamaModel>(m_llama, file);
    const auto quantized = std::make_shared<const LlamaModel>(m_llama, output);
    LlamaContext first(original, 64);
    LlamaContext second(quantized, 64);
    const std::vector<int> tokens = original->tokenize("Lily went to the park", Special::Add);
    const core::Matrix exact = first.decode(tokens, 0, 0);
    const core::Matrix rounded = second.decode(tokens, 0, 0);
    const float difference = (exact - rounded).norm() / exact.norm();
    QVERIFY2(difference > 0 && difference < 0.05f, qPrintable(QString::number(difference)));
}

QTEST_GUILESS_MAIN(TestLlamaLibrary)
#include "tst_llamalibrary.moc"
