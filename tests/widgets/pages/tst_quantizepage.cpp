// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/quantize/quantizepage.h"

#include "pagetest.h"
#include "tests/support/llamaroles.h"
#include "tests/widgets/pictures.h"
#include "tests/widgets/sampleruns.h"
#include "widgets/format.h"
#include "widgets/messagebar.h"
#include "widgets/pages/quantize/gptqform.h"
#include "widgets/pages/quantize/methodchooser.h"
#include "widgets/pages/quantize/runprogress.h"
#include "widgets/pages/quantize/tensorcellstrip.h"

#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDoubleSpinBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QRadioButton>
#include <QtWidgets/QSpinBox>

using namespace widgets;

namespace {

std::vector<core::Place> placesOf(const QList<QVariant>& arguments)
{
    return arguments[0].value<std::vector<core::Place>>();
}

template<typename Widget>
Widget* named(QWidget& page, const QString& text)
{
    for (Widget* one : page.findChildren<Widget*>())
        if (one->accessibleName() == text)
            return one;
    return nullptr;
}

template<typename Button = QPushButton>
Button* button(QWidget& page, const QString& text)
{
    for (Button* one : page.findChildren<Button*>())
        if (one->text() == text && one->isVisible())
            return one;
    return nullptr;
}

bool shows(QWidget& page, const QString& text)
{
    for (QLabel* label : page.findChildren<QLabel*>())
        if (label->isVisible() && label->text().replace(QChar(0xA0), ' ').contains(text))
            return true;
    return false;
}

std::vector<core::Place> places()
{
    std::vector<core::Place> all;
    for (const core::TensorReport& report : sampleReports())
        all.push_back(report.place);
    return all;
}

/// The page with a recipe, a text and an estimate.
struct Shown {
    QuantizePage page;
    QuantizeSettings settings;
    Shown()
    {
        settings.calibrationFile = "/texts/calibration.txt";
        settings.sequences = 64;
        page.setRecipeTitle("Q3_K_M");
        page.setTensors(places());
        page.setSettings(settings);
        page.setEstimate({ 21, 212e6, 5.5e6 });
        settle(page, { 927, 760 });
    }
    void run(int reports)
    {
        page.setState(QuantizePage::State::Running);
        for (int i = 0; i < reports; ++i)
            page.addReport(sampleReports()[std::size_t(i)]);
        page.setProgress(reports / 28.0, "Layer 2: attn_output", 11.9, 8.3);
        settle(page, { 927, 760 });
    }
    TensorCellStrip* cells() { return page.findChild<TensorCellStrip*>(); }
};

} // namespace

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
        for (QCheckBox* box : shown.page.findChild<GptqForm*>()->findChildren<QCheckBox*>())
            box->click();
        auto* target = named<QComboBox>(shown.page, "Aim at");
        QVERIFY(!named<QDoubleSpinBox>(shown.page, "Take up")->isVisible());
        target->setCurrentIndex(1);
        emit target->activated(1);
        named<QDoubleSpinBox>(shown.page, "Take up")->setValue(25);
        named<QDoubleSpinBox>(shown.page, "Target damping")->setValue(30);
        const core::GptqOptions options = shown.page.settings().gptq, before;
        QCOMPARE(options.sweeps, 5);
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

    void showsTheRunAsItGoes()
    {
        Shown shown;
        QSignalSpy cancelled(&shown.page, &QuantizePage::cancelRequested);
        shown.run(17);
        QVERIFY2(shown.page.answer().startsWith(
                     "GPTQ on “Q3_K_M”. So far its output error on 16 held-out sequences is "),
            qPrintable(shown.page.answer()));
        QVERIFY(shown.page.answer().endsWith("below importance-weighted rounding."));
        QCOMPARE(shown.cells()->state(16), CellState::Done);
        QCOMPARE(shown.cells()->state(17), CellState::Rounding);
        QCOMPARE(shown.cells()->state(18), CellState::Waiting);
        QVERIFY(shows(shown.page, "11.9 s elapsed · 8.3 s left"));
        QVERIFY(shows(shown.page, "for the next run")); // it has its own recipe and settings
        QVERIFY(shown.page.findChild<MethodChooser*>()->isEnabled());
        QVERIFY(button(shown.page, "Line up")->isEnabled());
        shown.settings.treatment.method = core::Method::RoundToNearest;
        shown.page.setSettings(shown.settings);
        QVERIFY2(shown.page.answer().startsWith("GPTQ on “Q3_K_M”."),
            qPrintable(shown.page.answer())); // still of the run
        QTest::mouseClick(button(shown.page, "Cancel"), Qt::LeftButton);
        QCOMPARE(cancelled.size(), 1);
        takePictures(shown.page, theme(), "quantize-running");
    }

    void theMeanCountsOnlyWhatTheMethodRounded()
    {
        Shown shown;
        core::TensorReport kept = sampleReports()[0];
        kept.method = core::Method::Importance;
        kept.outputError = kept.importanceError;
        core::TensorReport half = sampleReports()[1];
        half.outputError = half.importanceError / 2;
        shown.page.setState(QuantizePage::State::Running);
        shown.page.addReport(kept);
        shown.page.addReport(half);
        QVERIFY(shown.page.answer().contains("50.0"));
        const auto* cells = shown.page.findChild<TensorCellStrip*>();
        QVERIFY(cells->description(1).contains(
            QString("by %1\nOutput error").arg(treatmentText({ half.method, half.scaling }))));
        QVERIFY(cells->description(1).contains(
            ", by importance-weighted rounding " + percentText(half.importanceError)));
        QVERIFY(!cells->description(2).contains('\n')); // not rounded yet
    }

    void everyErrorSaysWhatItWasMeasuredOn()
    {
        Shown shown;
        shown.page.setState(QuantizePage::State::Running);
        const auto* cells = shown.page.findChild<TensorCellStrip*>();
        const auto* plot = shown.page.findChild<DumbbellPlot*>();
        core::TensorReport report = sampleReports()[0];
        const QString error = percentText(report.outputError);
        report.judgedOn = core::JudgedOn::Weights;
        report.method = core::Method::RoundToNearest;
        report.heldSequences = 0;
        shown.page.addReport(report);
        QVERIFY(cells->description(0).contains("Weight error " + error + ", without a text"));
        QCOMPARE(plot->name(), QString("Weight error by tensor, without a text"));
        report.judgedOn = core::JudgedOn::CalibrationText;
        report.method = core::Method::Gptq;
        shown.page.addReport(report);
        QVERIFY(cells->description(0).contains(error + " on the calibration text"));
        QCOMPARE(plot->name(), QString("Output error by tensor, on the calibration text"));
        QVERIFY(shown.page.answer().contains("its output error on the calibration text is"));
        core::TensorReport held = sampleReports()[1]; // the mean and the plot take one kind only
        held.outputError = held.importanceError / 2;
        shown.page.addReport(held);
        QVERIFY(cells->description(1).contains(" on 16 held-out sequences, by importance"));
        QCOMPARE(plot->name(), QString("Output error by tensor, on 16 held-out sequences"));
        QVERIFY(shown.page.answer().contains("on 16 held-out sequences is 50.0"));
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

    void aCancelledRunSaysWhatIsKeptAndResumes()
    {
        Shown shown;
        QSignalSpy started(&shown.page, &QuantizePage::quantizeRequested);
        QSignalSpy resumed(&shown.page, &QuantizePage::resumeRequested);
        QSignalSpy discarded(&shown.page, &QuantizePage::discardRequested);
        shown.run(17);
        shown.page.setState(
            QuantizePage::State::Cancelled, "2 of 4 layers are kept; resuming starts at layer 2.");
        settle(shown.page, { 927, 760 });
        QVERIFY(shows(shown.page, "2 of 4 layers are kept"));
        QVERIFY(shown.page.findChild<MethodChooser*>()->isEnabled());
        QTest::mouseClick(button(shown.page, "Resume"), Qt::LeftButton);
        QCOMPARE(resumed.size(), 1);
        QTest::mouseClick(button(shown.page, "Discard"), Qt::LeftButton);
        QCOMPARE(discarded.size(), 1);
        QCOMPARE(started.size(), 0); // what is edited is another run
        QTest::mouseClick(button(shown.page, "Quantize"), Qt::LeftButton);
        QCOMPARE(started.size(), 1);
        takePictures(shown.page, theme(), "quantize-cancelled");
    }

    void aFailedRunSaysWhyAndMarksTheTensor()
    {
        Shown shown;
        shown.run(17);
        shown.page.setState(QuantizePage::State::Failed,
            "Cannot keep layer 2 in “/cache/quantscope”: 1.2 MB are free, 5.5 MB are needed.");
        settle(shown.page, { 927, 760 });
        QCOMPARE(shown.cells()->state(17), CellState::Failed);
        QVERIFY(shown.page.message()->text().contains("5.5 MB are needed"));
        takePictures(shown.page, theme(), "quantize-failed");
    }

    void aFinishedRunSaysWhatItGained()
    {
        Shown shown;
        shown.run(28);
        shown.page.setState(QuantizePage::State::Finished);
        QVERIFY2(shown.page.answer().startsWith(
                     "GPTQ on “Q3_K_M”: its output error on 16 held-out sequences is"),
            qPrintable(shown.page.answer()));
        QVERIFY(shows(shown.page, "Finished"));
        QVERIFY(button(shown.page, "Quantize"));
        takePictures(shown.page, theme(), "quantize-finished");
    }

    void aClickOnACellSelectsItsTensor()
    {
        Shown shown;
        QSignalSpy selected(&shown.page, &QuantizePage::placesSelected);
        emit shown.cells()->chosen(3);
        QCOMPARE(selected.size(), 1);
        QCOMPARE(placesOf(selected[0]), std::vector{ sampleReports()[3].place });
        emit shown.page.findChild<DumbbellPlot*>()->rowChosen(4);
        QCOMPARE(placesOf(selected[1]), std::vector{ sampleReports()[4].place });
    }

    void aboveSixtyTensorsThePlotShowsLayers()
    {
        Shown shown;
        std::vector<core::Place> many;
        for (int layer = 0; layer < 30; ++layer)
            for (const core::Role role : support::llamaMatrices)
                many.push_back({ role, layer });
        shown.page.setTensors(many);
        shown.page.setState(QuantizePage::State::Running);
        for (std::size_t i = 0; i < 100; ++i) {
            core::TensorReport report = sampleReports()[i % 28];
            report.place = many[i];
            shown.page.addReport(report);
        }
        settle(shown.page, { 927, 760 });
        QCOMPARE(shown.page.findChild<DumbbellPlot*>()->table().rows.size(), std::size_t(30));
        takePictures(shown.page, theme(), "quantize-thirty-layers");

        QSignalSpy selected(&shown.page, &QuantizePage::placesSelected);
        emit shown.page.findChild<DumbbellPlot*>()->rowChosen(12);
        QCOMPARE(placesOf(selected[0]).size(), support::llamaMatrices.size());
        QCOMPARE(placesOf(selected[0]).front().layer, 12);
    }

    void theCellsOfAllLayersAreDrawn()
    {
        std::vector<core::Place> deep;
        for (int layer = 0; layer < 120; ++layer)
            for (const core::Role role : support::llamaMatrices)
                deep.push_back({ role, layer });
        for (const int width : { 460, 620, 1100 }) {
            QuantizePage page;
            page.setTensors(deep);
            settle(page, { width, 700 });
            const auto* cells = page.findChild<TensorCellStrip*>();
            for (int cell = 0; cell < int(deep.size()); ++cell)
                QVERIFY2(QRectF(cells->rect()).contains(cells->cellRect(cell)),
                    qPrintable(QString::number(cell)));
        }
    }
};

QTEST_MAIN(QuantizePageTest)
#include "tests/support/llamaroles.h"
#include "tst_quantizepage.moc"
