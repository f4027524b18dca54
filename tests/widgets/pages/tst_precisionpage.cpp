// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/precisionpage.h"

#include "core/formats/study.h"
#include "pagetest.h"
#include "tests/widgets/pictures.h"
#include "tests/widgets/sampledata.h"
#include "tests/widgets/sampleruns.h"
#include "widgets/models/tensorcells.h"
#include "widgets/pages/precision/costcard.h"
#include "widgets/pages/precision/ruledialog.h"
#include "widgets/pages/precision/rulelist.h"
#include "widgets/pages/precision/rulescard.h"
#include "widgets/pages/precision/ruletext.h"
#include "widgets/plots/heatmap.h"
#include "widgets/plots/sizelossplot.h"

#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QToolButton>

#include <algorithm>
#include <optional>

using namespace widgets;

namespace {

constexpr core::Place attnK{ core::Role::AttnK, 2 };

QString plain(QString text) { return text.replace(QChar(0xA0), ' '); }

template<typename Button>
Button* button(QWidget& page, const QString& text)
{
    for (Button* one : page.findChildren<Button*>())
        if (one->text() == text || one->accessibleName() == text)
            return one;
    return nullptr;
}

std::vector<PrecisionCell> cells(const std::string& preset)
{
    std::vector<PrecisionCell> all;
    for (const core::PlannedTensor& planned : samplePlan(preset)) {
        if (!core::isMatrix(planned.place.role))
            continue;
        PrecisionCell cell{ planned.place, planned.format->bitsPerWeight(), {} };
        for (const core::TensorReport& report : sampleReports())
            if (report.place == planned.place)
                cell.error = report.importanceError;
        all.push_back(cell);
    }
    return all;
}

QStringList presets()
{
    QStringList names;
    for (const std::string& name : core::presetNames())
        names << QString::fromStdString(name);
    return names;
}

/// The page with a mix, one tensor selected and what was measured.
struct Shown {
    PrecisionPage page;
    const core::Format* q3 = core::findFormat("Q3_K");
    const core::Format* q2 = core::findFormat("Q2_K");
    Shown()
    {
        page.setPresets(presets());
        page.setRecipe(sampleRecipe("Q3_K_M"));
        page.setSummary({ "Q3_K_M", 8'818'944, 2'520'512, 16, 4.57, {} });
        page.setUndo(true, "Assign Q5_K to 2 tensors", false, {});
        page.setSelection("blk.2.attn_k", sampleData().choices(attnK, q3), q3, q2);
        page.setCells(cells("Q3_K_M"));
        page.setSelectedPlace(attnK);
        page.setRuns(sampleRuns());
        settle(page, { 927, 760 });
    }
    QTableWidget* table() { return page.findChild<CostTable*>(); }
    RuleList* rules() { return page.findChild<RuleList*>(); }
    int rowOf(const QString& format)
    {
        return table()->row(table()->findItems(format, Qt::MatchExactly).constFirst());
    }
};

} // namespace

class PrecisionPageTest : public PageTest {
    Q_OBJECT

private slots:
    void answersWithSizeBitsAndFallbacks()
    {
        Shown shown;
        QCOMPARE(plain(shown.page.answer()),
            "“Q3_K_M” takes 2.52 MB at 4.57 bits per weight, −71.4 % against the original. Every "
            "row fits its format.");
        takePictures(shown.page, theme(), "precision");
        shown.page.setSummary({ "Q4_K", 100, 50, 16, 8, { "one", "two" } });
        QVERIFY(shown.page.answer().contains("2 tensor"));
        QVERIFY(shown.page.answer().contains("fall back to another format"));
        QVERIFY(button<QPushButton>(shown.page, "2 tensors fall back...")->isVisible());
    }

    void isWholeBeforeAnythingIsSelectedOrMeasured()
    {
        PrecisionPage page;
        page.setPresets(presets());
        page.setRecipe(sampleRecipe("Q4_K_M"));
        page.setSummary({ "Q4_K_M", 8'818'944, 2'891'712, 16, 5.24, {} });
        page.setSelection({}, {}, nullptr, nullptr);
        page.setCells(cells("Q4_K_M"));
        settle(page, { 927, 760 });
        QVERIFY(!page.findChild<SizeLossPlot*>()->isVisible());
        QVERIFY(!page.findChild<CostTable*>()->isVisible());
        takePictures(page, theme(), "precision-fresh");
    }

