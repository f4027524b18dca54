// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/export/exportpage.h"

#include "pagetest.h"
#include "tests/widgets/pictures.h"
#include "tests/widgets/sampledata.h"
#include "tests/widgets/sampleruns.h"
#include "widgets/messagebar.h"
#include "widgets/pages/export/filebar.h"
#include "widgets/pages/export/fileparts.h"

#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QTableWidget>

using namespace widgets;

namespace {

QString plain(QString text) { return text.replace(QChar(0xA0), ' '); }

QPushButton* button(QWidget& page, const QString& text)
{
    for (QPushButton* one : page.findChildren<QPushButton*>())
        if (one->text() == text && one->isVisible())
            return one;
    return nullptr;
}

core::GgufPlan plan()
{
    return core::planGguf(*sampleData().checkpoint, samplePlan("Q4_K_M"), { {}, {}, "Q4_K_M" });
}

ExportChecks checks()
{
    ExportChecks checks;
    checks.freeBytes = 41.2e9;
    checks.measured = "KLD 0.00456";
    return checks;
}

/// The page with a run to export.
struct Shown {
    ExportPage page;
    Shown()
    {
        page.setSources(sampleRuns(), 6);
        page.setPlan(plan());
        page.setSettings({ "/home/ada/models", "sample-Q4_K_M.gguf", "sample", "CC0-1.0" });
        page.setChecks(checks());
        page.setExpectation("Perplexity 41.12 on evaluation.txt at context 256.");
        settle(page, { 927, 760 });
    }
    QStringList checkTexts()
    {
        QStringList texts;
        for (const Check& check : page.findChild<CheckList*>()->checks())
            texts << check.text;
        return texts;
    }
};

} // namespace

class ExportPageTest : public PageTest {
    Q_OBJECT

private slots:
    void anAddedFileIsNoSourceAndSaysWhy()
    {
        Shown shown;
        std::vector<RunRow> runs = sampleRuns();
        runs[5].isFile = true;
        shown.page.setSources(runs, 6);
        const QComboBox* sources = nullptr;
        for (const QComboBox* box : shown.page.findChildren<QComboBox*>())
            sources = box->findData(6) >= 0 ? box : sources;
        QVERIFY(sources);
        const QModelIndex file = sources->model()->index(5, 0);
        QVERIFY(!(file.flags() & Qt::ItemIsEnabled));
        QVERIFY(file.data(Qt::ToolTipRole).toString().startsWith("It is a file already"));
        QVERIFY(sources->model()->index(6, 0).flags() & Qt::ItemIsEnabled);
    }

    void saysTheExactSizeBeforeAnythingIsWritten()
    {
        Shown shown;
        const QString bytes = QLocale().toString(qulonglong(plan().layout.fileSize));
        QVERIFY2(
            plain(shown.page.answer()).startsWith("One GGUF file of exactly " + bytes + " bytes."),
            qPrintable(shown.page.answer()));
        takePictures(shown.page, theme(), "export");
    }

    void thePartsAddUpToTheFile()
    {
        std::uint64_t sum = 0;
        for (const FilePart& part : fileParts(plan()))
            sum += part.bytes;
        QCOMPARE(sum, plan().layout.fileSize);
    }

    void aPartOfTheFileSelectsItsTensors()
    {
        Shown shown;
        QSignalSpy selected(&shown.page, &ExportPage::placesSelected);
        auto* bar = shown.page.findChild<FileBar*>();
        QTest::keyClick(bar, Qt::Key_Right);
        QTest::keyClick(bar, Qt::Key_Right);
        QTest::keyClick(bar, Qt::Key_Return);
        QCOMPARE(selected.size(), 1);
        QCOMPARE(selected[0][0].value<std::vector<core::Place>>().size(), std::size_t(16));
        QTest::mouseClick(bar, Qt::LeftButton, {}, QPoint(bar->width() - 4, 10));
        QCOMPARE(selected.size(), 2);
    }

