// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/textpresenter.h"

#include "app/jobs/addedfile.h"
#include "tests/app/presenters/presentertest.h"
#include "widgets/pages/compare/comparepage.h"
#include "widgets/pages/compare/detailcard.h"
#include "widgets/pages/compare/textcolumnview.h"
#include "widgets/pages/compare/worstpanel.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>

class TestTextPresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::ComparePage> m_page;
    std::unique_ptr<app::TextController> m_controller;
    std::unique_ptr<app::TextPresenter> m_presenter;

    void attach() override
    {
        m_page = std::make_unique<widgets::ComparePage>();
        m_controller = std::make_unique<app::TextController>(jobs(), jobs(), session(), nullptr);
        m_presenter = std::make_unique<app::TextPresenter>(*m_page, session(), *m_controller);
    }

    void detach() override
    {
        m_presenter.reset();
        m_controller.reset();
        m_page.reset();
    }

    widgets::TextPanel* panel() { return m_page->details()->text(); }
    const widgets::TextColumn& column(int index)
    {
        return panel()->findChildren<widgets::TextColumnView*>()[index]->column();
    }
    /// Puts the model beside itself, in Q8_0 (A) and Q4_0 (B).
    void addFiles()
    {
        for (const core::Format* format : { &core::formats::q8_0, &core::formats::q4_0 }) {
            const auto file = folder() / (std::string(format->name) + ".gguf");
            support::writeTinyGguf({}, file, *format);
            session().runs().add(app::addedRun(file, *session().checkpoint()));
        }
    }

private slots:
    void writesThePromptOfTheTextByAllThree()
    {
        open();
        addFiles();
        QTRY_COMPARE(panel()->choice().prompt.left(19), "the quick brown fox");
        QCOMPARE(column(0).title, "Original");
        QCOMPARE(column(2).letter, "B");
        QCOMPARE(column(2).title, "Q4_0");
        emit panel()->writeRequested();
        QVERIFY(m_controller->isRunning());
        QTRY_VERIFY(!m_controller->isRunning());
        for (int i = 0; i < 3; ++i)
            QVERIFY(!column(i).tokens.empty());
        QVERIFY(column(0).note.contains("tok/s"));
        QVERIFY(!column(2).note.isEmpty()); // "differs from token 3", or the same text
        QVERIFY(std::ranges::none_of(
            column(0).tokens, [](const widgets::ShownToken& token) { return token.differs; }));
        session().runs().pinA(2); // what was written moves with its run
        QCOMPARE(column(2).letter, "A");
    }

    void writesWithEveryMixer_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : { "qwen35", "lfm2", "gemma4", "deepseek2" })
            QTest::newRow(name) << QString(name);
    }
    void writesWithEveryMixer()
    {
        QFETCH(QString, name);
        openArchitecture(name.toStdString());
        QCOMPARE(m_controller->whyNot(), QString());
        const QSignalSpy failed(m_controller.get(), &app::TextController::failed);
        const QSignalSpy finished(m_controller.get(), &app::TextController::finished);
        app::TextWish wish;
        wish.prompt = "the cat"; // after which none of them writes an end at once
        wish.count = 8;
        m_controller->write(wish);
        QTRY_COMPARE(finished.size() + failed.size(), qsizetype(1));
        QVERIFY(failed.isEmpty());
        QVERIFY(!column(0).tokens.empty());
    }

    void tellsTheMatchRateOverBeginningsOfTheText()
    {
        open();
        addFiles();
        emit panel()->matchRequested();
        QTRY_VERIFY(!m_controller->isRunning());
        bool isTold = false;
        for (const QLabel* label : panel()->findChildren<QLabel*>())
            isTold = isTold || label->text().contains("20 prompts of evaluation.txt");
        QVERIFY(isTold);
    }

    void stopsTheTextAndNoOtherJob()
    {
        open();
        bool isDone = false;
        jobs().start(
            "another job", [](const core::Progress&) { return true; },
            [&isDone](bool) { isDone = true; });
        emit panel()->writeRequested();
        emit panel()->stopRequested(); // while it waits
        QVERIFY(!m_controller->isRunning());
        QTRY_VERIFY(jobs().isIdle());
        QVERIFY(isDone);
        QVERIFY(column(0).tokens.empty());
        emit panel()->writeRequested();
        QTRY_VERIFY(!m_controller->isRunning());
        QVERIFY(!column(0).tokens.empty());
    }

    void saysWhyAModelCannotWrite()
    {
        support::TinyModel model;
        model.damage = support::Damage::NoTokenizer;
        open(model);
        QVERIFY(m_controller->whyNot().contains("no tokenizer"));
        const auto buttons = m_page->details()->findChildren<QPushButton*>();
        const auto write = std::ranges::find(buttons, QString("Generate"), &QPushButton::text);
        QVERIFY(write != buttons.end() && !(*write)->isEnabled());
        QVERIFY((*write)->toolTip().contains("no tokenizer"));
    }

    void showsTheWorstTokensInTheirText()
    {
        open();
        const int run = addRun(0.02);
        core::Evaluation evaluation = *session().runs().find(run)->evaluation;
        const core::Tokenizer& tokenizer = session().checkpoint()->tokenizer();
        const std::vector<int> words = tokenizer.encode("the quick brown fox");
        evaluation.context = 8;
        evaluation.chunks = 1;
        core::WorstToken worst;
        worst.position = 5;
        worst.divergence = 2.5;
        worst.reference = { words[0], 0.5 };
        worst.model = { words[0], 0.25 };
        worst.referenceTop = { { words[0], 0.5 } };
        worst.modelTop = { { words[1], 0.75 } };
        worst.before = words;
        evaluation.against->worst = { worst };
        session().runs().setEvaluation(run, evaluation, session().evaluationSettings());
        auto* table = m_page->details()->worst()->findChild<QTableWidget*>();
        QCOMPARE(table->rowCount(), 1);
        QCOMPARE(table->item(0, 0)->text(), "2.50");
        QVERIFY(table->item(0, 3)->text().contains("50"));
        QVERIFY(table->item(0, 2)->data(Qt::UserRole).toString().contains("quick brown fox"));
    }
};

QTEST_MAIN(TestTextPresenter)
#include "tst_textpresenter.moc"
