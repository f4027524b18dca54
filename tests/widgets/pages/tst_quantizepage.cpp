// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantizepagetest.h"
#include "widgets/pages/quantize/gptqform.h"
#include "widgets/pages/quantize/methodchooser.h"

#include <QtTest/QtTest>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDoubleSpinBox>
#include <QtWidgets/QRadioButton>
#include <QtWidgets/QSpinBox>

#include <algorithm>
#include <ranges>

using namespace quantizepage;

class QuantizePageTest : public PageTest {
    Q_OBJECT

private slots:
    void saysWhatWillBeDoneAndWhatItTakes()
    {
        Shown shown;
        QCOMPARE(shown.page.answer(), "“Q3_K_M” will be rounded by GPTQ.");
        QVERIFY(shows(shown.page, "21.0 s"));
        QVERIFY(shows(shown.page, "212 MB"));
        QVERIFY(shows(shown.page, "5.50 MB"));
        takePictures(shown.page, theme(), "quantize");
    }

    void startsOnlyWithTheTextThatItsMethodNeeds()
    {
        Shown shown;
        QSignalSpy started(&shown.page, &QuantizePage::quantizeRequested);
        shown.settings.calibrationFile.clear();
        shown.page.setSettings(shown.settings);
        QVERIFY(!button(shown.page, "Quantize")->isEnabled());
        shown.settings.treatment.method = core::Method::RoundToNearest;
        shown.page.setSettings(shown.settings);
        QVERIFY(button(shown.page, "Quantize")->isEnabled());
        shown.settings.treatment.method = core::Method::Importance;
        shown.settings.imatrixFile = "/texts/imatrix.gguf";
        shown.page.setSettings(shown.settings);
        QTest::mouseClick(button(shown.page, "Quantize"), Qt::LeftButton);
        QCOMPARE(started.size(), 1);
        shown.page.setBusy(true); // another run is in progress: this one waits for its turn
        QTest::mouseClick(button(shown.page, "Line up"), Qt::LeftButton);
        QCOMPARE(started.size(), 2);
    }

    void tellsWhatTheUserChanges()
    {
        Shown shown;
        QSignalSpy changed(&shown.page, &QuantizePage::settingsChanged);
        for (QRadioButton* radio : shown.page.findChildren<QRadioButton*>())
            if (radio->text() == "Importance-weighted")
                radio->click();
        QCOMPARE(changed.size(), 1);
        QCOMPARE(shown.page.settings().treatment, core::Treatment{ core::Method::Importance });
        QVERIFY(!named<QDoubleSpinBox>(shown.page, "Damping")->isEnabled());
        named<QSpinBox>(shown.page, "Sequences")->setValue(128);
        named<QSpinBox>(shown.page, "Tokens a sequence")->setValue(512);
        QCOMPARE(changed.size(), 3);
        const auto last = changed[2][0].value<QuantizeSettings>();
        QCOMPARE(last.sequences, 128);
        QCOMPARE(last.length, 512);
        QCOMPARE(last.calibrationFile, "/texts/calibration.txt");
    }

    void offersTheBytesOfLlamaWhereThereIsAChoice()
    {
        Shown shown;
        auto* same = button<QCheckBox>(shown.page, "Same bytes as llama.cpp");
        QVERIFY(!same->isEnabled()); // GPTQ
        shown.settings.treatment.method = core::Method::Importance;
        shown.page.setSettings(shown.settings);
        QVERIFY(same->isEnabled() && !same->isChecked());
        shown.settings.treatment.method = core::Method::Hqq;
        shown.page.setSettings(shown.settings);
        QVERIFY(!same->isEnabled());
        shown.settings.treatment.method = core::Method::RoundToNearest;
        shown.page.setSettings(shown.settings);
        QVERIFY(same->isEnabled());
        same->click();
        QCOMPARE(shown.page.settings().encoder, core::Encoder::Ggml);
        shown.settings.encoder = core::Encoder::Closest;
        shown.page.setSettings(shown.settings);
        QVERIFY(!same->isChecked());
    }

    void dampingIsAShareOfTheMeanDiagonal()
    {
        Shown shown;
        named<QDoubleSpinBox>(shown.page, "Damping")->setValue(2.5);
        QCOMPARE(shown.page.settings().gptq.damping, 0.025);
        QCOMPARE(shown.page.settings().treatment, core::Treatment{ core::Method::Gptq });
    }

