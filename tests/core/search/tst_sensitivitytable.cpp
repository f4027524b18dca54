// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/sensitivitytable.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>

using core::Method;
using core::SensitivityTable;

namespace {

const core::Format* format(const char* name) { return core::findFormat(name); }

/// Two layers' attn_v with slopes of four sequences, scored at 10 positions each.
SensitivityTable someTable()
{
    SensitivityTable table;
    table.length = 21;
    table.scored = 10;
    table.sequences = 4;
    for (const char* name : { "blk.0.attn_v.weight", "blk.1.attn_v.weight" }) {
        const float size = name[4] == '0' ? 1.0f : 2.0f;
        table.tensors.push_back({ name, core::Role::AttnV,
            { { format("Q4_0"), Method::RoundToNearest, 1000,
                  { { 3 * size, 5 * size * size }, { -1 * size, 5 * size * size },
                      { 1 * size, 5 * size * size }, { 3 * size, 5 * size * size } },
                  0, 0 },
                { format("Q8_0"), Method::RoundToNearest, 2000,
                    { { 0.3f, 0.05f }, { -0.1f, 0.05f }, { 0.1f, 0.05f }, { 0.3f, 0.05f } }, 0,
                    0 } } });
    }
    core::settle(table);
    return table;
}

std::shared_ptr<const core::Checkpoint> openedModel()
{
    const support::TemporaryFolder folder;
    support::writeTinyModel({}, folder.path());
    return core::Checkpoint::open(folder.path());
}

} // namespace

class TestSensitivityTable : public QObject {
    Q_OBJECT
private slots:
    void aFigureIsHalfTheMeanSquareByPosition()
    {
        // ⟨G, ΔW⟩² is 9, 1, 1, 9: 5 in the mean; half of that at 10 positions.
        const SensitivityTable table = someTable();
        QVERIFY(std::abs(table.tensors[0].figures[0].kld - 0.25) < 1e-6);
        QVERIFY(std::abs(table.tensors[1].figures[0].kld - 1.0) < 1e-6);
        QVERIFY(table.tensors[0].figures[0].error > 0);
    }

    void losesWhatItsTensorsLoseTogether()
    {
        const auto model = openedModel();
        core::Recipe recipe;
        recipe.method = Method::RoundToNearest;
        recipe.rules.push_back({ .roles = { core::Role::AttnV }, .format = format("Q4_0") });
        recipe.format = format("F16");
        const auto plan = core::planTensors(*model, recipe);
        const core::PredictedKld predicted = core::predictedKld(*model, plan, someTable());
        QVERIFY(std::abs(predicted.kld - 1.25) < 1e-6);
        QCOMPARE(predicted.unknown, 0);
        QVERIFY(predicted.error > 0);
    }

    void countsWhatItDoesNotKnow()
    {
        const auto model = openedModel();
        core::Recipe recipe;
        recipe.method = Method::RoundToNearest;
        recipe.format = format("Q4_0");
        const auto plan = core::planTensors(*model, recipe);
        const core::PredictedKld predicted = core::predictedKld(*model, plan, someTable());
        QCOMPARE(predicted.unknown, 1 + 2 * 6); // the embedding, and all but attn_v of two layers
        recipe.format = format("Q5_0");
        QCOMPARE(core::predictedKld(*model, core::planTensors(*model, recipe), someTable()).unknown,
            1 + 2 * 7);
    }

    void isRoughWhileItsErrorsAreLarge()
    {
        SensitivityTable table = someTable();
        QVERIFY(core::isRough(table)); // four sequences
        for (core::TensorSensitivity& tensor : table.tensors)
            for (core::SensitivityFigure& figure : tensor.figures) {
                const auto few = figure.slopes;
                for (int i = 1; i < 64; ++i)
                    figure.slopes.insert(figure.slopes.end(), few.begin(), few.end());
            }
        table.sequences *= 64;
        core::settle(table);
        QVERIFY(!core::isRough(table));
        table.sequences = 0;
        QVERIFY(core::isRough(table));
    }

    void comesBackFromItsBytes()
    {
        const SensitivityTable table = someTable();
        const auto bytes = core::sensitivityToBytes(table);
        const SensitivityTable back = core::sensitivityFromBytes(bytes, "item");
        QCOMPARE(core::jsonText(core::sensitivityToJson(back)),
            core::jsonText(core::sensitivityToJson(table)));
        QCOMPARE(back.tensors[1].figures[0].slopes[2].whole, 2.0f);
        QVERIFY(core::sensitivityToBytes(back) == bytes);
    }

    void everyCutIsSaid()
    {
        const auto bytes = core::sensitivityToBytes(someTable());
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY2(support::messageOf([&] {
                core::sensitivityFromBytes(std::span(bytes).first(size), "item");
            }).starts_with("item: "),
                std::to_string(size).c_str());
    }

    void isPrintedByFormat()
    {
        const core::Json json = core::sensitivityToJson(someTable());
        QVERIFY(json["tensors"][1]["name"] == "blk.1.attn_v.weight");
        QVERIFY(json["tensors"][1]["formats"]["Q8_0"]["bytes"] == 2000);
        QVERIFY(json["tensors"][1]["formats"]["Q4_0"].contains("kld_error"));
        QVERIFY(json["from_weights"] == false);
    }
};

QTEST_GUILESS_MAIN(TestSensitivityTable)
#include "tst_sensitivitytable.moc"
