// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/alonepresenter.h"

#include "app/presenters/precisionpresenter.h"
#include "app/presenters/tablepresenter.h"
#include "tests/app/presenters/presentertest.h"
#include "widgets/pages/precision/precisionpage.h"
#include "widgets/table/tensortable.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

class TestAlonePresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::TensorModel> m_model;
    std::unique_ptr<widgets::TensorTable> m_table;
    std::unique_ptr<widgets::PrecisionPage> m_page;
    std::unique_ptr<app::LossController> m_controller;
    std::unique_ptr<app::AlonePresenter> m_presenter;
    std::unique_ptr<app::PrecisionPresenter> m_precision;
    std::unique_ptr<app::TablePresenter> m_tablePresenter;

    void attach() override
    {
        m_model = std::make_unique<widgets::TensorModel>();
        m_table = std::make_unique<widgets::TensorTable>(*m_model);
        m_page = std::make_unique<widgets::PrecisionPage>();
        m_controller = std::make_unique<app::LossController>(
            jobs(), jobs(), session(), std::make_shared<const core::Shelf>(folder() / "shelf"));
        m_tablePresenter = std::make_unique<app::TablePresenter>(
            *m_model, *m_table, session(), selection(), quantize());
        m_precision = std::make_unique<app::PrecisionPresenter>(*m_page, session(), selection());
        m_presenter
            = std::make_unique<app::AlonePresenter>(*m_page, session(), selection(), *m_controller);
    }

    void detach() override
    {
        m_presenter.reset();
        m_precision.reset();
        m_tablePresenter.reset();
        m_controller.reset();
        m_page.reset();
        m_table.reset();
        m_model.reset();
    }

    QPushButton* button() const
    {
        for (QPushButton* each : m_page->findChildren<QPushButton*>())
            if (each->text() == QStringLiteral("Measure alone"))
                return each;
        return nullptr;
    }

    QString lossCell(int row) const
    {
        return m_page->findChild<widgets::CostTable*>()->item(row, 3)->text();
    }

    void measureSelected()
    {
        QSignalSpy measured(&session(), &app::Session::measuredLossesChanged);
        QVERIFY(button()->isEnabled());
        button()->click();
        QTRY_VERIFY_WITH_TIMEOUT(
            m_controller->whyNotAlone().isEmpty() && measured.count() > 0, 60000);
    }

private slots:
    void theSelectedTensorIsMeasuredInTheFormatLookedAt()
    {
        open();
        const int value = tensor(core::Role::AttnV, 1);
        session().recipe().assign({ value }, core::findFormat("Q4_0"));
        selection().setTensors({ value });
        measureSelected();
        const auto& planned = session().recipe().plan()[std::size_t(value)];
        const core::MeasuredLoss* measured = session().measuredLoss(value, planned);
        QVERIFY(measured);
        QVERIFY(measured->loss.kld > 0);
        QVERIFY(measured->loss.error > 0);
        const widgets::LossFacts& shown = m_model->row(value).loss;
        QCOMPARE(shown.measured, std::optional(measured->loss.kld));
        const QModelIndex cell = m_model->indexOf(value, widgets::TensorColumn::PredictedLoss);
        QVERIFY(!cell.data(widgets::TensorModel::PredictedRole).toBool()); // a filled bar
        QVERIFY(cell.data(Qt::ToolTipRole).toString().startsWith("Measured alone: KLD"));
    }

    void aQueueOfTensorsIsMeasuredAndFoundAgain()
    {
        open();
        session().recipe().assign({ tensor(core::Role::AttnV, 0), tensor(core::Role::AttnV, 1) },
            core::findFormat("Q4_0"));
        selection().setTensors({ tensor(core::Role::AttnV, 0), tensor(core::Role::AttnV, 1) });
        measureSelected();
        QCOMPARE(session().measuredLosses()->values.size(), std::size_t(2));
        reopen();
        QTRY_VERIFY(session().measuredLosses());
        QCOMPARE(session().measuredLosses()->values.size(), std::size_t(2));
    }

    void measuredAndPredictedAreMarkedInTheCostTable()
    {
        open();
        const int value = tensor(core::Role::AttnV, 1);
        session().recipe().assign({ value }, core::findFormat("Q4_0"));
        selection().setTensors({ value });
        measureSelected();
        bool filled = false;
        for (int row = 0; row < m_page->findChild<widgets::CostTable*>()->rowCount(); ++row)
            filled = filled || lossCell(row).startsWith(QStringLiteral("● "));
        QVERIFY(filled);
    }

    void saysWhyNothingCanBeMeasured()
    {
        open();
        session().setEvaluation({});
        selection().setTensors({ tensor(core::Role::AttnV, 1) });
        QVERIFY(!button()->isEnabled());
        QCOMPARE(button()->toolTip(), QStringLiteral("An evaluation text is needed."));
    }
};

QTEST_MAIN(TestAlonePresenter)
#include "tst_alonepresenter.moc"
