// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/mixpresenter.h"

#include "core/quant/runneeds.h"
#include "core/search/sensitivityshelf.h"
#include "tests/app/presenters/presentertest.h"
#include "widgets/label.h"
#include "widgets/pages/precision/budgetcard.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

class TestMixPresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::PrecisionPage> m_page;
    std::unique_ptr<app::LossController> m_losses;
    std::unique_ptr<app::MixPresenter> m_presenter;

    void attach() override
    {
        m_page = std::make_unique<widgets::PrecisionPage>();
        m_losses = std::make_unique<app::LossController>(
            jobs(), jobs(), session(), std::make_shared<const core::Shelf>(folder() / "shelf"));
        m_presenter = std::make_unique<app::MixPresenter>(
            *m_page, session(), selection(), *m_losses, jobs());
    }

    void detach() override
    {
        m_presenter.reset();
        m_losses.reset();
        m_page.reset();
    }

    static support::TinyModel wide()
    {
        support::TinyModel model;
        model.hidden = 256;
        model.headSize = 64;
        model.feedForward = 256;
        return model;
    }

    using Known = app::LossController::Known;
    QPushButton* button(const QString& text)
    {
        for (auto* button : budget().findChildren<QPushButton*>())
            if (button->text() == text)
                return button;
        return nullptr;
    }
    /// As if the user had stopped it then.
    void predictOneSequence()
    {
        core::SensitivitySettings settings = core::usualSensitivity(core::Method::Importance);
        settings.most = 1;
        const core::Checkpoint& model = *session().checkpoint();
        const core::Shelf shelf(folder() / "shelf");
        core::measureKept(
            model, app::readSequences(model, session().calibration()), settings, &shelf, {}, {});
    }
    widgets::BudgetCard& budget() { return *m_page->budget(); }
    widgets::BudgetSlider& slider() { return *budget().findChild<widgets::BudgetSlider*>(); }
    std::uint64_t plannedBytes(const std::vector<core::PlannedTensor>& plan)
    {
        return core::plannedBytes(*session().checkpoint(), plan);
    }
    void openWithLosses()
    {
        open(wide());
        QTRY_VERIFY(session().losses());
        QTRY_VERIFY(!slider().isHidden());
    }

