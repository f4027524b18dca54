// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/comparepresenter.h"

#include "tests/app/presenters/presentertest.h"
#include "widgets/pages/compare/comparepage.h"

#include <QSignalSpy>
#include <QTest>

class TestComparePresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::ComparePage> m_page;
    std::unique_ptr<app::ComparePresenter> m_presenter;

    void attach() override
    {
        m_page = std::make_unique<widgets::ComparePage>();
        m_presenter = std::make_unique<app::ComparePresenter>(*m_page, session(), quantize());
    }

    void detach() override
    {
        m_presenter.reset();
        m_page.reset();
    }

private slots:
    void comparesTheLastTwoRuns()
    {
        open();
        QCOMPARE(m_page->answer(), "No run of this model has been made yet.");
        addRun(0.02);
        session().usePreset("Q8_0");
        addRun(0.01);
        QVERIFY2(m_page->answer().contains("50.0"), qPrintable(m_page->answer())); // half as much
    }

    void pinsAndRemovesOnThePagesWish()
    {
        open();
        const int first = addRun(0.02), second = addRun(0.01);
        emit m_page->pinBRequested(first);
        QCOMPARE(session().runs().pinnedB()->number, first);
        emit m_page->removeRequested(second);
        QVERIFY(!session().runs().find(second));
    }

    void loadsTheRecipeOfARun()
    {
        open();
        const QString title = session().recipe().title();
        const int run = addRun(0.02);
        session().usePreset("Q8_0");
        emit m_page->recipeRequested(run);
        QCOMPARE(session().recipe().title(), title);
    }

    void saysWhyAModelWithoutTokenizerCannotBeMeasured()
    {
        support::TinyModel model;
        model.damage = support::Damage::NoTokenizer;
        open(model);
        QVERIFY(quantize().whyNotEvaluate().contains("no tokenizer"));
        addRun(0.02);
        m_page->show();
        QVERIFY(!m_page->whyNotMainAction().isEmpty());
    }
};

QTEST_MAIN(TestComparePresenter)
#include "tst_comparepresenter.moc"
