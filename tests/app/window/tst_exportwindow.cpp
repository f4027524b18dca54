// SPDX-License-Identifier: GPL-3.0-or-later
// What the window writes, and what it leaves alone.
#include "app/controllers/exportcontroller.h"
#include "app/window/windowpages.h"
#include "tests/app/window/windowtest.h"
#include "widgets/messagebar.h"
#include "widgets/pages/export/exportpage.h"

#include <QCheckBox>
#include <QDir>

#include <fstream>

class TestExportWindow : public WindowTest {
    Q_OBJECT

private:
    /// Writes the model as it is and waits for it.
    void exportOriginal()
    {
        widgets::ExportPage& page = *m_window->pages().exporting;
        emit page.sourceChosen(0);
        emit page.exportRequested();
        QTRY_VERIFY_WITH_TIMEOUT(
            !m_window->exportController().isRunning() && session().exported() != nullptr, longJob);
    }

    void setExportName(const QString& name)
    {
        widgets::ExportPage& page = *m_window->pages().exporting;
        widgets::ExportSettings settings = page.settings();
        settings.folder = m_folder->path();
        settings.fileName = name;
        page.setSettings(settings);
        emit page.settingsChanged(settings);
    }

private slots:
    void replacesAFileOnlyWhenItIsSaidBesideTheName()
    {
        openSample();
        m_window->showPage(widgets::PageId::Export);
        widgets::ExportPage& page = *m_window->pages().exporting;
        emit page.sourceChosen(0);
        std::ofstream(m_folder->filePath("mine.gguf").toStdString()) << "keep me";
        setExportName("mine.gguf");
        QVERIFY(!page.canExport());
        emit page.exportRequested(); // from a shortcut
        QVERIFY(!m_window->exportController().isRunning());
        QCOMPARE(QFileInfo(m_folder->filePath("mine.gguf")).size(), 7);

        auto* choice = page.findChild<widgets::ExistingChoice*>();
        QCOMPARE(choice->file().freeName, "mine-2.gguf");
        choice->findChild<QCheckBox*>()->click();
        QVERIFY(page.canExport());
        exportOriginal();
        QVERIFY(QFileInfo(m_folder->filePath("mine.gguf")).size() > 1'000'000);
        QVERIFY(!page.canExport()); // the file is there: asked again
        QVERIFY(!choice->findChild<QCheckBox*>()->isChecked());
    }

    void saysWrittenOnlyOfThisModelAndThisFile()
    {
        openSample();
        m_window->showPage(widgets::PageId::Export);
        widgets::ExportPage& page = *m_window->pages().exporting;
        emit page.sourceChosen(0);
        setExportName("one.gguf");
        exportOriginal();
        QVERIFY2(page.answer().contains("It was written"), qPrintable(page.answer()));
        setExportName("two.gguf");
        QVERIFY2(page.answer().contains("It will be written"), qPrintable(page.answer()));
        QVERIFY(messageOf(page).isEmpty());
        setExportName("one.gguf");
        QVERIFY(page.answer().contains("It was written"));

        const auto first = session().checkpoint();
        m_window->open(m_folder->filePath("one.gguf").toStdString());
        QTRY_VERIFY_WITH_TIMEOUT(session().checkpoint() != first, longJob);
        emit page.sourceChosen(0);
        setExportName("one.gguf");
        QVERIFY(page.answer().contains("It will be written"));
        QVERIFY(!page.canExport());
        QVERIFY(page.findChild<widgets::ExistingChoice*>()->file().kind
            == widgets::ExistingFile::Kind::Read);
    }

    void proposesNamesThatDifferByRecipeAndMethodAndAreNoSource()
    {
        openSample();
        m_window->showPage(widgets::PageId::Export);
        widgets::ExportPage& page = *m_window->pages().exporting;
        QStringList names;
        const auto propose = [&] {
            QTRY_VERIFY_WITH_TIMEOUT(
                !page.settings().fileName.isEmpty() && !names.contains(page.settings().fileName),
                longJob);
            names += page.settings().fileName;
        };
        session().usePreset("Q4_K");
        propose();
        session().recipe().setTreatment({ core::Method::RoundToNearest });
        propose();
        session().recipe().setTreatment({ core::Method::Gptq, core::Scaling::Awq });
        propose();
        session().usePreset("Q8_0");
        propose();
        const QString preset = names.last();
        for (const core::Format* value : { &core::formats::q6_K, &core::formats::q5_K }) {
            session().usePreset("Q8_0"); // edited in two ways, of which its title says as much
            session().recipe().assign({ 3 }, value);
            propose();
        }
        session().usePreset("Q8_0");
        QTRY_COMPARE(page.settings().fileName, preset);
        core::GptqOptions options = session().recipe().recipe().gptq;
        options.sweeps += 1;
        session().recipe().setGptq(options);
        propose();
        emit page.sourceChosen(0);
        propose();
        for (const QString& name : names)
            QVERIFY2(name.endsWith(".gguf"), qPrintable(name));

        const QString own = m_folder->filePath(names.last());
        setExportName(names.last());
        exportOriginal();
        const auto first = session().checkpoint();
        m_window->open(own.toStdString());
        QTRY_VERIFY_WITH_TIMEOUT(session().checkpoint() != first, longJob);
        emit page.sourceChosen(0);
        QTRY_VERIFY(!page.settings().fileName.isEmpty());
        QVERIFY(QDir(page.settings().folder).filePath(page.settings().fileName) != own);
    }
};

QTEST_MAIN(TestExportWindow)
#include "tst_exportwindow.moc"
