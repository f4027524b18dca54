// SPDX-License-Identifier: GPL-3.0-or-later
// What a run leaves on the shelf, and how the next one goes on from there.
#include "core/model/modelkey.h"
#include "tests/core/quant/smallrun.h"

#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include <QtTest>

#include <csignal>
#include <fstream>

#include <sys/resource.h>

using namespace core;
using namespace smallrun;

class TestRunParts : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void aCancelledRunResumesToTheSameBytes_data();
    void aCancelledRunResumesToTheSameBytes();
    void sweepsThatAreAskedForAreMadeAndResumed();
    void studyFormatsAreNoWorseThanImportanceOnHeldSequences();
    void studyFormatsResumeToTheSameBytes_data();
    void studyFormatsResumeToTheSameBytes();
    void aChangeRoundsOnlyWhatItReaches();
    void aRunThatTakesSomePartsEndsAsOneFromNothing();
    void aFinishedRunIsFoundByItsParts();
    void whatIsArrangedAnewWhileOpeningIsKeptToo();
    void whatStaysAsInTheFileIsNotKeptOnceMore();
    void theSameTensorsComputedOtherwiseHaveOtherKeys();
    void aDamagedPartIsDoneAgain();
    void saysWhenAPartCannotBeWritten();

private:
    std::filesystem::path folder(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }
    std::shared_ptr<const Shelf> shelf(const char* name) const
    {
        return std::make_shared<const Shelf>(folder(name));
    }

    QTemporaryDir m_folder;
    std::shared_ptr<const Checkpoint> m_checkpoint;
    std::optional<QuantizedModel> m_straight; ///< everything on, at Q4_0, in one go
};

void TestRunParts::initTestCase()
{
    m_checkpoint = openModel(folder("model"), { .hidden = 64 });
    m_straight = quantize(
        m_checkpoint, everythingOn(&formats::q4_0), calibrated(*m_checkpoint), {}, Progress());
}

void TestRunParts::aCancelledRunResumesToTheSameBytes_data()
{
    QTest::addColumn<int>("tensors");
    QTest::addColumn<int>("resumed");
    QTest::newRow("in the first layer") << 4 << 1;
    QTest::newRow("in the middle") << 12 << 8;
    QTest::newRow("in the last layer") << 20 << 15;
}

void TestRunParts::aCancelledRunResumesToTheSameBytes()
{
    QFETCH(int, tensors);
    QFETCH(int, resumed);
    const Recipe recipe = everythingOn(&formats::q4_0);
    QuantizeOptions options = calibrated(*m_checkpoint);
    options.shelf = shelf(QTest::currentDataTag());
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
    QVERIFY(said.chosenByData);
    QCOMPARE(third.reports.back().gptq->targetDamping, said.targetDamping);
    QCOMPARE(third.reports.back().gptq->sweeps, said.sweeps);
}

void TestRunParts::studyFormatsResumeToTheSameBytes_data()
{
    QTest::addColumn<int>("unused");
    for (const char* name : { "INT8_ASYM_TENSOR", "NF4_DQ_G64" })
        QTest::newRow(name) << 0;
}

/// Little text is not trusted with sweeps; where nothing is held out they were asked for.
void TestRunParts::sweepsThatAreAskedForAreMadeAndResumed()
{
    Recipe recipe = everythingOn(&formats::q4_0);
    recipe.gptq.holdOut = false;
    QuantizeOptions options = calibrated(*m_checkpoint);
    const auto straight = quantize(m_checkpoint, recipe, options, {}, Progress());
    const GptqDetails& said = *straight.reports.back().gptq;
    QVERIFY(said.sweeps > 0);
    QVERIFY(said.unsweptError >= straight.reports.back().outputError);
    options.shelf = shelf("sweeps");
    QVERIFY(cancelAfter(12, m_checkpoint, recipe, options));
    const auto second = quantize(m_checkpoint, recipe, options, {}, Progress());
    QVERIFY(allBytes(*second.checkpoint) == allBytes(*straight.checkpoint));
    const auto third = quantize(m_checkpoint, recipe, options, {}, Progress());
    QCOMPARE(third.reports.back().gptq->sweeps, said.sweeps);
}

/// What is kept of a study format is what erred least on the held-out sequences,
/// importance-weighted rounding among it.
void TestRunParts::studyFormatsAreNoWorseThanImportanceOnHeldSequences()
{
    const QuantizeOptions options = calibrated(*m_checkpoint);
    for (const char* name : { "INT8_ASYM_TENSOR", "NF4_DQ_G64" }) {
        const Recipe recipe = recipeOf(findFormat(name), Method::Gptq);
        const auto run = quantize(m_checkpoint, recipe, options, {}, Progress());
        int judged = 0;
        for (const TensorReport& report : run.reports) {
            judged += report.judgedOn == JudgedOn::HeldOut;
            if (report.judgedOn == JudgedOn::HeldOut)
                QVERIFY2(report.outputError > 0 && report.outputError <= report.importanceError,
                    report.name.c_str());
        }
        QCOMPARE(judged, 21); // seven matrices in three layers
    }
}

