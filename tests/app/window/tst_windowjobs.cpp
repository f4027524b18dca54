// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured, rounded and written, and the queue of it.
#include "app/controllers/activationcontroller.h"
#include "app/controllers/exportcontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/window/windowpages.h"
#include "tests/app/window/windowtest.h"
#include "tests/support/tinymodel.h"
#include "widgets/bar/queuelist.h"
#include "widgets/pages/export/exportpage.h"
#include "widgets/pages/start/startpage.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QListWidget>
#include <QMimeData>
#include <QSignalSpy>

#include <nlohmann/json.hpp>

#include <algorithm>

using app::QuantizeController;

class TestWindowJobs : public WindowTest {
    Q_OBJECT

private slots:
    void doesTheMainJobFromMeasuringToTheFile()
    {
        openSample();
        m_window->activationController().measure();
        QTRY_VERIFY_WITH_TIMEOUT(session().activations().stats != nullptr, longJob);
        QCOMPARE(session().activations().stats->sequences, 4);

        session().usePreset("Q4_K");
        QVERIFY(session().recipe().recipe().method == core::Method::Gptq);
        QSignalSpy tensors(&m_window->quantizeController(), &QuantizeController::tensorDone);
        m_window->quantizeController().quantize();
        QTRY_VERIFY_WITH_TIMEOUT(
            !session().runs().runs().empty() && session().runs().last()->evaluation, longJob);
        QVERIFY(tensors.count() >= 28); // seven matrices in four layers
        const app::Run& run = *session().runs().last();
        QVERIFY(run.evaluation->against);
        QVERIFY(run.evaluation->against->kldMean > 0);
        QVERIFY(run.evaluation->against->kldMean < 0.05);
        QVERIFY(run.evaluation->against->sameTop1 > 0.8);
        QTRY_VERIFY(isIdle());

        m_window->showPage(widgets::PageId::Export);
        widgets::ExportPage& page = *m_window->pages().exporting;
        widgets::ExportSettings settings = page.settings();
        settings.folder = m_folder->path();
        settings.fileName = "out.gguf";
        page.setSettings(settings);
        emit page.exportRequested();
        QTRY_VERIFY_WITH_TIMEOUT(session().exported() != nullptr, longJob);
        const auto file = std::filesystem::path(m_folder->filePath("out.gguf").toStdString());
        QCOMPARE(session().exported()->bytes, std::uint64_t(std::filesystem::file_size(file)));
        QCOMPARE(
            session().exported()->tensorsVerified, int(session().checkpoint()->tensors().size()));
        const auto written = core::Checkpoint::open(file);
        QCOMPARE(written->find({ core::Role::FfnUp, 2 })->format, &core::formats::q4_K);
    }

    void cancelsAndResumesAQuantization()
    {
        openSample();
        app::TextSettings calibration = session().calibration();
        calibration.count = 16; // long enough to be cancelled
        session().setCalibration(calibration);
        session().usePreset("Q4_K");
        QSignalSpy tensors(&m_window->quantizeController(), &QuantizeController::tensorDone);
        QSignalSpy cancelled(&m_window->quantizeController(), &QuantizeController::cancelled);
        m_window->quantizeController().quantize();
        QTRY_VERIFY_WITH_TIMEOUT(tensors.count() >= 8, longJob); // a layer and a tensor
        m_window->jobs().cancel();
        QTRY_COMPARE_WITH_TIMEOUT(cancelled.count(), 1, longJob);
        QVERIFY(isIdle());
        QVERIFY(session().runs().runs().empty());

        m_window->quantizeController().quantize();
        QTRY_VERIFY_WITH_TIMEOUT(!session().runs().runs().empty(), longJob);
        const auto& reports = session().runs().last()->reports;
        QVERIFY(std::any_of(reports.begin(), reports.end(),
            [](const core::TensorReport& report) { return report.resumed; }));
    }

    void closesDuringAQuantizationAndKeepsFinishedLayers()
    {
        openSample();
        app::TextSettings calibration = session().calibration();
        calibration.count = 16;
        session().setCalibration(calibration);
        session().usePreset("Q4_K");
        QSignalSpy tensors(&m_window->quantizeController(), &QuantizeController::tensorDone);
        m_window->quantizeController().quantize();
        QTRY_VERIFY_WITH_TIMEOUT(tensors.count() >= 8, longJob);
        m_window->close();
        m_window.reset();
        QVERIFY(std::filesystem::exists(shelfFolder()));
        QVERIFY(!std::filesystem::is_empty(shelfFolder()));
    }

    void staysResponsiveWhileQuantizing()
    {
        openSample();
        session().usePreset("Q4_K");
        m_window->quantizeController().quantize();
        // The longest the event loop is away while the worker computes.
        QElapsedTimer total;
        QElapsedTimer away;
        qint64 longest = 0;
        total.start();
        while (session().runs().runs().empty() && total.elapsed() < longJob) {
            away.start();
            QCoreApplication::processEvents(QEventLoop::AllEvents);
            longest = std::max(longest, away.elapsed());
            QTest::qSleep(2);
        }
        QVERIFY(!session().runs().runs().empty());
        QVERIFY2(longest < 1000, qPrintable(QString::number(longest)));
    }

