// SPDX-License-Identifier: GPL-3.0-or-later
// What a session keeps, how it comes back, and what happens to documents that cannot.
#include "app/jobs/addedfile.h"
#include "app/jobs/saver.h"
#include "app/session/sessionkeeper.h"
#include "core/base/error.h"
#include "core/quant/quantize.h"
#include "core/model/modelkey.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QTest>
#include <QtCore/qfloat16.h>

#include <nlohmann/json.hpp>

#include <fstream>

using namespace app;
namespace fs = std::filesystem;

class TestSessionState : public QObject {
    Q_OBJECT

private slots:
    void init();
    void bringsEverythingBack();
    void undoGoesOnWhereItWas();
    void anAddedFileComesBackAndIsLookedAt();
    void aModelThatChangedKeepsItsRecipeOnly();
    void aDamagedDocumentIsSetAside_data();
    void aDamagedDocumentIsSetAside();
    void resultsReachTheSessionThatAskedForThem();
    void aFileMovesWithItsTextsAndItsModel();
    void aFileWhoseModelIsMissingIsOpenedForOneThatIsPointedAt();
    void whatWasThereBeforeAFileIsOpenedIsKept();

private:
    fs::path folder() const { return m_folder->path().toStdString(); }
    fs::path model(const char* name)
    {
        fs::create_directory(folder() / name);
        support::writeTinyModel({}, folder() / name);
        std::ofstream(folder() / name / "calibration.txt") << "words to read";
        return folder() / name;
    }
    SessionPlaces places() const { return { SessionStore(folder() / "sessions"), nullptr }; }
    OpenedModel opened(const fs::path& path) const { return openModel(path, {}, places(), {}); }
    static Run runOf(const core::Checkpoint& checkpoint, const char* title);

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestSessionState::init() { m_folder = std::make_unique<QTemporaryDir>(); }

/// Rounded to nearest, with a measurement.
Run TestSessionState::runOf(const core::Checkpoint& checkpoint, const char* title)
{
    Run run;
    run.title = title;
    run.recipe = core::presetRecipe("Q4_0", checkpoint, core::Method::RoundToNearest);
    const auto shared = std::make_shared<const core::Checkpoint>(checkpoint);
    auto model = core::quantize(shared, run.recipe, {}, {}, {});
    run.plan = core::planTensors(checkpoint, run.recipe);
    run.reports = model.reports;
    run.parts = { "0123", "4567" };
    run.seconds = 1.5;
    run.fileBytes = 12345;
    core::Evaluation evaluation;
    evaluation.perplexity = 12.25;
    evaluation.against.emplace();
    evaluation.against->kldMean = 0.125;
    evaluation.against->drift = { { 0, 0.5, 0.75 } };
    run.evaluation = evaluation;
    return run;
}

void TestSessionState::bringsEverythingBack()
{
    const fs::path path = model("model");
    Session session({});
    Saver saver;
    SessionKeeper keeper(session, saver, places().store);
    keeper.setView([] { return std::string(R"({"page":4})"); });
    session.open(opened(path));
    session.usePreset("Q8_0");
    session.setThreshold(7);
    session.setCalibration({ folder() / "other.txt", 128, 9 });
    session.setImatrix(folder() / "imatrix.gguf");
    core::SimulationOptions simulation;
    simulation.arithmetic = core::SimulationOptions::Arithmetic::Integers;
    simulation.integers.smoothing = 0.5;
    session.setSimulation(simulation);
    session.runs().add(runOf(*session.checkpoint(), "first"));
    session.runs().add(runOf(*session.checkpoint(), "second"));
    session.runs().pinA(2);
    session.setExported({ folder() / "out.gguf", 77, 5, 0.5 }, 2);
    keeper.saveNow();

    Session again({});
    again.open(opened(path));
    QCOMPARE(again.model().sessionNote, QString());
    QCOMPARE(
        core::recipeToJson(again.recipe().recipe()), core::recipeToJson(session.recipe().recipe()));
    QCOMPARE(again.threshold(), 7.0);
    QCOMPARE(again.calibration(), session.calibration());
    QCOMPARE(again.imatrix(), session.imatrix());
    QVERIFY(again.simulation() == simulation);
    QCOMPARE(again.view(), std::string(R"({"page":4})"));
    QCOMPARE(again.exported()->file, folder() / "out.gguf");
    QCOMPARE(again.exportedRun(), 2);
    QCOMPARE(again.runs().runs().size(), std::size_t(2));
    QCOMPARE(again.runs().pinnedA()->number, 2);
    QCOMPARE(again.runs().add(runOf(*again.checkpoint(), "third")), 3);
    const Run& run = *again.runs().find(2);
    QCOMPARE(run.title, QString("second"));
    QCOMPARE(run.parts.size(), std::size_t(2));
    QCOMPARE(run.evaluation->perplexity, 12.25);
    QCOMPARE(run.evaluation->against->drift.front().cosine, 0.75);
    const Run& before = *session.runs().find(2);
    QCOMPARE(run.reports.size(), before.reports.size());
    for (std::size_t i = 0; i < run.reports.size(); ++i) {
        QCOMPARE(run.reports[i].outputError, before.reports[i].outputError);
        QVERIFY(run.reports[i].format == before.reports[i].format);
    }
    QVERIFY(!run.model); // it lies on the shelf, where there is one
}

void TestSessionState::undoGoesOnWhereItWas()
{
    const fs::path path = model("model");
    Session session({});
    Saver saver;
    SessionKeeper keeper(session, saver, places().store);
    session.open(opened(path));
    for (const char* preset : { "Q8_0", "Q4_0", "Q5_0" })
        session.usePreset(preset);
    session.recipe().undoStack().undo();
    keeper.saveNow();
    Session again({});
    again.open(opened(path));
    QUndoStack& undo = again.recipe().undoStack();
    QCOMPARE(again.recipe().recipe().name, std::string("Q4_0"));
    QCOMPARE(undo.undoText(), session.recipe().undoStack().undoText());
    undo.redo();
    QCOMPARE(again.recipe().recipe().name, std::string("Q5_0"));
    for (int i = 0; i < 3; ++i)
        undo.undo();
    QVERIFY(!undo.canUndo());
    QCOMPARE(core::recipeToJson(again.recipe().recipe()),
        core::recipeToJson(opened(model("new")).state.recipe.first));
}

void TestSessionState::anAddedFileComesBackAndIsLookedAt()
{
    const fs::path path = model("model"), file = folder() / "tiny-Q8_0.gguf";
    support::writeTinyGguf({}, file, core::formats::q8_0);
    Session session({});
    Saver saver;
    SessionKeeper keeper(session, saver, places().store);
    session.open(opened(path));
    const int number = session.runs().add(addedRun(file, *session.checkpoint()));
    core::Evaluation evaluation;
    evaluation.perplexity = 12.25;
    evaluation.against.emplace().worst.push_back(
        { 1, 9, 0.5, { 4, 0.25 }, { 4, 0.125 }, { { 5, 0.75 } }, { { 6, 0.5 } }, { 1, 2 }, { 3 } });
    session.runs().setEvaluation(number, evaluation, session.evaluationSettings());
    keeper.saveNow();
    const auto fileIn = [&](Session& again) {
        again.open(opened(path));
        return *again.runs().find(number);
    };

    Session again({});
    const Run run = fileIn(again);
    QCOMPARE(run.title, QString("tiny-Q8_0"));
    QVERIFY(run.file && run.file->path == file && run.file->state == AddedFile::State::Same);
    QVERIFY(!run.isOutdated());
    const Run& before = *session.runs().find(number);
    QCOMPARE(run.bitsPerWeight, before.bitsPerWeight);
    for (std::size_t i = 0; i < run.plan.size(); ++i)
        QVERIFY(run.plan[i].format == before.plan[i].format);
    const core::WorstToken& worst = run.evaluation->against->worst.front();
    QCOMPARE(worst.modelTop.front().token, 6);
    QVERIFY(worst.before == std::vector<int>({ 1, 2 }) && worst.position == 9);

    support::writeTinyGguf({ .seed = 2 }, file, core::formats::q8_0);
    Session changed({});
    QVERIFY(fileIn(changed).isOutdated());
    fs::remove(file);
    Session gone({});
    const Run last = fileIn(gone);
    QVERIFY(last.file->state == AddedFile::State::Gone && !last.isOutdated());
    QCOMPARE(last.evaluation->perplexity, 12.25); // stays
}

void TestSessionState::aModelThatChangedKeepsItsRecipeOnly()
{
    const fs::path path = model("model");
    Session session({});
    Saver saver;
    SessionKeeper keeper(session, saver, places().store);
    session.open(opened(path));
    session.usePreset("Q8_0");
    session.runs().add(runOf(*session.checkpoint(), "first"));
    keeper.saveNow();
    const fs::path weights = path / "model.safetensors";
    fs::last_write_time(weights, fs::last_write_time(weights) + std::chrono::seconds(5));
    QCOMPARE(opened(path).state.runs.size(), std::size_t(1)); // touched, and as it was
    std::string bytes = support::readFile(weights);
    bytes.back() = char(bytes.back() ^ 1);
    support::writeFile(weights, bytes);
    const OpenedModel changed = opened(path);
    QVERIFY(changed.sessionNote.contains("changed"));
    QVERIFY(changed.state.runs.empty());
    QCOMPARE(changed.state.recipe.steps.size(), std::size_t(1));
    int kept = 0;
    for (const auto& file : fs::directory_iterator(folder() / "sessions"))
        kept += int(core::readJson(file.path())["runs"]["list"].size());
    QCOMPARE(kept, 1); // under another name
}

void TestSessionState::aDamagedDocumentIsSetAside_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("cut") << QByteArray("{\"quantscope_session\": 1, \"model\":");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("something else") << QByteArray("[1, 2]");
    QTest::newRow("a later version") << QByteArray("{\"quantscope_session\": 99}");
    QTest::newRow("an unknown format") << QByteArray(
        R"({"quantscope_session": 1, "model": {"path": "", "content": "", "samples": "", "name": ""},
            "recipe": {"first": {"format": "Q77"}, "steps": [], "done": 0}})");
}

