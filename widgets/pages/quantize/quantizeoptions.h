// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/recipe.h"

#include <QtWidgets/QWidget>

class QCheckBox;
class QDoubleSpinBox;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace widgets {

class Form;
class GptqForm;
class Label;

/// What the options of the quantize page say.
struct QuantizeSettings {
    core::Treatment treatment{ core::Method::Gptq };
    QString calibrationFile; ///< path
    int length = 256; ///< tokens a sequence
    int sequences = 0; ///< 0: all
    core::Encoder encoder = core::Encoder::Closest;
    core::GptqOptions gptq;
    QString imatrixFile; ///< path; empty: own statistics
};

/// Calibration text, how much of it, importance matrix, encoder, options of GPTQ. Enables what the
/// chosen method uses.
class QuantizeOptionsForm : public QWidget {
    Q_OBJECT

public:
    explicit QuantizeOptionsForm(QWidget* parent = nullptr);

    void setSettings(const QuantizeSettings& settings); ///< without a signal
    /// The settings with `method` as it was set.
    QuantizeSettings settings() const;
    /// What is odd about how the calibration text is written; empty: nothing.
    void setTextNotes(const QString& notes);
    /// Whether a text can run through the model: without, only an importance file is asked for.
    void setReadsText(bool reads);

signals:
    void changed();
    void chooseCalibrationRequested();
    void chooseImatrixRequested();

private:
    QLineEdit* addFile(
        const QString& label, const QString& placeholder, void (QuantizeOptionsForm::*choose)());
    void addAmount();
    void addGptq();
    void alignLabels(bool aligned);
    void showMore(bool shown);

    QuantizeSettings m_settings;
    bool m_readsText = true;
    Form* m_form;
    QLineEdit* m_calibration;
    Label* m_textNotes;
    QSpinBox* m_sequences;
    QSpinBox* m_length;
    QDoubleSpinBox* m_damping;
    GptqForm* m_gptq;
    QPushButton* m_more; ///< shows m_gptq
    QLineEdit* m_imatrix;
    QCheckBox* m_ggml;
};

} // namespace widgets
