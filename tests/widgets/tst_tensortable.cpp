// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensorrows.h"
#include "widgets/label.h"
#include "widgets/table/tensormenu.h"
#include "widgets/table/tensortable.h"
#include "widgets/table/tensortree.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

using widgets::PageId;
using widgets::TensorColumn;
using widgets::TensorModel;
using widgets::TensorTable;
using widgets::TensorTree;

Q_DECLARE_METATYPE(std::vector<int>)

class TestTensorTable : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TensorModel> m_model;
    std::unique_ptr<TensorTable> m_table;
    TensorTree* m_tree = nullptr;

    QModelIndex shown(int tensor, TensorColumn column = TensorColumn::Tensor) const
    {
        auto* filter = qobject_cast<widgets::TensorFilter*>(m_tree->model());
        return filter->indexOf(tensor).siblingAtColumn(int(column));
    }

    QStringList titles() const
    {
        QStringList titles;
        for (int visual = 0; visual < m_tree->header()->count(); ++visual) {
            const int column = m_tree->header()->logicalIndex(visual);
            if (!m_tree->isColumnHidden(column))
                titles += m_tree->model()->headerData(column, Qt::Horizontal).toString();
        }
        return titles;
    }

    void clickOn(const QModelIndex& index, Qt::KeyboardModifiers modifiers)
    {
        m_tree->scrollTo(index);
        QTest::mouseClick(
            m_tree->viewport(), Qt::LeftButton, modifiers, m_tree->visualRect(index).center());
    }

    QMenu* openMenu(const QModelIndex& index)
    {
        const QPoint at = m_tree->visualRect(index).center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, m_tree->viewport()->mapToGlobal(at));
        QCoreApplication::sendEvent(m_tree->viewport(), &event);
        return qobject_cast<QMenu*>(QApplication::activePopupWidget());
    }

    /// The first entry that begins so, also of menus inside.
    static QAction* actionOf(const QMenu* menu, const QString& text)
    {
        for (QAction* action : menu->actions()) {
            if (action->text().startsWith(text))
                return action;
            if (QAction* inside = action->menu() ? actionOf(action->menu(), text) : nullptr)
                return inside;
        }
        return nullptr;
    }

