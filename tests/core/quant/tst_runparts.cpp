// SPDX-License-Identifier: GPL-3.0-or-later
// What a run leaves in its work folder, and how the next one goes on from there.
#include "tests/core/quant/smallrun.h"

#include <QtTest>

#include <csignal>
#include <fstream>

#include <sys/resource.h>

using namespace core;
using namespace smallrun;

class TestJournal : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void aCancelledRunResumesToTheSameBytes_data();
    void aCancelledRunResumesToTheSameBytes();
    void studyFormatsResumeToTheSameBytes_data();
    void studyFormatsResumeToTheSameBytes();
    void otherSettingsStartAfresh();
    void aDamagedPartIsDoneAgain();
    void leavesOtherFilesInTheWorkFolderAlone();
    void refusesAWorkFolderThatCannotBeMade();
    void saysWhenAPartCannotBeWritten();

private:
    std::filesystem::path workFolder(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const Checkpoint> m_checkpoint;
    std::optional<QuantizedModel> m_straight; ///< everything on, at Q4_0, in one go
};

void TestJournal::initTestCase()
{
    m_checkpoint = openModel(workFolder("model"), { .hidden = 64 });
    m_straight = quantize(
        m_checkpoint, everythingOn(&formats::q4_0), calibrated(*m_checkpoint), {}, Progress());
}

void TestJournal::aCancelledRunResumesToTheSameBytes_data()
{
    QTest::addColumn<int>("tensors");
    QTest::addColumn<int>("resumed");
    QTest::newRow("in the first layer") << 4 << 1;
    QTest::newRow("in the middle") << 12 << 8;
    QTest::newRow("in the last layer") << 20 << 15;
}

void TestJournal::aCancelledRunResumesToTheSameBytes()
{
    QFETCH(int, tensors);
    QFETCH(int, resumed);
    const Recipe recipe = everythingOn(&formats::q4_0);
    QuantizeOptions options = calibrated(*m_checkpoint);
    options.workFolder = workFolder(QTest::currentDataTag());
    QVERIFY(cancelAfter(tensors, m_checkpoint, recipe, options));
    const auto second = quantize(m_checkpoint, recipe, options, {}, Progress());
    QCOMPARE(resumedTensors(second), resumed);
    QVERIFY(allBytes(*second.checkpoint) == allBytes(*m_straight->checkpoint));
    const auto third = quantize(m_checkpoint, recipe, options, {}, Progress());
    QCOMPARE(resumedTensors(third), int(third.reports.size()));
    QVERIFY(allBytes(*third.checkpoint) == allBytes(*m_straight->checkpoint));
    for (std::size_t i = 0; i < third.reports.size(); ++i)
        QCOMPARE(third.reports[i].outputError, m_straight->reports[i].outputError);
    const GptqDetails& said = *m_straight->reports.back().gptq;
    QVERIFY(said.chosenByData && said.sweeps > 0);
    QCOMPARE(third.reports.back().gptq->targetDamping, said.targetDamping);
    QCOMPARE(third.reports.back().gptq->sweeps, said.sweeps);
}

void TestJournal::studyFormatsResumeToTheSameBytes_data()
{
    QTest::addColumn<int>("unused");
    for (const char* name : { "INT8_ASYM_TENSOR", "NF4_DQ_G64" })
        QTest::newRow(name) << 0;
}

void TestJournal::studyFormatsResumeToTheSameBytes()
{
    const Recipe recipe
        = recipeOf(findFormat(std::string_view(QTest::currentDataTag())), Method::Gptq);
    QuantizeOptions options = calibrated(*m_checkpoint);
    const auto straight = quantize(m_checkpoint, recipe, options, {}, Progress());
    for (const TensorReport& report : straight.reports) {
        QCOMPARE(report.format->name, recipe.format->name);
        QVERIFY(report.outputError > 0 && report.outputError < 0.2);
    }
    options.workFolder = workFolder(QTest::currentDataTag());
    QVERIFY(cancelAfter(12, m_checkpoint, recipe, options));
    const auto second = quantize(m_checkpoint, recipe, options, {}, Progress());
    QCOMPARE(resumedTensors(second), 8);
    QVERIFY(allBytes(*second.checkpoint) == allBytes(*straight.checkpoint));
}

