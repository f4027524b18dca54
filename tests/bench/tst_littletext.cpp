// SPDX-License-Identifier: GPL-3.0-or-later
// GPTQ with little text: KLD against that of importance-weighted rounding from the same sequences,
// on text that neither saw.
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
constexpr int length = 256;
constexpr int chunks = 24; // of the evaluation text

struct Trial {
    std::shared_ptr<const Checkpoint> checkpoint;
    std::vector<std::vector<int>> calibration, evaluation;

    double kld(const char* type, Method method, int sequences) const
    {
        QuantizeOptions options;
        options.calibration.assign(calibration.begin(), calibration.begin() + sequences);
        const Recipe recipe = presetRecipe(type, *checkpoint, method);
        const auto model = quantize(checkpoint, recipe, options, {}, Progress());
        return evaluate(*model.checkpoint, checkpoint.get(), evaluation, Progress())
            .against->kldMean;
    }
};

Trial trialOf(const std::filesystem::path& model)
{
    Trial trial{ Checkpoint::open(model), {}, {} };
    const Tokenizer& tokenizer = trial.checkpoint->tokenizer();
    trial.calibration
        = tokenSequences(tokenizer, readTextFile(sample / "calibration.txt"), length, 64);
    trial.evaluation
        = tokenSequences(tokenizer, readTextFile(sample / "evaluation.txt"), length, chunks);
    return trial;
}

} // namespace

class TestLittleText : public QObject {
    Q_OBJECT

private slots:
    void isNeverWorseThanImportance_data();
    void isNeverWorseThanImportance();
};

void TestLittleText::isNeverWorseThanImportance_data()
{
    QTest::addColumn<bool>("isReal");
    QTest::addColumn<QByteArray>("type");
    for (const char* type : { "Q4_K", "Q2_K" })
        QTest::addRow("sample %s", type) << false << QByteArray(type);
    for (const char* type : { "Q4_0", "Q4_K", "Q2_K" })
        QTest::addRow("SmolLM2 %s", type) << true << QByteArray(type);
}

void TestLittleText::isNeverWorseThanImportance()
{
    QFETCH(bool, isReal);
    QFETCH(QByteArray, type);
    if (isReal)
        NEEDS_INTEROP(interop::smolLm2());
    const Trial trial = trialOf(isReal ? interop::smolLm2() : sample);
    double before = 1;
    QStringList faults; // told once all were measured
    for (const int sequences : { 2, 4, 8, 16, 64 }) {
        const double importance = trial.kld(type, Method::Importance, sequences);
        const double gptq = trial.kld(type, Method::Gptq, sequences);
        const double ratio = gptq / importance;
        qInfo("%s, %2d sequences: KLD %.6f against %.6f: %.3f", QTest::currentDataTag(), sequences,
            gptq, importance, ratio);
        if (ratio > 1 || ratio > before + 0.01) // falls but for noise
            faults += QString("%1 sequences: %2 after %3").arg(sequences).arg(ratio).arg(before);
        before = ratio;
    }
    QVERIFY2(faults.isEmpty(), qPrintable(faults.join("; ")));
}

int main(int argc, char** argv)
{
    qputenv("QTEST_FUNCTION_TIMEOUT", "7200000"); // ms; by default a function may take 5 minutes
    const QCoreApplication application(argc, argv);
    TestLittleText test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_littletext.moc"