    void rulesAreTextInOrder()
    {
        core::Rule rule;
        rule.roles = { core::Role::AttnV, core::Role::FfnDown };
        rule.layers = { { 0, 3 } };
        rule.format = core::findFormat("Q6_K");
        QCOMPARE(ruleSubject(rule), "attn_v, ffn_down, layers 0–3");
        QCOMPARE(ruleGives(rule), "Q6_K");
        rule.layers = { { 0, 0 }, { 3, 5 } };
        QCOMPARE(ruleSubject(rule), "attn_v, ffn_down, layers 0, 3–5");
        rule.layers = { { 2, {} } };
        QCOMPARE(ruleSubject(rule), "attn_v, ffn_down, from layer 2");
        QVERIFY(!core::isAssignment(rule));
        core::Rule one;
        one.name = "blk.2.attn_k.weight";
        one.format = rule.format;
        QCOMPARE(ruleSubject(one), "blk.2.attn_k");
        QVERIFY(core::isAssignment(one));
        QCOMPARE(ruleSubject({}), "every tensor");
    }

    void movesAndRemovesRules()
    {
        Shown shown;
        QSignalSpy edited(&shown.page, &PrecisionPage::recipeEdited);
        const core::Recipe before = sampleRecipe("Q3_K_M");
        QVERIFY(before.rules.size() >= 3);
        shown.rules()->setCurrentRow(1);
        QTest::mouseClick(
            button<QToolButton>(shown.page, "Move the rule up (Alt+Up)"), Qt::LeftButton);
        QCOMPARE(edited.size(), 1);
        const auto moved = edited[0][0].value<core::Recipe>();
        QCOMPARE(moved.rules[0].roles, before.rules[1].roles);
        QCOMPARE(moved.rules[1].roles, before.rules[0].roles);
        QCOMPARE(moved.name, "Q3_K_M, edited"); // it is no longer llama.cpp's mix
        QCOMPARE(shown.rules()->currentRow(), 0);
        QTest::keyClick(shown.rules(), Qt::Key_Delete);
        QCOMPARE(edited.size(), 2);
        QCOMPARE(edited[1][0].value<core::Recipe>().rules.size(), before.rules.size() - 1);
        QCOMPARE(edited[1][1].toString(), "Remove a rule");
    }

    void enterOnARuleEditsItInADialog()
    {
        Shown shown;
        QSignalSpy edited(&shown.page, &PrecisionPage::recipeEdited);
        shown.rules()->setCurrentRow(1);
        QTest::keyClick(shown.rules(), Qt::Key_Return);
        auto* dialog = shown.page.findChild<RuleDialog*>();
        QVERIFY(dialog);
        QCOMPARE(dialog->rule().roles, sampleRecipe("Q3_K_M").rules[1].roles);
        auto* format = dialog->findChildren<QComboBox*>().constFirst();
        QVERIFY(format->findText("Groups of 32") > 0); // titles stand between
        format->setCurrentIndex(format->findData(QVariant::fromValue(shown.q2)));
        auto* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        QVERIFY(ok->isEnabled());
        ok->click();
        QCOMPARE(edited.size(), 1);
        QCOMPARE(edited[0][0].value<core::Recipe>().rules[1].format, shown.q2);
        QCOMPARE(edited[0][1].toString(), "Edit a rule");
    }

    void aNewRuleComesFirstAndMustGiveSomething()
    {
        Shown shown;
        QSignalSpy edited(&shown.page, &PrecisionPage::recipeEdited);
        button<QToolButton>(shown.page, "Add a rule...")->click();
        auto* dialog = shown.page.findChild<RuleDialog*>();
        auto* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        QVERIFY(!ok->isEnabled()); // neither a format nor a method
        dialog->findChildren<QComboBox*>().constFirst()->setCurrentIndex(3);
        QVERIFY(ok->isEnabled());
        auto* layers = button<QLineEdit>(*dialog, "Layers");
        layers->setText("3-2");
        QVERIFY(!ok->isEnabled()); // the last layer comes before the first
        layers->setText("0, 3-5");
        ok->click();
        const auto after = edited[0][0].value<core::Recipe>();
        QCOMPARE(after.rules.size(), sampleRecipe("Q3_K_M").rules.size() + 1);
        QCOMPARE(after.rules.front().layers, (core::LayerRanges{ { 0, 0 }, { 3, 5 } }));
        QVERIFY(after.rules.front().roles.empty());
    }

    void draggingARuleMovesIt()
    {
        Shown shown;
        QSignalSpy edited(&shown.page, &PrecisionPage::recipeEdited);
        const core::Recipe before = sampleRecipe("Q3_K_M");
        QVERIFY(shown.rules()->model()->moveRow({}, 0, {}, 3)); // what a drop does
        QTRY_COMPARE(edited.size(), 1);
        const auto after = edited[0][0].value<core::Recipe>();
        QCOMPARE(after.rules[2].roles, before.rules[0].roles);
        QCOMPARE(after.rules[0].roles, before.rules[1].roles);
        QCOMPARE(shown.rules()->count(), int(before.rules.size()));
    }

