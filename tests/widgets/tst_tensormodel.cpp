// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensorrows.h"
#include "widgets/models/tensormodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using widgets::TensorColumn;
using widgets::TensorModel;

class TestTensorModel : public QObject {
    Q_OBJECT

private:
    static QString text(const TensorModel& model, int tensor, TensorColumn column)
    {
        return model.indexOf(tensor, column).data().toString();
    }

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void keepsTheRulesOfItemModels()
    {
        TensorModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setTensors(smallModelRows(3));
        model.setWeights(2, widgets::WeightFacts{ 1.5, 2, 0.5, 1, 0, 0 });
        model.setShape(TensorModel::Shape::Flat);
        model.setRecipe(2, &core::formats::q4_K, &core::formats::q4_K);
        model.setShape(TensorModel::Shape::Tree);
        model.setTensors({});
        QCOMPARE(model.rowCount(), 0);
    }

    void groupsTensorsByLayer()
    {
        TensorModel model;
        model.setTensors(smallModelRows(2));
        QCOMPARE(model.rowCount(), 4); // token_embd, two layers, output_norm
        QCOMPARE(model.index(0, 0).data().toString(), "token_embd");
        QCOMPARE(model.index(1, 0).data().toString(), "Layer 0");
        QCOMPARE(model.layerAt(model.index(2, 0)), 1);
        QCOMPARE(model.rowCount(model.index(1, 0)), 4);
        QCOMPARE(model.index(1, 0, model.index(2, 0)).data().toString(), "attn_q");
        QCOMPARE(model.tensorAt(model.index(1, 0, model.index(2, 0))), 6);
        for (int tensor = 0; tensor < model.tensorCount(); ++tensor)
            QCOMPARE(model.tensorAt(model.indexOf(tensor)), tensor);
    }

    void listsAllTensorsByTheirWholeNameWhenFlat()
    {
        TensorModel model;
        model.setTensors(smallModelRows(2));
        model.setShape(TensorModel::Shape::Flat);
        QCOMPARE(model.rowCount(), 10);
        QCOMPARE(model.index(6, 0).data().toString(), "blk.1.attn_q");
    }

    void showsWhatIsStillToComeAsPending()
    {
        TensorModel model;
        model.setTensors(smallModelRows(1));
        QCOMPARE(text(model, 2, TensorColumn::Kurtosis), "…");
        QVERIFY(!model.indexOf(2, TensorColumn::Kurtosis).data(TensorModel::ValueRole).isValid());
        model.setWeights(2, widgets::WeightFacts{ 1.766, 2, 0.5, 2, 1, 0 });
        QCOMPARE(text(model, 2, TensorColumn::Kurtosis), "1.77");
        QCOMPARE(text(model, 2, TensorColumn::AbsmaxOverDeviation), "4.0");
        QCOMPARE(text(model, 2, TensorColumn::Outliers), "3");
    }

    void scalesBarsToTheLargestMatrix()
    {
        TensorModel model;
        model.setTensors(smallModelRows(1));
        const auto bar = [&](int tensor) {
            return model.indexOf(tensor, TensorColumn::Kurtosis).data(TensorModel::BarRole);
        };
        model.setWeights(1, widgets::WeightFacts{ 100, 1, 1, 0, 0, 0 }); // a norm: no bar's scale
        model.setWeights(2, widgets::WeightFacts{ 1, 1, 1, 0, 0, 0 });
        model.setWeights(3, widgets::WeightFacts{ 4, 1, 1, 0, 0, 0 });
        QCOMPARE(bar(2).toDouble(), 0.25);
        QCOMPARE(bar(3).toDouble(), 1.0);
        model.setWeights(3, widgets::WeightFacts{ 2, 1, 1, 0, 0, 0 });
        QCOMPARE(bar(2).toDouble(), 0.5);
    }

