// SPDX-License-Identifier: GPL-3.0-or-later
// From the model to the verified smaller file in one click.
#include "app/controllers/shrinkcontroller.h"
#include "app/window/windowpages.h"
#include "tests/app/window/windowtest.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/pages/model/modelpage.h"
#include "widgets/pages/model/shrinkcard.h"

#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>

#include <fstream>

using app::ShrinkController;
using Step = app::ShrinkController::Step;

class TestShrinkWindow : public WindowTest {
    Q_OBJECT

    widgets::ShrinkCard& card() { return *m_window->pages().model->shrink(); }
    ShrinkController& shrink() { return m_window->shrinkController(); }
    std::filesystem::path place() const
    {
        return std::filesystem::path(m_folder->path().toStdString()) / "model";
    }

    static support::TinyModel wide()
    {
        support::TinyModel model;
        model.hidden = 256;
        model.headSize = 64;
        model.feedForward = 256;
        return model;
    }

    /// With texts beside it.
    void write(const support::TinyModel& model)
    {
        std::filesystem::create_directory(place());
        support::writeTinyModel(model, place());
        for (const char* name : { "calibration.txt", "evaluation.txt" }) {
            std::ofstream text(place() / name);
            for (int line = 0; line < 400; ++line)
                text << "the quick brown fox jumps over the lazy dog " << line << '\n';
        }
    }

    /// A model of random weights whose rows fit every format.
    void openWide()
    {
        write(wide());
        m_window->open(place());
        QTRY_VERIFY_WITH_TIMEOUT(session().isOpen(), longJob);
        app::TextSettings calibration = session().calibration(),
                          evaluation = session().evaluation();
        calibration.count = 8;
        evaluation.count = 2;
        session().setCalibration(calibration);
        session().setEvaluation(evaluation);
        QTRY_VERIFY_WITH_TIMEOUT(button("Make the file"), longJob);
    }

    QPushButton* button(const QString& text)
    {
        for (auto* each : card().findChildren<QPushButton*>())
            if (each->text() == text && each->isVisibleTo(&card()))
                return each;
        return nullptr;
    }

    void finish() { QTRY_VERIFY_WITH_TIMEOUT(shrink().step() == Step::None, longJob); }

    std::vector<std::filesystem::path> filesMade() const
    {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(place()))
            if (entry.path().extension() == ".gguf")
                files.push_back(entry.path());
        return files;
    }

private slots:
    void makesAndMeasuresAFileInOneClick()
    {
        openWide();
        const int steps = session().recipe().undoStack().count();
        QSignalSpy changed(&shrink(), &ShrinkController::changed);
        button("Make the file")->click();
        QVERIFY(shrink().step() == Step::Predicting);
        finish();
        QCOMPARE(messageOf(*m_window->pages().model), QString());
        QVERIFY(session().losses()->sequences > 0);
        QCOMPARE(session().recipe().undoStack().count(), steps + 1);
        QCOMPARE(filesMade().size(), std::size_t(1));
        const auto file = filesMade().front();
        QCOMPARE(session().exported()->file, file);
        QCOMPARE(session().exported()->bytes, std::filesystem::file_size(file));
        const auto run = session().runs().last();
        QVERIFY(run && run->evaluation && run->evaluation->against);
        QCOMPARE(run->recipe.method, core::Method::Gptq);
        QTRY_VERIFY(button("Show in folder"));
        QVERIFY(labelWith(card(), QString::fromStdString(file.filename().string()) + ": "));
        QVERIFY(labelWith(card(), "same token"));
        QVERIFY(core::Checkpoint::open(file)->isComputed());
    }

    void makesTheSameFileAgainUnderAFreeNameWithoutRounding()
    {
        openWide();
        button("Make the file")->click();
        finish();
        QTRY_VERIFY_WITH_TIMEOUT(button("Make the file")->isEnabled(), longJob);
        button("Make the file")->click();
        finish();
        QCOMPARE(session().runs().runs().size(), std::size_t(1));
        QCOMPARE(filesMade().size(), std::size_t(2));
        QCOMPARE(support::readFile(filesMade()[0]), support::readFile(filesMade()[1]));
    }

    void goesOnWhereItWasStopped()
    {
        openWide();
        QObject::connect(&shrink(), &ShrinkController::changed, &card(), [this] {
            if (shrink().step() == Step::Rounding && filesMade().empty() && m_cancels-- > 0)
                QMetaObject::invokeMethod(
                    &card(), [this] { emit card().cancelRequested(); }, Qt::QueuedConnection);
        });
        m_cancels = 1;
        button("Make the file")->click();
        finish();
        QVERIFY(filesMade().empty());
        QVERIFY(shrink().stoppedAt() == Step::Rounding);
        QTRY_VERIFY_WITH_TIMEOUT(button("Resume") && button("Resume")->isEnabled(), longJob);
        button("Resume")->click();
        finish();
        QCOMPARE(filesMade().size(), std::size_t(1));
        QVERIFY(shrink().stoppedAt() == Step::None);
    }

    void saysWhatStoppedIt()
    {
        support::TinyModel damaged = wide();
        damaged.damage = support::Damage::Nan; // a guess of its losses fails as well
        write(damaged);
        m_window->open(place());
        QTRY_VERIFY_WITH_TIMEOUT(session().isOpen(), longJob);
        emit card().makeRequested(core::Grade::AsGood);
        finish();
        const auto message = [this] { return messageOf(*m_window->pages().model); };
        QTRY_VERIFY_WITH_TIMEOUT(!message().isEmpty(), longJob);
        QVERIFY2(message().startsWith("Cannot make the smaller file:"), qPrintable(message()));
        QVERIFY(filesMade().empty());
    }

    void anotherModelEndsTheChain()
    {
        openWide();
        button("Make the file")->click();
        openTiny();
        QVERIFY(shrink().step() == Step::None);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->jobs().isIdle(), longJob);
        QVERIFY(filesMade().empty());
    }

private:
    int m_cancels = 0;
};

QTEST_MAIN(TestShrinkWindow)
#include "tst_shrinkwindow.moc"