    void removingAnAssignmentKeepsThePresetsName()
    {
        Shown shown;
        core::Recipe recipe = sampleRecipe("Q3_K_M");
        core::Rule one;
        one.name = "blk.2.attn_k.weight";
        one.format = shown.q2;
        recipe.rules.insert(recipe.rules.begin(), one);
        shown.page.setRecipe(recipe);
        QSignalSpy edited(&shown.page, &PrecisionPage::recipeEdited);
        shown.rules()->setCurrentRow(0);
        QTest::keyClick(shown.rules(), Qt::Key_Delete);
        QCOMPARE(edited[0][0].value<core::Recipe>().name, "Q3_K_M");
    }

    void theDefaultFormatIsAnEdit()
    {
        Shown shown;
        QSignalSpy edited(&shown.page, &PrecisionPage::recipeEdited);
        auto* combo = shown.page.findChild<RulesCard*>()->findChild<QComboBox*>();
        QCOMPARE(combo->currentText(), "Q3_K · 3.44 bits");
        combo->setCurrentIndex(combo->findData(QVariant::fromValue(core::findFormat("Q5_K"))));
        emit combo->activated(combo->currentIndex());
        QCOMPARE(edited.size(), 1);
        QCOMPARE(edited[0][0].value<core::Recipe>().format, core::findFormat("Q5_K"));
        QCOMPARE(edited[0][1].toString(), "Give everything else Q5_K");
    }

    void theDefaultFormatIsShownWhereItsSizeIsNotOffered()
    {
        Shown shown;
        core::Recipe recipe = sampleRecipe("Q3_K_M");
        recipe.format = core::findStudyFormat("INT4_ASYM_G96");
        QVERIFY(recipe.format);
        shown.page.setRecipe(recipe);
        auto* combo = shown.page.findChild<RulesCard*>()->findChild<QComboBox*>();
        QVERIFY2(
            combo->currentText().startsWith("INT4_ASYM_G96"), qPrintable(combo->currentText()));
        recipe.format = nullptr;
        shown.page.setRecipe(recipe);
        QCOMPARE(combo->currentText(), "as in the file");
    }

    void presetsUndoLoadAndSaveAreAsked()
    {
        Shown shown;
        QSignalSpy preset(&shown.page, &PrecisionPage::presetRequested);
        QSignalSpy undo(&shown.page, &PrecisionPage::undoRequested);
        QSignalSpy load(&shown.page, &PrecisionPage::loadRecipeRequested);
        QSignalSpy save(&shown.page, &PrecisionPage::saveRecipeRequested);
        for (QAction* action : button<QPushButton>(shown.page, "Presets")->menu()->actions())
            if (action->text() == "Q4_K_M")
                action->trigger();
        QCOMPARE(preset.size(), 1);
        QCOMPARE(preset[0][0].toString(), "Q4_K_M");
        for (QAction* action : button<QPushButton>(shown.page, "Presets")->menu()->actions())
            if (action->text() == "As in the file")
                action->trigger();
        QCOMPARE(preset.size(), 2);
        QCOMPARE(preset[1][0].toString(), "source");
        QTest::mouseClick(button<QPushButton>(shown.page, "Undo"), Qt::LeftButton);
        QVERIFY(!button<QPushButton>(shown.page, "Redo")->isEnabled());
        QTest::mouseClick(button<QPushButton>(shown.page, "Load recipe..."), Qt::LeftButton);
        QTest::mouseClick(button<QPushButton>(shown.page, "Save recipe..."), Qt::LeftButton);
        QCOMPARE(undo.size() + load.size() + save.size(), 3);
    }

    void aRuleMayKeepTheFormatOfTheFile()
    {
        Shown shown;
        core::Recipe recipe = sampleRecipe("Q3_K_M");
        recipe.rules.front().format = &core::formats::source;
        shown.page.setRecipe(recipe);
        const QString said = shown.rules()->item(0)->toolTip();
        QVERIFY2(said.contains("as in the file"), qPrintable(said));
        const RuleDialog dialog("Edit", recipe.rules.front(), {}, &shown.page);
        QCOMPARE(dialog.rule().format, &core::formats::source);
    }

