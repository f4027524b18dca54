// SPDX-License-Identifier: GPL-3.0-or-later
// Runs over models with experts.
#include "core/measure/evaluation.h"
#include "core/model/walk.h"
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

/// Sequences of tokens, each the likeliest or another at random: what the model itself might say.
std::vector<std::vector<int>> someTokens(std::uint32_t seed, int count)
{
    std::mt19937 generator(seed);
    std::vector<std::vector<int>> sequences(static_cast<std::size_t>(count));
    for (auto& sequence : sequences)
        for (int i = 0; i < 64; ++i)
            sequence.push_back(1 + int(generator() % 287));
    return sequences;
}

} // namespace

class TestExpertRounding : public QObject {
    Q_OBJECT

private slots:
    void gptqReachesEveryExpert_data();
    void gptqReachesEveryExpert();
    void importanceIsThatOfEachExpertsTokens();
};

void TestExpertRounding::gptqReachesEveryExpert_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : { "llama-experts", "qwen2moe", "qwen3moe-stacked", "gpt-oss" })
        QTest::newRow(name) << name;
}

void TestExpertRounding::gptqReachesEveryExpert()
{
    QFETCH(QString, name);
    const support::TemporaryFolder folder;
    support::writeTinyArchitecture(name.toStdString(), folder.path());
    const auto model = Checkpoint::open(folder.path());
    QuantizeOptions options;
    options.calibration = someTokens(1, 48);
    const auto text = someTokens(2, 16);
    const Format* format = findFormat("INT4_ASYM_G8"); // rows of 24 and 40 fit
    const auto lossOf = [&](Method method, const QuantizeOptions& given, QuantizedModel* kept) {
        QuantizedModel run = quantize(model, recipeOf(format, method), given, {}, Progress());
        const double loss
            = evaluate(*run.checkpoint, model.get(), text, Progress()).against->kldMean;
        if (kept)
            *kept = std::move(run);
        return loss;
    };
    QuantizedModel run;
    const double gptq = lossOf(Method::Gptq, options, &run);
    const double importance = lossOf(Method::Importance, options, nullptr);
    QVERIFY2(gptq < 1.05 * importance,
        qPrintable(QString("%1, %2").arg(gptq).arg(importance)));
    int stacks = 0;
    for (const TensorReport& report : run.reports)
        if (isExpertStack(report.place.role)) {
            ++stacks;
            QCOMPARE(report.method, Method::Gptq);
            QVERIFY(report.outputError > 0 && report.outputError < 0.5);
        }
    QCOMPARE(stacks, 3 * 3);
    {
        const support::OneProcessor one;
        const auto again
            = quantize(model, recipeOf(format, Method::Gptq), options, {}, Progress());
        QVERIFY(allBytes(*again.checkpoint) == allBytes(*run.checkpoint));
    }
}

void TestExpertRounding::importanceIsThatOfEachExpertsTokens()
{
    const support::TemporaryFolder folder;
    support::writeTinyArchitecture("qwen3moe", folder.path());
    const auto model = Checkpoint::open(folder.path());
    const auto sequences = someTokens(3, 4);
    const Importance importance = inputImportance(*model, sequences, Progress());
    const Tensor& down = *model->find(Place{ Role::FfnDownExps, 1 });
    QCOMPARE(down.matrices(), std::int64_t(6));
    QCOMPARE(importance.at(down.name).size(), std::size_t(6 * down.columns));
    const Tensor& gate = *model->find(Place{ Role::FfnGateExps, 0 });
    QCOMPARE(importance.at(gate.name).size(), std::size_t(6 * gate.columns));
    QVERIFY(!importance.contains("blk.0.ffn_gate_inp.weight"));
}

QTEST_GUILESS_MAIN(TestExpertRounding)
#include "tst_expertrounding.moc"
