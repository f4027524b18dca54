// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/tokenrows.h"
#include "core/quant/memoryobstacle.h"
#include "core/quant/runclock.h"
#include "core/quant/runfacts.h"
#include "core/quant/runmemory.h"
#include "core/quant/runwork.h"
#include "tests/support/tinymodel.h"

#include <QtTest>

using namespace core;

namespace {

constexpr double F = 4, D = 8; // bytes of a float, of a double

} // namespace

class TestRunEstimate : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void gathersWhatReadsOneInput();
    void statesGrowWithTextAndPaths();
    void sumsHoldTheFactorsOfTheWidestInput();
    void withoutTextOnlyTilesAreInMemory();
    void statesOfMuchTextLieOnTheDisk();
    void expertsAreInMemoryOneAtATime();
    void saysWhyARunDoesNotFit();
    void whatIsRoundedAlreadyCounts();
    void theProgramHasSomethingInMemory();
    void workGrowsWithTextAndIsMoreByGptq();
    void whatIsFoundCostsItsWalkOnly();
    void behindTheLastRoundedLayerNothingIsWalked();
    void measuresTheSpeedOfEveryWayOnce();
    void anyFormatByAnyMethodHasASpeed();
    void theFirstLayerCorrectsWhatIsLeft();
    void timeInALayerIsTakenOffWhatIsLeft();
    void foundPartsDoNotCorrect();
    void toldByTheFirstRoundedLayerAfterAResume();

private:
    std::vector<PlannedTensor> planBy(Method method) const
    {
        Recipe recipe;
        recipe.format = findFormat("Q4_0");
        recipe.method = method;
        return planTensors(*m_checkpoint, recipe);
    }
    RunShape shapeBy(Method method, std::int64_t sequences, const GptqOptions& gptq = {}) const
    {
        return runShape(*m_checkpoint, planBy(method), gptq, { sequences, 64 }, Imatrix::None);
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const Checkpoint> m_checkpoint; ///< four layers, feed-forward 512
};

void TestRunEstimate::initTestCase()
{
    support::TinyModel model;
    model.hidden = 128;
    model.feedForward = 512;
    model.layers = 4;
    support::writeTinyModel(model, m_folder.path().toStdString());
    m_checkpoint = Checkpoint::open(m_folder.path().toStdString());
}

void TestRunEstimate::gathersWhatReadsOneInput()
{
    const RunShape shape = shapeBy(Method::Gptq, 8);
    QCOMPARE(shape.layers.size(), std::size_t(4));
    const auto& groups = shape.layers.front().groups;
    QCOMPARE(groups.size(), std::size_t(4)); // q k v, o, gate up, down
    QCOMPARE(groups[0].readers.size(), std::size_t(3));
    QVERIFY(groups[0].isShared);
    QVERIFY(!groups[3].isShared);
    QCOMPARE(groups[3].width, 512);
    QCOMPARE(groups[2].rows(), 1024);
    QCOMPARE(shape.text.tokens(), 512);
    QVERIFY(!shape.measuresImportance || !shape.before.empty());
}

void TestRunEstimate::statesGrowWithTextAndPaths()
{
    const auto statesOf = [&](std::int64_t sequences, bool corrects) {
        GptqOptions gptq;
        gptq.correctTarget = corrects;
        gptq.twoSided = false;
        return runMemory(shapeBy(Method::Gptq, sequences, gptq)).states;
    };
    QCOMPARE(statesOf(8, true), 2 * F * 8 * 64 * 128);
    QCOMPARE(statesOf(16, true), 2 * statesOf(8, true));
    QCOMPARE(statesOf(8, false), F * 8 * 64 * 128);
}

void TestRunEstimate::sumsHoldTheFactorsOfTheWidestInput()
{
    // One sequence: the widest group's sums rule. Sums of H in double for what is fitted and what
    // is held out, a copy of it and its factor beside them.
    const RunMemory memory = runMemory(shapeBy(Method::Gptq, 1));
    const double nn = 512.0 * 512;
    QVERIFY2(memory.sums > (3 * D + F) * nn, qPrintable(QString::number(memory.sums)));
    QVERIFY2(memory.sums < (7 * D) * nn, qPrintable(QString::number(memory.sums)));
    GptqOptions plain;
    plain.correctTarget = plain.holdOut = plain.refitNorms = false;
    const RunMemory less = runMemory(shapeBy(Method::Gptq, 1, plain));
    QVERIFY(less.total() < memory.total());
}