private slots:
    void lossesAreGuessedWhenASmallModelIsOpened()
    {
        openWithLosses();
        QCOMPARE(session().losses()->sequences, 0);
        QVERIFY(session().predicted(session().recipe().plan()));
        QVERIFY(session().predicted(session().recipe().plan())->isRough);
    }

    void aDraggedBudgetIsLookedAtAndChangesNothing()
    {
        openWithLosses();
        const auto before = plannedBytes(session().recipe().plan());
        QTest::keyClick(&slider(), Qt::Key_End);
        QVERIFY(selection().lookedPlan());
        QVERIFY(plannedBytes(*selection().lookedPlan()) != before);
        QCOMPARE(plannedBytes(session().recipe().plan()), before);
        selection().look(nullptr); // Esc in the table
        QVERIFY(!selection().lookedPlan());
    }

    void theMixThatWasTriedBecomesTheRecipeInOneStep()
    {
        openWithLosses();
        const auto steps = session().recipe().undoStack().count();
        QTest::keyClick(&slider(), Qt::Key_End);
        const auto tried = plannedBytes(*selection().lookedPlan());
        emit budget().assignRequested();
        QCOMPARE(plannedBytes(session().recipe().plan()), tried);
        QCOMPARE(session().recipe().undoStack().count(), steps + 1);
        QVERIFY(session().recipe().title().startsWith("Mix of"));
        QVERIFY(!selection().lookedPlan());
        emit budget().assignRequested(); // nothing is tried any more
        QCOMPARE(session().recipe().undoStack().count(), steps + 1);
    }

    void aMixLandsUnderItsBudget()
    {
        openWithLosses();
        for (const int key : { Qt::Key_End, Qt::Key_PageDown, Qt::Key_PageDown, Qt::Key_Home }) {
            QTest::keyClick(&slider(), Qt::Key(key));
            QVERIFY(double(plannedBytes(*selection().lookedPlan())) <= slider().bytes());
        }
    }

    void lossesOnTheTextTakeTheGuessesPlace()
    {
        openWithLosses();
        emit budget().predictRequested();
        QVERIFY(m_losses->isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(!m_losses->isRunning(), 60000);
        QVERIFY(session().losses()->sequences > 0);
        reopen(); // from the shelf, without another walk
        QTRY_VERIFY(session().losses());
        QVERIFY(session().losses()->sequences > 0);
    }

    void aStoppedPredictionGoesOn()
    {
        openWithLosses();
        predictOneSequence();
        reopen();
        QTRY_COMPARE(m_losses->known(), Known::Part);
        QTRY_VERIFY(!slider().isHidden());
        QPushButton* more = button("Continue predicting");
        QVERIFY(more && !more->isHidden() && more->isEnabled());
        QVERIFY(m_losses->about().contains(" of "));
        more->click();
        QTRY_VERIFY_WITH_TIMEOUT(!m_losses->isRunning(), 60000);
        QCOMPARE(m_losses->known(), Known::All);
        QVERIFY(session().losses()->sequences > 1);
        QVERIFY(more->isHidden());
    }

    void lossesOfAnotherTextAreSaidAndPredictedAgain()
    {
        openWithLosses();
        emit budget().predictRequested();
        QTRY_VERIFY_WITH_TIMEOUT(!m_losses->isRunning(), 60000);
        const app::TextSettings text = session().calibration();
        session().setCalibration(session().evaluation());
        QCOMPARE(m_losses->known(), Known::OtherText);
        QVERIFY(m_losses->about().contains("another text"));
        QPushButton* again = button("Predict again");
        QVERIFY(again && !again->isHidden());
        again->click();
        QTRY_VERIFY_WITH_TIMEOUT(!m_losses->isRunning(), 60000);
        QCOMPARE(m_losses->known(), Known::All);
        session().setCalibration(text);
        QCOMPARE(m_losses->known(), Known::OtherText);
        QTRY_COMPARE(m_losses->known(), Known::All); // it lay on the shelf
    }

    void aLargeModelIsGuessedBesideAndTellsHowFarItIs()
    {
        m_losses->setQuicklyGuessed(0);
        QSignalSpy told(m_losses.get(), &app::LossController::guessedChanged);
        bool isOffered = false;
        connect(m_losses.get(), &app::LossController::guessedChanged, this, [&] {
            if (m_losses->guessed() && !button("Predict roughly")->isHidden())
                isOffered = true;
        });
        open(wide());
        QTRY_VERIFY_WITH_TIMEOUT(session().losses(), 60000);
        QVERIFY(!m_losses->guessed());
        QVERIFY(told.size() >= 2);
        QVERIFY(!isOffered);
        reopen(); // it was kept
        QTRY_VERIFY(session().losses());
        QVERIFY(!m_losses->guessed());
    }

    void aGuessCountsWeights()
    {
        open(wide());
        const core::Checkpoint& model = *session().checkpoint();
        std::vector<double> shares;
        core::roughSensitivity(model, core::usualSensitivity(core::Method::RoundToNearest),
            core::Progress({}, [&](double done, const std::string&) { shares.push_back(done); }));
        QVERIFY(std::ranges::is_sorted(shares));
        double step = 0;
        for (std::size_t i = 1; i < shares.size(); ++i)
            step = std::max(step, shares[i] - shares[i - 1]);
        QVERIFY2(step < 0.05, qPrintable(QString::number(step)));
    }

    void aPresetIsLookedAtBeforeItIsAssigned()
    {
        openWithLosses();
        const auto before = plannedBytes(session().recipe().plan());
        emit m_page->presetLookRequested("Q3_K_M");
        QVERIFY(selection().lookedPlan());
        QCOMPARE(plannedBytes(session().recipe().plan()), before);
        QPushButton* assign = button("Assign Q3_K_M");
        QVERIFY(assign && assign->isEnabled());
        assign->click();
        QCOMPARE(session().recipe().recipe().name, std::string("Q3_K_M"));
        QVERIFY(!button("Assign Q3_K_M"));
    }

    void aLossIsABudgetToo()
    {
        openWithLosses();
        const double kld = session().predicted(session().recipe().plan())->kld;
        emit budget().lossTried(2 * kld);
        QVERIFY(selection().lookedPlan());
        QVERIFY(session().predicted(*selection().lookedPlan())->kld <= 2.001 * kld);
    }

    void anotherModelsLossesAreNotShown()
    {
        openWithLosses();
        QTest::keyClick(&slider(), Qt::Key_End);
        openUnknown();
        QVERIFY(!selection().lookedPlan() || selection().lookedPlan()->empty()
            || selection().lookedPlan()->size() == session().checkpoint()->tensors().size());
    }
};

QTEST_MAIN(TestMixPresenter)
#include "tst_mixpresenter.moc"