void TestJournal::otherSettingsStartAfresh()
{
    QuantizeOptions options = calibrated(*m_checkpoint);
    options.workFolder = workFolder("afresh");
    const Recipe recipe = recipeOf(&formats::q4_0, Method::Gptq);
    (void)quantize(m_checkpoint, recipe, options, {}, Progress());
    Recipe damped = recipe;
    damped.gptq.damping = 0.02;
    QCOMPARE(resumedTensors(quantize(m_checkpoint, damped, options, {}, Progress())), 0);
    options.calibration.pop_back();
    QCOMPARE(resumedTensors(quantize(m_checkpoint, recipe, options, {}, Progress())), 0);
    const Recipe other = recipeOf(&formats::q5_0, Method::Gptq);
    QCOMPARE(resumedTensors(quantize(m_checkpoint, other, options, {}, Progress())), 0);
    Recipe renamed = other;
    renamed.name = "another name";
    QVERIFY(resumedTensors(quantize(m_checkpoint, renamed, options, {}, Progress())) > 0);
}

void TestJournal::aDamagedPartIsDoneAgain()
{
    QuantizeOptions options = calibrated(*m_checkpoint);
    options.workFolder = workFolder("damaged");
    const Recipe recipe = recipeOf(&formats::q4_0, Method::Gptq);
    const auto expected
        = allBytes(*quantize(m_checkpoint, recipe, options, {}, Progress()).checkpoint);
    const std::filesystem::path part = options.workFolder / "layer-0001.part.qs";
    {
        std::fstream file(part, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(5000);
        file.put('x');
        file.put('y');
    }
    const auto again = quantize(m_checkpoint, recipe, options, {}, Progress());
    QCOMPARE(resumedTensors(again), int(again.reports.size()) - 7);
    QVERIFY(allBytes(*again.checkpoint) == expected);
    std::filesystem::resize_file(part, 7);
    QVERIFY(
        allBytes(*quantize(m_checkpoint, recipe, options, {}, Progress()).checkpoint) == expected);
}

void TestJournal::leavesOtherFilesInTheWorkFolderAlone()
{
    QuantizeOptions options;
    options.workFolder = workFolder("shared");
    std::filesystem::create_directory(options.workFolder);
    std::ofstream(options.workFolder / "notes.txt") << "mine";
    for (const Format* format : { &formats::q4_0, &formats::q5_0 })
        (void)quantize(
            m_checkpoint, recipeOf(format, Method::RoundToNearest), options, {}, Progress());
    QVERIFY(std::filesystem::exists(options.workFolder / "notes.txt"));
}

void TestJournal::refusesAWorkFolderThatCannotBeMade()
{
    QuantizeOptions options;
    options.workFolder = workFolder("missing") / "deeper";
    const std::string error
        = errorOf(m_checkpoint, recipeOf(&formats::q4_0, Method::RoundToNearest), options);
    QVERIFY2(error.find("cannot be created as work folder") != std::string::npos, error.c_str());
}

void TestJournal::saysWhenAPartCannotBeWritten()
{
    QuantizeOptions options;
    options.workFolder = workFolder("small");
    rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{ 10000, before.rlim_max }; // bytes a file may have; a layer needs more
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string error
        = errorOf(m_checkpoint, recipeOf(&formats::q4_0, Method::RoundToNearest), options);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    QVERIFY2(error.find("cannot be written after byte") != std::string::npos, error.c_str());
    QVERIFY2(error.find("bytes, ") != std::string::npos, error.c_str());
    QVERIFY2(error.ends_with("are free"), error.c_str());
    QVERIFY(!std::filesystem::exists(options.workFolder / "layer-0000.part.qs"));
    for (const auto& entry : std::filesystem::directory_iterator(options.workFolder))
        QVERIFY(!entry.path().filename().string().starts_with("."));
    const auto model = quantize(
        m_checkpoint, recipeOf(&formats::q4_0, Method::RoundToNearest), options, {}, Progress());
    QVERIFY(std::filesystem::exists(options.workFolder / "layer-0002.part.qs"));
}

QTEST_GUILESS_MAIN(TestJournal)
#include "tst_journal.moc"