void TestRunParts::studyFormatsResumeToTheSameBytes()
{
    Recipe recipe = recipeOf(findFormat(std::string_view(QTest::currentDataTag())), Method::Gptq);
    recipe.gptq.holdOut = false; // its errors are those of the rounding, without the drift
    QuantizeOptions options = calibrated(*m_checkpoint);
    const auto straight = quantize(m_checkpoint, recipe, options, {}, Progress());
    for (const TensorReport& report : straight.reports) {
        QCOMPARE(report.format->name, recipe.format->name);
        QVERIFY(report.outputError > 0 && report.outputError < 0.2);
    }
    options.shelf = shelf(QTest::currentDataTag());
    QVERIFY(cancelAfter(12, m_checkpoint, recipe, options));
    const auto second = quantize(m_checkpoint, recipe, options, {}, Progress());
    QCOMPARE(resumedTensors(second), 8);
    QVERIFY(allBytes(*second.checkpoint) == allBytes(*straight.checkpoint));
}

/// The names of the parts that a run with `options` would round, others are on the shelf already.
void TestRunParts::aChangeRoundsOnlyWhatItReaches()
{
    QuantizeOptions options = calibrated(*m_checkpoint);
    options.shelf = shelf("changes");
    const auto roundedBy = [&](const Recipe& recipe) {
        const auto before = options.shelf->entries().size();
        (void)quantize(m_checkpoint, recipe, options, {}, Progress());
        return int(options.shelf->entries().size() - before);
    };
    const int parts = 5; // embedding, three layers, output
    const Recipe gptq = recipeOf(&formats::q4_0, Method::Gptq);
    QCOMPARE(roundedBy(gptq), parts);
    Recipe renamed = gptq;
    renamed.name = "another name";
    QCOMPARE(roundedBy(renamed), 0);
    Recipe damped = gptq;
    damped.gptq.damping = 0.02;
    QCOMPARE(roundedBy(damped), 3);
    Recipe second = gptq; // the third layer sees the second's errors, the first does not
    second.rules.push_back({ .layers = { { 1, 1 } }, .format = &formats::q5_0 });
    QCOMPARE(roundedBy(second), 2);

    const Recipe nearest = recipeOf(&formats::q4_0, Method::RoundToNearest);
    QCOMPARE(roundedBy(nearest), 3); // embedding and output norm are as by GPTQ
    Recipe one = nearest;
    one.rules.push_back({ .name = "blk.1.attn_v.weight", .format = &formats::q8_0 });
    QCOMPARE(roundedBy(one), 1);
    options.calibration.pop_back();
    QCOMPARE(roundedBy(one), 0); // reads no text
    QCOMPARE(roundedBy(gptq), 3);
}

/// What was taken from the shelf in part has the bytes of a run from nothing.
void TestRunParts::aRunThatTakesSomePartsEndsAsOneFromNothing()
{
    QuantizeOptions options = calibrated(*m_checkpoint);
    options.shelf = shelf("some");
    (void)quantize(m_checkpoint, everythingOn(&formats::q4_0), options, {}, Progress());
    Recipe recipe = everythingOn(&formats::q4_0);
    recipe.rules.push_back({ .layers = { { 2, 2 } }, .format = &formats::q5_0 });
    const auto mixed = quantize(m_checkpoint, recipe, options, {}, Progress());
    QCOMPARE(resumedTensors(mixed), 1 + 2 * 7);
    options.shelf = nullptr;
    const auto whole = quantize(m_checkpoint, recipe, options, {}, Progress());
    QVERIFY(allBytes(*mixed.checkpoint) == allBytes(*whole.checkpoint));
    QCOMPARE(resumedTensors(whole), 0);
}

void TestRunParts::aFinishedRunIsFoundByItsParts()
{
    QuantizeOptions options = calibrated(*m_checkpoint);
    options.shelf = shelf("found");
    std::vector<RunPart> said;
    options.partsKnown = [&said](const std::vector<RunPart>& parts) { said = parts; };
    const auto run = quantize(
        m_checkpoint, recipeOf(&formats::q4_0, Method::RoundToNearest), options, {}, Progress());
    std::vector<std::string> keys;
    for (const RunPart& part : run.parts)
        keys.push_back(part.key);
    QCOMPARE(said.size(), keys.size());
    const auto found = modelOfParts(*options.shelf, keys, m_checkpoint);
    QVERIFY(found && allBytes(*found) == allBytes(*run.checkpoint));
    options.shelf->remove(keys[2]);
    QVERIFY(!modelOfParts(*options.shelf, keys, m_checkpoint));
}

