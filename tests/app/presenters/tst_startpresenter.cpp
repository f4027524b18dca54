// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/startpresenter.h"

#include "app/controllers/opencontroller.h"
#include "tests/app/presenters/presentertest.h"
#include "widgets/pages/start/startpage.h"

#include <QTest>

class TestStartPresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<app::RecentModels> m_recent;
    std::unique_ptr<app::OpenController> m_open;
    std::unique_ptr<widgets::StartPage> m_page;
    std::unique_ptr<app::StartPresenter> m_presenter;

    void attach() override
    {
        m_recent = std::make_unique<app::RecentModels>(settings());
        m_open = std::make_unique<app::OpenController>(
            jobs(), session(), keeper(), places(), folder() / "sample");
        m_page = std::make_unique<widgets::StartPage>();
        m_presenter = std::make_unique<app::StartPresenter>(*m_page, *m_recent, session(), *m_open);
    }

    void detach() override
    {
        m_presenter.reset();
        m_page.reset();
        m_open.reset();
        m_recent.reset();
    }

private slots:
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

    void saysInOneLineWhatAModelIs()
    {
        open();
        const QString text = app::modelText(session());
        QVERIFY2(text.contains("Llama") && text.contains("parameters"), qPrintable(text));
    }
};

QTEST_MAIN(TestStartPresenter)
#include "tst_startpresenter.moc"
