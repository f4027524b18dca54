// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/activationcontroller.h"
#include "app/controllers/exportcontroller.h"
#include "app/controllers/filecontroller.h"
#include "app/controllers/opencontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/controllers/tensorscout.h"
#include "app/window/helpwindow.h"
#include "app/window/mainwindow.h"
#include "app/window/windowpages.h"
#include "app/window/windowsize.h"
#include "core/base/parallel.h"
#include "core/formats/study.h"
#include "tests/support/tinymodel.h"
#include "widgets/bar/balancebar.h"
#include "widgets/bar/queuelist.h"
#include "widgets/dialogs/cachesection.h"
#include "widgets/dialogs/cachetable.h"
#include "widgets/dialogs/computingsection.h"
#include "widgets/dialogs/devicesection.h"
#include "widgets/dialogs/lookssection.h"
#include "widgets/dialogs/settingsdialog.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/models/tensormodel.h"
#include "widgets/pages/export/exportpage.h"
#include "widgets/pages/model/modelpage.h"
#include "widgets/pages/precision/costtable.h"
#include "widgets/pages/quantize/quantizepage.h"
#include "widgets/pages/start/startpage.h"
#include "widgets/table/tensortable.h"
#include "widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFileDialog>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

using app::MainWindow;
using app::QuantizeController;
using widgets::TensorColumn;

namespace {

constexpr int longJob = 120'000; ///< milliseconds, also under sanitizers

const std::filesystem::path resources = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources";

} // namespace

class TestMainWindow : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<widgets::Theme> m_theme;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<MainWindow> m_window;

    app::Session& session() { return m_window->session(); }

    void openSample()
    {
        m_window->open(resources / "sample");
        QTRY_VERIFY_WITH_TIMEOUT(session().isOpen(), longJob);
        app::TextSettings calibration = session().calibration();
        calibration.count = 4; // a few sequences are enough to see the job through
        session().setCalibration(calibration);
        app::TextSettings evaluation = session().evaluation();
        evaluation.count = 2;
        session().setEvaluation(evaluation);
        core::GptqOptions once = session().recipe().recipe().gptq;
        once.sweeps = 1; // sanitized programs are slow
        session().recipe().setGptq(once);
    }

    void openTiny()
    {
        const auto place = std::filesystem::path(m_folder->path().toStdString()) / "tiny";
        std::filesystem::create_directory(place);
        support::writeTinyModel({}, place);
        m_window->open(place);
        QTRY_VERIFY_WITH_TIMEOUT(
            session().isOpen() && session().checkpoint()->path() == place, longJob);
    }

    void makeWindow()
    {
        m_settings
            = std::make_unique<QSettings>(m_folder->filePath("settings.ini"), QSettings::IniFormat);
        m_window = std::make_unique<MainWindow>(*m_settings, *m_theme,
            core::readDevices(resources / "devices.json"),
            app::WindowFolders{
                resources, m_folder->path().toStdString(), m_folder->path().toStdString() });
        m_window->show();
    }

    void restart()
    {
        m_window->close();
        m_window.reset();
        makeWindow();
    }

    static bool labelWith(const QWidget& page, const QString& text)
    {
        const auto labels = page.findChildren<QLabel*>();
        return std::ranges::any_of(
            labels, [&text](const QLabel* label) { return label->text().contains(text); });
    }

    bool isIdle() const
    {
        return m_window->quantizeController().phase() == QuantizeController::Phase::Idle;
    }

    /// Where finished layers are kept.
    std::filesystem::path shelfFolder() const
    {
        return std::filesystem::path(m_folder->path().toStdString()) / "shelf";
    }

    QAction* actionNamed(const QString& text) const
    {
        for (QAction* action : m_window->actions()) {
            if (action->text().remove(u'&').startsWith(text))
                return action;
        }
        return nullptr;
    }

    widgets::SettingsDialog* openSettings()
    {
        for (QAction* action : m_window->actions())
            if (action->shortcut() == QKeySequence(Qt::CTRL | Qt::Key_Comma))
                action->trigger();
        return m_window->findChild<widgets::SettingsDialog*>();
    }

    /// All that the balance bar says.
    QString balanceText() const
    {
        QStringList words;
        for (const QLabel* label :
            m_window->findChild<widgets::BalanceBar*>()->findChildren<QLabel*>())
            words += label->text();
        return words.join(u'\n');
    }

    QString messageOf(const widgets::Page& page) const { return page.message()->text(); }