    void saysWhatStoppedAnExportAndLeavesNothingBehind()
    {
        openSample();
        m_window->exportController().exportRun(
            0, { m_folder->filePath("missing/out.gguf").toStdString() }, {});
        QSignalSpy failed(&m_window->exportController(), &app::ExportController::failed);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, longJob);
        QVERIFY(failed[0][0].toString().contains("missing"));
        QVERIFY(!QFileInfo::exists(m_folder->filePath("missing")));
    }

    void roundsAndMeasuresEveryRecipeThatIsLinedUp()
    {
        openSample();
        session().recipe().setTreatment({ core::Method::RoundToNearest });
        session().usePreset("Q8_0");
        m_window->quantizeController().quantize();
        session().usePreset("Q4_0");
        m_window->quantizeController().quantize();
        QCOMPARE(m_window->queue().waiting(), 1);
        QVERIFY(!session().runs().last());
        QSignalSpy done(&m_window->quantizeController(), &QuantizeController::allDone);
        QTRY_COMPARE_WITH_TIMEOUT(done.count(), 1, longJob);
        const auto outcome = done[0][0].value<app::QueueOutcome>();
        QCOMPARE(outcome.done, 2);
        QCOMPARE(outcome.failed, 0);
        QVERIFY(m_window->queue().runs().empty());
        const auto& runs = session().runs().runs();
        QCOMPARE(runs.size(), std::size_t(2));
        QVERIFY(runs[0]->evaluation && runs[1]->evaluation);
        QVERIFY(runs[0]->evaluation->against->kldMean < runs[1]->evaluation->against->kldMean / 4);
    }

    void aRunGoesOnForItsOwnModelWhileAnotherIsOpened()
    {
        openSample();
        session().recipe().setTreatment({ core::Method::RoundToNearest });
        const QString first = session().id();
        m_window->quantizeController().quantize();
        m_window->queue().hold(); // the measurement belongs to the run
        openTiny();
        QVERIFY(session().id() != first);
        QCOMPARE(m_window->queue().runs().size(), std::size_t(1)); // still there
        QVERIFY(isIdle()); // for this model
        QTRY_VERIFY_WITH_TIMEOUT(m_window->queue().runs().empty(), longJob);
        QVERIFY(session().runs().runs().empty());
        m_window->open(resources / "sample");
        QTRY_VERIFY_WITH_TIMEOUT(session().id() == first, longJob);
        QCOMPARE(session().runs().runs().size(), std::size_t(1));
        QVERIFY(session().runs().last()->evaluation);
    }

    void aMeasurementIsMadeThoughItsModelIsNotOpenAnyMore()
    {
        openSample();
        session().recipe().setTreatment({ core::Method::RoundToNearest });
        m_window->quantizeController().quantize();
        QTRY_VERIFY_WITH_TIMEOUT(
            session().runs().last() && session().runs().last()->evaluation && isIdle(), longJob);
        app::TextSettings evaluation = session().evaluation();
        evaluation.count = 3;
        session().setEvaluation(evaluation);
        m_window->queue().hold();
        m_window->quantizeController().evaluate(1);
        openTiny();
        m_window->queue().release();
        QTRY_VERIFY_WITH_TIMEOUT(m_window->queue().runs().empty(), longJob);
        m_window->open(resources / "sample");
        QTRY_VERIFY_WITH_TIMEOUT(session().runs().last() != nullptr, longJob);
        QCOMPARE(session().runs().last()->measuredWith.text.count, 3);
    }

    void saysThatTheQueueCouldNotBeRead()
    {
        m_window.reset();
        QFile file(m_folder->filePath("queue.json"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{") == 1);
        file.close();
        makeWindow();
        QVERIFY(messageOf(*m_window->pages().start).contains("queue.json.damaged"));
        openTiny(); // also for who opens a model at once
        QTRY_VERIFY(messageOf(*m_window->currentPage()).contains("queue.json.damaged"));
    }

    void aFileDroppedOnPage6IsPutBesideTheRuns()
    {
        openTiny();
        app::TextSettings text = session().evaluation();
        text.count = 2;
        session().setEvaluation(text);
        const auto file = std::filesystem::path(m_folder->path().toStdString()) / "download.gguf";
        support::writeTinyGguf({}, file, core::formats::q8_0);
        m_window->showPage(widgets::PageId::Compare);
        QMimeData mime;
        mime.setUrls({ QUrl::fromLocalFile(QString::fromStdString(file.string())) });
        const QPoint onPage = m_window->pages().mapTo(m_window.get(), QPoint(20, 20));
        QDragEnterEvent enter(onPage, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &enter); // what is dropped goes where it entered
        QDropEvent drop(onPage, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &drop);
        QTRY_VERIFY_WITH_TIMEOUT(
            !session().runs().runs().empty() && session().runs().last()->evaluation, longJob);
        const app::Run& run = *session().runs().last();
        QCOMPARE(run.title, "download");
        QVERIFY(session().checkpoint()->path() != file); // it was not opened instead
        QVERIFY(run.evaluation->against->kldMean > 0);
        QVERIFY(!run.evaluationKey.empty()); // its positions lie on the shelf
        QTRY_VERIFY(m_window->jobs().isIdle());
        const auto error = session().runs().last()->report({ core::Role::FfnUp, 0 })->outputError;
        QVERIFY(error > 0 && error < 0.02);
    }

    void opensTheQueueFromTheMenu()
    {
        openTiny();
        m_window->queue().hold();
        m_window->quantizeController().quantize();
        actionNamed("Queue...")->trigger();
        QVERIFY(m_window->queueList().isVisible());
        QCOMPARE(m_window->queueList().findChild<QListWidget*>()->count(), 1);
        m_window->queueList().close();
    }
};

QTEST_MAIN(TestWindowJobs)
#include "tst_windowjobs.moc"
