// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/tablepresenter.h"

#include "tests/app/presenters/presentertest.h"
#include "widgets/table/tensortable.h"

#include <QTest>

class TestTablePresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::TensorModel> m_model;
    std::unique_ptr<widgets::TensorTable> m_table;
    std::unique_ptr<app::TablePresenter> m_presenter;

    void attach() override
    {
        m_model = std::make_unique<widgets::TensorModel>();
        m_table = std::make_unique<widgets::TensorTable>(*m_model);
        m_presenter = std::make_unique<app::TablePresenter>(
            *m_model, *m_table, session(), selection(), quantize());
    }

    void detach() override
    {
        m_presenter.reset();
        m_table.reset();
        m_model.reset();
    }

private slots:
    void fillsTheTableAndFollowsTheRecipe()
    {
        open();
        QCOMPARE(m_model->tensorCount(), int(session().checkpoint()->tensors().size()));
        const int up = tensor(core::Role::FfnUp, 1);
        session().recipe().assign({ up }, &core::formats::q8_0);
        QCOMPARE(m_model->row(up).recipeFormat, &core::formats::q8_0);
    }

    void aPredictedLossTellsItsError()
    {
        open();
        const int up = tensor(core::Role::FfnUp, 1);
        session().recipe().assign({ up }, &core::formats::q8_0);
        predictQ8Loss(up);
        QCOMPARE(m_model->row(up).loss.predictedError, std::optional(0.002));
        const QString tip = m_model->indexOf(up, widgets::TensorColumn::PredictedLoss)
                                .data(Qt::ToolTipRole)
                                .toString();
        QVERIFY2(tip.contains("0.0100 ± 0.0020"), qPrintable(tip));
    }

    void selectsWhatOthersChoose()
    {
        open();
        selection().choose({ { core::Role::AttnK, 0 }, { core::Role::AttnK, 1 } });
        QCOMPARE(m_table->selectedTensors().size(), std::size_t(2));
        QCOMPARE(selection().tensors(), m_table->selectedTensors());
    }

    void aFilterLeavesTheSelectionAsItIs()
    {
        open();
        selection().choose({ { core::Role::AttnK, 0 }, { core::Role::FfnUp, 1 } });
        const std::vector<int> before = selection().tensors();
        selection().look(&core::formats::q4_0);
        m_table->setFilterText("ffn");
        QCOMPARE(selection().tensors(), before);
        QCOMPARE(selection().looked(), &core::formats::q4_0); // a look ends with the selection
    }

    void showsTheErrorAtTheRecipesFormatOnly()
    {
        open();
        session().usePreset("Q8_0");
        const int up = tensor(core::Role::FfnUp, 0);
        preview(up, &core::formats::q4_0, 0.5);
        QVERIFY(!m_model->row(up).roundingError);
        preview(up, &core::formats::q8_0, 0.01);
        QCOMPARE(m_model->row(up).roundingError, std::optional(0.01));
    }

    void keysLookAndAssign()
    {
        open();
        session().usePreset("Q8_0");
        const int up = tensor(core::Role::FfnUp, 0);
        m_table->selectTensors({ up });
        emit m_table->digitPressed(6);
        QCOMPARE(selection().looked(), &core::formats::q6_K);
        emit m_table->stepPressed(1);
        QCOMPARE(selection().looked(), &core::formats::q8_0);
        emit m_table->lookAwayPressed();
        QCOMPARE(selection().looked(), nullptr);
    }
};

QTEST_MAIN(TestTablePresenter)
#include "tst_tablepresenter.moc"
