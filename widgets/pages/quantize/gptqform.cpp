// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/quantize/gptqform.h"

#include "widgets/form.h"
#include "widgets/pages/sharebox.h"
#include "widgets/theme.h"

#include <QtCore/QSignalBlocker>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QSpinBox>

namespace widgets {
namespace {

    /// What the rounded weights aim at.
    enum class Target { ChosenByData, AsGiven, Weights };

    Target targetOf(const core::GptqOptions& options)
    {
        if (!options.correctTarget)
            return Target::Weights;
        return options.chooseTarget ? Target::ChosenByData : Target::AsGiven;
    }

    constexpr int mostSweeps = 20; ///< they settle long before

} // namespace

GptqForm::GptqForm(QWidget* parent)
    : QWidget(parent)
    , m_form(new Form(this))
    , m_target(new QComboBox)
    , m_driftShare(new ShareBox)
    , m_targetDamping(new ShareBox)
    , m_sweeps(new QSpinBox)
{
    addTarget();
    m_sweeps->setRange(0, mostSweeps);
    m_sweeps->setSpecialValueText(tr("none"));
    m_form->addField(tr("Sweeps"), m_sweeps,
        tr("After rounding, each block is rounded again given all the others, scales included:\n"
           "at most so often, it ends where nothing improves."));
    m_twoSided = m_form->addSwitch(tr("Round outputs together"),
        tr("Lets rows make up for the errors of rows before them, as far as the end loss depends\n"
           "on both outputs: takes one pass back through the original model."));
    m_weighGradients = m_form->addSwitch(tr("Weigh by gradients"),
        tr("Counts an error as far as the end loss depends on its token. With outputs rounded\n"
           "together only, whose pass back tells it."));
    m_refitNorms = m_form->addSwitch(tr("Refit the norms"),
        tr("Norm weights stay F32 in the file, so they may be fitted to the rounded matrices\n"
           "behind them at no cost."));
    m_orderNeurons = m_form->addSwitch(tr("Order the neurons"),
        tr("Puts the most active neurons of each feed-forward first, so that ffn_down rounds\n"
           "its columns in that order. The model stays the same."));
    m_weighTokens = m_form->addSwitch(tr("Weigh the tokens"),
        tr("Counts an error relative to the size of the residual stream at its token, so that\n"
           "tokens with massive activations do not outweigh all others."));
    m_holdOut = m_form->addSwitch(tr("Hold sequences out"),
        tr("Chooses by a quarter of the sequences, held out, what the text can support. Without,\n"
           "all of the text is believed and errors are those on it."));
    connect(m_target, &QComboBox::activated, this, [this] {
        updateEnabled();
        emit changed();
    });
    for (QDoubleSpinBox* box : { m_driftShare, m_targetDamping })
        connect(box, &QDoubleSpinBox::valueChanged, this, &GptqForm::changed);
    connect(m_sweeps, &QSpinBox::valueChanged, this, &GptqForm::changed);
    connect(m_twoSided, &QCheckBox::toggled, m_weighGradients, &QWidget::setEnabled);
    for (QCheckBox* box :
        { m_twoSided, m_weighGradients, m_refitNorms, m_orderNeurons, m_weighTokens, m_holdOut })
        connect(box, &QCheckBox::toggled, this, &GptqForm::changed);
    setOptions({});
}

void GptqForm::addTarget()
{
    m_target->addItem(tr("original outputs, by data"), int(Target::ChosenByData));
    m_target->addItem(tr("original outputs, as given"), int(Target::AsGiven));
    m_target->addItem(tr("original weights"), int(Target::Weights));
    m_target->setMinimumContentsLength(16);
    m_target->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_form->addField(tr("Aim at"), m_target,
        tr("The outputs of the original model on its own inputs make up for what earlier layers\n"
           "lost. How far to follow them is chosen on held-out sequences, or given below."));
    m_driftShare->setRange(0, 100);
    m_driftShare->setDecimals(0);
    m_driftShare->setSingleStep(5);
    m_driftShare->setSuffix(tr(" % of the drift"));
    m_form->addField(tr("Take up"), m_driftShare,
        tr("How much of the residual stream's drift attn_output and ffn_down take up."));
    m_targetDamping->setRange(0.01, 1000);
    m_targetDamping->setDecimals(2);
    m_targetDamping->setSingleStep(5);
    m_targetDamping->setSuffix(tr(" % of the mean diagonal"));
    m_form->addField(tr("Target damping"), m_targetDamping,
        tr("Keeps the weights aimed at near the original ones: more is more careful."));
    for (QDoubleSpinBox* box : { m_driftShare, m_targetDamping })
        box->setMinimumWidth(scaled(150)); // not as wide as the longest value there could be
}

void GptqForm::setOptions(const core::GptqOptions& options)
{
    const QSignalBlocker blocker(this); // its own signals only; values are told by changed()
    m_options = options;
    m_target->setCurrentIndex(m_target->findData(int(targetOf(options))));
    m_driftShare->setValue(100 * options.driftShare);
    m_targetDamping->setValue(100 * options.targetDamping);
    m_sweeps->setValue(options.sweeps);
    m_twoSided->setChecked(options.twoSided);
    m_weighGradients->setChecked(options.weighGradients);
    m_refitNorms->setChecked(options.refitNorms);
    m_orderNeurons->setChecked(options.orderNeurons);
    m_holdOut->setChecked(options.holdOut);
    m_weighTokens->setChecked(options.weighTokens);
    updateEnabled();
}

core::GptqOptions GptqForm::options() const
{
    core::GptqOptions options = m_options;
    const auto target = Target(m_target->currentData().toInt());
    options.correctTarget = target != Target::Weights;
    options.chooseTarget = target == Target::ChosenByData
        || (target == Target::Weights && m_options.chooseTarget); // as it was when it is back
    options.driftShare = m_driftShare->value() / 100;
    options.targetDamping = m_targetDamping->value() / 100;
    options.sweeps = m_sweeps->value();
    options.twoSided = m_twoSided->isChecked();
    options.weighGradients = m_weighGradients->isChecked();
    options.refitNorms = m_refitNorms->isChecked();
    options.orderNeurons = m_orderNeurons->isChecked();
    options.holdOut = m_holdOut->isChecked();
    options.weighTokens = m_weighTokens->isChecked();
    return options;
}

void GptqForm::updateEnabled()
{
    const bool given = m_target->currentData().toInt() == int(Target::AsGiven);
    m_weighGradients->setEnabled(m_twoSided->isChecked());
    for (QWidget* field : { m_driftShare, m_targetDamping })
        m_form->setRowVisible(field, given);
}

} // namespace widgets
