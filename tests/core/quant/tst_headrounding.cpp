// SPDX-License-Identifier: GPL-3.0-or-later
// GPTQ of the matrix that makes logits.
#include "core/model/walk.h"
#include "core/quant/headhessian.h"
#include "tests/core/quant/smallrun.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

using namespace core;
using namespace smallrun;

class TestHeadRounding : public QObject {
    Q_OBJECT

private slots:
    void theHessianIsOfWhatTheHeadReads();
    void aRuleBringsGptqToIt_data();
    void aRuleBringsGptqToIt();
    void aFinishedHeadIsResumed();
    void anImatrixWithoutTheHeadIsNotBlamed();
};

void TestHeadRounding::theHessianIsOfWhatTheHeadReads()
{
    const support::TemporaryFolder folder;
    const auto model = openModel(folder / "model", { .layers = 1, .hidden = 64 });
    const auto calibration = calibrated(*model).calibration;
    HiddenStates hidden = embed(*model, calibration);
    walk(hidden, *model, nullptr, {});
    const MatrixD x = headInput(hidden.states, *model, {}).cast<double>();
    const MatrixD expected = 2.0 / double(x.rows()) * x.transpose() * x;
    const MatrixD H = headHessian(*model, calibration, {}).dense();
    QVERIFY((H - expected).norm() < 1e-5 * expected.norm());
}

void TestHeadRounding::aRuleBringsGptqToIt_data()
{
    QTest::addColumn<bool>("isTied");
    QTest::newRow("tied") << true;
    QTest::newRow("of its own") << false;
}

void TestHeadRounding::aRuleBringsGptqToIt()
{
    QFETCH(bool, isTied);
    const support::TemporaryFolder folder;
    const auto model = openModel(folder / "model", { .layers = 1, .isTied = isTied, .hidden = 64 });
    const QuantizeOptions options = calibrated(*model);
    Recipe recipe = recipeOf(&formats::q4_0, Method::RoundToNearest);
    const Place head = model->head().place;
    recipe.rules.push_back({ .roles = { head.role }, .method = Method::Gptq });
    const auto byGptq = quantize(model, recipe, options, {}, Progress());
    const auto report = std::ranges::find(byGptq.reports, head, &TensorReport::place);
    QVERIFY(report != byGptq.reports.end());
    QVERIFY(report->method == Method::Gptq && report->gptq);
    QVERIFY2(report->outputError < 0.9 * report->importanceError,
        qPrintable(QString("%1, %2").arg(report->outputError).arg(report->importanceError)));
    const support::OneProcessor one;
    const auto again = quantize(model, recipe, options, {}, Progress());
    QVERIFY(allBytes(*again.checkpoint) == allBytes(*byGptq.checkpoint));
    recipe.rules.clear();
    recipe.method = Method::Gptq; // of the recipe: reaches layers only
    for (const PlannedTensor& planned : planTensors(*model, recipe))
        if (planned.place == head)
            QVERIFY(planned.method != Method::Gptq);
}

void TestHeadRounding::aFinishedHeadIsResumed()
{
    const support::TemporaryFolder folder;
    const auto model = openModel(folder / "model", { .layers = 1, .isTied = false, .hidden = 64 });
    QuantizeOptions options = calibrated(*model);
    options.shelf = std::make_shared<const Shelf>(folder / "work");
    Recipe recipe = recipeOf(&formats::q4_0, Method::RoundToNearest);
    recipe.rules.push_back({ .roles = { Role::Output }, .method = Method::Gptq });
    const auto first = quantize(model, recipe, options, {}, Progress());
    const auto second = quantize(model, recipe, options, {}, Progress());
    QCOMPARE(resumedTensors(second), int(second.reports.size()));
    QVERIFY(allBytes(*second.checkpoint) == allBytes(*first.checkpoint));
}

void TestHeadRounding::anImatrixWithoutTheHeadIsNotBlamed()
{
    const support::TemporaryFolder folder;
    const auto model = openModel(folder / "model", { .layers = 1, .isTied = false, .hidden = 64 });
    QuantizeOptions options = calibrated(*model);
    options.importance["blk.0.attn_q.weight"] = std::vector<float>(64, 1.0f);
    Recipe recipe = recipeOf(&formats::q4_0, Method::RoundToNearest);
    recipe.rules.push_back({ .roles = { Role::Output }, .method = Method::Gptq });
    const auto rounded = quantize(model, recipe, options, {}, Progress());
    const auto report
        = std::ranges::find(rounded.reports, model->head().place, &TensorReport::place);
    QVERIFY(report->method == Method::Gptq);
    QVERIFY2(report->note.empty(), report->note.c_str());
}

QTEST_GUILESS_MAIN(TestHeadRounding)
#include "tst_headrounding.moc"