void TestSessionState::aDamagedDocumentIsSetAside()
{
    QFETCH(QByteArray, content);
    const fs::path path = model("model");
    const fs::path file = places().store.fileOf(SessionStore::idOf(path));
    fs::create_directories(file.parent_path());
    std::ofstream(file) << content.toStdString();
    const OpenedModel begun = opened(path);
    QVERIFY(!begun.sessionNote.isEmpty());
    QVERIFY(begun.state.runs.empty() && begun.state.recipe.first.format);
    QVERIFY(!fs::exists(file));
    const auto files = fs::directory_iterator(file.parent_path());
    QCOMPARE(fs::file_size(files->path()), std::uintmax_t(content.size()));
}

void TestSessionState::resultsReachTheSessionThatAskedForThem()
{
    Session session({});
    Saver saver;
    SessionKeeper keeper(session, saver, places().store);
    session.open(opened(model("first")));
    const QString first = session.id();
    const Run run = runOf(*session.checkpoint(), "of the first");
    session.open(opened(model("second")));
    keeper.addRun(first, run);
    QVERIFY(session.runs().runs().empty());
    core::Evaluation evaluation;
    evaluation.perplexity = 3;
    keeper.setEvaluation(first, 1, evaluation, {}, "key");
    keeper.setExported(first, { "/out.gguf", 1, 1, 1 }, 1);
    keeper.saveNow();
    session.open(opened(folder() / "first"));
    QCOMPARE(session.runs().runs().size(), std::size_t(1));
    QCOMPARE(session.runs().last()->title, QString("of the first"));
    QCOMPARE(session.runs().last()->evaluation->perplexity, 3.0);
    QCOMPARE(session.runs().last()->evaluationKey, std::string("key"));
    QCOMPARE(session.runs().pinnedB()->number, 1);
    QCOMPARE(session.exportedRun(), 1);

    keeper.setOpening(true); // a model is being read: what comes now waits
    keeper.addRun(first, run);
    QCOMPARE(session.runs().runs().size(), std::size_t(1));
    keeper.setOpening(false);
    QCOMPARE(session.runs().runs().size(), std::size_t(2));
}

