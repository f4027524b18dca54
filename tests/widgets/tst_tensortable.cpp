// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensorrows.h"
#include "widgets/label.h"
#include "widgets/table/tensortable.h"
#include "widgets/table/tensortree.h"

#include <QCheckBox>
#include <QComboBox>
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

    void selectsARoleInAllLayersByShiftClick()
    {
        QTest::mouseClick(m_tree->viewport(), Qt::LeftButton, Qt::ShiftModifier,
            m_tree->visualRect(shown(3)).center());
        QCOMPARE(m_table->selectedTensors(), std::vector<int>({ 3, 7, 11 }));
        QCOMPARE(m_table->currentTensor(), 3);
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
