// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/simulation.h"

#include <QtWidgets/QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QSpinBox;

namespace widgets {

class Form;
class Label;

/// How a model's layers compute while it is measured: in full precision, as llama.cpp's, or with
/// integers, simulated. Shows only what the choice uses.
class SimulationDialog : public QDialog {
    Q_OBJECT

public:
    explicit SimulationDialog(const core::SimulationOptions& options, QWidget* parent = nullptr);

    core::SimulationOptions options() const;

private:
    void addActivations();
    void addRange();
    void addWeights();
    void fill(const core::SimulationOptions& options);
    void update();

    core::SimulationOptions m_options; ///< as shown; what is hidden keeps its value
    Form* m_form;
    QComboBox *m_arithmetic, *m_scope, *m_symmetry, *m_estimator, *m_smoothing;
    QSpinBox *m_bits, *m_weightBits;
    QDoubleSpinBox *m_percentile, *m_deviations, *m_strength, *m_outliers;
    QCheckBox* m_bias;
    Label* m_about;
};

} // namespace widgets
