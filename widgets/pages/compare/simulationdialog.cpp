// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare/simulationdialog.h"

#include "widgets/buttons.h"
#include "widgets/form.h"
#include "widgets/label.h"
#include "widgets/pages/compare/simulationtext.h"
#include "widgets/pages/sharebox.h"
#include "widgets/theme.h"

#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QSpinBox>

#include <algorithm>

namespace widgets {
namespace {

    using Arithmetic = core::SimulationOptions::Arithmetic;
    using Scope = core::ActivationFormat::Scope;
    using core::RangeEstimator;

    constexpr int fewestBits = 2;
    constexpr int mostBits = 16;

    enum class Smoothing { None, Searched, Given };

    Smoothing smoothingOf(const std::optional<double>& strength)
    {
        if (!strength)
            return Smoothing::None;
        return *strength < 0 ? Smoothing::Searched : Smoothing::Given;
    }

    QString aboutText(Arithmetic arithmetic)
    {
        switch (arithmetic) {
        case Arithmetic::FullPrecision:
            return SimulationDialog::tr("Only the weights are rounded: the loss that the recipe "
                                        "is to blame for.");
        case Arithmetic::AsLlama:
            return SimulationDialog::tr("llama.cpp rounds what each matrix reads to 8 bits in "
                                        "blocks: what that program will measure of the file.");
        case Arithmetic::Integers:
            return SimulationDialog::tr("What hardware with integer units would lose. Simulated: "
                                        "no file holds it. Ranges, strengths and outlier channels "
                                        "are found in the calibration text.");
        }
        return {};
    }

    template<typename Enum>
    void choose(QComboBox* box, Enum value)
    {
        box->setCurrentIndex(box->findData(int(value)));
    }