    void theFieldsAreTheSettings()
    {
        Shown shown;
        QSignalSpy changed(&shown.page, &ExportPage::settingsChanged);
        for (QLineEdit* field : shown.page.findChildren<QLineEdit*>())
            if (field->text() == "sample-Q4_K_M.gguf") {
                field->clear();
                QTest::keyClicks(field, "my model.gguf");
            }
        QVERIFY(!changed.isEmpty());
        QCOMPARE(changed.last()[0].value<ExportSettings>().fileName, "my model.gguf");
        QCOMPARE(changed.last()[0].value<ExportSettings>().license, "CC0-1.0");
        QVERIFY(shown.page.findChild<QPlainTextEdit*>()->toPlainText().startsWith(
            "llama-cli -m \"my model.gguf\""));
    }

    void choosesWhatAndWhere()
    {
        Shown shown;
        QSignalSpy source(&shown.page, &ExportPage::sourceChosen);
        QSignalSpy folder(&shown.page, &ExportPage::chooseFolderRequested);
        QSignalSpy start(&shown.page, &ExportPage::exportRequested);
        auto* combo = shown.page.findChild<QComboBox*>();
        emit combo->activated(0);
        QCOMPARE(source.size(), 1);
        QCOMPARE(source[0][0].toInt(), 0);
        QTest::mouseClick(button(shown.page, "Choose..."), Qt::LeftButton);
        shown.page.triggerMainAction();
        QCOMPARE(folder.size(), 1);
        QCOMPARE(start.size(), 1);
    }

    void cannotWriteIntoAFolderThatIsNotThere()
    {
        Shown shown;
        ExportChecks missing = checks();
        missing.folderExists = false;
        shown.page.setChecks(missing);
        QVERIFY(shown.checkTexts().contains("The folder does not exist"));
        QVERIFY(!button(shown.page, "Export")->isEnabled());
        shown.page.setPlan({}, "The model has no tokenizer, so no GGUF file can be written.");
        QCOMPARE(
            shown.page.answer(), "The model has no tokenizer, so no GGUF file can be written.");
    }

    void fallbacksAndAnOlderFileAreSaid()
    {
        Shown shown;
        ExportChecks some = checks();
        some.fallbacks = 3;
        some.existing = { ExistingFile::Kind::Other, "sample-Q4_K_M-2.gguf" };
        some.measured.clear();
        shown.page.setChecks(some);
        QVERIFY(!shown.checkTexts().contains("Every row fits its format"));
        QVERIFY(shown.checkTexts().contains("Some rows do not fit their format"));
        QVERIFY(shown.checkTexts().contains("A file of this name exists"));
        QVERIFY(shown.checkTexts().contains("Not measured against the original"));
        takePictures(shown.page, theme(), "export-warnings");
    }

    void asksBesideTheNameBeforeAFileIsReplaced()
    {
        Shown shown;
        auto* choice = shown.page.findChild<ExistingChoice*>();
        auto* replace = choice->findChild<QCheckBox*>();
        QVERIFY(!choice->isVisible());
        QVERIFY(shown.page.canExport());
        ExportChecks taken = checks();
        taken.existing = { ExistingFile::Kind::Other, "sample-Q4_K_M-2.gguf" };
        shown.page.setChecks(taken);
        QVERIFY(choice->isVisible());
        QVERIFY(!button(shown.page, "Export")->isEnabled());
        QVERIFY(button(shown.page, "Export")->toolTip().contains("choose beside the name"));
        QVERIFY(shown.page.existing() == core::Existing::Keep);
        takePictures(shown.page, theme(), "export-exists");

        replace->click();
        QVERIFY(button(shown.page, "Export")->isEnabled());
        QVERIFY(shown.page.existing() == core::Existing::Replace);
        shown.page.setRunning(true);
        shown.page.setRunning(false); // asked every time
        QVERIFY(!button(shown.page, "Export")->isEnabled());
        QVERIFY(!replace->isChecked());
    }

