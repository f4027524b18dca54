// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/measuredswaps.h"
#include "core/search/sensitivity.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

using core::Checkpoint;

namespace {

struct Model {
    support::TemporaryFolder folder;
    std::shared_ptr<const Checkpoint> checkpoint;
    core::SwapSettings settings;
    core::MixSettings mixing;

    Model()
    {
        support::TinyModel tiny;
        tiny.layers = 3;
        support::writeTinyModel(tiny, folder.path());
        checkpoint = Checkpoint::open(folder.path());
        settings.chunks.resize(4);
        for (int i = 0; i < 4; ++i)
            for (int position = 0; position < 48; ++position)
                settings.chunks[std::size_t(i)].push_back(
                    (31 * i + 7 * position + position * position) % 250);
        settings.recipe.method = core::Method::RoundToNearest;
        mixing.formats
            = { core::findFormat("Q4_0"), core::findFormat("Q5_0"), core::findFormat("Q8_0") };
        mixing.figures = core::Method::RoundToNearest;
    }

    /// Predictions that are far off: of the weights alone, and every third tensor's ten times.
    core::SensitivityTable wrongly() const
    {
        core::SensitivitySettings how;
        how.formats = mixing.formats;
        how.method = core::Method::RoundToNearest;
        core::SensitivityTable table = core::roughSensitivity(*checkpoint, how, {});
        for (std::size_t i = 0; i < table.tensors.size(); i += 3)
            for (core::SensitivityFigure& figure : table.tensors[i].figures)
                figure.kld *= 10;
        return table;
    }
};

} // namespace

class TestMeasuredSwaps : public QObject {
    Q_OBJECT
private slots:
    void aWrongMixLosesLessAfterwardsWithinItsBytes()
    {
        Model model;
        const core::MixSearch search(*model.checkpoint, model.wrongly(), model.mixing);
        const auto bytes = (search.leastBytes() + search.mostBytes()) / 2;
        const auto mix = search.under(bytes, core::MixSearch::Care::Best);
        model.settings.most = 80;
        const core::SwappedMix swapped
            = core::improveBySwaps(*model.checkpoint, search, mix, model.settings, {});
        QVERIFY(swapped.measured > 0);
        QVERIFY(swapped.measured <= 80);
        QVERIFY(swapped.changed > 0);
        QVERIFY2(swapped.after.kld < 0.95 * swapped.before.kld,
            qPrintable(QString::number(swapped.after.kld / swapped.before.kld)));
        QVERIFY(swapped.mix.bytes <= mix.bytes);
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < swapped.mix.formats.size(); ++i)
            for (const auto& choice : search.choicesOf(i))
                if (choice.format == swapped.mix.formats[i]) {
                    sum += choice.bytes;
                    break;
                }
        QCOMPARE(sum, swapped.mix.bytes);
    }

    void whatIsMeasuredIsWhatTheMixLoses()
    {
        Model model;
        const core::MixSearch search(*model.checkpoint, model.wrongly(), model.mixing);
        const auto mix = search.under(
            (search.leastBytes() + search.mostBytes()) / 2, core::MixSearch::Care::Best);
        model.settings.most = 30;
        const auto swapped
            = core::improveBySwaps(*model.checkpoint, search, mix, model.settings, {});
        std::vector<core::Tensor> rounded;
        for (std::size_t i = 0; i < swapped.mix.formats.size(); ++i) {
            if (!swapped.mix.formats[i])
                continue;
            auto candidates = core::candidatesFor(
                *model.checkpoint, { swapped.mix.formats[i] }, model.settings.recipe);
            core::roundCandidates(*model.checkpoint, candidates[i], {}, {});
            rounded.push_back(*candidates[i].front().rounded);
        }
        const core::LoneMeasurement lone(*model.checkpoint, model.settings.chunks, {});
        const double loss = lone.measureModel(*model.checkpoint->withTensors(rounded), {}).kld;
        QVERIFY(std::abs(loss - swapped.after.kld) <= 1e-6 + 1e-3 * loss);
    }

    void nothingIsMeasuredWhereThereIsNoChoice()
    {
        Model model;
        model.mixing.formats = { core::findFormat("Q8_0") };
        const core::MixSearch search(*model.checkpoint, model.wrongly(), model.mixing);
        const auto mix = search.under(search.mostBytes(), core::MixSearch::Care::Best);
        const auto swapped
            = core::improveBySwaps(*model.checkpoint, search, mix, model.settings, {});
        QCOMPARE(swapped.measured, 0);
        QCOMPARE(swapped.changed, 0);
        QCOMPARE(swapped.mix.formats, mix.formats);
    }
};

QTEST_GUILESS_MAIN(TestMeasuredSwaps)
#include "tst_measuredswaps.moc"