    template<typename Enum>
    Enum chosen(const QComboBox* box)
    {
        return Enum(box->currentData().toInt());
    }

} // namespace

SimulationDialog::SimulationDialog(const core::SimulationOptions& options, QWidget* parent)
    : QDialog(parent)
    , m_form(new Form(this))
    , m_arithmetic(new QComboBox)
    , m_scope(new QComboBox)
    , m_symmetry(new QComboBox)
    , m_estimator(new QComboBox)
    , m_smoothing(new QComboBox)
    , m_bits(new QSpinBox)
    , m_weightBits(new QSpinBox)
    , m_percentile(new ShareBox)
    , m_deviations(new ShareBox)
    , m_strength(new ShareBox)
    , m_outliers(new ShareBox)
    , m_about(new Label(TextRole::Secondary))
{
    setWindowTitle(tr("Arithmetic of the measurement"));
    m_arithmetic->addItem(tr("full precision"), int(Arithmetic::FullPrecision));
    m_arithmetic->addItem(tr("as llama.cpp"), int(Arithmetic::AsLlama));
    m_arithmetic->addItem(tr("integers, simulated"), int(Arithmetic::Integers));
    m_form->addField(tr("Layers compute"), m_arithmetic);
    m_about->setWordWrap(true);
    m_about->setMinimumWidth(scaled(380));
    m_form->addRow(m_about);
    addActivations();
    addRange();
    addWeights();
    m_bias = m_form->addSwitch(tr("Correct the mean shift"),
        tr("Takes away by how much rounding shifts the mean of the residual stream after each half "
           "of a layer."));
    m_form->addRow(makeDialogButtons(this));
    fill(options);
    for (QComboBox* box : { m_arithmetic, m_scope, m_estimator, m_smoothing })
        connect(box, &QComboBox::currentIndexChanged, this, &SimulationDialog::update);
    update();
}

void SimulationDialog::addActivations()
{
    m_bits->setRange(fewestBits, mostBits);
    m_form->addField(tr("Bits of an activation"), m_bits);
    m_symmetry->addItem(tr("around zero"), int(core::Symmetry::Symmetric));
    m_symmetry->addItem(tr("from smallest to largest"), int(core::Symmetry::Asymmetric));
    m_form->addField(tr("Levels"), m_symmetry,
        tr("Levels from the smallest to the largest value use all codes where values lean to one "
           "side."));
    m_scope->addItem(tr("of each token (dynamic)"), int(Scope::Dynamic));
    m_scope->addItem(tr("of all tokens (static)"), int(Scope::Static));
    m_form->addField(tr("Range"), m_scope,
        tr("A static range is found once in the calibration text and costs nothing later; a "
           "dynamic one fits every token."));
}

void SimulationDialog::addRange()
{
    for (const auto estimator : { RangeEstimator::Maximum, RangeEstimator::Percentile,
             RangeEstimator::Deviations, RangeEstimator::SquaredError, RangeEstimator::Divergence })
        m_estimator->addItem(estimatorText(estimator), int(estimator));
    m_form->addField(tr("Found by"), m_estimator,
        tr("All but the first cut rare large values off, so that the others are rounded more "
           "finely."));
    m_percentile->setRange(50.1, 100);
    m_percentile->setDecimals(4);
    m_percentile->setSuffix(tr(" % of the values"));
    m_form->addField(tr("Percentile"), m_percentile);
    m_deviations->setRange(0.1, 1000);
    m_deviations->setDecimals(2);
    m_deviations->setPrefix(QStringLiteral("± "));
    m_form->addField(
        tr("Deviations"), m_deviations, tr("Standard deviations on each side of the mean."));
}

void SimulationDialog::addWeights()
{
    m_weightBits->setRange(fewestBits - 1, mostBits);
    m_weightBits->setSpecialValueText(tr("as they are"));
    m_form->addField(tr("Bits of a weight"), m_weightBits,
        tr("Rounds each row of the layers' matrices to so many bits, on top of the recipe."));
    m_smoothing->addItem(tr("none"), int(Smoothing::None));
    m_smoothing->addItem(tr("strength searched"), int(Smoothing::Searched));
    m_smoothing->addItem(tr("strength given"), int(Smoothing::Given));
    m_form->addField(QStringLiteral("SmoothQuant"), m_smoothing,
        tr("Moves what makes activations hard to round into the weights, channel by channel."));
    m_strength->setRange(0, 1);
    m_strength->setDecimals(2);
    m_strength->setSingleStep(0.05);
    m_form->addField(tr("Strength"), m_strength, tr("0 leaves the activations, 1 evens them out."));
    m_outliers->setRange(0, 1e6);
    m_outliers->setDecimals(2);
    m_outliers->setSpecialValueText(tr("none"));
    m_form->addField(tr("16 bits from"), m_outliers,
        tr("Channels whose activations reach this magnitude stay in 16 bits, and so do the columns "
           "of the weights that they meet. LLM.int8() takes 6."));
}

void SimulationDialog::fill(const core::SimulationOptions& options)
{
    m_options = options;
    const core::ArithmeticOptions& integers = options.integers;
    const core::RangeOptions& range = integers.activations.range;
    choose(m_arithmetic, options.arithmetic);
    choose(m_scope, integers.activations.scope);
    choose(m_symmetry, range.symmetry);
    choose(m_estimator, range.estimator);
    choose(m_smoothing, smoothingOf(integers.smoothing));
    m_bits->setValue(range.bits);
    m_percentile->setValue(range.percentile);
    m_deviations->setValue(range.deviations);
    m_weightBits->setValue(integers.weightBits);
    m_strength->setValue(std::max(0.0, integers.smoothing.value_or(0.5)));
    m_outliers->setValue(integers.outlierThreshold);
    m_bias->setChecked(options.correctsBias);
}

core::SimulationOptions SimulationDialog::options() const
{
    core::SimulationOptions options = m_options;
    options.arithmetic = chosen<Arithmetic>(m_arithmetic);
    options.correctsBias = m_bias->isChecked() && options.arithmetic != Arithmetic::AsLlama;
    core::ArithmeticOptions& integers = options.integers;
    integers.activations.scope = chosen<Scope>(m_scope);
    core::RangeOptions& range = integers.activations.range;
    range.symmetry = chosen<core::Symmetry>(m_symmetry);
    range.estimator = chosen<RangeEstimator>(m_estimator);
    range.bits = m_bits->value();
    range.percentile = m_percentile->value();
    range.deviations = m_deviations->value();
    integers.weightBits = m_weightBits->value() < fewestBits ? 0 : m_weightBits->value();
    const auto smoothing = chosen<Smoothing>(m_smoothing);
    integers.smoothing = smoothing == Smoothing::None ? std::nullopt
        : smoothing == Smoothing::Searched            ? std::optional(-1.0)
                                                      : std::optional(m_strength->value());
    integers.outlierThreshold = m_outliers->value();
    if (options.arithmetic != Arithmetic::Integers)
        options.integers = {}; // so that equal measurements have equal options
    return options;
}

void SimulationDialog::update()
{
    const auto arithmetic = chosen<Arithmetic>(m_arithmetic);
    const bool integers = arithmetic == Arithmetic::Integers;
    const bool isStatic = integers && chosen<Scope>(m_scope) == Scope::Static;
    const auto estimator = chosen<RangeEstimator>(m_estimator);
    m_about->setText(aboutText(arithmetic));
    for (QWidget* field : std::initializer_list<QWidget*>{
             m_bits, m_symmetry, m_scope, m_weightBits, m_smoothing, m_outliers })
        m_form->setRowVisible(field, integers);
    m_form->setRowVisible(m_estimator, isStatic);
    m_form->setRowVisible(m_percentile, isStatic && estimator == RangeEstimator::Percentile);
    m_form->setRowVisible(m_deviations, isStatic && estimator == RangeEstimator::Deviations);
    m_form->setRowVisible(
        m_strength, integers && chosen<Smoothing>(m_smoothing) == Smoothing::Given);
    m_bias->setVisible(arithmetic != Arithmetic::AsLlama);
    m_form->activate();
    resize(m_form->totalSizeHint()); // adjustSize() would cut at two thirds of the screen
}

} // namespace widgets