    void anotherNameOrFolderIsAnotherQuestion()
    {
        Shown shown;
        ExportChecks taken = checks();
        taken.existing = { ExistingFile::Kind::Other, "sample-Q4_K_M-2.gguf" };
        shown.page.setChecks(taken);
        auto* replace = shown.page.findChild<ExistingChoice*>()->findChild<QCheckBox*>();
        for (const char* text : { "sample-Q4_K_M.gguf", "/home/ada/models" }) {
            replace->click();
            QVERIFY(shown.page.existing() == core::Existing::Replace);
            for (QLineEdit* field : shown.page.findChildren<QLineEdit*>())
                if (field->text() == text)
                    QTest::keyClicks(field, "x");
            QVERIFY(shown.page.existing() == core::Existing::Keep);
        }
    }

    void proposesAFreeName()
    {
        Shown shown;
        ExportChecks taken = checks();
        taken.existing = { ExistingFile::Kind::Other, "sample-Q4_K_M-2.gguf" };
        shown.page.setChecks(taken);
        QSignalSpy changed(&shown.page, &ExportPage::settingsChanged);
        QTest::mouseClick(button(shown.page, "sample-Q4_K_M-2.gguf"), Qt::LeftButton);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(shown.page.settings().fileName, "sample-Q4_K_M-2.gguf");
        shown.page.setChecks(checks());
        QVERIFY(!shown.page.findChild<ExistingChoice*>()->isVisible());
        QVERIFY(button(shown.page, "Export")->isEnabled());
    }

    void aFileThatIsReadCannotBeChosen()
    {
        Shown shown;
        ExportChecks read = checks();
        read.existing = { ExistingFile::Kind::Read, "model-2.gguf" };
        shown.page.setChecks(read);
        QVERIFY(!button(shown.page, "Export")->isEnabled());
        QVERIFY(!shown.page.findChild<ExistingChoice*>()->findChild<QCheckBox*>()->isVisible());
        QVERIFY(shown.checkTexts().contains("A file that is read has this name"));
        QVERIFY(button(shown.page, "model-2.gguf"));
        takePictures(shown.page, theme(), "export-own-file");
        read.existing = {};
        read.hasName = false;
        shown.page.setChecks(read);
        QVERIFY(!button(shown.page, "Export")->isEnabled());
    }

    void canBeCancelledWhileItWrites()
    {
        Shown shown;
        QSignalSpy cancel(&shown.page, &ExportPage::cancelRequested);
        shown.page.setRunning(true);
        QVERIFY(!button(shown.page, "Export")->isEnabled());
        QTest::mouseClick(button(shown.page, "Cancel"), Qt::LeftButton);
        QCOMPARE(cancel.size(), 1);
    }

    void theFinishedFileIsShown()
    {
        Shown shown;
        QSignalSpy open(&shown.page, &ExportPage::openFolderRequested);
        shown.page.setReport(
            core::GgufExportReport{ "/home/ada/models/sample-Q4_K_M.gguf", 2'891'712, 38, 0.4 });
        settle(shown.page, { 927, 760 });
        QVERIFY(plain(shown.page.message()->text())
                    .startsWith("sample-Q4_K_M.gguf is ready: 2,891,712 bytes, 38 tensor"));
        QVERIFY(shown.page.answer().contains("It was written"));
        QVERIFY(button(shown.page, "Export again"));
        QTest::mouseClick(button(shown.page, "Open folder"), Qt::LeftButton);
        QCOMPARE(open.size(), 1);
        takePictures(shown.page, theme(), "export-done");
    }

    void aFailureSaysWhatIsKept()
    {
        Shown shown;
        shown.page.setError("Cannot write “/home/ada/models/sample-Q4_K_M.gguf”: 1.20 MB are "
                            "free, 2.89 MB are needed.");
        settle(shown.page, { 927, 760 });
        QVERIFY(shown.page.message()->isVisible());
        takePictures(shown.page, theme(), "export-failed");
    }

    void everyMetadataKeyIsListed()
    {
        Shown shown;
        auto* table = shown.page.findChild<QTableWidget*>();
        QCOMPARE(table->rowCount(), int(plan().metadata.pairs().size()));
        QCOMPARE(table->item(0, 0)->text(), "general.architecture");
        QCOMPARE(table->item(0, 1)->text(), "llama");
    }
};

QTEST_MAIN(ExportPageTest)
#include "tst_exportpage.moc"
