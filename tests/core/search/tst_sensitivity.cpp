// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/textfile.h"
#include "core/quant/inputimportance.h"
#include "core/search/lonetensor.h"
#include "core/search/sensitivity.h"
#include "core/search/sensitivityshelf.h"
#include "tests/support/filebytes.h"
#include "tests/support/oneprocessor.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stop_token>

using core::Checkpoint;
using core::SensitivityTable;

namespace {

using Sequences = std::vector<std::vector<int>>;

Sequences someSequences(int count, int length)
{
    Sequences sequences;
    sequences.resize(std::size_t(count));
    for (int i = 0; i < count; ++i)
        for (int position = 0; position < length; ++position)
            sequences[std::size_t(i)].push_back(
                (31 * i + 7 * position + position * position) % 250);
    return sequences;
}

std::shared_ptr<const Checkpoint> tiny(support::Damage damage = support::Damage::None)
{
    support::TinyModel model;
    model.damage = damage;
    const support::TemporaryFolder folder;
    support::writeTinyModel(model, folder.path());
    return Checkpoint::open(folder.path());
}

core::SensitivitySettings someSettings()
{
    core::SensitivitySettings settings;
    settings.formats = { core::findFormat("Q4_0"), core::findFormat("Q8_0") };
    return settings;
}

bool areSame(const SensitivityTable& a, const SensitivityTable& b)
{
    return core::sensitivityToBytes(a) == core::sensitivityToBytes(b);
}

} // namespace

class TestSensitivity : public QObject {
    Q_OBJECT
private slots:
    void predictsWhatTensorsOfTheSampleLoseAlone()
    {
        const std::filesystem::path sample
            = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";
        const auto model = Checkpoint::open(sample);
        const Sequences calibration = core::tokenSequences(
            model->tokenizer(), core::readTextFile(sample / "calibration.txt"), 256, 40);
        core::SensitivitySettings settings;
        settings.formats = { core::findFormat("Q3_K") };
        settings.importance = core::inputImportance(*model, calibration, {});
        const SensitivityTable table
            = core::measureSensitivity(*model, calibration, settings, nullptr, {}, {});
        core::Recipe recipe;
        auto candidates = core::candidatesFor(*model, settings.formats, recipe);
        const core::LoneMeasurement lone(*model, calibration, {});
        std::vector<double> ratios;
        for (const char* name : { "token_embd.weight", "blk.0.attn_v.weight",
                 "blk.1.ffn_gate.weight", "blk.2.attn_k.weight", "blk.3.ffn_down.weight" }) {
            const std::size_t index = model->indexOf(model->find(name)->place);
            core::roundCandidates(*model, candidates[index], settings.importance, {});
            const double measured = lone.measure(*candidates[index][0].rounded, {}).kld;
            ratios.push_back(table.find(name)->figures[0].kld / measured);
        }
        std::ranges::sort(ratios);
        QVERIFY2(ratios[2] > 0.75 && ratios[2] < 1.3, std::to_string(ratios[2]).c_str());
        QVERIFY2(ratios[0] > 0.45, std::to_string(ratios[0]).c_str());
        QVERIFY2(ratios[4] < 2.0, std::to_string(ratios[4]).c_str());
    }

    void goesOnWhereItWasStopped()
    {
        const auto model = tiny();
        const Sequences sequences = someSequences(5, 256); // batches of 4 and 16
        core::SensitivitySettings settings = someSettings();
        const SensitivityTable whole
            = core::measureSensitivity(*model, sequences, settings, nullptr, {}, {});
        QCOMPARE(whole.sequences, 5);
        settings.most = 4;
        SensitivityTable told;
        const SensitivityTable begun = core::measureSensitivity(*model, sequences, settings,
            nullptr, [&](const SensitivityTable& table) { told = table; }, {});
        QCOMPARE(begun.sequences, 4);
        QVERIFY(areSame(told, begun));
        settings.most = 0;
        QVERIFY(
            areSame(core::measureSensitivity(*model, sequences, settings, &begun, {}, {}), whole));
    }

    void givesTheSameFiguresOnOneProcessor()
    {
        const auto model = tiny();
        const Sequences sequences = someSequences(4, 64);
        const auto run = [&] {
            return core::measureSensitivity(*model, sequences, someSettings(), nullptr, {}, {});
        };
        const SensitivityTable all = run();
        const support::OneProcessor one;
        QVERIFY(areSame(run(), all));
    }