    void addsUpLayersInSecondaryText()
    {
        TensorModel model;
        model.setTensors(smallModelRows(1));
        const QModelIndex layer = model.index(1, 0);
        const auto of = [&](TensorColumn column) { return layer.siblingAtColumn(int(column)); };
        QCOMPARE(of(TensorColumn::Parameters).data().toString(), "295,168"); // with the norm
        QCOMPARE(of(TensorColumn::RecipeFormat).data().toString(), "F16");
        model.setRecipe(2, &core::formats::q4_K, &core::formats::q4_K);
        QCOMPARE(of(TensorColumn::RecipeFormat).data().toString(), "mixed");
        QCOMPARE(of(TensorColumn::Kurtosis).data().toString(), "");
        model.setWeights(2, widgets::WeightFacts{ 1.5, 1, 1, 0, 0, 0 });
        QCOMPARE(of(TensorColumn::Kurtosis).data().toString(), "max 1.50");
        QCOMPARE(of(TensorColumn::Kurtosis).data(TensorModel::ToneRole).toInt(),
            int(widgets::TensorCell::Tone::Secondary));
    }

    void namesTheFallbackInTheTooltip()
    {
        TensorModel model;
        std::vector<widgets::TensorRow> rows = smallModelRows(1);
        rows[2].columns = 288;
        model.setTensors(rows);
        const auto said = [&model](int tensor) {
            return model.indexOf(tensor, TensorColumn::RecipeFormat)
                .data(Qt::ToolTipRole)
                .toString();
        };
        model.setRecipe(2, &core::formats::q5_0, &core::formats::q4_K);
        QCOMPARE(said(2), "Rows of 288 do not fit Q4_K (256), stored as Q5_0.");
        model.setRecipe(3, &core::formats::bf16, &core::formats::q4_K);
        QCOMPARE(said(3), "Q4_K does not hold the range of its values, stored as BF16.");
    }

    void comparesGptqWithImportance()
    {
        TensorModel model;
        model.setTensors(smallModelRows(1));
        widgets::RunFacts facts;
        facts.state = widgets::RunFacts::State::Done;
        facts.error = 0.04;
        facts.importanceError = 0.05;
        model.setRun(2, facts);
        QCOMPARE(text(model, 2, TensorColumn::State), "Done");
        QVERIFY(model.indexOf(2, TensorColumn::Change)
                    .data()
                    .toString()
                    .startsWith(QStringLiteral("−20")));
    }

    void errorsOfOutputsAndOfWeightsStandInColumnsOfTheirOwn()
    {
        TensorModel model;
        model.setTensors(smallModelRows(1));
        widgets::RunFacts facts;
        facts.state = widgets::RunFacts::State::Done;
        facts.error = 0.04;
        facts.judged = { core::JudgedOn::HeldOut, 16 };
        model.setRun(2, facts);
        const QModelIndex index = model.indexOf(2, TensorColumn::OutputError);
        QVERIFY(!index.data().toString().contains("weights"));
        QVERIFY(index.data(Qt::ToolTipRole).toString().endsWith(" on 16 held-out sequences"));
        facts.judged = { core::JudgedOn::Weights, 0 };
        facts.importanceError = 0.05;
        model.setRun(2, facts);
        QCOMPARE(index.data().toString(), "");
        QVERIFY(index.data(Qt::ToolTipRole).toString().startsWith("Weight error 4"));
        QVERIFY(!index.data(TensorModel::ValueRole).isValid()); // sorts not among output errors
        QCOMPARE(model.value(2, TensorColumn::RunWeightError), std::optional(0.04));
        QCOMPARE(text(model, 2, TensorColumn::Change), ""); // which is one of output errors

        model.setRoundingError(2, 0.06, widgets::ErrorOf::Weights);
        model.setRoundingError(3, 0.02, widgets::ErrorOf::Output);
        QCOMPARE(text(model, 2, TensorColumn::RoundingError), "");
        QCOMPARE(text(model, 3, TensorColumn::RoundingWeightError), "");
        QCOMPARE(model.value(2, TensorColumn::RoundingWeightError), std::optional(0.06));
        QCOMPARE(model.value(3, TensorColumn::RoundingError), std::optional(0.02));
    }