    void aRuleOfAModelWithoutTextOffersNoMethodThatReadsOne()
    {
        Shown shown;
        shown.page.setOffer({ { core::Role::AttnQ }, "No text can run through this model." });
        shown.rules()->setCurrentRow(0);
        QTest::keyClick(shown.rules(), Qt::Key_Return);
        auto* dialog = shown.page.findChild<RuleDialog*>();
        QVERIFY(dialog);
        const auto* methods = dialog->findChildren<QComboBox*>().constLast();
        const auto isOff = [&](const char* method) {
            const QModelIndex index = methods->model()->index(methods->findData(method), 0);
            const bool isSaid
                = index.data(Qt::ToolTipRole) == "No text can run through this model.";
            const bool isEnabled = index.flags().testFlag(Qt::ItemIsEnabled);
            return isEnabled == isSaid ? std::optional<bool>() : !isEnabled;
        };
        for (const char* method : { "gptq", "awq", "awq+gptq", "awq+rtn" })
            QCOMPARE(isOff(method), std::optional(true));
        for (const char* method : { "rtn", "importance", "hqq" })
            QCOMPARE(isOff(method), std::optional(false));
        const auto labels = dialog->findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(labels,
            [](const QLabel* label) { return label->text().startsWith("No text can run"); }));
    }

    void aRuleWithoutEffectSaysSo()
    {
        Shown shown;
        const QString other = shown.rules()->item(0)->text();
        shown.page.setRecipe(sampleRecipe("Q3_K_M"), { 1 });
        QVERIFY(shown.rules()->item(1)->text().endsWith("no effect"));
        QVERIFY(shown.rules()->item(1)->toolTip().contains("rules above it decide"));
        QCOMPARE(shown.rules()->item(0)->text(), other);
        takePictures(shown.page, theme(), "precision-idle-rule");
        shown.page.setRecipe(sampleRecipe("Q3_K_M"));
        QVERIFY(!shown.rules()->item(1)->text().contains("no effect"));
    }

    void theMapSelectsATensorAndSwitchesToError()
    {
        Shown shown;
        QSignalSpy selected(&shown.page, &PrecisionPage::placesSelected);
        auto* map = shown.page.findChild<HeatMap*>();
        emit map->cellsChosen(QRect(1, 3, 1, 1));
        QCOMPARE(selected.size(), 1);
        QCOMPARE(selected[0][0].value<std::vector<core::Place>>(),
            (std::vector{ core::Place{ core::Role::AttnK, 3 } }));
        QCOMPARE(map->table().rows.size(), std::size_t(4));
        QTest::mouseClick(button<QToolButton>(shown.page, "Error"), Qt::LeftButton);
        QCOMPARE(map->name(), "Output error by layer and role");
        takePictures(shown.page, theme(), "precision-error");
        PrecisionCell ofWeights{ { core::Role::AttnK, 3 }, 4.5, 0.2, {}, ErrorOf::Weights };
        PrecisionCell ofOutput{ { core::Role::AttnK, 2 }, 4.5, 0.1, {}, ErrorOf::Output };
        shown.page.setCells({ ofWeights });
        QCOMPARE(map->name(), "Weight error by layer and role");
        shown.page.setCells({ ofWeights, ofOutput });
        QCOMPARE(map->name(), "Output error by layer and role");
        QVERIFY(!map->table().rows[3].contains("0.2")); // another quantity
    }

    void aMeasuredRunGivesItsRecipeBack()
    {
        Shown shown;
        QSignalSpy wanted(&shown.page, &PrecisionPage::runRecipeRequested);
        auto* plot = shown.page.findChild<SizeLossPlot*>();
        QCOMPARE(plot->table().rows.size(), std::size_t(7));
        emit plot->runChosen(4);
        QCOMPARE(wanted.size(), 1);
        shown.page.setLocked(true);
        emit plot->runChosen(5);
        QCOMPARE(wanted.size(), 1);
    }

    void nothingChangesWhileAJobUsesTheRecipe()
    {
        Shown shown;
        QSignalSpy edited(&shown.page, &PrecisionPage::recipeEdited);
        QSignalSpy assigned(&shown.page, &PrecisionPage::assignRequested);
        shown.page.setLocked(true);
        shown.rules()->setCurrentRow(1);
        QTest::keyClick(shown.rules(), Qt::Key_Delete);
        QTest::keyClick(shown.rules(), Qt::Key_Return);
        QVERIFY(!shown.page.findChild<RuleDialog*>());
        QTest::keyClick(shown.table(), Qt::Key_Return);
        QVERIFY(!button<QPushButton>(shown.page, "Undo")->isEnabled());
        QVERIFY(!button<QPushButton>(shown.page, "Presets")->isEnabled());
        QCOMPARE(edited.size() + assigned.size(), 0);
        takePictures(shown.page, theme(), "precision-locked");
    }
};

QTEST_MAIN(PrecisionPageTest)
#include "tst_precisionpage.moc"
