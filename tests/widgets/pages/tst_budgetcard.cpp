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
    static bool says(const BudgetCard& card, const QString& text)
    {
        for (const auto* label : card.findChildren<Label*>())
            if (label->text() == text && !label->isHidden())
                return true;
        return false;
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

    void theMarkedPresetIsNamedWhereThereIsRoomForOne()
    {
        BudgetSlider slider;
        slider.resize(400, 44);
        slider.setScale(2e6, 4e6, { { "Q3_K_M", 2.95e6 }, { "Q4_K_M", 3e6, true } });
        QCOMPARE(slider.namedTicks().size(), std::size_t(1));
        QCOMPARE(slider.namedTicks().front().name, "Q4_K_M");
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
        QVERIFY(says(card, "losses are rough"));
        card.setLanding("lands at 3 bytes");
        QVERIFY(says(card, "lands at 3 bytes") && !says(card, "losses are rough"));
        card.setLanding({});
        QVERIFY(says(card, "losses are rough"));
    }

    void anotherDeviceIsAnotherBudget()
    {
        BudgetCard card;
        BudgetScale wide = scale();
        wide.device = 3.5e6;
        wide.deviceName = "Pi 5";
        wide.context = 4096;
        card.setScale(wide);
        card.findChild<Segmented*>()->setCurrent(2);
        emit card.findChild<Segmented*>()->chosen(2);
        QSignalSpy settled(&card, &BudgetCard::settled);
        BudgetScale other = wide;
        other.device = 2.5e6;
        card.setScale(other);
        QCOMPARE(settled.size(), 1);
        QCOMPARE(settled[0][0].toDouble(), 2.5e6);
        QVERIFY(says(card, "for Pi 5 at context 4,096"));
        card.setScale(other); // the losses are others
        QCOMPARE(settled.size(), 1);
    }

    void aLossThatIsTypedIsABudget()
    {
        BudgetCard card;
        card.setScale(scale());
        card.setBytes(3e6);
        card.setLoss(0.012);
        card.findChild<Segmented*>()->setCurrent(3);
        emit card.findChild<Segmented*>()->chosen(3);
        auto* field = card.findChild<QDoubleSpinBox*>();
        QCOMPARE(field->value(), 0.012);
        QSignalSpy tried(&card, &BudgetCard::lossTried), bytes(&card, &BudgetCard::tried);
        field->setValue(0.02);
        QCOMPARE(tried.last()[0].toDouble(), 0.02);
        QVERIFY(bytes.isEmpty());
    }

    void whatWasPredictedInPartGoesOn()
    {
        BudgetCard card;
        card.setScale(scale());
        BudgetLosses state = losses();
        state.missing = BudgetLosses::Missing::Nothing;
        card.setLosses(state);
        QVERIFY(button(card, "Predict losses")->isHidden());
        state.missing = BudgetLosses::Missing::Rest;
        card.setLosses(state);
        QVERIFY(!button(card, "Continue predicting")->isHidden());
        state.missing = BudgetLosses::Missing::ThisText;
        card.setLosses(state);
        QVERIFY(!button(card, "Predict again")->isHidden());
    }

    void whatIsTriedElsewhereIsNamedOnTheButton()
    {
        BudgetCard card;
        card.setScale(scale());
        card.showTried(3e6, "Assign Q4_K_M");
        QVERIFY(button(card, "Assign Q4_K_M")->isEnabled());
        QTest::keyClick(card.findChild<BudgetSlider*>(), Qt::Key_Right);
        QVERIFY(button(card, "Assign best mix")->isEnabled());
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
