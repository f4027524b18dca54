// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/comparepresenter.h"

#include "tests/app/presenters/presentertest.h"
#include "widgets/messagebar.h"
#include "widgets/pages/compare/comparepage.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

class TestComparePresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::ComparePage> m_page;
    std::unique_ptr<app::AddedFilesController> m_files;
    std::unique_ptr<app::ComparePresenter> m_presenter;

    void attach() override
    {
        m_page = std::make_unique<widgets::ComparePage>();
        m_files
            = std::make_unique<app::AddedFilesController>(jobs(), jobs(), session(), quantize());
        m_presenter
            = std::make_unique<app::ComparePresenter>(*m_page, session(), quantize(), *m_files);
    }

    void detach() override
    {
        m_presenter.reset();
        m_files.reset();
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

    void anAddedFileIsARowThatIsMeasuredAndPinned()
    {
        open();
        addRun(0.02);
        const auto file = folder() / "tiny-Q4_0.gguf";
        support::writeTinyGguf({}, file, core::formats::q4_0);
        m_files->add(file);
        QTRY_VERIFY(session().runs().last()->evaluation && session().runs().last()->file);
        const app::Run& run = *session().runs().last();
        QCOMPARE(session().runs().pinnedB()->number, run.number);
        QVERIFY(run.evaluation->against->kldMean > 0 && !run.evaluation->against->worst.empty());
        const auto report = run.report({ core::Role::FfnUp, 1 });
        QVERIFY(report && report->format == &core::formats::q4_0);
        QVERIFY(report->outputError > 0.01 && report->outputError < 0.2);
        QVERIFY2(m_page->answer().contains("loses"), qPrintable(m_page->answer()));
        QVERIFY(m_page->message()->text().isEmpty());
        m_files->add(file); // again: the same row, measured anew
        QTRY_VERIFY(jobs().isIdle());
        QCOMPARE(session().runs().runs().size(), std::size_t(2));
    }

    void anotherModelIsRefusedInASentenceAndOfferedToBeOpened()
    {
        open();
        support::TinyModel other;
        other.layers = 3;
        const auto file = folder() / "other.gguf";
        support::writeTinyGguf(other, file);
        m_files->add(file);
        QTRY_VERIFY(m_page->message()->text().contains("it has 3 layers, expected 2"));
        QVERIFY(session().runs().runs().empty());
        QSignalSpy wanted(m_presenter.get(), &app::ComparePresenter::openRequested);
        m_page->message()->findChildren<QPushButton*>().front()->click();
        QCOMPARE(wanted.size(), 1);
    }

    void aFileThatChangedIsSaidAndMeasuredAgainAsItIs()
    {
        open();
        const auto file = folder() / "tiny.gguf";
        support::writeTinyGguf({}, file, core::formats::q4_0);
        m_files->add(file);
        QTRY_VERIFY(!session().runs().runs().empty() && session().runs().last()->evaluation);
        const double before = session().runs().last()->evaluation->against->kldMean;
        support::writeTinyGguf({}, file, core::formats::q8_0);
        m_files->check();
        QTRY_VERIFY(session().runs().last()->isOutdated());
        QCOMPARE(m_page->answer(), "The pinned runs are not measured yet.");
        emit m_page->measureRequested(1);
        QTRY_VERIFY(session().runs().last()->evaluation->against->kldMean < before / 4);
        QVERIFY(!session().runs().last()->isOutdated());
        QCOMPARE(session().runs().last()->number, 1);
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
