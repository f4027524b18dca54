// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/balancepresenter.h"

#include "tests/app/presenters/presentertest.h"
#include "widgets/bar/balancebar.h"
#include "widgets/label.h"

#include <QTest>

class TestBalancePresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::BalanceBar> m_bar;
    std::unique_ptr<app::BalancePresenter> m_presenter;

    void attach() override
    {
        m_bar = std::make_unique<widgets::BalanceBar>();
        m_presenter = std::make_unique<app::BalancePresenter>(
            *m_bar, session(), selection(), quantize(), queue(), jobs());
    }

    void detach() override
    {
        m_presenter.reset();
        m_bar.reset();
    }

    /// Everything the bar says, a line each.
    QString text() const
    {
        QStringList lines;
        for (const auto* label : m_bar->findChildren<widgets::Label*>())
            lines += label->text();
        return lines.join('\n');
    }

private slots:
    void followsTheRecipeAndTheDevice()
    {
        open();
        const QString before = text();
        session().usePreset("Q8_0");
        QVERIFY(text() != before);
        QVERIFY(text().contains("Slow"));
        emit m_bar->deviceChosen(1);
        QCOMPARE(session().deviceIndex(), 1);
        QVERIFY(text().contains("Fast"));
    }

    void saysWhatALookWouldChange()
    {
        open();
        QVERIFY(!text().contains("if assigned"));
        selection().setTensors({ tensor(core::Role::FfnUp, 0), tensor(core::Role::FfnUp, 1) });
        selection().look(&core::formats::q8_0);
        QVERIFY(text().contains("if assigned"));
        selection().look(nullptr);
        QVERIFY(!text().contains(" kB if assigned"));
    }

    void theShortLineSaysWhatIsPredictedUntilItIsMeasured()
    {
        open();
        const int up = tensor(core::Role::FfnUp, 1);
        core::Recipe recipe = session().recipe().recipe();
        recipe.rules.clear();
        recipe.format = nullptr;
        session().recipe().replace(recipe, "all as it is");
        session().recipe().assign({ up }, &core::formats::q8_0);
        predictQ8Loss(up);
        m_bar->setCompact(true);
        QVERIFY2(text().contains("tok/s    predicted KLD 0.0100"), qPrintable(text()));
        addRun(0.0125);
        QVERIFY(text().contains("tok/s    KLD 0.0125"));
    }

    void showsOnlyTheLossOfThisRecipe()
    {
        open();
        QVERIFY(text().contains("Not measured yet"));
        addRun(0.0125);
        QVERIFY(text().contains("KLD 0.0125"));
        session().usePreset("Q8_0");
        QVERIFY(text().contains("Not measured yet"));
    }

    void saysHowFarTheWeightsAreMeasured()
    {
        open();
        QVERIFY(session().weightStatsMissing() > 4);
        session().setWeightStats(0, std::make_shared<core::TensorStats>());
        QVERIFY(text().contains("Measuring weights: 1 of"));
    }
};

QTEST_MAIN(TestBalancePresenter)
#include "tst_balancepresenter.moc"
