// SPDX-License-Identifier: GPL-3.0-or-later
// What the methods beside GPTQ are worth on the sample: KLD against the original, half the
// calibration text and a quarter of the evaluation text.
#include "core/files/textfile.h"
#include "core/measure/evaluation.h"
#include "core/quant/quantize.h"
#include "core/simulate/biascorrection.h"
#include "core/simulate/integerarithmetic.h"

#include <QTest>

using namespace core;

namespace {

const std::filesystem::path sample
    = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";

} // namespace

class TestMethods : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void awqBeatsRoundToNearest_data();
    void awqBeatsRoundToNearest();
    void awqBeforeGptqLosesNothing();
    void smoothingHelpsCoarseActivations();
    void outliersInSixteenBitsHelp();

private:
    double lossOf(const char* type, Treatment treatment) const;
    double lossOf(const ArithmeticOptions& options) const;

    std::shared_ptr<const Checkpoint> m_model;
    std::vector<std::vector<int>> m_calibration, m_evaluation;
};

void TestMethods::initTestCase()
{
    m_model = Checkpoint::open(sample);
    const Tokenizer& tokenizer = m_model->tokenizer();
    m_calibration = tokenSequences(tokenizer, readTextFile(sample / "calibration.txt"), 256, 40);
    m_evaluation = tokenSequences(tokenizer, readTextFile(sample / "evaluation.txt"), 256, 40);
}

double TestMethods::lossOf(const char* type, Treatment treatment) const
{
    QuantizeOptions options;
    options.calibration = m_calibration;
    Recipe recipe = presetRecipe(type, *m_model, treatment.method);
    recipe.scaling = treatment.scaling;
    const auto model = quantize(m_model, recipe, options, {}, Progress());
    const double kld
        = evaluate(*model.checkpoint, m_model.get(), m_evaluation, Progress()).against->kldMean;
    qInfo("%s %s: KLD %.6f", type, treatmentName(treatment).c_str(), kld);
    return kld;
}

double TestMethods::lossOf(const ArithmeticOptions& options) const
{
    const IntegerArithmetic arithmetic(m_model, nullptr, m_calibration, options, Progress());
    const double kld
        = evaluate(*m_model, &arithmetic, m_model.get(), m_evaluation, Progress()).against->kldMean;
    qInfo("smoothing %s, outliers from %g: KLD %.6f", options.smoothing ? "searched" : "none",
        options.outlierThreshold, kld);
    return kld;
}

void TestMethods::awqBeatsRoundToNearest_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::newRow("Q4_0") << QByteArray("Q4_0");
    QTest::newRow("Q4_1") << QByteArray("Q4_1");
}

void TestMethods::awqBeatsRoundToNearest()
{
    QFETCH(QByteArray, type);
    const double nearest = lossOf(type, { Method::RoundToNearest });
    QVERIFY(lossOf(type, { Method::RoundToNearest, Scaling::Awq }) < nearest);
    QVERIFY(lossOf(type, { Method::Importance, Scaling::Awq }) < nearest);
}

void TestMethods::awqBeforeGptqLosesNothing()
{
    const double gptq = lossOf("Q4_0", { Method::Gptq });
    QVERIFY(lossOf("Q4_0", { Method::Gptq, Scaling::Awq }) < 1.02 * gptq);
}

void TestMethods::smoothingHelpsCoarseActivations()
{
    ArithmeticOptions options;
    options.activations.scope = ActivationFormat::Scope::Static;
    options.weightBits = 8;
    const double plain = lossOf(options);
    options.smoothing = -1;
    QVERIFY(lossOf(options) < plain);
}

void TestMethods::outliersInSixteenBitsHelp()
{
    ArithmeticOptions options;
    options.weightBits = 8;
    const double plain = lossOf(options);
    options.outlierThreshold = 20; // a few channels of ffn_down
    QVERIFY(lossOf(options) < plain);
}

QTEST_GUILESS_MAIN(TestMethods)
#include "tst_methods.moc"
