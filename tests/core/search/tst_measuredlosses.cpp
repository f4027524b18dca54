// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/evaluation.h"
#include "core/search/measuredlosses.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>

using core::Checkpoint;

namespace {

core::LossMeasurement onSomeText(int length = 32)
{
    core::LossMeasurement how;
    how.chunks.resize(3);
    for (int i = 0; i < 3; ++i)
        for (int position = 0; position < length; ++position)
            how.chunks[std::size_t(i)].push_back(
                (31 * i + 7 * position + position * position) % 250);
    return how;
}

struct Model {
    support::TemporaryFolder folder;
    std::shared_ptr<const Checkpoint> checkpoint;

    Model()
    {
        support::writeTinyModel({}, folder.path());
        checkpoint = Checkpoint::open(folder.path());
    }

    /// The first matrices, in Q4_0 by rounding to nearest.
    std::vector<core::Candidate> wanted(std::size_t count) const
    {
        core::Recipe recipe;
        recipe.method = core::Method::RoundToNearest;
        std::vector<core::Candidate> all;
        for (auto& each : core::candidatesFor(*checkpoint, { core::findFormat("Q4_0") }, recipe))
            for (core::Candidate& candidate : each)
                if (all.size() < count)
                    all.push_back(std::move(candidate));
        return all;
    }
};

} // namespace

class TestMeasuredLosses : public QObject {
    Q_OBJECT
private slots:
    void isWhatAnEvaluationMeasuresOfThatTensorAlone()
    {
        const Model model;
        const auto how = onSomeText();
        std::vector<core::Candidate> wanted = model.wanted(3);
        const core::MeasuredLosses losses
            = core::measureLosses(*model.checkpoint, how, wanted, nullptr, {}, {});
        QCOMPARE(losses.values.size(), std::size_t(3));
        QCOMPARE(losses.chunks, 3);
        QCOMPARE(losses.length, 32);
        core::roundCandidates(*model.checkpoint, wanted, {}, {});
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto expected
                = core::evaluate(*model.checkpoint->withTensors({ *wanted[i].rounded }),
                    model.checkpoint.get(), how.chunks, {});
            QVERIFY(std::abs(losses.values[i].loss.kld - expected.against->kldMean)
                <= 1e-6 + 1e-3 * expected.against->kldMean);
        }
    }

    void isMeasuredOnceAndGoesOnFromTheShelf()
    {
        const Model model;
        const support::TemporaryFolder folder;
        const core::Shelf shelf(folder.path());
        const auto how = onSomeText();
        int measured = 0;
        const auto count = [&measured](const core::MeasuredLosses&) { ++measured; };
        core::measureLosses(*model.checkpoint, how, model.wanted(2), &shelf, count, {});
        QCOMPARE(measured, 2);
        const auto more
            = core::measureLosses(*model.checkpoint, how, model.wanted(4), &shelf, count, {});
        QCOMPARE(measured, 4);
        QCOMPARE(more.values.size(), std::size_t(4));
        const auto last = core::lastMeasuredLosses(shelf, *model.checkpoint);
        QVERIFY(last);
        QVERIFY(core::measuredLossesToJson(*last) == core::measuredLossesToJson(more));
        auto other = how;
        other.chunks.pop_back();
        core::measureLosses(*model.checkpoint, other, model.wanted(1), &shelf, count, {});
        QCOMPARE(measured, 5); // another text
    }

    void keepsWhatWasMeasuredBeforeItWasStopped()
    {
        const Model model;
        const support::TemporaryFolder folder;
        const core::Shelf shelf(folder.path());
        std::stop_source stop;
        const core::Progress progress(stop.get_token(), {});
        QVERIFY_EXCEPTION_THROWN(core::measureLosses(
                                     *model.checkpoint, onSomeText(), model.wanted(4), &shelf,
                                     [&stop](const core::MeasuredLosses& losses) {
                                         if (losses.values.size() == 2)
                                             stop.request_stop();
                                     },
                                     progress),
            core::Cancelled);
        QCOMPARE(core::lastMeasuredLosses(shelf, *model.checkpoint)->values.size(), std::size_t(2));
    }

    void refusesWhatIsNoMeasurement()
    {
        const std::string message = support::messageOf([] {
            core::measuredLossesFromJson({ { "chunks", 3 }, { "losses", 1 } }, "there");
        });
        QVERIFY2(message.starts_with("there: length is missing"), message.c_str());
    }
};

QTEST_GUILESS_MAIN(TestMeasuredLosses)
#include "tst_measuredlosses.moc"