private slots:
    void init()
    {
        m_model = std::make_unique<TensorModel>();
        m_table = std::make_unique<TensorTable>(*m_model);
        m_tree = m_table->findChild<TensorTree*>();
        m_model->setTensors(smallModelRows(3));
        m_table->resize(600, 700);
        m_table->show();
    }

    void cleanup()
    {
        m_table.reset();
        m_model.reset();
    }

    void showsTheColumnsOfThePage()
    {
        QCOMPARE(titles(), QStringList({ "Tensor", "Shape", "Parameters", "Format", "Size" }));
        m_table->setPage(PageId::Weights);
        QCOMPARE(titles(),
            QStringList({ "Tensor", "Kurtosis", "Absmax/σ", "Outl. ch.", "Output error" }));
        m_table->setPage(PageId::Weights, 2);
        QCOMPARE(titles(), QStringList({ "Tensor", "Kurtosis" }));
    }

    void errorsOfTheWeightsStandInForThoseOfOutputs()
    {
        m_table->setPage(PageId::Quantize);
        const QStringList usual{ "Tensor", "Format", "State", "Output error", "Change" };
        QCOMPARE(titles(), usual);
        widgets::RunFacts facts;
        facts.error = 0.04;
        facts.judged.on = core::JudgedOn::Weights;
        m_model->setRun(2, facts);
        QStringList withoutText = usual;
        withoutText[3] = "Weight error";
        QCOMPARE(titles(), withoutText);
        m_table->selectTensors({ 2 });
        QCOMPARE(m_table->selectionAsText().section('\n', 0, 0).split('\t'), withoutText);
        facts.judged.on = core::JudgedOn::HeldOut;
        m_model->setRun(3, facts);
        QCOMPARE(titles(), usual); // and that of tensor 2 is in its tooltip

        m_table->setPage(PageId::Compare);
        m_model->setCompared(2,
            { &core::formats::q4_K, &core::formats::q4_K, 0.04, 0.06, widgets::ErrorOf::Weights,
                widgets::ErrorOf::Output });
        QCOMPARE(
            titles(), QStringList({ "Tensor", "A", "B", "Weights A", "Output B", "B − A, pp" }));
    }

    void leavesTheNameOfAFormatWholeWhereItIsTight()
    {
        const QFontMetrics header = m_tree->header()->fontMetrics();
        const auto width = [&header](widgets::ColumnRoom room) {
            return widgets::columnWidth(TensorColumn::RecipeFormat, header, room);
        };
        QCOMPARE(width(widgets::ColumnRoom::Tight), width(widgets::ColumnRoom::Wide));
    }

    void countsInItsFoot()
    {
        const auto* foot = m_table->findChildren<widgets::Label*>().last();
        QCOMPARE(foot->text(), "10 of 14 tensors");
        m_table->selectTensors({ 2, 3 });
        QCOMPARE(foot->text(), "10 of 14 tensors  ·  2 selected");
        m_table->setFilterText("layer 1");
        QVERIFY(foot->text().startsWith("3 of 14 tensors"));
        m_table->findChild<QCheckBox*>()->click();
        QVERIFY(foot->text().startsWith("4 of 14 tensors"));
    }

    void letsALayerStandForItsTensors()
    {
        m_tree->selectionModel()->select(
            shown(2).parent(), QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 2, 3, 4 })); // no hidden norm
    }

    void selectsARangeByShiftClick()
    {
        clickOn(shown(3), Qt::NoModifier);
        clickOn(shown(6), Qt::ShiftModifier); // passes the row of layer 1, which has three tensors
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 3, 4, 6 }));
        clickOn(shown(4), Qt::ShiftModifier); // from the same start
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 3, 4 }));
    }

    void aRangeToALayerHoldsTheLayer()
    {
        clickOn(shown(4), Qt::NoModifier);
        clickOn(shown(6).parent(), Qt::ShiftModifier);
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 4, 6, 7, 8 }));
    }

    void aFilterKeepsTheSelection()
    {
        m_table->selectTensors({ 2, 7, 8 });
        QSignalSpy edited(m_table.get(), &TensorTable::selectionEdited);
        m_table->setFilterText("layer 1");
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 2, 7, 8 }));
        const auto* foot = m_table->findChildren<widgets::Label*>().last();
        QCOMPARE(foot->text(), "3 of 14 tensors  ·  3 selected, 1 hidden by the filter");
        m_table->setFilterText("attn_q");
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 2, 7, 8 }));
        m_table->setFilterText("");
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 2, 7, 8 }));
        QVERIFY(m_tree->selectionModel()->isSelected(shown(7)));
        QCOMPARE(foot->text(), "10 of 14 tensors  ·  3 selected");
    }

    void aFilterKeepsTheSelectionAmongThousandsOfTensors()
    {
        const int layers = widgets::TensorFilter::many / 4 + 1;
        m_model->setTensors(smallModelRows(layers)); // four tensors a layer
        const std::vector<int> chosen{ 2, 3, 4, 4 * layers - 1 };
        m_table->selectTensors(chosen);
        for (const char* filter : { "ffn", "layer 1", "no_such_tensor", "" }) {
            m_table->setFilterText(filter);
            QCOMPARE(m_table->selectedTensors(), chosen);
        }
        m_table->findChild<QCheckBox*>()->click(); // norms
        QCOMPARE(m_table->selectedTensors(), chosen);
        m_table->setFilterText("ffn");
        QCOMPARE(m_tree->hiddenSelected(), 3);
        QVERIFY(m_tree->isExpanded(shown(4).parent()));
    }

    void aFilterKeepsTheTensorsOfASelectedLayer()
    {
        clickOn(shown(6).parent(), Qt::NoModifier);
        m_table->setFilterText("attn_q");
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 6, 7, 8 }));
        m_table->setFilterText("layer 0");
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 6, 7, 8 }));
        m_table->setFilterText("");
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 6, 7, 8 }));
    }

    void aClickEndsTheSelectionOfHiddenTensorsAndCtrlKeepsIt()
    {
        m_table->selectTensors({ 2 });
        m_table->setFilterText("layer 1");
        clickOn(shown(7), Qt::ControlModifier);
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 2, 7 }));
        clickOn(shown(6), Qt::NoModifier);
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 6 }));
        m_table->setFilterText("");
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 6 }));
    }

    void choosesWhatTheFilterHidesToo()
    {
        m_table->setFilterText("layer 1");
        m_table->selectTensors({ 2, 6 }); // as a click into a map does
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 2, 6 }));
        m_table->setFilterText("");
        QVERIFY(m_tree->selectionModel()->isSelected(shown(2)));
    }

    void selectsTheWorstByAColumn()
    {
        const std::vector<double> kurtosis{ 0.5, 9, 3, 7, 1 };
        for (int i = 0; i < 5; ++i)
            m_model->setWeights(2 + (i < 3 ? i : i + 1), // norms are hidden
                widgets::WeightFacts{ kurtosis[std::size_t(i)], 1, 1, 0, 0, 0 });
        m_tree->selectWorst(TensorColumn::Kurtosis, 2);
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 3, 6 }));
        m_table->setFilterText("layer 0"); // of the shown ones
        m_tree->selectWorst(TensorColumn::Kurtosis, 2);
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 3, 4 }));
    }

    void itsMenuActsOnTheSelection()
    {
        qRegisterMetaType<std::vector<int>>();
        m_table->setPage(PageId::Weights);
        m_model->setWeights(3, widgets::WeightFacts{ 4, 1, 1, 0, 0, 0 });
        m_table->selectTensors({ 2, 6 });
        QMenu* menu = openMenu(shown(6, TensorColumn::Kurtosis));
        QVERIFY(menu);
        QSignalSpy assigned(m_table.get(), &TensorTable::assignRequested);
        actionOf(menu, "Q4_K ·")->trigger();
        QCOMPARE(assigned.count(), 1);
        QCOMPARE(assigned[0][0].value<std::vector<int>>(), std::vector<int>({ 2, 6 }));
        actionOf(menu, "Copy rows")->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(), m_table->selectionAsText());
        QVERIFY(actionOf(menu, "Select the worst by “Kurtosis”")->isEnabled());
        actionOf(menu, "Select this role in all layers")->trigger();
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 2, 6, 10 }));
        menu->close();
    }

    void itsMenuRanksByNumbersOnly()
    {
        m_table->setPage(PageId::Precision);
        m_table->selectTensors({ 2 });
        QMenu* menu = openMenu(shown(2, TensorColumn::RecipeFormat)); // a format is no number
        QVERIFY(menu);
        QVERIFY(actionOf(menu, "Select the largest by “Bits”"));
        menu->close();
    }

    void itsMenuSaysWhatCannotBeDone()
    {
        m_tree->clearSelection();
        m_tree->setCurrentIndex(shown(2).parent());
        m_tree->clearSelection();
        const widgets::TensorMenu menu({ 0, false, TensorColumn::Kurtosis, 0 });
        for (const char* text : { "Assign", "Copy rows", "Select this role", "Select the worst" }) {
            const QAction* action = actionOf(&menu, text);
            QVERIFY(!action->isEnabled());
            QVERIFY(action->toolTip().endsWith('.'));
        }
    }

    void selectsTheCurrentRoleInAllLayers()
    {
        m_table->selectTensors({ 6 });
        m_table->selectRoleInAllLayers();
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 2, 6, 10 }));
    }

    void assignsAnEditedFormatToAllSelectedTensors()
    {
        qRegisterMetaType<std::vector<int>>();
        m_table->setPage(PageId::Precision);
        m_table->selectTensors({ 2, 6 });
        QSignalSpy assigned(m_table.get(), &TensorTable::assignRequested);
        m_tree->edit(shown(6, TensorColumn::RecipeFormat));
        auto* editor = m_tree->findChild<QComboBox*>();
        QVERIFY(editor != nullptr);
        const int item = editor->findData(QVariant::fromValue(&core::formats::q4_K));
        QVERIFY(item >= 0);
        editor->setCurrentIndex(item);
        emit editor->activated(item);
        QCOMPARE(assigned.count(), 1);
        QCOMPARE(assigned[0][0].value<std::vector<int>>(), std::vector<int>({ 2, 6 }));
        QCOMPARE(assigned[0][1].value<const core::Format*>(), &core::formats::q4_K);
    }

    void tellsTheKeysThatLookAndAssign()
    {
        m_table->selectTensors({ 2 });
        QSignalSpy digits(m_table.get(), &TensorTable::digitPressed);
        QSignalSpy steps(m_table.get(), &TensorTable::stepPressed);
        QSignalSpy assigned(m_table.get(), &TensorTable::assignPressed);
        QSignalSpy away(m_table.get(), &TensorTable::lookAwayPressed);
        QTest::keyClicks(m_tree, "48");
        QTest::keyClick(m_tree, Qt::Key_Plus);
        QTest::keyClick(m_tree, Qt::Key_Minus);
        QTest::keyClick(m_tree, Qt::Key_Return);
        QTest::keyClick(m_tree, Qt::Key_Escape);
        QCOMPARE(digits.count(), 2);
        QCOMPARE(digits[0][0].toInt(), 4);
        QCOMPARE(digits[1][0].toInt(), 8);
        QCOMPARE(steps[0][0].toInt(), 1);
        QCOMPARE(steps[1][0].toInt(), -1);
        QCOMPARE(assigned.count(), 1);
        QCOMPARE(away.count(), 1);
    }

    void clearsTheFilterAtTheFirstEscape()
    {
        auto* filter = m_table->findChild<QLineEdit*>();
        QTest::keyClicks(filter, "attn_k");
        QCOMPARE(m_tree->model()->rowCount(), 3);
        QTest::keyClick(filter, Qt::Key_Escape);
        QCOMPARE(filter->text(), "");
        QCOMPARE(m_tree->model()->rowCount(), 4);
    }

    void keepsTheSelectionWhenTheListIsFlat()
    {
        m_table->selectTensors({ 7 });
        m_table->setFlat(true);
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 7 }));
        m_table->setFlat(false);
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 7 }));
    }

    void copiesSelectedRowsAsText()
    {
        m_table->selectTensors({ 2 });
        QCOMPARE(m_table->selectionAsText(),
            QStringLiteral("Tensor\tShape\tParameters\tFormat\tSize\n"
                           "blk.0.attn_q\t256 × 256\t65,536\tF16\t131.1\u00a0kB"));
    }

    void remembersSortingByPage()
    {
        m_tree->header()->setSortIndicator(int(TensorColumn::Size), Qt::DescendingOrder);
        const QByteArray state = m_table->saveState();
        TensorTable other(*m_model);
        other.restoreState(state);
        const auto* header = other.findChild<TensorTree*>()->header();
        QCOMPARE(header->sortIndicatorSection(), int(TensorColumn::Size));
        other.restoreState("damaged");
        QCOMPARE(header->sortIndicatorSection(), int(TensorColumn::Size));
    }
};

QTEST_MAIN(TestTensorTable)
#include "tst_tensortable.moc"
