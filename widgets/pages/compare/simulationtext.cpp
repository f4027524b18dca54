// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare/simulationtext.h"

#include "widgets/pages/compare/simulationdialog.h"

#include <QtCore/QStringList>

namespace widgets {
namespace {

    using Arithmetic = core::SimulationOptions::Arithmetic;

    QStringList integerParts(const core::ArithmeticOptions& integers)
    {
        const bool isStatic = integers.activations.scope == core::ActivationFormat::Scope::Static;
        QStringList parts;
        parts += (isStatic ? SimulationDialog::tr("%1-bit activations, one range")
                           : SimulationDialog::tr("%1-bit activations by token"))
                     .arg(integers.activations.range.bits);
        if (isStatic)
            parts.back()
                += QStringLiteral(" (%1)").arg(estimatorText(integers.activations.range.estimator));
        if (integers.weightBits > 0)
            parts += SimulationDialog::tr("%1-bit weights").arg(integers.weightBits);
        if (integers.smoothing)
            parts += QStringLiteral("SmoothQuant");
        if (integers.outlierThreshold > 0)
            parts
                += SimulationDialog::tr("outlier channels from %1").arg(integers.outlierThreshold);
        return parts;
    }

} // namespace

QString simulationText(const core::SimulationOptions& options)
{
    QStringList parts;
    if (options.arithmetic == Arithmetic::AsLlama)
        parts += SimulationDialog::tr("activations as llama.cpp rounds them");
    else if (options.arithmetic == Arithmetic::Integers)
        parts += integerParts(options.integers);
    if (options.correctsBias && options.arithmetic != Arithmetic::AsLlama)
        parts += SimulationDialog::tr("mean shift corrected");
    return parts.isEmpty() ? SimulationDialog::tr("full precision")
                           : parts.join(QStringLiteral(", "));
}

QString estimatorText(core::RangeEstimator estimator)
{
    switch (estimator) {
    case core::RangeEstimator::Maximum:
        return SimulationDialog::tr("all values");
    case core::RangeEstimator::Percentile:
        return SimulationDialog::tr("percentile");
    case core::RangeEstimator::Deviations:
        return SimulationDialog::tr("standard deviations");
    case core::RangeEstimator::SquaredError:
        return SimulationDialog::tr("least squared error");
    case core::RangeEstimator::Divergence:
        return SimulationDialog::tr("least KL divergence");
    }
    return {};
}

} // namespace widgets
