// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/quantize/quantizeoptions.h"

#include "widgets/buttons.h"
#include "widgets/form.h"
#include "widgets/label.h"
#include "widgets/pages/quantize/gptqform.h"
#include "widgets/pages/sharebox.h"
#include "widgets/theme.h"

#include <QtCore/QFileInfo>
#include <QtCore/QSignalBlocker>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QDoubleSpinBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>

#include <algorithm>

namespace widgets {
QuantizeOptionsForm::QuantizeOptionsForm(QWidget* parent)
    : QWidget(parent)
    , m_form(new Form(this))
    , m_textNotes(new Label(TextRole::Caption))
    , m_sequences(new QSpinBox)
    , m_length(new QSpinBox)
    , m_damping(new ShareBox)
    , m_gptq(new GptqForm)
    , m_more(makeLinkButton({}))
{
    m_calibration = addFile(
        tr("Calibration text"), tr("none"), &QuantizeOptionsForm::chooseCalibrationRequested);
    m_textNotes->setWordWrap(true);
    m_form->addRow(QString(), m_textNotes);
    setTextNotes({});
    addAmount();
    m_damping->setRange(0.0001, 100);
    m_damping->setDecimals(4);
    m_damping->setSingleStep(0.5);
    m_damping->setSuffix(tr(" % of the mean diagonal"));
    m_form->addField(tr("Damping"), m_damping,
        tr("GPTQ adds this share of the Hessian's mean diagonal to it: more "
           "makes it steadier, less makes it fit closer."));
    m_imatrix = addFile(
        tr("Importance"), tr("from the text"), &QuantizeOptionsForm::chooseImatrixRequested);
    m_ggml = m_form->addSwitch(tr("Same bytes as llama.cpp"),
        tr("Writes what llama.cpp's quantizer would, in place of scales with a smaller error."));
    addGptq();
    m_damping->setMinimumWidth(scaled(196)); // not as wide as the longest value there could be
    m_sequences->setMinimumWidth(scaled(64));
    m_length->setMinimumWidth(scaled(108));
    for (QSpinBox* box : { m_sequences, m_length })
        connect(box, &QSpinBox::valueChanged, this, &QuantizeOptionsForm::changed);
    connect(m_ggml, &QCheckBox::toggled, this, &QuantizeOptionsForm::changed);
    connect(m_damping, &QDoubleSpinBox::valueChanged, this, &QuantizeOptionsForm::changed);
}

void QuantizeOptionsForm::addGptq()
{
    m_form->addRow(m_more);
    m_form->addRow(m_gptq);
    showMore(false);
    connect(m_more, &QPushButton::clicked, this, [this] { showMore(m_gptq->isHidden()); });
    connect(m_gptq, &GptqForm::changed, this, &QuantizeOptionsForm::changed);
}

/// GPTQ's form is one of its own: its fields stand under those above only with labels as wide.
void QuantizeOptionsForm::alignLabels(bool aligned)
{
    const auto layouts = { m_form, qobject_cast<Form*>(m_gptq->layout()) };
    int widest = 0;
    for (const Form* layout : layouts)
        for (int row = 0; row < layout->rowCount(); ++row)
            if (const QLayoutItem* label = layout->itemAt(row, Form::LabelRole))
                widest = std::max(widest, label->sizeHint().width());
    for (const Form* layout : layouts)
        layout->itemAt(0, Form::LabelRole)->widget()->setMinimumWidth(aligned ? widest : 0);
}

void QuantizeOptionsForm::showMore(bool shown)
{
    alignLabels(shown);
    m_gptq->setVisible(shown);
    m_more->setText(shown ? tr("Fewer options of GPTQ") : tr("More options of GPTQ"));
    m_more->updateGeometry();
}

QLineEdit* QuantizeOptionsForm::addFile(
    const QString& label, const QString& placeholder, void (QuantizeOptionsForm::*choose)())
{
    auto* field = new QLineEdit;
    field->setReadOnly(true);
    field->setPlaceholderText(placeholder);
    field->setAccessibleName(label);
    QPushButton* button = makeButton(tr("Choose..."));
    button->setAccessibleName(label);
    connect(button, &QPushButton::clicked, this, choose);
    auto* row = new QHBoxLayout;
    row->setSpacing(scaled(8));
    row->addWidget(field, 1);
    row->addWidget(button);
    m_form->addRow(new Label(TextRole::Secondary, label), row);
    return field;
}

void QuantizeOptionsForm::addAmount()
{
    m_sequences->setRange(0, 1000000);
    m_sequences->setSpecialValueText(tr("all"));
    m_sequences->setAccessibleName(tr("Sequences"));
    m_length->setRange(2, 1048576);
    m_length->setSuffix(tr(" tokens"));
    m_length->setAccessibleName(tr("Tokens a sequence"));
    auto* row = new QHBoxLayout;
    row->setSpacing(scaled(8));
    row->addWidget(m_sequences, 1);
    row->addWidget(new Label(TextRole::Secondary, QStringLiteral("×")));
    row->addWidget(m_length, 2);
    m_form->addRow(new Label(TextRole::Secondary, tr("Sequences")), row);
}

void QuantizeOptionsForm::setSettings(const QuantizeSettings& settings)
{
    m_settings = settings;
    const QSignalBlocker blockSequences(m_sequences), blockLength(m_length),
        blockDamping(m_damping), blockGgml(m_ggml);
    m_calibration->setText(QFileInfo(settings.calibrationFile).fileName());
    m_calibration->setToolTip(settings.calibrationFile);
    m_imatrix->setText(QFileInfo(settings.imatrixFile).fileName());
    m_imatrix->setToolTip(settings.imatrixFile);
    m_sequences->setValue(settings.sequences);
    m_length->setValue(settings.length);
    m_damping->setValue(100 * settings.gptq.damping);
    m_ggml->setChecked(settings.encoder == core::Encoder::Ggml);
    m_gptq->setOptions(settings.gptq);
    const core::Method method = settings.treatment.method;
    const bool reads = method == core::Method::Importance || method == core::Method::Gptq
        || settings.treatment.scaling != core::Scaling::None;
    for (QWidget* field : std::initializer_list<QWidget*>{ m_calibration, m_sequences, m_length })
        field->setEnabled(reads && m_readsText);
    m_imatrix->setEnabled(reads);
    m_ggml->setEnabled(
        method == core::Method::Importance || method == core::Method::RoundToNearest);
    const bool gptq = method == core::Method::Gptq;
    for (QWidget* field : std::initializer_list<QWidget*>{ m_damping, m_gptq, m_more })
        field->setEnabled(gptq);
}

void QuantizeOptionsForm::setTextNotes(const QString& notes)
{
    m_textNotes->setText(notes);
    m_textNotes->setVisible(!notes.isEmpty());
}

void QuantizeOptionsForm::setReadsText(bool reads)
{
    m_readsText = reads;
    m_imatrix->setPlaceholderText(reads ? tr("from the text") : tr("none"));
    setSettings(m_settings);
}

QuantizeSettings QuantizeOptionsForm::settings() const
{
    QuantizeSettings settings = m_settings;
    settings.sequences = m_sequences->value();
    settings.length = m_length->value();
    settings.encoder = m_ggml->isChecked() ? core::Encoder::Ggml : core::Encoder::Closest;
    settings.gptq = m_gptq->options();
    settings.gptq.damping = m_damping->value() / 100;
    return settings;
}

} // namespace widgets
