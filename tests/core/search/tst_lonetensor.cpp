// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/evaluation.h"
#include "core/search/candidates.h"
#include "core/search/lonetensor.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <cmath>

using core::Checkpoint;

namespace {

std::vector<std::vector<int>> someChunks(int length)
{
    std::vector<std::vector<int>> chunks(3);
    for (int i = 0; i < 3; ++i)
        for (int position = 0; position < length; ++position)
            chunks[std::size_t(i)].push_back((31 * i + 7 * position + position * position) % 250);
    return chunks;
}

std::shared_ptr<const Checkpoint> opened(bool isTied)
{
    support::TinyModel model;
    model.isTied = isTied;
    const support::TemporaryFolder folder;
    support::writeTinyModel(model, folder.path());
    return Checkpoint::open(folder.path());
}

} // namespace

class TestLoneTensor : public QObject {
    Q_OBJECT
private slots:
    void losesWhatAnEvaluationMeasures_data()
    {
        QTest::addColumn<bool>("isTied");
        QTest::newRow("tied") << true;
        QTest::newRow("untied") << false;
    }

    void losesWhatAnEvaluationMeasures()
    {
        QFETCH(bool, isTied);
        const auto model = opened(isTied);
        const auto chunks = someChunks(64);
        core::Recipe recipe;
        recipe.method = core::Method::RoundToNearest;
        auto candidates = core::candidatesFor(*model, { core::findFormat("Q4_0") }, recipe);
        const core::LoneMeasurement lone(*model, chunks, {});
        std::vector<core::Tensor> all;
        for (auto& each : candidates) {
            if (each.empty())
                continue;
            core::roundCandidates(*model, each, {}, {});
            const core::Tensor& rounded = *each.front().rounded;
            all.push_back(rounded);
            const auto expected
                = core::evaluate(*model->withTensors({ rounded }), model.get(), chunks, {});
            const core::MeasuredKld found = lone.measure(rounded, {});
            QVERIFY2(std::abs(found.kld - expected.against->kldMean)
                    <= 1e-6 + 1e-3 * expected.against->kldMean,
                rounded.name.c_str());
            QVERIFY2(found.kld > 0, rounded.name.c_str());
        }
        const auto changed = model->withTensors(all);
        const auto expected = core::evaluate(*changed, model.get(), chunks, {});
        QVERIFY(std::abs(lone.measureModel(*changed, {}).kld - expected.against->kldMean)
            <= 1e-3 * expected.against->kldMean);
    }

    /// Gemma 4: keys that layers share, inputs of each layer's own.
    void whatLayersReadBesideTheStreamIsThere()
    {
        const support::TemporaryFolder folder;
        support::writeTinyArchitecture("gemma4", folder.path());
        const auto model = Checkpoint::open(folder.path());
        const auto chunks = someChunks(32);
        const core::LoneMeasurement lone(*model, chunks, {});
        core::Recipe recipe;
        recipe.method = core::Method::RoundToNearest;
        auto candidates = core::candidatesFor(*model, { core::findFormat("Q4_0") }, recipe);
        int measured = 0;
        for (auto& each : candidates) {
            if (each.empty())
                continue;
            core::roundCandidates(*model, each, {}, {});
            const core::Tensor& rounded = *each.front().rounded;
            const auto expected
                = core::evaluate(*model->withTensors({ rounded }), model.get(), chunks, {});
            const double found = lone.measure(rounded, {}).kld;
            QVERIFY2(std::abs(found - expected.against->kldMean)
                    <= 1e-6 + 1e-3 * expected.against->kldMean,
                rounded.name.c_str());
            ++measured;
        }
        QVERIFY(measured >= model->config().layers);
    }

    void refusesChunksWithoutAScoredPosition()
    {
        const auto model = opened(true);
        QCOMPARE(support::messageOf([&] { core::LoneMeasurement(*model, someChunks(2), {}); }),
            std::string("the text gives 3 chunks of 2 tokens, expected at least one of 3"));
    }
};

QTEST_GUILESS_MAIN(TestLoneTensor)
#include "tst_lonetensor.moc"
