// SPDX-License-Identifier: GPL-3.0-or-later
// Runs over models whose layers are not all attention.
#include "core/measure/evaluation.h"
#include "core/quant/inputimportance.h"
#include "tests/core/quant/smallrun.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"
#include "tests/support/tinyarchitecture.h"

#include <QtTest>

#include <random>

using namespace core;
using namespace smallrun;

namespace {

std::vector<std::vector<int>> someTokens(std::uint32_t seed, int count)
{
    std::mt19937 generator(seed);
    std::vector<std::vector<int>> sequences(static_cast<std::size_t>(count));
    for (auto& sequence : sequences)
        for (int i = 0; i < 64; ++i)
            sequence.push_back(1 + int(generator() % 287));
    return sequences;
}

std::shared_ptr<const Checkpoint> opened(const std::string& name)
{
    const support::TemporaryFolder folder;
    support::writeTinyArchitecture(name, folder.path());
    return Checkpoint::open(folder.path());
}

const Format* format() { return findFormat("INT4_ASYM_G8"); } // rows of 24, 40, 48 and 96 fit

double lossOf(const std::shared_ptr<const Checkpoint>& model, const QuantizedModel& run)
{
    return evaluate(*run.checkpoint, model.get(), someTokens(2, 16), Progress()).against->kldMean;
}

} // namespace

class TestHybridRounding : public QObject {
    Q_OBJECT

private slots:
    void gptqReachesEveryMixer_data() { addModels(); }
    void gptqReachesEveryMixer();
    void scalesFoldIntoEveryMixer_data() { addModels(); }
    void scalesFoldIntoEveryMixer();
    void importanceIsThatOfWhatTheProjectionsRead();

private:
    static void addModels()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : { "lfm2", "qwen35", "qwen35moe" })
            QTest::newRow(name) << name;
    }
};

void TestHybridRounding::gptqReachesEveryMixer()
{
    QFETCH(QString, name);
    const auto model = opened(name.toStdString());
    QuantizeOptions options;
    options.calibration = someTokens(1, 48);
    const auto runWith = [&](Method method) {
        return quantize(model, recipeOf(format(), method), options, {}, Progress());
    };
    const QuantizedModel run = runWith(Method::Gptq);
    const double gptq = lossOf(model, run), importance = lossOf(model, runWith(Method::Importance));
    QVERIFY2(gptq < importance, qPrintable(QString("%1, %2").arg(gptq).arg(importance)));
    int rounded = 0, byGptq = 0; // importance is kept where it is better on held-out sequences
    for (const TensorReport& report : run.reports) {
        const auto input = findInput(report.place.role);
        if (report.place.layer < 0
            || (input != LinearInput::Attention && input != LinearInput::AttentionOutput))
            continue;
        ++rounded;
        byGptq += report.method == Method::Gptq;
        QVERIFY2(report.method == Method::Gptq || !report.note.empty(), report.name.c_str());
        QVERIFY2(report.outputError > 0 && report.outputError < 1,
            qPrintable(QString("%1: %2").arg(report.name.c_str()).arg(report.outputError)));
    }
    QVERIFY2(byGptq > rounded / 2, qPrintable(QString("%1 of %2").arg(byGptq).arg(rounded)));
    const support::OneProcessor one;
    QVERIFY(allBytes(*runWith(Method::Gptq).checkpoint) == allBytes(*run.checkpoint));
}

void TestHybridRounding::scalesFoldIntoEveryMixer()
{
    QFETCH(QString, name);
    const auto model = opened(name.toStdString());
    QuantizeOptions options;
    options.calibration = someTokens(1, 48);
    Recipe recipe = recipeOf(format(), Method::Importance);
    const double plain = lossOf(model, quantize(model, recipe, options, {}, Progress()));
    recipe.scaling = Scaling::Awq;
    const QuantizedModel run = quantize(model, recipe, options, {}, Progress());
    int scaled = 0;
    for (const TensorReport& report : run.reports) {
        const bool isMixers = report.place.layer >= 0
            && layerSpec(model->config(), report.place.layer).mixerOutput() == report.place.role;
        scaled += isMixers && report.scaling == Scaling::Awq;
    }
    QVERIFY(scaled > 0);
    const double loss = lossOf(model, run);
    QVERIFY2(loss < 1.1 * plain, qPrintable(QString("%1, %2").arg(loss).arg(plain)));
}

void TestHybridRounding::importanceIsThatOfWhatTheProjectionsRead()
{
    const auto model = opened("qwen35");
    const Importance importance = inputImportance(*model, someTokens(3, 4), Progress());
    QCOMPARE(importance.at("blk.0.attn_qkv.weight"), importance.at("blk.0.ssm_alpha.weight"));
    QCOMPARE(importance.at("blk.0.attn_qkv.weight"), importance.at("blk.0.attn_gate.weight"));
    QCOMPARE(importance.at("blk.0.ssm_out.weight").size(), std::size_t(48));
    QVERIFY(importance.contains("blk.2.attn_output.weight"));
    QVERIFY(!importance.contains("blk.0.ssm_conv1d.weight"));
}

QTEST_GUILESS_MAIN(TestHybridRounding)
#include "tst_hybridrounding.moc"
