// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/startpresenter.h"

#include "app/controllers/filecontroller.h"
#include "app/controllers/opencontroller.h"
#include "tests/app/presenters/presentertest.h"
#include "widgets/pages/start/startpage.h"

#include <QAbstractButton>
#include <QPushButton>
#include <QTest>

#include <nlohmann/json.hpp>

class TestStartPresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<app::RecentModels> m_recent;
    std::unique_ptr<app::OpenController> m_open;
    std::unique_ptr<widgets::StartPage> m_page;
    std::unique_ptr<app::FileController> m_files;
    std::unique_ptr<app::StartPresenter> m_presenter;

    void attach() override
    {
        m_recent = std::make_unique<app::RecentModels>(settings());
        m_open = std::make_unique<app::OpenController>(
            jobs(), session(), keeper(), places(), folder() / "sample");
        m_page = std::make_unique<widgets::StartPage>();
        m_files = std::make_unique<app::FileController>(jobs(), session(), queue(), *m_page);
        m_presenter = std::make_unique<app::StartPresenter>(*m_page,
            app::StartPresenter::Parts{ *m_recent, session(), queue(), *m_open, quantize(),
                *m_files, jobs(), places().store, folder() / "home" });
    }

    /// A folder that LM Studio would have made, before the page is.
    void keepAModel()
    {
        const std::filesystem::path model
            = folder() / "home" / ".lmstudio" / "models" / "owner" / "tiny";
        std::filesystem::create_directories(model);
        support::writeTinyModel({}, model);
    }

    void detach() override
    {
        m_presenter.reset();
        m_files.reset();
        m_page.reset();
        m_open.reset();
        m_recent.reset();
    }

private slots:
    void listsTheModelsThatOtherProgramsKeep()
    {
        keepAModel();
        emit m_open->failed({}, {}); // the page is shown again
        const auto row = [this]() -> QAbstractButton* {
            for (auto* button : m_page->findChildren<QAbstractButton*>())
                if (button->text() == "owner/tiny")
                    return button;
            return nullptr;
        };
        QTRY_VERIFY(row());
        row()->click();
        QTRY_VERIFY(session().isOpen());
    }

    void remembersWhatWasOpened()
    {
        const std::filesystem::path model = folder() / "other";
        std::filesystem::create_directories(model);
        support::writeTinyModel({}, model);
        emit m_page->openRequested(QString::fromStdString(model.string()));
        QTRY_VERIFY(session().isOpen());
        QTRY_COMPARE(m_recent->models().size(), 1);
        QCOMPARE(m_recent->models().front().path, QString::fromStdString(model.string()));
        emit m_page->removeRequested(m_recent->models().front().path);
        QVERIFY(m_recent->models().isEmpty());
    }

    void remembersTheSessionFilesThatWereWritten()
    {
        open();
        const QString file = QString::fromStdString((folder() / "work.quantscope").string());
        m_files->saveSession(file, keeper().document());
        QTRY_COMPARE(m_recent->models().size(), 1);
        QCOMPARE(m_recent->models().front().path, file);
        QVERIFY(m_recent->models().front().facts.startsWith("session"));
        QVERIFY(m_recent->models().front().bytes > 0);
    }

    void offersWhatWasInterruptedAndTakesItAwayOnceItIsNot()
    {
        const std::filesystem::path model = folder() / "other";
        std::filesystem::create_directories(model);
        app::QueuedRun run;
        run.session = app::SessionStore::idOf(model);
        run.model = model;
        run.title = "Q4_K_M";
        run.recipe.method = core::Method::Gptq;
        queue().hold();
        const int id = queue().add(run);
        queue().setParts(id, 19, 32);
        queue().setState(id, app::QueuedRun::State::Interrupted);
        m_recent->add({ QString::fromStdString(model.string()), "facts", 1, {} });
        const auto offered = [this] {
            for (const auto* button : m_page->findChildren<QPushButton*>())
                if (button->accessibleName() == "Resume Q4_K_M by GPTQ: 18 of 30 layers are done")
                    return true;
            return false;
        };
        QVERIFY(offered());
        queue().remove(id);
        QVERIFY(!offered());
    }

    void saysInOneLineWhatAModelIs()
    {
        open();
        const QString text = app::modelText(session());
        QVERIFY2(text.contains("Llama") && text.contains("parameters"), qPrintable(text));
    }
};

QTEST_MAIN(TestStartPresenter)
#include "tst_startpresenter.moc"
