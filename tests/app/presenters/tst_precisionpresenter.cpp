// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/precisionpresenter.h"

#include "tests/app/presenters/presentertest.h"
#include "widgets/label.h"
#include "widgets/pages/precision/costtable.h"
#include "widgets/pages/precision/precisionpage.h"

#include <QTest>

class TestPrecisionPresenter : public PresenterTest {
    Q_OBJECT

private:
    std::unique_ptr<widgets::PrecisionPage> m_page;
    std::unique_ptr<app::PrecisionPresenter> m_presenter;

    void attach() override
    {
        m_page = std::make_unique<widgets::PrecisionPage>();
        m_presenter = std::make_unique<app::PrecisionPresenter>(*m_page, session(), selection());
    }

    void detach() override
    {
        m_presenter.reset();
        m_page.reset();
    }

    /// One column of the cost table at a format, spaces plain.
    QString cost(const QString& format, int column) const
    {
        auto* table = m_page->findChild<widgets::CostTable*>();
        const auto rows = table->findItems(format, Qt::MatchExactly);
        QString text = rows.empty() ? QString() : table->item(rows.front()->row(), column)->text();
        return text.replace(QChar(0xA0), ' ');
    }

    bool says(const QString& text) const
    {
        for (const auto* label : m_page->findChildren<widgets::Label*>())
            if (label->text() == text && !label->isHidden())
                return true;
        return false;
    }

private slots:
    void costsMoreThanFourTensors()
    {
        const std::vector<int> tensors = selectSix();
        // 128 rows of 64: Q8_0 has 68 bytes a row, Q4_0 36.
        QCOMPARE(cost("Q4_0", 1), "−24.6 kB");
        QCOMPARE(cost("Q4_0", 2), "…");
        for (const int tensor : tensors) {
            preview(tensor, &core::formats::q8_0, 0.01);
            preview(tensor, &core::formats::q4_0, 0.05);
        }
        QTRY_COMPARE(cost("Q4_0", 2), "+4.0 pp");
        QCOMPARE(cost("Q8_0", 2), "1.0 %");
    }

    void saysOfHowManyTensorsTheErrorsAre()
    {
        const std::vector<int> tensors = selectSix();
        preview(tensors[0], &core::formats::q8_0, 0.01);
        preview(tensors[0], &core::formats::q4_0, 0.07);
        preview(tensors[1], &core::formats::q8_0, 0.03); // not at Q4_0: it must not count there
        QTRY_COMPARE(cost("Q4_0", 2), "+6.0 pp");
        QVERIFY(says("Weight error: 0 of 6 tensors in every format")); // no activations here
    }

    void countsFallbacksOfASelection()
    {
        selectSix(); // rows of 64 hold no super-block of 256
        selection().look(&core::formats::q4_K);
        QVERIFY(says("6 of 6 tensors fall back: 6 to Q5_0."));
    }

    void assigningChangesTheRecipeAndEndsTheLook()
    {
        const std::vector<int> tensors = selectSix();
        emit m_page->lookRequested(&core::formats::q4_0);
        QCOMPARE(selection().looked(), &core::formats::q4_0);
        emit m_page->assignRequested(&core::formats::q4_0);
        QCOMPARE(selection().looked(), nullptr);
        for (const int tensor : tensors)
            QCOMPARE(session().recipe().plan()[std::size_t(tensor)].format, &core::formats::q4_0);
        emit m_page->undoRequested();
        QCOMPARE(session().recipe().plan()[std::size_t(tensors[0])].format, &core::formats::q8_0);
    }

    void saysWhatTheRecipeTakes()
    {
        open();
        session().usePreset("Q8_0");
        QVERIFY2(m_page->answer().contains("Q8_0"), qPrintable(m_page->answer()));
    }
};

QTEST_MAIN(TestPrecisionPresenter)
#include "tst_precisionpresenter.moc"
