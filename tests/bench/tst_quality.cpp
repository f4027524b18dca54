// SPDX-License-Identifier: GPL-3.0-or-later
// What calibrated rounding is worth, on whole models and texts: KLD of GPTQ against that of
// importance-weighted rounding as llama.cpp does it, at the same bytes.
#include "tests/interop/interopfiles.h"

#include "core/base/error.h"
#include "core/files/textfile.h"
#include "core/measure/evaluation.h"
#include "core/quant/quantize.h"

#include <QTest>

using namespace core;
using interop::missing;

namespace {

const std::filesystem::path sample
    = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";

/// A model with the sequences that calibrate and those that judge it.
struct Trial {
    std::shared_ptr<const Checkpoint> checkpoint;
    std::vector<std::vector<int>> calibration, evaluation;

    /// Importance-weighted rounding is llama.cpp's.
    Evaluation judge(const char* type, Method method) const
    {
        QuantizeOptions options;
        options.calibration = calibration;
        Recipe recipe = presetRecipe(type, *checkpoint, method);
        if (method == Method::Importance)
            recipe.encoder = Encoder::Ggml;
        const auto model = quantize(checkpoint, recipe, options, {}, Progress());
        return evaluate(*model.checkpoint, checkpoint.get(), evaluation, Progress());
    }
};

Trial sampleTrial()
{
    Trial trial{ Checkpoint::open(sample), {}, {} };
    const Tokenizer& tokenizer = trial.checkpoint->tokenizer();
    trial.calibration = tokenSequences(tokenizer, readTextFile(sample / "calibration.txt"), 256, 0);
    trial.evaluation = tokenSequences(tokenizer, readTextFile(sample / "evaluation.txt"), 256, 0);
    return trial;
}

/// Calibrated on 64 sequences of 512 tokens of the first 400,000 bytes of WikiText, judged by 20 of
/// the last 110,000 from the first full line on.
Trial realTrial(const std::filesystem::path& wiki)
{
    Trial trial{ Checkpoint::open(interop::smolLm2()), {}, {} };
    const Tokenizer& tokenizer = trial.checkpoint->tokenizer();
    const std::string text = readTextFile(wiki);
    const std::size_t tail = text.find('\n', text.size() - 110000) + 1;
    trial.calibration = tokenSequences(tokenizer, text.substr(0, 400000), 512, 64);
    trial.evaluation = tokenSequences(tokenizer, text.substr(tail), 512, 20);
    return trial;
}

} // namespace

class TestQuality : public QObject {
    Q_OBJECT

private slots:
    void importanceIsAsGoodAsLlamas_data();
    void importanceIsAsGoodAsLlamas();
    void gptqBeatsImportanceOnTheSample_data();
    void gptqBeatsImportanceOnTheSample();
    void gptqGeneralizes_data();
    void gptqGeneralizes();
    void moreTextMakesItBetter();
    void gptqBeatsImportanceOnARealModel_data();
    void gptqBeatsImportanceOnARealModel();
};

void TestQuality::importanceIsAsGoodAsLlamas_data()
{
    QTest::addColumn<double>("llamas"); // KLD that llama-perplexity measured, activations in 8 bits
    QTest::newRow("Q4_K") << 0.006799;
    QTest::newRow("Q2_K") << 0.096774;
}

void TestQuality::importanceIsAsGoodAsLlamas()
{
    QFETCH(double, llamas);
    const Evaluation judged = sampleTrial().judge(QTest::currentDataTag(), Method::Importance);
    const double kld = judged.against->kldMean;
    qInfo("%s: KLD %.6f, llama.cpp's %.6f", QTest::currentDataTag(), kld, llamas);
    QVERIFY(kld < llamas && kld > llamas - 0.001);
}

void TestQuality::gptqBeatsImportanceOnTheSample_data()
{
    QTest::addColumn<double>("bound"); // of the ratio of the two KLDs
    QTest::newRow("Q2_K") << 0.56;
    QTest::newRow("Q3_K") << 0.58;
    QTest::newRow("Q4_0") << 0.58;
    QTest::newRow("Q4_K") << 0.54;
    QTest::newRow("IQ4_XS") << 0.62;
    QTest::newRow("Q5_K") << 0.70;
    QTest::newRow("Q6_K") << 0.80;
}

void TestQuality::gptqBeatsImportanceOnTheSample()
{
    QFETCH(double, bound);
    const Trial trial = sampleTrial();
    const char* type = QTest::currentDataTag();
    const double importance = trial.judge(type, Method::Importance).against->kldMean;
    const double gptq = trial.judge(type, Method::Gptq).against->kldMean;
    qInfo("%s: KLD %.6f against %.6f: %.3f", type, gptq, importance, gptq / importance);
    QVERIFY(gptq <= bound * importance);
}

void TestQuality::gptqGeneralizes_data() { gptqBeatsImportanceOnTheSample_data(); }

/// Judged by a text that the calibration never resembled.
void TestQuality::gptqGeneralizes()
{
    const auto wiki = interop::sharedFile("text/wiki.test.raw");
    NEEDS_SHARED(wiki);
    Trial trial = sampleTrial();
    trial.evaluation = tokenSequences(trial.checkpoint->tokenizer(), readTextFile(wiki), 256, 60);
    const char* type = QTest::currentDataTag();
    const double importance = trial.judge(type, Method::Importance).against->kldMean;
    const double gptq = trial.judge(type, Method::Gptq).against->kldMean;
    qInfo("%s: KLD %.6f against %.6f: %.3f", type, gptq, importance, gptq / importance);
    QVERIFY(gptq <= importance);
}

void TestQuality::moreTextMakesItBetter()
{
    Trial trial = sampleTrial();
    const double all = trial.judge("Q2_K", Method::Gptq).against->kldMean;
    trial.calibration.resize(64);
    const double some = trial.judge("Q2_K", Method::Gptq).against->kldMean;
    qInfo("Q2_K: KLD %.6f with 64 sequences, %.6f with all", some, all);
    QVERIFY(all < some);
}

void TestQuality::gptqBeatsImportanceOnARealModel_data()
{
    QTest::addColumn<double>("bound"); // of the ratio of the two KLDs
    QTest::newRow("Q4_0") << 0.32;
    QTest::newRow("IQ4_NL") << 0.50;
    QTest::newRow("Q2_K") << 0.50; // Q4_0 where rows of 576 do not fit it
}

void TestQuality::gptqBeatsImportanceOnARealModel()
{
    QFETCH(double, bound);
    const auto wiki = interop::sharedFile("text/wiki.test.raw");
    NEEDS_INTEROP(interop::smolLm2());
    NEEDS_SHARED(wiki);
    const char* type = QTest::currentDataTag();
    const Trial trial = realTrial(wiki);
    const Evaluation importance = trial.judge(type, Method::Importance);
    const Evaluation gptq = trial.judge(type, Method::Gptq);
    qInfo("%s: KLD %.6f against %.6f: %.3f; perplexity %.3f against %.3f, reference %.3f", type,
        gptq.against->kldMean, importance.against->kldMean,
        gptq.against->kldMean / importance.against->kldMean, gptq.perplexity, importance.perplexity,
        gptq.against->referencePerplexity);
    QVERIFY(gptq.against->kldMean <= bound * importance.against->kldMean);
    QVERIFY(gptq.perplexity < importance.perplexity);
}

int main(int argc, char** argv)
{
    qputenv("QTEST_FUNCTION_TIMEOUT", "3600000"); // ms; by default a function may take 5 minutes
    const QCoreApplication application(argc, argv);
    TestQuality test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_quality.moc"