    void stopsWhenAsked()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto model = tiny();
        QVERIFY_EXCEPTION_THROWN(
            core::measureSensitivity(*model, someSequences(2, 64), someSettings(), nullptr, {},
                core::Progress(stop.get_token(), {})),
            core::Cancelled);
    }

    void saysWhyThereIsNoWayBack()
    {
        const auto model = tiny(support::Damage::UnknownArchitecture);
        const std::string message = support::messageOf([&] {
            core::measureSensitivity(*model, someSequences(2, 64), someSettings(), nullptr, {}, {});
        });
        QVERIFY2(message.find(model->config().notComputed) != std::string::npos, message.c_str());
    }

    void liesOnTheShelfUnderModelTextAndSettings()
    {
        const support::TemporaryFolder folder;
        const core::Shelf shelf(folder.path() / "shelf");
        const auto model = tiny();
        const Sequences sequences = someSequences(2, 64);
        core::SensitivitySettings settings = someSettings();
        const std::string key = core::sensitivityKey(*model, sequences, settings);
        QVERIFY(!core::findSensitivity(shelf, key));
        const SensitivityTable table
            = core::measureSensitivity(*model, sequences, settings, nullptr, {}, {});
        core::keepSensitivity(shelf, key, *model, settings.method, table);
        QVERIFY(areSame(*core::findSensitivity(shelf, key), table));
        QVERIFY(areSame(*core::lastSensitivity(shelf, *model, settings.method), table));
        QVERIFY(!core::lastSensitivity(shelf, *model, core::Method::Gptq));
        settings.seed = 2;
        QVERIFY(core::sensitivityKey(*model, sequences, settings) != key);
        QVERIFY(core::sensitivityKey(*model, someSequences(3, 64), someSettings()) != key);
    }

    void aPoorerTableHidesNoRicherOne()
    {
        const support::TemporaryFolder folder;
        const core::Shelf shelf(folder.path() / "shelf");
        const auto model = tiny();
        core::SensitivitySettings settings = someSettings();
        const auto kept = [&](const Sequences& sequences) {
            return core::measureKept(*model, sequences, settings, &shelf, {}, {});
        };
        const auto isLast = [&](const SensitivityTable& table) {
            return areSame(*core::lastSensitivity(shelf, *model, settings.method), table);
        };
        const SensitivityTable rich = kept(someSequences(3, 64));
        const auto all = settings.formats;
        QVERIFY(all.size() > 1);
        settings.formats = { all.front() };
        const SensitivityTable narrow = kept(someSequences(4, 64)); // fewer formats
        QVERIFY(isLast(rich));
        const auto found = core::keptSensitivity(
            shelf, *model, settings.method, [](const SensitivityTable& table) {
                return table.sequences == 4; // it is still to be had
            });
        QVERIFY(found && areSame(*found, narrow));
        const auto keepAs = [&](int text, const SensitivityTable& table) {
            core::keepSensitivity(shelf,
                core::sensitivityKey(*model, someSequences(text, 64), settings), *model,
                core::Method::Hqq, table);
        };
        keepAs(7, narrow);
        SensitivityTable guess = rich;
        guess.sequences = 0;
        keepAs(8, guess);
        QVERIFY(areSame(*core::lastSensitivity(shelf, *model, core::Method::Hqq), narrow));
        settings.formats = all;
        (void)kept(someSequences(2, 64)); // fewer sequences
        QVERIFY(isLast(rich));
        settings.seed = 2;
        QVERIFY(isLast(kept(someSequences(3, 64)))); // as much: the last one
        QVERIFY(isLast(kept(someSequences(5, 64))));
    }

    void weightsAloneGiveARoughTable()
    {
        const auto model = tiny();
        const SensitivityTable table = core::roughSensitivity(*model, someSettings(), {});
        QCOMPARE(table.sequences, 0);
        for (const core::TensorSensitivity& tensor : table.tensors) {
            QCOMPARE(tensor.figures.size(), std::size_t(2));
            QVERIFY(tensor.figures[0].kld > tensor.figures[1].kld);
            QVERIFY(tensor.figures[1].kld > 0);
        }
    }
};

QTEST_GUILESS_MAIN(TestSensitivity)
#include "tst_sensitivity.moc"