    void twoRunsAreComparedByErrorsOfOneKind()
    {
        using enum widgets::ErrorOf;
        TensorModel model;
        model.setTensors(smallModelRows(1));
        const auto compare = [&model](widgets::ErrorOf ofA, widgets::ErrorOf ofB) {
            model.setCompared(
                2, { &core::formats::q4_K, &core::formats::q4_K, 0.04, 0.06, ofA, ofB });
            QStringList cells;
            for (const TensorColumn column : { TensorColumn::ErrorA, TensorColumn::ErrorB,
                     TensorColumn::ErrorDifference, TensorColumn::WeightErrorA,
                     TensorColumn::WeightErrorB, TensorColumn::WeightErrorDifference })
                cells += text(model, 2, column).isEmpty() ? "" : "x";
            return cells.join(u'|');
        };
        QCOMPARE(compare(Output, Output), "x|x|x|||");
        QCOMPARE(compare(Weights, Output), "|x||x||");
        QCOMPARE(compare(Weights, Weights), "|||x|x|x");
    }

    void theValueOfAColumnIsThatOfItsCell()
    {
        TensorModel model;
        model.setTensors(smallModelRows(1));
        model.setWeights(2, widgets::WeightFacts{ 1.5, 4, 2, 3, 1, 0 });
        model.setInputs(2, widgets::InputFacts{ 7, 3.5, 12, { 4, 1 }, true });
        model.setRoundingError(2, 0.06);
        model.setRoundingError(3, 0.05, widgets::ErrorOf::Weights);
        widgets::RunFacts run;
        run.error = 0.04;
        model.setRun(2, run);
        run.judged.on = core::JudgedOn::Weights;
        model.setRun(3, run);
        model.setCompared(2, { &core::formats::q4_K, &core::formats::q4_K, 0.04, 0.06 });
        model.setLoss(2, { 0.001, {}, {} });
        model.setRecipe(2, &core::formats::q4_K, &core::formats::q4_K);
        model.setExported(2, widgets::ExportFacts{ &core::formats::q4_K, 64, 128, true });
        for (int tensor = 0; tensor < model.tensorCount(); ++tensor)
            for (int column = 0; column < widgets::tensorColumnCount; ++column) {
                const auto id = TensorColumn(column);
                QCOMPARE(
                    model.value(tensor, id), widgets::TensorCells::of(model.row(tensor), id).value);
            }
        model.setRoundingError(2, 0.07); // not the one that was asked for before
        QCOMPARE(model.value(2, TensorColumn::RoundingError), std::optional(0.07));
    }

    void showsAtOnceWhatIsSetTogether()
    {
        TensorModel model;
        model.setTensors(smallModelRows(3));
        QSignalSpy changed(&model, &TensorModel::dataChanged);
        {
            const TensorModel::Together together(model);
            for (const int tensor : { 0, 2, 4, 7 })
                model.setRecipe(tensor, &core::formats::q4_K, &core::formats::q4_K);
            QCOMPARE(changed.count(), 0);
        }
        QCOMPARE(changed.count(), 3); // two layers, and the rows between token_embd and the second
        QCOMPARE(changed[0][0].toModelIndex(), model.indexOf(2, TensorColumn::RecipeFormat));
        QCOMPARE(changed[0][1].toModelIndex(), model.indexOf(4, TensorColumn::RecipeSize));
        QCOMPARE(changed[1][0].toModelIndex(), model.indexOf(7, TensorColumn::RecipeFormat));
        QCOMPARE(changed[2][0].toModelIndex(), model.indexOf(0, TensorColumn::RecipeFormat));
        QCOMPARE(changed[2][1].toModelIndex().row(), 2);
        QCOMPARE(text(model, 7, TensorColumn::RecipeFormat), "Q4_K");
    }

    void tellsViewsWhatChanged()
    {
        TensorModel model;
        model.setTensors(smallModelRows(1));
        QSignalSpy changed(&model, &TensorModel::dataChanged);
        model.setRecipe(2, &core::formats::q4_K, &core::formats::q4_K);
        QCOMPARE(changed.count(), 2); // the tensor and its layer
        QCOMPARE(changed[0][0].toModelIndex(), model.indexOf(2, TensorColumn::RecipeFormat));
        model.setRecipe(2, &core::formats::q4_K, &core::formats::q4_K);
        QCOMPARE(changed.count(), 2);
    }
};

QTEST_GUILESS_MAIN(TestTensorModel)
#include "tst_tensormodel.moc"
