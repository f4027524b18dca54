// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/swapcontroller.h"

#include "core/quant/runneeds.h"
#include "core/search/sensitivity.h"
#include "tests/app/presenters/presentertest.h"

#include <QSignalSpy>
#include <QTest>

class TestSwapController : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<app::SwapController> m_controller;

    void attach() override
    {
        m_controller = std::make_unique<app::SwapController>(jobs(), session());
    }
    void detach() override { m_controller.reset(); }

    void openWithLosses()
    {
        support::TinyModel model;
        model.hidden = 256;
        model.headSize = 64;
        model.feedForward = 256;
        open(model);
        const auto sequences = app::readSequences(*session().checkpoint(), session().calibration());
        core::SensitivitySettings settings;
        settings.formats = core::usualSensitivityFormats();
        settings.most = 2;
        session().setLosses(std::make_shared<const core::SensitivityTable>(core::measureSensitivity(
            *session().checkpoint(), sequences, settings, nullptr, {}, {})));
        session().usePreset("Q4_K");
    }

private slots:
    void aRecipeIsImprovedWithinItsBytesInOneStep()
    {
        openWithLosses();
        const auto bytes = core::plannedBytes(*session().checkpoint(), session().recipe().plan());
        const int steps = session().recipe().undoStack().count();
        app::SwapController::Improvement found;
        connect(m_controller.get(), &app::SwapController::improved, this,
            [&found](const app::SwapController::Improvement& each) { found = each; });
        QCOMPARE(m_controller->whyNot(), QString());
        m_controller->improve();
        QVERIFY(!m_controller->whyNot().isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(found.measured > 0, 120000);
        QVERIFY(core::plannedBytes(*session().checkpoint(), session().recipe().plan()) <= bytes);
        QCOMPARE(session().recipe().undoStack().count(), steps + (found.changed > 0 ? 1 : 0));
        QVERIFY(found.after <= found.before);
    }

    void aRecipeThatWasEditedMeanwhileStays()
    {
        openWithLosses();
        QSignalSpy failed(m_controller.get(), &app::SwapController::failed);
        m_controller->improve();
        session().usePreset("Q6_K");
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 120000);
        QCOMPARE(session().recipe().recipe().format, core::findFormat("Q6_K"));
    }

    void saysWhyItCannotBeDone()
    {
        QCOMPARE(m_controller->whyNot(), QStringLiteral("No model is open."));
        open();
        QCOMPARE(m_controller->whyNot(),
            QStringLiteral("Losses are not predicted on a text yet: page 4 does it."));
        openWithLosses();
        session().usePreset("Q4_0"); // a format whose losses are not predicted
        QSignalSpy failed(m_controller.get(), &app::SwapController::failed);
        m_controller->improve();
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 60000);
        QVERIFY(failed.front().front().toString().contains("is not predicted"));
    }
};

QTEST_MAIN(TestSwapController)
#include "tst_swapcontroller.moc"