private slots:
    void initTestCase()
    {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        m_theme = std::make_unique<widgets::Theme>(*qApp);
    }

    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        makeWindow();
    }

    void cleanup() { m_window.reset(); }

    void startsWithoutAModel()
    {
        QCOMPARE(m_window->currentPage(), m_window->pages().start);
        m_window->showPage(widgets::PageId::Quantize); // cannot be opened yet
        QCOMPARE(m_window->currentPage(), m_window->pages().start);
    }

    void fillsTheTableInTheBackground()
    {
        openSample();
        QCOMPARE(m_window->currentPage(), m_window->pages().model);
        auto* tree = m_window->table().findChild<QTreeView*>();
        QCOMPARE(tree->model()->rowCount(), 5); // token_embd and four layers
        QTRY_VERIFY_WITH_TIMEOUT(m_window->scout().isIdle(), longJob);
        QCOMPARE(session().weightStatsMissing(), 0);
        const QModelIndex kurtosis = tree->model()->index(0, int(TensorColumn::Kurtosis));
        QVERIFY(kurtosis.data(widgets::TensorModel::ValueRole).isValid());
        const QModelIndex error = tree->model()->index(0, int(TensorColumn::RoundingError));
        QVERIFY(error.data(widgets::TensorModel::ValueRole).isValid());
    }

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

    void keepsTheOpenModelWhenAnotherCannotBeOpened()
    {
        openSample();
        const auto checkpoint = session().checkpoint();
        const auto bad = std::filesystem::path(m_folder->filePath("bad.gguf").toStdString());
        std::ofstream(bad, std::ios::binary) << "GGUF but nothing else";
        m_window->open(bad);
        widgets::Page* page = m_window->currentPage();
        QTRY_VERIFY_WITH_TIMEOUT(!messageOf(*page).isEmpty(), longJob);
        QVERIFY2(messageOf(*page).contains("bad.gguf"), qPrintable(messageOf(*page)));
        QVERIFY(!messageOf(*page).trimmed().contains('\n'));
        QCOMPARE(session().checkpoint(), checkpoint);
    }

    void saysOnTheStartPageWhatCannotBeOpened()
    {
        m_window->open(m_folder->path().toStdString()); // an empty folder but for settings
        widgets::Page* page = m_window->pages().start;
        QTRY_VERIFY_WITH_TIMEOUT(!messageOf(*page).isEmpty(), longJob);
        QVERIFY(!session().isOpen());
        QCOMPARE(m_window->currentPage(), page);
    }

    void offersTheGgufFilesOfAFolder()
    {
        QVERIFY(QDir(m_folder->path()).mkdir("many"));
        const QString many = m_folder->filePath("many");
        for (const char* file : { "a.gguf", "b.gguf" })
            support::writeTinyGguf({}, (many + '/' + file).toStdString());
        m_window->open(many.toStdString());
        widgets::Page* page = m_window->pages().start;
        const auto offer = [page] {
            for (QPushButton* button : page->message()->findChildren<QPushButton*>())
                if (button->text() == "b.gguf")
                    return button;
            return static_cast<QPushButton*>(nullptr);
        };
        QTRY_VERIFY_WITH_TIMEOUT(offer(), longJob);
        offer()->click();
        QTRY_VERIFY_WITH_TIMEOUT(session().isOpen(), longJob);
        QCOMPARE(session().checkpoint()->config().name, std::string("Tiny"));
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

    void offersWhatWasInterruptedOnTheStartPage()
    {
        openSample();
        app::TextSettings calibration = session().calibration();
        calibration.count = 16; // long enough to be cancelled
        session().setCalibration(calibration);
        session().usePreset("Q4_K");
        m_window->quantizeController().quantize();
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->queue().runs().empty()
                && m_window->queue().runs().front().partsDone >= 2, // embedding and a layer
            longJob);
        restart();
        auto* start = m_window->pages().start;
        QTRY_VERIFY_WITH_TIMEOUT(labelWith(*start, "of 4 layers are done"), longJob);
        for (auto* button : start->findChildren<QPushButton*>())
            if (button->accessibleName().startsWith("Resume Q4_K by GPTQ"))
                QMetaObject::invokeMethod(button, &QPushButton::click, Qt::QueuedConnection);
        QTRY_VERIFY_WITH_TIMEOUT(session().runs().last() != nullptr, longJob);
        const app::Run resumed = *session().runs().last();
        QVERIFY(std::ranges::any_of(resumed.reports, &core::TensorReport::resumed));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->queue().runs().empty(), longJob);

        // Bytes are those of a run that nobody disturbed.
        m_window.reset();
        m_folder = std::make_unique<QTemporaryDir>();
        makeWindow();
        openSample();
        session().setCalibration(calibration);
        session().usePreset("Q4_K");
        m_window->quantizeController().quantize();
        QTRY_VERIFY_WITH_TIMEOUT(session().runs().last() != nullptr, longJob);
        const app::Run& straight = *session().runs().last();
        QVERIFY(resumed.model && straight.model);
        for (const core::Tensor& tensor : straight.model->tensors()) {
            const core::Tensor* same = resumed.model->find(std::string_view(tensor.name));
            QVERIFY(same && std::ranges::equal(tensor.bytes, same->bytes));
        }
        m_window->jobs().cancel();
    }

    void tellsOnTheStartPageWhatSessionsHold()
    {
        openSample();
        session().recipe().setTreatment({ core::Method::RoundToNearest });
        session().usePreset("Q8_0");
        m_window->quantizeController().quantize();
        QTRY_VERIFY_WITH_TIMEOUT(
            session().runs().last() && session().runs().last()->evaluation && isIdle(), longJob);
        restart();
        const auto told = [this] {
            for (auto* row : m_window->pages().start->findChildren<QAbstractButton*>())
                if (row->accessibleName().contains("last Q8_0 by round to nearest")
                    && row->accessibleName().contains("KLD"))
                    return true;
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(told(), longJob);
    }

    void savesASessionAndOpensItWhereverItsModelIs()
    {
        openTiny();
        session().usePreset("Q8_0");
        const QString file = m_folder->filePath("work.quantscope");
        QTimer::singleShot(0, this, [&file] {
            auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
            if (!dialog)
                return;
            dialog->selectFile(QString(file).remove(".quantscope")); // it is added
            static_cast<QDialog*>(dialog)->accept();
        });
        QSignalSpy saved(&m_window->fileController(), &app::FileController::sessionSaved);
        actionNamed("Save session as...")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, longJob);
        QVERIFY(QFileInfo::exists(file));
        QVERIFY(QDir(m_folder->path()).rename("tiny", "moved"));
        restart();
        QSignalSpy missing(&m_window->openController(), &app::OpenController::modelMissing);
        m_window->open(file.toStdString());
        QTRY_COMPARE_WITH_TIMEOUT(missing.count(), 1, longJob);
        const QString message = messageOf(*m_window->currentPage());
        QCOMPARE(message,
            QString("\"work.quantscope\" expects the model at \"%1\", which is not there.")
                .arg(m_folder->filePath("tiny")));
        QTimer::singleShot(0, this, [this] {
            if (auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget())) {
                dialog->setDirectory(m_folder->path());
                dialog->selectFile(m_folder->filePath("moved"));
                static_cast<QDialog*>(dialog)->accept();
            }
        });
        for (auto* button : m_window->currentPage()->message()->findChildren<QPushButton*>())
            if (button->text() == "Locate model...")
                button->click();
        QTRY_VERIFY_WITH_TIMEOUT(session().isOpen(), longJob);
        QCOMPARE(session().checkpoint()->path().filename(), std::filesystem::path("moved"));
        QCOMPARE(session().recipe().recipe().name, std::string("Q8_0"));
    }

    void neverReplacesASessionFileThatNobodyAskedAbout()
    {
        openTiny();
        QFile file(m_folder->filePath("model.gguf.quantscope"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("mine") == 4);
        file.close();
        const QSignalSpy failed(&m_window->fileController(), &app::FileController::failed);
        m_window->fileController().saveSession(m_folder->filePath("model.gguf"), {});
        QCOMPARE(failed.count(), 1);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("mine"));
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

    void looksBeforeItAssigns()
    {
        openSample();
        session().usePreset("Q8_0");
        m_window->selection().choose({ { core::Role::AttnK, 2 }, { core::Role::AttnV, 2 } });
        QCOMPARE(m_window->selection().tensors().size(), std::size_t(2));
        auto* tree = m_window->table().findChild<QTreeView*>();
        tree->setFocus();
        QTest::keyClick(tree, Qt::Key_3);
        const core::Format* looked = m_window->selection().looked();
        QVERIFY(looked != nullptr);
        const auto tensor = std::size_t(m_window->selection().tensors().front());
        QCOMPARE(session().recipe().plan()[tensor].format, &core::formats::q8_0);
        QTest::keyClick(tree, Qt::Key_Return);
        QCOMPARE(session().recipe().plan()[tensor].format, looked);
        QCOMPARE(m_window->selection().looked(), nullptr);
        session().recipe().undoStack().undo();
        QCOMPARE(session().recipe().plan()[tensor].format, &core::formats::q8_0);
    }

    void whatAFormatForStudyCostsIsKeptForThoseLookedAt()
    {
        openSample();
        m_window->selection().choose({ { core::Role::AttnK, 2 } });
        const auto* costs = m_window->findChild<widgets::CostTable*>();
        const auto errorOf = [costs](const QString& format) {
            const auto rows = costs->findItems(format, Qt::MatchExactly);
            const QString text
                = rows.empty() ? QString() : costs->item(rows.front()->row(), 2)->text();
            return text == QStringLiteral("…") ? QString() : text;
        };
        for (const char* name : { "INT4_SYM_CHANNEL", "NF4_G64" }) {
            QCOMPARE(errorOf(name), QString());
            m_window->selection().look(core::findStudyFormat(name));
            QTRY_VERIFY_WITH_TIMEOUT(!errorOf(name).isEmpty(), longJob);
        }
        QVERIFY(!errorOf("INT4_SYM_CHANNEL").isEmpty());
    }

    void remembersColoursAndTextSize()
    {
        const auto restart = [this] {
            m_window->close();
            m_window.reset();
            m_theme->setLightness(widgets::Lightness::System);
            m_theme->setTextScale(1);
            m_window = std::make_unique<MainWindow>(*m_settings, *m_theme,
                core::readDevices(resources / "devices.json"),
                app::WindowFolders{
                    resources, m_folder->path().toStdString(), m_folder->path().toStdString() });
        };
        restart();
        QVERIFY(m_theme->lightness() == widgets::Lightness::System); // nothing was chosen
        QCOMPARE(m_theme->textScale(), 1.0);
        m_theme->setLightness(widgets::Lightness::Dark);
        m_theme->setTextScale(1.25);
        restart();
        QVERIFY(m_theme->lightness() == widgets::Lightness::Dark);
        QCOMPARE(m_theme->textScale(), 1.25);
        m_theme->setLightness(widgets::Lightness::System);
        m_theme->setTextScale(1);
    }

    void settingsCountAtOnceAndAtTheNextStart()
    {
        openSample();
        auto* dialog = openSettings();
        const core::Device cellar{ "Cellar (1 TB)", 7e11, 1e12, {} };
        const auto devices = int(session().devices().size());
        emit dialog->devices()->devicesChanged({ cellar });
        session().setDevice(devices);
        QVERIFY2(balanceText().contains("Cellar"), qPrintable(balanceText()));
        QVERIFY2(balanceText().contains("context 256"), qPrintable(balanceText())); // trained for
        emit dialog->devices()->contextChosen(100);
        QVERIFY2(balanceText().contains("context 100"), qPrintable(balanceText()));
        emit dialog->computing()->threadsChosen(1);
        QCOMPARE(core::threadCount(), 1u);
        emit dialog->looks()->lightnessChosen(widgets::Lightness::Dark);
        QVERIFY(m_theme->lightness() == widgets::Lightness::Dark);
        emit dialog->looks()->textScaleChosen(1.2);
        QCOMPARE(m_theme->textScale(), 1.2);

        m_window->close();
        cleanup();
        core::setThreadLimit(0);
        makeWindow();
        openSample();
        QCOMPARE(core::threadCount(), 1u);
        QCOMPARE(session().device()->name, cellar.name);
        QCOMPARE(session().context(), 100);
        emit openSettings()->devices()->devicesChanged({}); // the one chosen
        QCOMPARE(session().deviceIndex(), 0);
        QVERIFY(!balanceText().contains("Cellar"));
        core::setThreadLimit(0);
        m_theme->setLightness(widgets::Lightness::System);
        m_theme->setTextScale(1);
    }

    void listsAndClearsWhatIsKept()
    {
        openSample();
        m_window->activationController().measure();
        QTRY_VERIFY_WITH_TIMEOUT(session().activations().stats != nullptr, longJob);
        QVERIFY(!std::filesystem::is_empty(shelfFolder()));
        widgets::CacheSection* cache = openSettings()->cache();
        auto* table = cache->findChild<widgets::CacheTable*>();
        QTRY_COMPARE_WITH_TIMEOUT(table->topLevelItemCount(), 1, longJob);
        QCOMPARE(table->topLevelItem(0)->childCount(), 1);
        emit cache->clearRequested();
        QTRY_COMPARE_WITH_TIMEOUT(table->topLevelItemCount(), 0, longJob);
        QVERIFY(std::filesystem::is_empty(shelfFolder()));
        QVERIFY(session().activations().stats != nullptr); // what is shown stays
    }

    void remembersTheModelsOpened()
    {
        openSample();
        m_window->close();
        m_window.reset();
        QCOMPARE(m_settings->beginReadArray("recentModels"), 1);
        m_settings->endArray();
    }

    void fitsItsFirstSizeToTheScreen()
    {
        QCOMPARE(app::firstSize({ 1920, 1080 }), QSize(1440, 900));
        QCOMPARE(app::firstSize({ 1280, 720 }), QSize(1152, 648));
        QCOMPARE(app::firstSize({ 1024, 640 }), QSize(922, 576));
        QCOMPARE(app::firstSize({ 720, 450 }), QSize(720, 450)); // 1440 × 900 at scale 2
        QCOMPARE(app::firstSize({ 640, 360 }), QSize(640, 360));
        const QSize screen = m_window->screen()->availableSize();
        QVERIFY(m_window->width() <= screen.width() && m_window->height() <= screen.height());
    }

    void explainsEveryPageByItsOwnHelp()
    {
        openSample();
        auto* help = m_window->findChild<app::HelpWindow*>();
        for (int page = 0; page < widgets::pageCount; ++page) {
            m_window->showPage(widgets::PageId(page));
            actionNamed("Help of this page")->trigger();
            const QString topic = app::HelpWindow::topicOf(widgets::PageId(page));
            QCOMPARE(help->topic(), topic);
            QVERIFY(help->topics().contains(topic));
        }
        for (const QString& topic : help->topics())
            QVERIFY2(std::filesystem::exists(resources / "help" / (topic + ".md").toStdString()),
                qPrintable(topic));
        help->close();
    }

    void presentsOnTheWholeScreenWithQuestionAndAnswer()
    {
        openSample();
        m_window->selection().choose({ { core::Role::AttnK, 2 } });
        m_window->showPage(widgets::PageId::Weights);
        QAction* presentation = actionNamed("Presentation");
        const double scale = m_theme->textScale();
        presentation->trigger();
        QVERIFY(m_window->isFullScreen());
        QVERIFY(m_theme->textScale() > scale);
        const widgets::Page* page = m_window->currentPage();
        const auto shows = [page](const QString& text) {
            const auto labels = page->findChildren<widgets::Label*>();
            return std::any_of(labels.begin(), labels.end(), [&](const widgets::Label* label) {
                return label->isVisibleTo(page) && label->text() == text;
            });
        };
        QVERIFY(shows(page->heading()));
        QVERIFY(shows(page->answer()));
        presentation->trigger();
        QVERIFY(!m_window->isFullScreen());
        QCOMPARE(m_theme->textScale(), scale);
    }

    void everyDisabledActionSaysWhy()
    {
        const auto hold = [this] {
            for (const QAction* action : m_window->actions()) {
                if (!action->isEnabled() && action->toolTip() == action->text().remove(u'&'))
                    return action->text();
            }
            return QString();
        };
        QCOMPARE(hold(), QString());
        QVERIFY(!actionNamed("Quantize")->isEnabled());
        openSample();
        QCOMPARE(hold(), QString());
        QVERIFY(actionNamed("Quantize")->isEnabled());
        session().recipe().undoStack().clear();
        QCOMPARE(actionNamed("Undo")->toolTip(), "nothing to undo");
        session().usePreset("Q8_0");
        QVERIFY(actionNamed("Undo: ")->isEnabled());
        m_window->activationController().measure();
        QVERIFY(!actionNamed("Measure activations")->isEnabled());
        QCOMPARE(hold(), QString());
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->activationController().isRunning(), longJob);
        QVERIFY(actionNamed("Measure activations")->isEnabled());
    }

    void showsEveryPageAtEverySize()
    {
        openSample();
        for (const QSize size : { QSize(1440, 900), QSize(1100, 700), QSize(720, 450) }) {
            m_window->resize(size);
            for (int page = 0; page < widgets::pageCount; ++page) {
                m_window->showPage(widgets::PageId(page));
                QCoreApplication::processEvents();
                QCOMPARE(m_window->currentPage(), m_window->pages().page(widgets::PageId(page)));
                QVERIFY(m_window->grab().toImage().size().width() >= size.width());
                QVERIFY2(m_window->width() == size.width(),
                    qPrintable(QString::number(m_window->width())));
            }
        }
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
