// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/addedfile.h"

#include "app/jobs/quantizejob.h"
#include "app/jobs/sidebyside.h"
#include "core/base/error.h"
#include "tests/support/tinymodel.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using app::AddedFile;

class TestAddedFile : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::shared_ptr<const core::Checkpoint> m_original;
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }
    std::string refusal(const std::filesystem::path& path) const
    {
        try {
            (void)app::addedRun(path, *m_original);
        } catch (const core::Error& error) {
            return error.what();
        }
        return {};
    }

private slots:
    void initTestCase()
    {
        std::filesystem::create_directories(folder() / "model");
        support::writeTinyModel({}, folder() / "model");
        m_original = core::Checkpoint::open(folder() / "model");
        support::writeTinyGguf({}, folder() / "tiny-Q8_0.gguf", core::formats::q8_0);
    }

    void isARowWithTheFilesOwnFormatsAndSize()
    {
        const app::Run run = app::addedRun(folder() / "tiny-Q8_0.gguf", *m_original);
        QCOMPARE(run.title, QString("tiny-Q8_0"));
        QCOMPARE(run.fileBytes, std::filesystem::file_size(folder() / "tiny-Q8_0.gguf"));
        QVERIFY(run.bitsPerWeight > 8.4 && run.bitsPerWeight < 9);
        QCOMPARE(run.plan.size(), m_original->tensors().size());
        const auto& up = core::plannedAt(*m_original, run.plan, { core::Role::FfnUp, 0 });
        QVERIFY(up.format == &core::formats::q8_0);
        QVERIFY(!run.evaluation && run.file);
    }

    void anotherModelAndTheOriginalAreRefusedInASentence()
    {
        support::writeTinyGguf({ .feedForward = 192 }, folder() / "wide.gguf");
        QVERIFY2(refusal(folder() / "wide.gguf")
                     .ends_with("it has 192 feed-forward channels, expected 128"),
            refusal(folder() / "wide.gguf").c_str());
        QVERIFY(refusal(folder() / "model").find("is the original itself") != std::string::npos);
        QVERIFY(refusal(folder() / "nothing.gguf").find("nothing.gguf") != std::string::npos);
    }

    void itsTensorsAreHeldAgainstTheOriginals()
    {
        const app::Run run = app::addedRun(folder() / "tiny-Q8_0.gguf", *m_original);
        const auto reports = app::comparedReports(*run.file, *m_original, {});
        QCOMPARE(reports.size(), m_original->tensors().size());
        for (const core::TensorReport& report : reports) {
            if (core::isMatrix(report.place.role))
                QVERIFY(report.outputError > 1e-4 && report.outputError < 0.02);
            else
                QCOMPARE(report.outputError, 0.0);
        }
    }

    void isMeasuredAsARunIs()
    {
        app::EvaluateRequest request;
        request.run = std::make_shared<const app::Run>(
            app::addedRun(folder() / "tiny-Q8_0.gguf", *m_original));
        request.original = m_original;
        request.settings.text
            = { std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample/evaluation.txt",
                  32, 4 };
        const core::Evaluation evaluation = app::evaluateNow(request, {}).evaluation;
        const auto model = core::Checkpoint::open(folder() / "tiny-Q8_0.gguf");
        QCOMPARE(evaluation.against->kldMean,
            core::evaluate(*model, m_original.get(),
                app::readSequences(*m_original, request.settings.text), {})
                .against->kldMean);
    }

    void aChangedOrVanishedFileIsNotTakenForTheOneThatWasAdded()
    {
        const auto file = folder() / "changing.gguf";
        support::writeTinyGguf({}, file, core::formats::q8_0);
        const app::Run run = app::addedRun(file, *m_original);
        QVERIFY(app::stateOf(*run.file) == AddedFile::State::Same);
        support::writeTinyGguf({ .seed = 7 }, file, core::formats::q8_0);
        QVERIFY(app::stateOf(*run.file) == AddedFile::State::Changed);
        QVERIFY_EXCEPTION_THROWN((void)app::openAdded(*run.file), core::Error);
        std::filesystem::remove(file);
        QVERIFY(app::stateOf(*run.file) == AddedFile::State::Gone);
    }

    void writesWhatEachOfThemWrites()
    {
        app::SideBySide models;
        models.original = m_original;
        models.b = std::make_shared<const app::Run>(
            app::addedRun(folder() / "tiny-Q8_0.gguf", *m_original));
        std::array<std::vector<int>, 3> told;
        const app::WrittenTexts texts = app::writeTexts(models, { "the quick", {}, 7 },
            [&](const app::WrittenToken& written) {
                if (written.token >= 0)
                    told[std::size_t(written.column)].push_back(written.token);
            },
            {});
        QVERIFY(texts[0] && !texts[1] && texts[2]);
        QVERIFY(told[0] == texts[0]->tokens && told[2] == texts[2]->tokens);
        const auto prompts = folder() / "prompts.txt";
        std::ofstream(prompts) << "the quick\nthe lazy\n";
        const app::MatchRates rates = app::matchTexts(models, { prompts, {}, { {}, {}, 7 } }, {});
        QCOMPARE(rates.prompts, 2);
        QVERIFY(!rates.a && rates.b && rates.b->prompts == 2);
        QVERIFY(rates.b->all.tokens >= 7);
    }

    void firstWordsEndWithAWordAndAreUtf8()
    {
        const auto file = folder() / "words.txt";
        std::ofstream(file) << "\n  Grüße an\nalle " << std::string(200, 'x');
        QCOMPARE(app::firstWords(file), std::string("Grüße an alle"));
        QVERIFY(app::firstWords(folder() / "none.txt").empty());
    }
};

QTEST_MAIN(TestAddedFile)
#include "tst_addedfile.moc"
