// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/exportpresenter.h"

#include "app/controllers/exportcontroller.h"
#include "tests/app/presenters/presentertest.h"
#include "widgets/models/tensormodel.h"
#include "widgets/pages/export/exportpage.h"

#include <QTest>

class TestExportPresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::TensorModel> m_table;
    std::unique_ptr<widgets::ExportPage> m_page;
    std::unique_ptr<app::ExportController> m_controller;
    std::unique_ptr<app::ExportPresenter> m_presenter;

    void attach() override
    {
        m_table = std::make_unique<widgets::TensorModel>();
        m_page = std::make_unique<widgets::ExportPage>();
        m_controller
            = std::make_unique<app::ExportController>(jobs(), session(), keeper(), nullptr);
        m_presenter = std::make_unique<app::ExportPresenter>(
            *m_page, *m_table, session(), selection(), quantize(), *m_controller, jobs());
    }

    void detach() override
    {
        m_presenter.reset();
        m_controller.reset();
        m_page.reset();
        m_table.reset();
    }

private slots:
    void proposesANameThatFollowsTheRecipe()
    {
        open();
        QTRY_VERIFY(m_page->settings().fileName.endsWith(".gguf"));
        session().usePreset("Q8_0");
        QTRY_VERIFY2(
            m_page->settings().fileName.contains("Q8_0"), qPrintable(m_page->settings().fileName));
    }

    void plansAFileOfAGgufThatIsNotComputed()
    {
        openUnknown();
        m_presenter->setFolder(QString::fromStdString(folder().string()));
        QTRY_VERIFY(m_page->settings().fileName.endsWith(".gguf"));
        emit m_page->sourceChosen(0);
        QTRY_COMPARE(m_page->whyNotMainAction(), "");
    }

    void saysWhyNoFileIsMadeOfAFolderThatIsNotComputed()
    {
        support::TinyModel model;
        model.damage = support::Damage::UnknownArchitecture;
        open(model);
        m_presenter->setFolder(QString::fromStdString(folder().string()));
        QTRY_VERIFY2(m_page->whyNotMainAction().contains("MambaForCausalLM"),
            qPrintable(m_page->whyNotMainAction()));
    }

    void keepsTheFolderThatWasChosen()
    {
        open();
        QTRY_VERIFY(!m_page->settings().fileName.isEmpty());
        m_presenter->setFolder(QString::fromStdString(folder().string()));
        session().usePreset("Q8_0");
        QTRY_VERIFY(m_page->settings().fileName.contains("Q8_0"));
        QCOMPARE(m_page->settings().folder, QString::fromStdString(folder().string()));
    }
};

QTEST_MAIN(TestExportPresenter)
#include "tst_exportpresenter.moc"
