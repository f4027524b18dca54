// SPDX-License-Identifier: GPL-3.0-or-later
// What is kept from one start to the next: sessions, settings, results.
#include "app/controllers/activationcontroller.h"
#include "app/controllers/filecontroller.h"
#include "app/controllers/opencontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/controllers/tensorscout.h"
#include "app/session/sessionstore.h"
#include "app/window/windowpages.h"
#include "core/base/parallel.h"
#include "tests/app/window/windowtest.h"
#include "tests/support/filebytes.h"
#include "widgets/bar/balancebar.h"
#include "widgets/dialogs/cachesection.h"
#include "widgets/dialogs/cachetable.h"
#include "widgets/dialogs/computingsection.h"
#include "widgets/dialogs/devicesection.h"
#include "widgets/dialogs/lookssection.h"
#include "widgets/dialogs/settingsdialog.h"
#include "widgets/messagebar.h"
#include "widgets/pages/compare/comparepage.h"
#include "widgets/pages/compare/detailcard.h"
#include "widgets/pages/compare/textpanel.h"
#include "widgets/pages/start/startpage.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <nlohmann/json.hpp>

#include <algorithm>

using app::MainWindow;

class TestWindowSessions : public WindowTest {
    Q_OBJECT

private:
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

private slots:
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

    void keepsHowAPromptWasContinuedWithItsModel()
    {
        openTiny();
        auto* panel = m_window->pages().compare->details()->text();
        QLineEdit* prompt = nullptr; // spin boxes have one, too
        for (auto* field : panel->controls()->findChildren<QLineEdit*>())
            if (field->accessibleName() == "Text to continue")
                prompt = field;
        QVERIFY(prompt);
        panel->setChoice({ {}, false, 0.7, 5, 20 });
        QTest::keyClicks(prompt, "Once");
        QVERIFY(panel->choice().isOwn);
        restart();
        openTiny();
        panel = m_window->pages().compare->details()->text();
        QCOMPARE(panel->choice().prompt, QString("Once"));
        QVERIFY(panel->choice().isOwn);
        QCOMPARE(panel->choice().temperature, 0.7);
        QCOMPARE(panel->choice().seed, 5);
        QCOMPARE(panel->choice().count, 20);
        openSample(); // another model has a proposal of its own
        QTRY_VERIFY_WITH_TIMEOUT(!panel->choice().isOwn, longJob);
        QCOMPARE(panel->choice().temperature, 0.0);
        QTRY_VERIFY_WITH_TIMEOUT(!panel->choice().prompt.isEmpty(), longJob);
    }

    void aViewOfOtherTypesIsNoView()
    {
        openTiny();
        const QString id = session().id();
        restart();
        const app::SessionStore store(m_folder->path().toStdString() + "/sessions");
        const auto file = store.fileOf(id);
        core::Json document = core::parseJson(support::readFile(file), "the session");
        document["view"] = { { "page", "six" }, { "tensors", 5 }, { "continuation", 7 } };
        support::writeFile(file, core::jsonText(document));
        openTiny();
        QVERIFY(session().isOpen());
        QVERIFY(!m_window->pages().compare->details()->text()->choice().isOwn);
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
        m_window.reset();
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
        QTRY_VERIFY_WITH_TIMEOUT(m_window->scout().isIdle(), longJob);
        QVERIFY(!std::filesystem::is_empty(shelfFolder()));
        widgets::CacheSection* cache = openSettings()->cache();
        auto* table = cache->findChild<widgets::CacheTable*>();
        QTRY_COMPARE_WITH_TIMEOUT(table->topLevelItemCount(), 1, longJob);
        QCOMPARE(table->topLevelItem(0)->childCount(), 2); // of activations, of weights
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
};

QTEST_MAIN(TestWindowSessions)
#include "tst_windowsessions.moc"
