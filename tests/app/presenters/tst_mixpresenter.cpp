// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/mixpresenter.h"

#include "core/quant/runneeds.h"
#include "tests/app/presenters/presentertest.h"
#include "widgets/label.h"
#include "widgets/pages/precision/budgetcard.h"

#include <QPushButton>
#include <QTest>

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
