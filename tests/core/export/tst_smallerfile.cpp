// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/smallerfile.h"

#include "core/quant/runneeds.h"
#include "core/search/recipeloss.h"
#include "core/search/sensitivity.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyquantized.h"

#include <QTest>

#include <cmath>

using namespace core;

namespace {

const std::filesystem::path sample
    = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";

SensitivityTable tableOf(const Checkpoint& checkpoint)
{
    SensitivitySettings settings;
    settings.formats = usualSensitivityFormats();
    settings.method = Method::RoundToNearest;
    return roughSensitivity(checkpoint, settings, {});
}

/// `table` as if everything lost `factor` times as much.
SensitivityTable times(SensitivityTable table, double factor)
{
    for (TensorSensitivity& tensor : table.tensors)
        for (SensitivityFigure& figure : tensor.figures)
            figure.kld *= factor;
    return table;
}

} // namespace

/// On the bundled sample, with losses told from its weights alone.
class TestSmallerFile : public QObject {
    Q_OBJECT

    std::shared_ptr<const Checkpoint> m_checkpoint;
    SensitivityTable m_table;

private slots:
    void initTestCase()
    {
        m_checkpoint = Checkpoint::open(sample);
        m_table = tableOf(*m_checkpoint);
    }

    void offersTheSmallestFileOfEachGrade()
    {
        const auto files = smallerFiles(*m_checkpoint, m_table);
        QCOMPARE(files.size(), std::size_t(3));
        std::uint64_t above = m_checkpoint->bytes();
        Grade grade = Grade::AsGood;
        for (const SmallerFile& file : files) {
            QCOMPARE(file.asked, grade);
            QVERIFY(file.mix.fileBytes < above);
            QVERIFY(file.mix.mix.kld <= mostKld(grade));
            QCOMPARE(file.predicted, gradeOf(file.mix.mix.kld));
            QCOMPARE(file.mix.recipe.method, Method::Gptq);
            above = file.mix.fileBytes;
            grade = Grade(int(grade) + 1);
        }
    }

    void tellsTheSizeToTheByteAndTheLossOfTheRecipe()
    {
        for (const SmallerFile& file : smallerFiles(*m_checkpoint, m_table)) {
            const auto plan = planTensors(*m_checkpoint, file.mix.recipe);
            GgufExportOptions options;
            options.recipe = recipeText(file.mix.recipe);
            QCOMPARE(planGguf(*m_checkpoint, plan, options).fileBytes(), file.mix.fileBytes);
            const auto predicted
                = predictedKld(*m_checkpoint, asPredicted(*m_checkpoint, plan, m_table), m_table);
            QCOMPARE(predicted.unknown, 0);
            QVERIFY(qFuzzyCompare(predicted.kld, file.mix.mix.kld));
        }
    }

    void leavesOutWhatSavesNothingMore()
    {
        QVERIFY(smallerFiles(*m_checkpoint, times(m_table, 1e6)).empty());
        const auto robust = smallerFiles(*m_checkpoint, times(m_table, 1e-6));
        QCOMPARE(robust.size(), std::size_t(1)); // the smallest of all is as good
        QCOMPARE(robust.front().asked, Grade::AsGood);
        QVERIFY(!smallerFile(*m_checkpoint, times(m_table, 1e-6), Grade::ClearlyWorse));
        QVERIFY(smallerFile(*m_checkpoint, m_table, Grade::ClearlyWorse));
    }

    void leavesAloneWhatIsQuantizedAlready()
    {
        support::TemporaryFolder folder;
        support::TinyModel tiny;
        tiny.hidden = 256;
        tiny.headSize = 64;
        tiny.feedForward = 256;
        support::writeTinyQuantized(tiny, "gptq", folder.path());
        const auto model = Checkpoint::open(folder.path());
        const SensitivityTable sensitive = times(tableOf(*model), 1e6);
        for (const SmallerFile& file : smallerFiles(*model, sensitive))
            for (std::size_t i = 0; i < file.mix.plan.size(); ++i)
                QVERIFY(!isRoundedAgain(file.mix.plan[i], model->tensors()[i]));
    }

    void predictsTheVeryRecipeOfAQuantizedSource()
    {
        support::TemporaryFolder folder;
        support::TinyModel tiny;
        tiny.hidden = 256;
        tiny.headSize = 64;
        tiny.feedForward = 256;
        support::writeTinyGguf(tiny, folder / "tiny.gguf", formats::q8_0);
        const auto model = Checkpoint::open(folder / "tiny.gguf");
        for (const double factor : { 0.01, 1.0, 10.0 }) {
            const SensitivityTable table = times(tableOf(*model), factor);
            for (const SmallerFile& file : smallerFiles(*model, table)) {
                const auto plan = planTensors(*model, file.mix.recipe);
                const auto predicted
                    = predictedKld(*model, asPredicted(*model, plan, table), table);
                QCOMPARE(predicted.unknown, 0);
                QVERIFY(
                    std::abs(predicted.kld - file.mix.mix.kld) <= 1e-12 + 1e-9 * file.mix.mix.kld);
            }
        }
    }

    void namesTheDeviceOfLeastMemoryThatRunsIt()
    {
        const std::vector<Device> devices{ { "large", 1e9, 8e9, "test" },
            { "small", 1e9, 2e9, "test" }, { "middle", 1e9, 4e9, "test" } };
        const ModelConfig& config = m_checkpoint->config();
        QCOMPARE(smallestDevice(devices, config, 256, 1'000'000)->name, std::string("small"));
        QCOMPARE(smallestDevice(devices, config, 256, 2'500'000'000)->name, std::string("middle"));
        QVERIFY(!smallestDevice(devices, config, 256, 8'000'000'000));
    }

    void tellsWhatEveryStepTakes()
    {
        const auto file = *smallerFile(*m_checkpoint, m_table, Grade::AsGood);
        const RunText text{ 64, 256 };
        const SmallerWork all
            = smallerWork(*m_checkpoint, file.mix, { 32, 256 }, text, { 267, 256 }, {});
        QVERIFY(all.losses > 0 && all.rounding > 0 && all.measuring > 0);
        QVERIFY(all.total() < 600);
        const SmallerWork less = smallerWork(*m_checkpoint, file.mix, {}, text, {}, {});
        QCOMPARE(less.losses, 0.0);
        QCOMPARE(less.measuring, 0.0);
    }
};

QTEST_GUILESS_MAIN(TestSmallerFile)
#include "tst_smallerfile.moc"