void TestRunEstimate::withoutTextOnlyTilesAreInMemory()
{
    const RunMemory memory = runMemory(shapeBy(Method::RoundToNearest, 0));
    QCOMPARE(memory.states + memory.sums + memory.activations + memory.weights, 0.0);
    QCOMPARE(memory.source, double(m_checkpoint->bytes()));
}

void TestRunEstimate::statesOfMuchTextLieOnTheDisk()
{
    const double most = double(TokenRoom().inMemory);
    QCOMPARE(runfacts::keptBytes, most);
    GptqOptions rowsAlone;
    rowsAlone.twoSided = false;
    RunShape shape = shapeBy(Method::Gptq, std::int64_t(most / (F * 64 * 128)), rowsAlone);
    QCOMPARE(runMemory(shape).states, 2 * most); // one path as much as may be
    shape.text.sequences += 64;
    QCOMPARE(runMemory(shape).states, 2 * F * runfacts::tileTokens * 128); // the tile in work
}

void TestRunEstimate::expertsAreInMemoryOneAtATime()
{
    RunShape dense = shapeBy(Method::Gptq, 8), sparse = dense;
    for (RunLayer& layer : sparse.layers)
        for (std::size_t i : { 2, 3 }) { // gate and up, down
            layer.groups[i].experts = 16;
            layer.groups[i].used = 2 / 16.0;
            for (RunGroup::Reader& reader : layer.groups[i].readers)
                reader.rows *= 16;
        }
    QCOMPARE(sparse.layers[0].heldWeights(), dense.layers[0].weights());
    QCOMPARE(sparse.layers[0].usedWeights() - sparse.layers[0].groups[0].weights()
            - sparse.layers[0].groups[1].weights(),
        2 * (dense.layers[0].groups[2].weights() + dense.layers[0].groups[3].weights()));
    const double triangle = D * 512 * (512 + 256) / 2; // of H; two of others' tokens come on top
    QVERIFY(runMemory(sparse).sums < 1.01 * runMemory(dense).sums + 2 * triangle);
    const RoundingSpeed speed;
    QVERIFY(runWork(sparse, speed).layers[0] > 4 * runWork(dense, speed).layers[0]);
}

void TestRunEstimate::saysWhyARunDoesNotFit()
{
    RunMemory memory;
    memory.sums = 20e9;
    memory.weights = 5e9;
    memory.source = memory.kept = 90e9; // pages of files
    QCOMPARE(heldMemory(memory, 1e9), 26e9);
    QCOMPARE(memoryObstacle(memory, 1e9, 26e9), std::string());
    QCOMPARE(memoryObstacle(memory, 1e9, 16e9),
        std::string("rounding needs 26 GB of memory at its peak, 20 GB of it for what GPTQ or AWQ "
                    "gathers of an input, and this machine has 16 GB: rounding by importance or to "
                    "nearest needs less"));
    memory.states = 30e9;
    QVERIFY(memoryObstacle(memory, 0, 16e9).ends_with("a shorter calibration text needs less"));
}

void TestRunEstimate::whatIsRoundedAlreadyCounts()
{
    const RunShape shape = shapeBy(Method::RoundToNearest, 0);
    const double kept = runMemory(shape).kept;
    QVERIFY(kept > 0.5 * shape.plannedBytes);
    QVERIFY(kept <= shape.plannedBytes);
}

void TestRunEstimate::theProgramHasSomethingInMemory() { QVERIFY(residentBytes() > 1e6); }

void TestRunEstimate::workGrowsWithTextAndIsMoreByGptq()
{
    const RoundingSpeed speed;
    const RunWork little = runWork(shapeBy(Method::Gptq, 8), speed);
    const RunWork much = runWork(shapeBy(Method::Gptq, 800), speed);
    QCOMPARE(little.layers.size(), std::size_t(4));
    QCOMPARE(little.importance, 0.0);
    QVERIFY(much.total() > 2 * little.total());
    const RunWork importance = runWork(shapeBy(Method::Importance, 8), speed);
    QVERIFY(importance.importance > 0);
    QVERIFY(importance.total() < little.total());
    QVERIFY(runWork(shapeBy(Method::RoundToNearest, 0), speed).total() < importance.total());
}

