// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare/simulationdialog.h"

#include "pagetest.h"
#include "tests/widgets/pictures.h"
#include "widgets/label.h"
#include "widgets/pages/compare/simulationtext.h"
#include "widgets/theme.h"

#include <QtTest/QtTest>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QSpinBox>

using namespace widgets;
using core::SimulationOptions;
using Arithmetic = core::SimulationOptions::Arithmetic;

namespace {

template<typename Widget>
Widget* named(QWidget& dialog, const QString& name)
{
    for (Widget* one : dialog.findChildren<Widget*>())
        if (one->accessibleName() == name)
            return one;
    return nullptr;
}

void choose(QWidget& dialog, const QString& name, const QString& text)
{
    auto* box = named<QComboBox>(dialog, name);
    box->setCurrentIndex(box->findText(text));
}

SimulationOptions everything()
{
    SimulationOptions options;
    options.arithmetic = Arithmetic::Integers;
    options.correctsBias = true;
    core::ArithmeticOptions& integers = options.integers;
    integers.activations.scope = core::ActivationFormat::Scope::Static;
    integers.activations.range = { .estimator = core::RangeEstimator::Percentile,
        .percentile = 99.5,
        .deviations = 4,
        .bits = 6,
        .symmetry = core::Symmetry::Asymmetric };
    integers.weightBits = 4;
    integers.smoothing = 0.35;
    integers.outlierThreshold = 6;
    return options;
}

} // namespace

class SimulationDialogTest : public PageTest {
    Q_OBJECT

private slots:
    void showsAllItsTextAtTwiceTheSize()
    {
        Theme theme(*qApp);
        theme.setTextScale(2);
        core::SimulationOptions options;
        options.arithmetic = core::SimulationOptions::Arithmetic::Integers;
        SimulationDialog dialog(options);
        dialog.show();
        QCoreApplication::processEvents();
        for (const Label* label : dialog.findChildren<Label*>())
            if (label->wordWrap())
                QVERIFY(label->height() >= label->heightForWidth(label->width()));
        theme.setTextScale(1);
    }

    void givesBackWhatItWasGiven()
    {
        QCOMPARE(SimulationDialog(SimulationOptions()).options() == SimulationOptions(), true);
        QVERIFY(SimulationDialog(everything()).options() == everything());
        SimulationOptions searched = everything();
        searched.integers.smoothing = -1;
        QVERIFY(SimulationDialog(searched).options() == searched);
        SimulationOptions llama;
        llama.arithmetic = Arithmetic::AsLlama;
        QVERIFY(SimulationDialog(llama).options() == llama);
    }

    void showsOnlyWhatTheChoiceUses()
    {
        SimulationDialog dialog((SimulationOptions()));
        dialog.show();
        QVERIFY(!named<QSpinBox>(dialog, "Bits of an activation")->isVisible());
        choose(dialog, "Layers compute", "integers, simulated");
        QVERIFY(named<QSpinBox>(dialog, "Bits of an activation")->isVisible());
        QVERIFY(!named<QComboBox>(dialog, "Found by")->isVisible());
        choose(dialog, "Range", "of all tokens (static)");
        QVERIFY(named<QComboBox>(dialog, "Found by")->isVisible());
        QVERIFY(!named<QDoubleSpinBox>(dialog, "Percentile")->isVisible());
        choose(dialog, "Found by", "percentile");
        QVERIFY(named<QDoubleSpinBox>(dialog, "Percentile")->isVisible());
        choose(dialog, "Layers compute", "as llama.cpp");
        QVERIFY(!named<QComboBox>(dialog, "Found by")->isVisible());
        QVERIFY(!dialog.findChild<QCheckBox*>()->isVisible());
    }

    void forgetsIntegersWhereNoneAreUsed()
    {
        SimulationDialog dialog(everything());
        choose(dialog, "Layers compute", "full precision");
        SimulationOptions expected;
        expected.correctsBias = true;
        QVERIFY(dialog.options() == expected);
    }

    void saysInWordsWhatIsSimulated()
    {
        QCOMPARE(simulationText({}), QString("full precision"));
        QCOMPARE(simulationText(everything()),
            QString(
                "6-bit activations, one range (percentile), 4-bit weights, SmoothQuant, outlier "
                "channels from 6, mean shift corrected"));
        SimulationOptions dynamic;
        dynamic.arithmetic = Arithmetic::Integers;
        QCOMPARE(simulationText(dynamic), QString("8-bit activations by token"));
        dynamic.arithmetic = Arithmetic::AsLlama;
        dynamic.correctsBias = true; // not with it
        QCOMPARE(simulationText(dynamic), QString("activations as llama.cpp rounds them"));
    }
};

QTEST_MAIN(SimulationDialogTest)
#include "tst_simulationdialog.moc"
