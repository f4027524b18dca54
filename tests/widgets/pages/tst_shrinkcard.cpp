// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/pages/pagetest.h"
#include "widgets/label.h"
#include "widgets/pages/model/shrinkcard.h"

#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>

using namespace widgets;
using core::Grade;

class TestShrinkCard : public PageTest {
    Q_OBJECT

    static ShrinkOffer offer()
    {
        ShrinkOffer offer;
        offer.choices = { { Grade::AsGood, 3.3e6, 0.607, "Pi", 0.0058, Grade::AsGood, 40 },
            { Grade::SlightlyWorse, 2.7e6, 0.68, "", 0.039, Grade::SlightlyWorse, -1 },
            { Grade::ClearlyWorse, 2.2e6, 0.74, "Pi", 0.14, Grade::ClearlyWorse, 30 } };
        offer.about = "losses predicted on 8,192 tokens";
        return offer;
    }
    static QPushButton* button(const ShrinkCard& card, const QString& text)
    {
        for (auto* button : card.findChildren<QPushButton*>())
            if (button->text() == text)
                return button;
        return nullptr;
    }
    static QRadioButton* choice(const ShrinkCard& card, const QString& text)
    {
        for (auto* button : card.findChildren<QRadioButton*>())
            if (button->text() == text && !button->isHidden())
                return button;
        return nullptr;
    }
    static bool says(const ShrinkCard& card, const QString& text)
    {
        for (const auto* label : card.findChildren<Label*>())
            if (label->text().replace(QChar::Nbsp, u' ').contains(text)
                && label->isVisibleTo(&card))
                return true;
        return false;
    }

private slots:
    void offersEachFileWithSizeDeviceGradeAndTime()
    {
        ShrinkCard card;
        card.setOffer(offer());
        for (const char* text : { "As good as the original", "Slightly worse", "Clearly smaller" })
            QVERIFY2(choice(card, text), text);
        QVERIFY(says(card, "3.30 MB, −60.7 %"));
        QVERIFY(says(card, "fits Pi"));
        QVERIFY(says(card, "fits no device"));
        QVERIFY(says(card, "predicted KLD 0.00580"));
        QVERIFY(says(card, "about 40.0 s"));
    }

    void theButtonMakesTheChosenOne()
    {
        ShrinkCard card;
        card.setOffer(offer());
        QSignalSpy made(&card, &ShrinkCard::makeRequested);
        button(card, "Make the file")->click();
        QCOMPARE(made.takeFirst()[0].value<Grade>(), Grade::AsGood);
        choice(card, "Clearly smaller")->click();
        button(card, "Make the file")->click();
        QCOMPARE(made.takeFirst()[0].value<Grade>(), Grade::ClearlyWorse);
    }

    void theChoiceStaysWhenFiguresChange()
    {
        ShrinkCard card;
        card.setOffer(offer());
        choice(card, "Slightly worse")->click();
        ShrinkOffer changed = offer();
        changed.choices[1].bytes = 2.8e6;
        card.setOffer(changed);
        QVERIFY(choice(card, "Slightly worse")->isChecked());
        changed.choices.erase(changed.choices.begin() + 1);
        card.setOffer(changed);
        QVERIFY(choice(card, "As good as the original")->isChecked());
    }

    void saysRoughOfRoughLosses()
    {
        ShrinkCard card;
        ShrinkOffer rough = offer();
        rough.isRough = true;
        card.setOffer(rough);
        QVERIFY(says(card, "about 0.00580 (rough)"));
    }

    void saysWhyNoneCanBeMade()
    {
        ShrinkCard card;
        ShrinkOffer none;
        none.whyNot = "Nothing can be gained.";
        card.setOffer(none);
        QVERIFY(says(card, "Nothing can be gained."));
        QVERIFY(button(card, "Make the file")->isHidden());
        ShrinkOffer unknown;
        unknown.canGuess = true;
        card.setOffer(unknown);
        QSignalSpy guessed(&card, &ShrinkCard::guessRequested);
        button(card, "Predict roughly")->click();
        QCOMPARE(guessed.size(), 1);
        ShrinkOffer blocked = offer();
        blocked.whyNot = "A calibration text is needed.";
        card.setOffer(blocked);
        QVERIFY(!button(card, "Make the file")->isEnabled());
        QCOMPARE(button(card, "Make the file")->toolTip(), blocked.whyNot);
    }

    void showsTheStepAndCancels()
    {
        ShrinkCard card;
        card.setOffer(offer());
        card.setProgress(
            ShrinkProgress{ ShrinkProgress::State::Running, "Step 2 of 4: rounding", 0.25 });
        QVERIFY(says(card, "Step 2 of 4: rounding"));
        QCOMPARE(card.findChild<QProgressBar*>()->value(), 250);
        QVERIFY(!choice(card, "Slightly worse")->isEnabled());
        QSignalSpy cancelled(&card, &ShrinkCard::cancelRequested);
        button(card, "Cancel")->click();
        QCOMPARE(cancelled.size(), 1);
        card.setProgress(ShrinkProgress{ ShrinkProgress::State::Stopped, "Stopped at step 2", 0 });
        QVERIFY(button(card, "Cancel")->isHidden());
        QVERIFY(!button(card, "Resume")->isHidden());
    }

    void theVerdictNamesTheFileAndShowsIt()
    {
        ShrinkCard card;
        card.setOffer(offer());
        card.setResult(ShrinkResult{
            "mix.gguf", "60.7 % smaller: as good. Use it.", core::Advice::Use, "on a text" });
        QVERIFY(says(card, "mix.gguf: 60.7 % smaller: as good. Use it."));
        QSignalSpy shown(&card, &ShrinkCard::showFileRequested);
        button(card, "Show in folder")->click();
        QCOMPARE(shown.size(), 1);
        card.setResult(std::nullopt);
        QVERIFY(button(card, "Show in folder")->isHidden());
    }

    void narrowCardsLeaveColumnsOut()
    {
        ShrinkCard card;
        card.setOffer(offer());
        card.arrange(2000);
        QVERIFY(says(card, "about 40.0 s") && says(card, "fits Pi"));
        bool wasAlone = false; // the device without the time
        for (int width = 300; width < 1200; width += 10) {
            card.arrange(width);
            QVERIFY(!says(card, "about 40.0 s") || says(card, "fits Pi"));
            QVERIFY(says(card, "3.30 MB") && says(card, "predicted KLD 0.00580"));
            wasAlone = wasAlone || (says(card, "fits Pi") && !says(card, "about 40.0 s"));
        }
        QVERIFY(wasAlone);
        card.arrange(400);
        QVERIFY(!says(card, "about 40.0 s") && !says(card, "fits Pi"));
        ShrinkOffer rough = offer();
        rough.isRough = true;
        card.setOffer(rough);
        QVERIFY(says(card, "rough: KLD about 0.00580"));
    }
};

QTEST_MAIN(TestShrinkCard)
#include "tst_shrinkcard.moc"