/// Two models with files of one name, size and time: the samples tell them apart.
void TestRunParts::whatIsArrangedAnewWhileOpeningIsKeptToo()
{
    for (const char* name : { "gemma2", "falcon", "gpt2" }) {
        const std::filesystem::path path = folder(name);
        std::filesystem::create_directories(path);
        support::writeTinyArchitecture(name, path);
        const auto checkpoint = Checkpoint::open(path);
        const Recipe recipe = recipeOf(&formats::q8_0, Method::Gptq);
        QuantizeOptions options = calibrated(*checkpoint);
        options.shelf = shelf((std::string(name) + "-shelf").c_str());
        const QuantizedModel first = quantize(checkpoint, recipe, options, {}, Progress());
        const QuantizedModel again = quantize(checkpoint, recipe, options, {}, Progress());
        QVERIFY(resumedTensors(again) > 0);
        for (const Tensor& tensor : first.checkpoint->tensors())
            QVERIFY2(storedBytes(tensor) == storedBytes(*again.checkpoint->find(tensor.place)),
                tensor.name.c_str());
    }
}

void TestRunParts::whatStaysAsInTheFileIsNotKeptOnceMore()
{
    QuantizeOptions options;
    options.shelf = shelf("source");
    Recipe recipe;
    recipe.method = Method::RoundToNearest;
    recipe.format = &formats::source;
    recipe.rules.push_back({ .roles = { Role::FfnUp }, .format = &formats::q8_0 });
    const QuantizedModel first = quantize(m_checkpoint, recipe, options, {}, Progress());
    std::uint64_t bytes = 0;
    for (const ShelfEntry& entry : options.shelf->entries())
        bytes += entry.bytes;
    std::uint64_t rounded = 0;
    for (const Tensor& tensor : first.checkpoint->tensors())
        rounded += tensor.place.role == Role::FfnUp ? storedSize(tensor) : 0;
    QVERIFY(rounded > 0 && bytes > rounded);
    QVERIFY2(bytes < rounded + 20'000, std::to_string(bytes).c_str());
    const QuantizedModel again = quantize(m_checkpoint, recipe, options, {}, Progress());
    QCOMPARE(resumedTensors(again), int(again.reports.size()));
    for (const Tensor& tensor : first.checkpoint->tensors())
        QVERIFY2(storedBytes(tensor) == storedBytes(*again.checkpoint->find(tensor.place)),
            tensor.name.c_str());
}

void TestRunParts::theSameTensorsComputedOtherwiseHaveOtherKeys()
{
    const auto before = openModel(folder("edited"), { .hidden = 64 });
    const std::filesystem::path file = folder("edited") / "config.json";
    std::string config = support::readFile(file);
    const std::string base = "\"rope_theta\": 10000";
    QVERIFY(config.find(base) != std::string::npos);
    config.replace(config.find(base), base.size(), "\"rope_theta\": 50000");
    support::writeFile(file, config);
    const auto after = Checkpoint::open(folder("edited"));
    QVERIFY(after->config().ropeBase != before->config().ropeBase);
    QVERIFY(contentKey(*after) != contentKey(*before));
    QVERIFY(sampleKey(*after) != sampleKey(*before));
}

void TestRunParts::aDamagedPartIsDoneAgain()
{
    QuantizeOptions options = calibrated(*m_checkpoint);
    options.shelf = shelf("damaged");
    const Recipe recipe = recipeOf(&formats::q4_0, Method::Gptq);
    const auto straight = quantize(m_checkpoint, recipe, options, {}, Progress());
    const auto expected = allBytes(*straight.checkpoint);
    const std::filesystem::path part = options.shelf->folder() / (straight.parts[2].key + ".item");
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

void TestRunParts::saysWhenAPartCannotBeWritten()
{
    QuantizeOptions options;
    options.shelf = shelf("small");
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
    QVERIFY(options.shelf->entries().size() < 2);
    for (const auto& entry : std::filesystem::directory_iterator(options.shelf->folder()))
        QVERIFY(!entry.path().filename().string().starts_with("."));
    const auto model = quantize(
        m_checkpoint, recipeOf(&formats::q4_0, Method::RoundToNearest), options, {}, Progress());
    QCOMPARE(options.shelf->entries().size(), model.parts.size());
}

QTEST_GUILESS_MAIN(TestRunParts)
#include "tst_runparts.moc"