    void channelsMayBeScaledBeforeAnyMethod()
    {
        Shown shown;
        auto* scaled = shown.page.findChild<MethodChooser*>()->findChild<QCheckBox*>();
        scaled->click();
        const core::Treatment expected{ core::Method::Gptq, core::Scaling::Awq };
        QCOMPARE(shown.page.settings().treatment, expected);
        for (QRadioButton* radio : shown.page.findChildren<QRadioButton*>())
            if (radio->text() == "HQQ")
                radio->click();
        const core::Treatment hqq{ core::Method::Hqq, core::Scaling::Awq };
        QCOMPARE(shown.page.settings().treatment, hqq);
        shown.settings.treatment = { core::Method::RoundToNearest, core::Scaling::Awq };
        shown.settings.calibrationFile.clear();
        shown.page.setSettings(shown.settings);
        QVERIFY(scaled->isChecked());
        QVERIFY(!button(shown.page, "Quantize")->isEnabled()); // scales are found in a text
    }

    void everyIngredientOfGptqCanBeSwitched()
    {
        Shown shown;
        QVERIFY(!named<QSpinBox>(shown.page, "Sweeps")->isVisible());
        QTest::mouseClick(button(shown.page, "More options of GPTQ"), Qt::LeftButton);
        named<QSpinBox>(shown.page, "Sweeps")->setValue(5);
        const auto boxes = shown.page.findChild<GptqForm*>()->findChildren<QCheckBox*>();
        for (QCheckBox* box : boxes | std::views::reverse) // gradients before outputs together
            box->click();
        const auto byGradients = std::ranges::find_if(
            boxes, [](const QCheckBox* box) { return box->text() == "Weigh by gradients"; });
        QVERIFY(byGradients != boxes.end() && !(*byGradients)->isEnabled());
        auto* target = named<QComboBox>(shown.page, "Aim at");
        QVERIFY(!named<QDoubleSpinBox>(shown.page, "Take up")->isVisible());
        target->setCurrentIndex(1);
        emit target->activated(1);
        named<QDoubleSpinBox>(shown.page, "Take up")->setValue(25);
        named<QDoubleSpinBox>(shown.page, "Target damping")->setValue(30);
        const core::GptqOptions options = shown.page.settings().gptq, before;
        QCOMPARE(options.sweeps, 5);
        QCOMPARE(options.twoSided, !before.twoSided);
        QCOMPARE(options.weighGradients, !before.weighGradients);
        QCOMPARE(options.refitNorms, !before.refitNorms);
        QCOMPARE(options.orderNeurons, !before.orderNeurons);
        QCOMPARE(options.weighTokens, !before.weighTokens);
        QVERIFY(options.correctTarget && !options.chooseTarget);
        QCOMPARE(options.driftShare, 0.25);
        QCOMPARE(options.targetDamping, 0.3);
    }

    void filesAreAskedFor()
    {
        Shown shown;
        QSignalSpy calibration(&shown.page, &QuantizePage::chooseCalibrationRequested);
        QSignalSpy imatrix(&shown.page, &QuantizePage::chooseImatrixRequested);
        QTest::mouseClick(named<QPushButton>(shown.page, "Calibration text"), Qt::LeftButton);
        QTest::mouseClick(named<QPushButton>(shown.page, "Importance"), Qt::LeftButton);
        QCOMPARE(calibration.size(), 1);
        QCOMPARE(imatrix.size(), 1);
    }

    void saysBeforeTheRunThatTextIsLittle()
    {
        Shown shown;
        QuantizeEstimate estimate;
        estimate.text = { 2048, 1536, 7525 };
        shown.page.setEstimate(estimate);
        const QString sentence = "inputs up to 1,536 wide are 1.3 a channel.";
        QVERIFY(shows(shown.page, sentence));
        estimate.text.tokens = 7525;
        shown.page.setEstimate(estimate);
        QVERIFY(!shows(shown.page, sentence));
    }

    void saysWhatIsOddAboutTheText()
    {
        Shown shown;
        QVERIFY(!shows(shown.page, "CRLF"));
        shown.page.setTextNotes("calibration.txt: has 2 CRLF line ends");
        settle(shown.page, { 927, 760 });
        QVERIFY(shows(shown.page, "calibration.txt: has 2 CRLF line ends"));
        shown.page.setTextNotes({});
        QVERIFY(!shows(shown.page, "CRLF"));
    }
};

QTEST_MAIN(QuantizePageTest)
#include "tests/support/llamaroles.h"
#include "tst_quantizepage.moc"