void TestSessionState::aFileMovesWithItsTextsAndItsModel()
{
    fs::create_directory(folder() / "sent");
    const fs::path path = model("sent/model");
    Session session({});
    Saver saver;
    SessionKeeper keeper(session, saver, places().store);
    session.open(opened(path));
    session.runs().add(runOf(*session.checkpoint(), "first"));
    const fs::path file = folder() / "sent" / "work.quantscope";
    SessionStore::writeFile(file, keeper.document());
    const core::Json written = core::readJson(file);
    QCOMPARE(written["model"]["path"], core::Json("model"));
    QCOMPARE(written["calibration"]["file"], core::Json("model/calibration.txt"));
    session.open(opened(model("another")));
    keeper.saveNow();
    fs::rename(folder() / "sent", folder() / "received");
    const OpenedModel received
        = openSessionFile(folder() / "received" / "work.quantscope", {}, {}, places(), {}).model;
    QCOMPARE(received.checkpoint->path(), folder() / "received" / "model");
    QCOMPARE(received.state.calibration.file, folder() / "received" / "model/calibration.txt");
    QCOMPARE(received.state.runs.size(), std::size_t(1));
    QCOMPARE(received.sessionNote, QString());
}

void TestSessionState::aFileWhoseModelIsMissingIsOpenedForOneThatIsPointedAt()
{
    const fs::path path = model("model");
    Session session({});
    Saver saver;
    SessionKeeper keeper(session, saver, places().store);
    session.open(opened(path));
    session.runs().add(runOf(*session.checkpoint(), "first"));
    const fs::path file = folder() / "work.quantscope";
    SessionStore::writeFile(file, keeper.document());
    fs::rename(path, folder() / "moved");
    const OpenedSession nowhere = openSessionFile(file, {}, {}, places(), {});
    QVERIFY(!nowhere.model.checkpoint);
    QCOMPARE(nowhere.missing, path);
    const OpenedModel found = openSessionFile(file, folder() / "moved", {}, places(), {}).model;
    QCOMPARE(found.state.runs.size(), std::size_t(1));
}

void TestSessionState::whatWasThereBeforeAFileIsOpenedIsKept()
{
    const fs::path path = model("model");
    Session session({});
    Saver saver;
    SessionKeeper keeper(session, saver, places().store);
    session.open(opened(path));
    const fs::path file = folder() / "work.quantscope";
    SessionStore::writeFile(file, keeper.document());
    session.runs().add(runOf(*session.checkpoint(), "later"));
    keeper.saveNow();
    const OpenedModel found = openSessionFile(file, {}, {}, places(), {}).model;
    QVERIFY(found.state.runs.empty());
    QVERIFY(!found.sessionNote.isEmpty());
    QVERIFY(
        openSessionFile(file, {}, {}, places(), {}).model.sessionNote.isEmpty()); // it is the same
}

QTEST_MAIN(TestSessionState)
#include "tst_sessionstate.moc"
