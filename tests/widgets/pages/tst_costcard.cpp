// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/costcard.h"

#include "core/formats/study.h"
#include "pagetest.h"
#include "tests/widgets/pictures.h"
#include "tests/widgets/sampledata.h"

#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QToolButton>

using namespace widgets;

namespace {

constexpr core::Place attnK{ core::Role::AttnK, 2 };

QString plain(QString text) { return text.replace(QChar(0xA0), ' '); }

/// The card for one tensor at Q3_K, looking at Q2_K.
struct Shown {
    CostCard card;
    const core::Format* q3 = core::findFormat("Q3_K");
    const core::Format* q2 = core::findFormat("Q2_K");
    Shown()
    {
        card.setSelection("blk.2.attn_k", sampleData().choices(attnK, q3), q3, q2);
        settle(card, { 460, 400 });
    }
    CostTable* table() { return card.findChild<CostTable*>(); }
    QPushButton* assign() { return button("Assign"); }
    QPushButton* button(const char* beginning)
    {
        for (QPushButton* each : card.findChildren<QPushButton*>())
            if (each->text().startsWith(QLatin1String(beginning)))
                return each;
        return nullptr;
    }
    int rowOf(const QString& format)
    {
        return table()->row(table()->findItems(format, Qt::MatchExactly).constFirst());
    }
};

/// The same with a choice more: the format for study of that name, in rows of attn_k.
std::vector<FormatChoice> choicesWith(const char* study)
{
    std::vector<FormatChoice> choices = sampleData().choices(attnK, core::findFormat("Q3_K"));
    FormatChoice choice;
    choice.format = core::findStudyFormat(study);
    choice.bytes = 1000;
    choice.error = 0.25;
    choices.push_back(choice);
    return choices;
}

} // namespace

class CostCardTest : public PageTest {
    Q_OBJECT

private slots:
    void saysWhatChanges()
    {
        Shown shown;
        QCOMPARE(shown.table()->rowCount(), int(core::allFormats().size()));
        const int q3 = shown.rowOf("Q3_K");
        QCOMPARE(shown.table()->item(q3, 1)->text(), "in recipe");
        QVERIFY(shown.table()->item(q3, 2)->text().endsWith("%"));
        const int q2 = shown.rowOf("Q2_K");
        QCOMPARE(plain(shown.table()->item(q2, 1)->text()), "−3.3 kB");
        QVERIFY(shown.table()->item(q2, 2)->text().startsWith("+"));
        QCOMPARE(shown.table()->currentRow(), q2); // what is looked at
    }

    void namesTheErrorByWhatItIsOf()
    {
        Shown shown;
        QCOMPARE(shown.table()->horizontalHeaderItem(2)->text(), "Output error");
        std::vector<FormatChoice> choices = sampleData().choices(attnK, shown.q3);
        for (FormatChoice& choice : choices)
            choice.errorOf = ErrorOf::Weights;
        shown.card.setSelection("blk.2.attn_k", choices, shown.q3, nullptr);
        QCOMPARE(shown.table()->horizontalHeaderItem(2)->text(), "Weight error");
        QVERIFY(shown.table()->item(0, 0)->toolTip().contains("Weight error "));
    }

    void errorsStillToComeAreThreeDots()
    {
        Shown shown;
        std::vector<FormatChoice> pending = sampleData().choices(attnK, nullptr);
        for (FormatChoice& choice : pending)
            choice.error.reset();
        shown.card.setSelection("blk.2.attn_k", pending, shown.q3, nullptr);
        QCOMPARE(shown.table()->item(shown.rowOf("Q2_K"), 2)->text(), "…");
    }

    void aRowLooksAndAssigningIsAnotherStep()
    {
        Shown shown;
        QSignalSpy looked(&shown.card, &CostCard::lookRequested);
        QSignalSpy assigned(&shown.card, &CostCard::assignRequested);
        QTableWidget* table = shown.table();
        const int row = shown.rowOf("Q4_K");
        const QPoint at = table->visualItemRect(table->item(row, 1)).center();
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(looked.size(), 1);
        QCOMPARE(looked[0][0].value<const core::Format*>(), core::findFormat("Q4_K"));
        QCOMPARE(assigned.size(), 0);
        QTest::mouseClick(shown.assign(), Qt::LeftButton);
        QTest::mouseDClick(table->viewport(), Qt::LeftButton, {}, at);
        QTest::keyClick(table, Qt::Key_Return);
        QCOMPARE(assigned.size(), 3);
        for (const QList<QVariant>& arguments : assigned)
            QCOMPARE(arguments[0].value<const core::Format*>(), core::findFormat("Q4_K"));
    }

    void escapeAndTheRecipesOwnRowGoBack()
    {
        Shown shown;
        QSignalSpy looked(&shown.card, &CostCard::lookRequested);
        QTest::keyClick(shown.table(), Qt::Key_Escape);
        shown.table()->setCurrentCell(shown.rowOf("Q3_K"), 0);
        QCOMPARE(looked.size(), 2);
        QCOMPARE(looked[0][0].value<const core::Format*>(), nullptr);
        QCOMPARE(looked[1][0].value<const core::Format*>(), nullptr);
        QVERIFY(!shown.assign()->isEnabled());
    }

    void settingTheSelectionSaysNothing()
    {
        Shown shown;
        QSignalSpy looked(&shown.card, &CostCard::lookRequested);
        shown.card.setSelection(
            "blk.2.attn_k", sampleData().choices(attnK, shown.q2), shown.q2, shown.q3);
        shown.card.setSelection(
            "12 tensors", sampleData().choices(attnK, nullptr), nullptr, nullptr);
        QCOMPARE(looked.size(), 0);
        QCOMPARE(shown.table()->currentRow(), -1);
        QCOMPARE(plain(shown.table()->item(shown.rowOf("Q8_0"), 1)->text()), "34.8 kB");
    }

    void aFormatForStudyIsTheRecipesForRowsOfAnyLength()
    {
        Shown shown;
        const core::Format* assigned
            = core::formatForRows(core::findStudyFormat("INT4_SYM_CHANNEL"), 256);
        shown.card.setSelection("blk.2.attn_k", choicesWith("INT4_SYM_CHANNEL"), assigned, nullptr);
        const int row = shown.rowOf("INT4_SYM_CHANNEL");
        QCOMPARE(shown.table()->currentRow(), row);
        QCOMPARE(shown.table()->item(row, 1)->text(), "in recipe");
        QVERIFY(!shown.assign()->isEnabled());
        QSignalSpy assigns(&shown.card, &CostCard::assignRequested);
        QTest::keyClick(shown.table(), Qt::Key_Return);
        QCOMPARE(assigns.size(), 0);
    }

    void formatsForStudyAreInAMenu()
    {
        Shown shown;
        QSignalSpy looked(&shown.card, &CostCard::lookRequested);
        QTest::mouseClick(shown.card.findChild<QToolButton*>(), Qt::LeftButton);
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        QVERIFY(menu);
        for (QAction* action : menu->actions())
            if (action->text().startsWith("NF4_G64"))
                action->trigger();
        menu->close();
        QCOMPARE(looked.size(), 1);
        QCOMPARE(looked[0][0].value<const core::Format*>(), core::findStudyFormat("NF4_G64"));
        shown.card.setSelection(
            "blk.2.attn_k", choicesWith("NF4_G64"), shown.q3, core::findStudyFormat("NF4_G64"));
        QCOMPARE(shown.assign()->text(), "Assign NF4_G64");
    }
};

QTEST_MAIN(CostCardTest)
#include "tst_costcard.moc"
