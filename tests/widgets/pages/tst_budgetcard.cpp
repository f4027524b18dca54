// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/pages/pagetest.h"
#include "widgets/label.h"
#include "widgets/pages/precision/budgetcard.h"
#include "widgets/segmented.h"

#include <QDoubleSpinBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace widgets;

class TestBudgetCard : public PageTest {
    Q_OBJECT

    static BudgetScale scale()
    {
        BudgetScale scale;
        scale.least = 2e6;
        scale.most = 4e6;
        scale.weights = 4e6;
        scale.besides = 1e5;
        scale.ticks = { { "Q4_K_M", 3e6 } };
        return scale;
    }
    static QPushButton* button(BudgetCard& card, const QString& text)
    {
        for (auto* button : card.findChildren<QPushButton*>())
            if (button->text() == text)
                return button;
        return nullptr;
    }
    static BudgetLosses losses()
    {
        BudgetLosses losses;
        losses.about = "losses are rough";
        return losses;
    }

private slots:
    void dragsTriesAndLettingGoSettles()
    {
        BudgetCard card;
        card.setScale(scale());
        card.resize(600, 120);
        card.show();
        auto* slider = card.findChild<BudgetSlider*>();
        QSignalSpy tried(&card, &BudgetCard::tried), settled(&card, &BudgetCard::settled);
        const QPoint middle(slider->width() / 2 + 40, 12);
        QTest::mousePress(slider, Qt::LeftButton, {}, middle);
        QVERIFY(!tried.isEmpty() && settled.isEmpty());
        QTest::mouseMove(slider, middle + QPoint(60, 0));
        QVERIFY(tried.last()[0].toDouble() > tried.first()[0].toDouble());
        QTest::mouseRelease(slider, Qt::LeftButton, {}, middle + QPoint(60, 0));
        QCOMPARE(settled.size(), 1);
        QCOMPARE(settled[0][0].toDouble(), tried.last()[0].toDouble());
    }

    void aPresetHoldsTheSliderFast()
    {
        BudgetCard card;
        card.setScale(scale());
        card.resize(600, 120);
        card.show();
        auto* slider = card.findChild<BudgetSlider*>();
        QTest::mouseClick(slider, Qt::LeftButton, {}, QPoint(slider->width() / 2 + 3, 12));
        QVERIFY(std::abs(slider->bytes() - 3e6) < 300);
    }

    void theKeyboardMovesIt()
    {
        BudgetCard card;
        card.setScale(scale());
        card.setBytes(3e6);
        auto* slider = card.findChild<BudgetSlider*>();
        QSignalSpy settled(&card, &BudgetCard::settled);
        QTest::keyClick(slider, Qt::Key_Right);
        QCOMPARE(settled.size(), 1);
        QVERIFY(settled[0][0].toDouble() > 3e6);
        QTest::keyClick(slider, Qt::Key_End);
        QCOMPARE(settled.last()[0].toDouble(), 4e6);
    }

    void bitsAndMegabytesAreTheSameBudget()
    {
        BudgetCard card;
        card.setScale(scale());
        card.setBytes(3.1e6);
        auto* field = card.findChild<QDoubleSpinBox*>();
        QCOMPARE(field->value(), 3.1);
        emit card.findChild<Segmented*>()->chosen(0); // as a user's click does
        card.findChild<Segmented*>()->setCurrent(1);
        emit card.findChild<Segmented*>()->chosen(1);
        QCOMPARE(field->value(), 6.0); // 8 (3.1 MB − 0.1 MB) / 4 M weights
        QSignalSpy settled(&card, &BudgetCard::settled);
        field->setValue(5);
        QCOMPARE(settled.last()[0].toDouble(), 5e6 * 4 / 8 + 1e5);
    }

    void onlyWhatIsTriedCanBeAssigned()
    {
        BudgetCard card;
        card.setScale(scale());
        card.setLosses(losses());
        QPushButton* assign = button(card, "Assign best mix");
        QVERIFY(!assign->isEnabled());
        QTest::keyClick(card.findChild<BudgetSlider*>(), Qt::Key_Right);
        QVERIFY(assign->isEnabled());
        card.setLocked(true);
        QVERIFY(!assign->isEnabled());
        card.setLocked(false);
        card.setBytes(3e6); // the recipe changed
        QVERIFY(!assign->isEnabled());
    }

    void saysWhatLossesItGoesByUntilAMixLands()
    {
        BudgetCard card;
        card.setScale(scale());
        card.setLosses(losses());
        const auto says = [&card](const QString& text) {
            for (const auto* label : card.findChildren<Label*>())
                if (label->text() == text && !label->isHidden())
                    return true;
            return false;
        };
        QVERIFY(says("losses are rough"));
        card.setLanding("lands at 3 bytes");
        QVERIFY(says("lands at 3 bytes") && !says("losses are rough"));
        card.setLanding({});
        QVERIFY(says("losses are rough"));
    }

    void saysWhyLossesCannotBePredicted()
    {
        BudgetCard card;
        BudgetLosses state = losses();
        state.whyNot = "A calibration text is needed.";
        card.setLosses(state);
        QPushButton* predict = button(card, "Predict losses");
        QVERIFY(!predict->isEnabled());
        QCOMPARE(predict->toolTip(), state.whyNot);
        QVERIFY(!button(card, "Predict roughly")->isHidden());
        card.setScale(scale());
        QVERIFY(button(card, "Predict roughly")->isHidden());
    }
};

QTEST_MAIN(TestBudgetCard)
#include "tst_budgetcard.moc"
