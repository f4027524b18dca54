// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/rounding/gptqoptions.h"

#include <QtWidgets/QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QSpinBox;

namespace widgets {

class Form;

/// The ingredients of GPTQ, each with what it does as its tooltip.
class GptqForm : public QWidget {
    Q_OBJECT

public:
    explicit GptqForm(QWidget* parent = nullptr);

    void setOptions(const core::GptqOptions& options); ///< without a signal
    core::GptqOptions options() const;

signals:
    void changed();

private:
    void addTarget();
    void updateEnabled();

    core::GptqOptions m_options; ///< what the form does not show stays as it was set
    Form* m_form;
    QComboBox* m_target;
    QDoubleSpinBox *m_driftShare, *m_targetDamping;
    QSpinBox* m_sweeps;
    QCheckBox *m_refitNorms, *m_orderNeurons, *m_weighTokens, *m_holdOut, *m_twoSided,
        *m_weighGradients;
};

} // namespace widgets
