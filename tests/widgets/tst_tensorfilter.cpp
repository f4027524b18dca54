// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensorrows.h"
#include "widgets/models/tensorfilter.h"

#include <QAbstractItemModelTester>
#include <QTest>

using widgets::TensorColumn;
using widgets::TensorFilter;
using widgets::TensorModel;

class TestTensorFilter : public QObject {
    Q_OBJECT

private:
    /// Names of the tensors shown, in order.
    static QStringList shown(const TensorFilter& filter)
    {
        QStringList names;
        const auto add = [&](const QModelIndex& index) {
            const int tensor = filter.tensorAt(index);
            if (tensor >= 0)
                names += filter.tensorModel().row(tensor).name;
        };
        for (int top = 0; top < filter.rowCount(); ++top) {
            const QModelIndex entry = filter.index(top, 0);
            add(entry);
            for (int child = 0; child < filter.rowCount(entry); ++child)
                add(filter.index(child, 0, entry));
        }
        return names;
    }

private slots:
    void showsWhatMeetsTheFilter_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<QStringList>("names");
        const auto names = [](const char* list) {
            return QString::fromLatin1(list).split(u' ', Qt::SkipEmptyParts);
        };
        QTest::newRow("nothing") << ""
                                 << names("token_embd blk.0.attn_q blk.0.attn_k "
                                          "blk.0.ffn_down blk.1.attn_q blk.1.attn_k "
                                          "blk.1.ffn_down blk.2.attn_q blk.2.attn_k "
                                          "blk.2.ffn_down");
        QTest::newRow("a word") << "FFN" << names("blk.0.ffn_down blk.1.ffn_down blk.2.ffn_down");
        QTest::newRow("two words") << "attn .1." << names("blk.1.attn_q blk.1.attn_k");
        QTest::newRow("a layer") << "layer 2" << names("blk.2.attn_q blk.2.attn_k blk.2.ffn_down");
        QTest::newRow("layers") << "layer 1–2 attn_k" << names("blk.1.attn_k blk.2.attn_k");
        QTest::newRow("kurtosis") << "kurtosis > 1" << names("blk.0.attn_k");
        QTest::newRow("kurtosis without blanks") << "kurtosis>=1" << names("blk.0.attn_k");
        QTest::newRow("negative") << "kurtosis < −0.2" << names("blk.1.attn_k");
        QTest::newRow("error") << "error > 5%" << names("blk.1.ffn_down");
        QTest::newRow("a format") << "q4_k" << names("blk.2.ffn_down");
        QTest::newRow("outliers") << "outliers" << names("blk.0.attn_k");
        QTest::newRow("size") << "size > 260 kB"
                              << names("token_embd blk.0.ffn_down "
                                       "blk.1.ffn_down");
        QTest::newRow("bits") << "bits < 5" << names("blk.2.ffn_down");
        QTest::newRow("none") << "no_such_tensor" << names("");
        QTest::newRow("half typed") << "kurtosis >" << names("");
    }

    void showsWhatMeetsTheFilter()
    {
        QFETCH(QString, filter);
        QFETCH(QStringList, names);
        TensorModel model;
        model.setTensors(smallModelRows(3));
        model.setWeights(3, widgets::WeightFacts{ 1.5, 1, 1, 2, 0, 0 });
        model.setWeights(7, widgets::WeightFacts{ -0.5, 1, 1, 0, 0, 0 });
        model.setRoundingError(8, 0.06);
        model.setRecipe(12, &core::formats::q4_K, &core::formats::q4_K);
        TensorFilter shownTensors(model);
        const QAbstractItemModelTester tester(
            &shownTensors, QAbstractItemModelTester::FailureReportingMode::QtTest);
        shownTensors.setFilter(filter);
        QCOMPARE(shown(shownTensors), names);
        QCOMPARE(shownTensors.shownTensors(), names.size());
    }

    void knowsExpertsTheirRouterAndTheSharedOne()
    {
        std::vector<widgets::TensorRow> rows;
        for (const std::string name : { "blk.0.attn_q.weight", "blk.0.ffn_gate_inp.weight",
                 "blk.0.exp_probs_b.bias", "blk.0.ffn_up_exps.weight",
                 "blk.0.ffn_gate_inp_shexp.weight", "blk.0.ffn_up_shexp.weight" }) {
            widgets::TensorRow row = smallModelRows(1).front();
            row.name = QString::fromStdString(name).remove(QStringLiteral(".weight"));
            row.place = *core::findPlace(name);
            rows.push_back(row);
        }
        TensorModel model;
        model.setShape(TensorModel::Shape::Flat);
        model.setTensors(rows);
        TensorFilter filter(model);
        filter.setFilter("experts");
        QCOMPARE(shown(filter), QStringList{ "blk.0.ffn_up_exps" });
        filter.setFilter("shared");
        QCOMPARE(shown(filter), QStringList{ "blk.0.ffn_up_shexp" });
        filter.setNormsShown(true);
        QCOMPARE(shown(filter), QStringList({ "blk.0.ffn_gate_inp_shexp", "blk.0.ffn_up_shexp" }));
        filter.setNormsShown(false);
        filter.setFilter("Router"); // it is a vector to us, and asked for by name
        QCOMPARE(shown(filter), QStringList({ "blk.0.ffn_gate_inp", "blk.0.exp_probs_b.bias" }));
    }

    void knowsWhatALayerHasInThePlaceOfAttention()
    {
        using Mixer = widgets::TensorRow::Mixer;
        std::vector<widgets::TensorRow> rows = smallModelRows(3);
        const Mixer mixers[] = { Mixer::DeltaNet, Mixer::Attention, Mixer::Window };
        for (widgets::TensorRow& row : rows)
            if (row.place.layer >= 0)
                row.mixer = mixers[row.place.layer];
        TensorModel model;
        model.setShape(TensorModel::Shape::Flat);
        model.setTensors(rows);
        TensorFilter filter(model);
        filter.setFilter("delta attn_q");
        QCOMPARE(shown(filter), QStringList{ "blk.0.attn_q" });
        filter.setFilter("Attention");
        QCOMPARE(filter.shownTensors(), 3);
        filter.setFilter("window ffn");
        QCOMPARE(shown(filter), QStringList{ "blk.2.ffn_down" });
        filter.setFilter("latent");
        QCOMPARE(filter.shownTensors(), 0);
    }

    void hidesNormsUntilAsked()
    {
        TensorModel model;
        model.setTensors(smallModelRows(1));
        TensorFilter filter(model);
        QCOMPARE(filter.shownTensors(), 4);
        filter.setNormsShown(true);
        QCOMPARE(filter.shownTensors(), 6);
    }

    void sortsInsideLayersOnly()
    {
        TensorModel model;
        model.setTensors(smallModelRows(2));
        TensorFilter filter(model);
        filter.sort(int(TensorColumn::Parameters), Qt::DescendingOrder);
        QCOMPARE(shown(filter),
            QStringList({ "token_embd", "blk.0.ffn_down", "blk.0.attn_q", "blk.0.attn_k",
                "blk.1.ffn_down", "blk.1.attn_q", "blk.1.attn_k" }));
        filter.sort(int(TensorColumn::Parameters), Qt::AscendingOrder);
        QCOMPARE(shown(filter),
            QStringList({ "token_embd", "blk.0.attn_k", "blk.0.attn_q", "blk.0.ffn_down",
                "blk.1.attn_k", "blk.1.attn_q", "blk.1.ffn_down" }));
    }

    void sortsAllTensorsTogetherWhenFlat()
    {
        TensorModel model;
        model.setTensors(smallModelRows(2));
        model.setShape(TensorModel::Shape::Flat);
        TensorFilter filter(model);
        filter.sort(int(TensorColumn::Parameters), Qt::DescendingOrder);
        QCOMPARE(shown(filter),
            QStringList({ "blk.0.ffn_down", "blk.1.ffn_down", "token_embd", "blk.0.attn_q",
                "blk.1.attn_q", "blk.0.attn_k", "blk.1.attn_k" }));
    }

    void putsUnknownValuesLastBothWays()
    {
        TensorModel model;
        model.setTensors(smallModelRows(1));
        model.setWeights(3, widgets::WeightFacts{ 1, 1, 1, 0, 0, 0 });
        TensorFilter filter(model);
        filter.sort(int(TensorColumn::Kurtosis), Qt::DescendingOrder);
        QCOMPARE(shown(filter)[1], "blk.0.attn_k");
        filter.sort(int(TensorColumn::Kurtosis), Qt::AscendingOrder);
        QCOMPARE(shown(filter)[1], "blk.0.attn_k");
    }
};

QTEST_GUILESS_MAIN(TestTensorFilter)
#include "tst_tensorfilter.moc"