void TestRunEstimate::whatIsFoundCostsItsWalkOnly()
{
    const RunWork whole = runWork(shapeBy(Method::Gptq, 8), {});
    const RunWork rest = whole.without({ true, true, true, false, false, false });
    QCOMPARE(rest.embedding, 0.0);
    QCOMPARE(rest.layers[0], whole.walks[0]);
    QVERIFY(rest.layers[0] > 0 && rest.layers[0] < 0.5 * whole.layers[0]);
    QCOMPARE(rest.layers[2], whole.layers[2]);
    QCOMPARE(rest.output, whole.output);
}

void TestRunEstimate::behindTheLastRoundedLayerNothingIsWalked()
{
    const RunWork whole = runWork(shapeBy(Method::Gptq, 8), {});
    const RunWork rest = whole.without({ true, true, false, true, true, true });
    QCOMPARE(rest.layers[0], whole.walks[0]);
    QCOMPARE(rest.layers[2] + rest.layers[3] + rest.output, 0.0);
    QCOMPARE(whole.without(std::vector<bool>(6, true)).total(), 0.0);
}

void TestRunEstimate::measuresTheSpeedOfEveryWayOnce()
{
    const RunShape shape = shapeBy(Method::Gptq, 8);
    const RoundingSpeed speed = measureSpeed(shape, Progress());
    QVERIFY(speed.products > 1e8);
    QVERIFY(!speed.weights.empty() && speed.weights.size() <= 4);
    for (const auto& [way, weights] : speed.weights)
        QVERIFY2(weights.rounded > 1e4 && weights.rounded < 1e12, way.format->name.data());
    const PlannedTensor& q = shape.layers.front().groups.front().readers.front().planned;
    QVERIFY(speed.of(q).swept > 1e4);
}

void TestRunEstimate::anyFormatByAnyMethodHasASpeed()
{
    std::vector<const Format*> all(allFormats().begin(), allFormats().end());
    for (const char* name :
        { "INT4_ASYM_G64", "INT8_ASYM_TENSOR", "INT8_SYM_CHANNEL", "NF4_DQ_G64" })
        if (const Format* format = findFormat(name))
            all.push_back(format);
    for (const Format* format : all)
        for (const Method method : { Method::Gptq, Method::Hqq }) {
            RunShape shape;
            RunOutside outside{ 16, 512, {} };
            outside.planned.format = fallbackFormat(format, 512);
            outside.planned.method = method;
            shape.after.push_back(outside);
            const RoundingSpeed speed = measureSpeed(shape, Progress());
            QVERIFY2(speed.of(outside.planned).rounded > 0, format->name.data());
        }
}

namespace {

/// Four layers of ten seconds each, embedding and output of one.
RunWork tens() { return { 1, 0, 0, { 10, 10, 10, 10 }, { 1, 1, 1, 1 }, 1 }; }

} // namespace

void TestRunEstimate::theFirstLayerCorrectsWhatIsLeft()
{
    RunClock clock(tens(), {});
    QVERIFY(!clock.left(0.5));
    clock.partDone(1, 2);
    QVERIFY(!clock.left(3));
    clock.partDone(2, 2 + 30); // three times as long as expected
    QCOMPARE(*clock.left(32), 3 * (30.0 + 1));
    clock.partDone(3, 32 + 20); // from the second on, they tell themselves
    QCOMPARE(*clock.left(52), 2 * (20.0 + 1));
}

void TestRunEstimate::timeInALayerIsTakenOffWhatIsLeft()
{
    RunClock clock(tens(), {});
    clock.partDone(1, 1);
    clock.partDone(2, 11);
    QCOMPARE(*clock.left(15), 31.0 - 4);
    QCOMPARE(*clock.left(99), 21.0); // it takes longer: what comes after it is left at least
}

void TestRunEstimate::foundPartsDoNotCorrect()
{
    const std::vector<bool> found{ true, true, true, false, false, false };
    RunClock clock(tens().without(found), found);
    QCOMPARE(clock.found(), 3);
    clock.partDone(1, 0.1);
    clock.partDone(2, 0.1);
    clock.partDone(3, 1.1);
    QVERIFY(!clock.left(2));
}

void TestRunEstimate::toldByTheFirstRoundedLayerAfterAResume()
{
    const std::vector<bool> found{ true, true, true, false, false, false };
    RunClock clock(tens().without(found), found);
    clock.partDone(1, 0);
    clock.partDone(2, 0);
    clock.partDone(3, 2);
    clock.partDone(4, 24); // the walks of two and the rounding of one: twelve were expected
    QCOMPARE(*clock.left(24), 2 * (10.0 + 1));
}

QTEST_APPLESS_MAIN(TestRunEstimate)
#include "tst_runestimate.moc"
