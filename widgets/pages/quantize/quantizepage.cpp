// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/quantize/quantizepage.h"

#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/facts.h"
#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/pages/quantize/methodchooser.h"
#include "widgets/pages/quantize/runprogress.h"
#include "widgets/theme.h"

#include <QtWidgets/QBoxLayout>
#include <QtWidgets/QPushButton>

namespace widgets {

namespace {

    constexpr int leastForColumns = 640; ///< width that the two columns of cards need

} // namespace

QuantizePage::QuantizePage(QWidget* parent)
    : Page(tr("How will it be rounded?"), parent)
    , m_quantize(addPrimaryAction(tr("Quantize"), QStringLiteral("play")))
    , m_cancel(makeButton(tr("Cancel"), QStringLiteral("cancel")))
    , m_methodCard(new Card(tr("Method")))
    , m_optionsCard(new Card(tr("Options")))
    , m_methods(new MethodChooser)
    , m_options(new QuantizeOptionsForm)
    , m_estimate(new FactStrip)
    , m_again(new Label(TextRole::Caption))
    , m_littleText(new Label(TextRole::Secondary))
    , m_progress(new RunProgress)
    , m_columns(new QBoxLayout(QBoxLayout::LeftToRight))
{
    addHeaderWidget(m_cancel); // at every width, unlike other secondary buttons
    m_columns->setSpacing(scaled(12));
    m_columns->addWidget(makeLeft(), 3);
    m_columns->addWidget(makeRight(), 4);
    content()->addLayout(m_columns, 1);

    connect(m_quantize, &QPushButton::clicked, this, &QuantizePage::quantizeRequested);
    connect(m_cancel, &QPushButton::clicked, this, &QuantizePage::cancelRequested);
    connect(m_methods, &MethodChooser::chosen, this, &QuantizePage::settingsEdited);
    connect(m_options, &QuantizeOptionsForm::changed, this, &QuantizePage::settingsEdited);
    connect(m_options, &QuantizeOptionsForm::chooseCalibrationRequested, this,
        &QuantizePage::chooseCalibrationRequested);
    connect(m_options, &QuantizeOptionsForm::chooseImatrixRequested, this,
        &QuantizePage::chooseImatrixRequested);
    connect(m_progress, &RunProgress::placesChosen, this, &QuantizePage::placesSelected);
    setSettings(m_settings);
    setEstimate({});
    setState(State::Ready);
}

QWidget* QuantizePage::makeLeft()
{
    m_methodCard->content()->addWidget(m_methods);
    m_optionsCard->content()->addWidget(m_options);
    auto* estimateCard = new Card(tr("Estimate"));
    estimateCard->setHint(tr("made before the run"));
    auto* promise = new Label(TextRole::Caption,
        tr("One layer is in memory at a time. Every finished layer is kept, so a cancelled or "
           "interrupted run resumes where it stopped."));
    promise->setWordWrap(true);
    m_again->setWordWrap(true);
    estimateCard->content()->addWidget(m_estimate);
    estimateCard->content()->addWidget(m_again);
    m_littleText->setWordWrap(true);
    m_littleText->hide();
    estimateCard->content()->addWidget(m_littleText);
    estimateCard->content()->addWidget(promise);
    estimateCard->content()->addStretch(1);
    auto* left = new QWidget;
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(12));
    layout->addWidget(m_methodCard);
    layout->addWidget(m_optionsCard);
    layout->addWidget(estimateCard, 1);
    return left;
}

QWidget* QuantizePage::makeRight()
{
    auto* card = new Card(tr("Progress"));
    card->setHint(tr("○ importance  ● method"));
    addPlotTools(card, m_progress->plot());
    card->content()->addWidget(m_progress);
    DumbbellPlot* plot = m_progress->plot();
    connect(plot, &BasePlot::saveRequested, this, [this, plot] { emit savePlotRequested(plot); });
    return card;
}

void QuantizePage::arrange()
{
    m_columns->setDirection(contentWidth() >= scaled(leastForColumns) ? QBoxLayout::LeftToRight
            : m_state == State::Ready                                 ? QBoxLayout::TopToBottom
                                      : QBoxLayout::BottomToTop); // the progress on top
}

void QuantizePage::setRecipeTitle(const QString& title)
{
    m_recipe = title;
    updateAnswer();
}

void QuantizePage::setTensors(const std::vector<core::Place>& places, const QStringList& names)
{
    m_progress->setPlaces(places, names);
}

void QuantizePage::setSettings(const QuantizeSettings& settings)
{
    m_settings = settings;
    m_methods->setTreatment(settings.treatment);
    m_options->setSettings(settings);
    updateAnswer();
    updateButtons();
}

QuantizeSettings QuantizePage::settings() const { return m_settings; }

void QuantizePage::settingsEdited()
{
    m_settings = m_options->settings();
    m_settings.treatment = m_methods->treatment();
    m_methods->setTreatment(m_settings.treatment);
    m_options->setSettings(m_settings);
    updateAnswer();
    updateButtons();
    emit settingsChanged(m_settings);
}

void QuantizePage::setTextNotes(const QString& notes) { m_options->setTextNotes(notes); }

void QuantizePage::setEstimate(const QuantizeEstimate& estimate)
{
    const auto size = [](double bytes) { return bytes < 0 ? unknownText() : sizeText(bytes); };
    m_estimate->setFacts(
        { { tr("Time, about"),
              estimate.seconds < 0 ? unknownText() : durationText(estimate.seconds), {} },
            { tr("Memory, peak"), size(estimate.memoryBytes), {} },
            { tr("Disk, cache"), size(estimate.diskBytes), {} } });
    QStringList said;
    if (estimate.roundedAgain > 0)
        said += tr("%n tensors are quantized in the file already and are rounded a second time, "
                   "which adds to the loss.",
            nullptr, estimate.roundedAgain);
    if (estimate.grown > 0)
        said += tr(
            "%n tensors get larger than in the file and gain nothing.", nullptr, estimate.grown);
    m_again->setText(said.join(u' '));
    m_again->setVisible(!said.isEmpty());
    const core::TextNeeds& text = estimate.text;
    m_littleText->setVisible(text.isLittle());
    if (text.isLittle())
        m_littleText->setText(
            tr("%1 tokens for inputs up to %2 wide are %3 a channel. Below %4 tokens GPTQ believes "
               "less than half of what it sees there and comes near importance-weighted rounding.")
                .arg(countText(text.tokens), countText(text.widest),
                    numberText(text.perChannel(), 1), countText(text.wanted)));
}

void QuantizePage::setState(State state, const QString& text, const QString& run)
{
    if (state == State::Running && m_state != State::Running) {
        m_runRecipe = m_recipe;
        m_runTreatment = m_settings.treatment;
    }
    m_state = state;
    arrange();
    m_progress->setRunning(state == State::Running);
    if (state == State::Failed)
        m_progress->setFailed();
    if (state == State::Finished)
        m_progress->setDone(1);
    if (state == State::Ready || state == State::Finished)
        m_progress->setTitle(state == State::Ready ? tr("No run yet") : tr("Finished"), {});
    showMessage(text, run);
    updateAnswer();
    updateButtons();
}

void QuantizePage::showMessage(const QString& text, const QString& run)
{
    message()->clear();
    if (m_state != State::Cancelled && m_state != State::Failed)
        return;
    const bool failed = m_state == State::Failed;
    m_progress->setTitle(failed ? tr("Stopped") : tr("Cancelled"), {});
    message()->setMessage(failed ? MessageBar::Kind::Failure : MessageBar::Kind::Warning,
        failed              ? text
            : run.isEmpty() ? tr("The run was cancelled.")
                            : tr("“%1” was interrupted.").arg(run),
        failed ? tr("Finished layers are kept; your recipe and all files are unchanged.") : text);
    connect(message()->addButton(tr("Resume"), QStringLiteral("play")), &QPushButton::clicked, this,
        &QuantizePage::resumeRequested);
    connect(message()->addButton(tr("Discard")), &QPushButton::clicked, this,
        &QuantizePage::discardRequested);
}

void QuantizePage::setProgress(
    double done, const QString& step, double elapsedSeconds, double leftSeconds)
{
    if (m_state != State::Running)
        return;
    m_progress->setDone(done);
    const QString elapsed = durationText(elapsedSeconds);
    m_progress->setTitle(step,
        leftSeconds < 0 ? tr("%1 elapsed").arg(elapsed)
                        : tr("%1 elapsed · %2 left").arg(elapsed, durationText(leftSeconds)));
}

void QuantizePage::clearReports()
{
    m_progress->clearReports();
    updateAnswer();
}

void QuantizePage::addReport(const core::TensorReport& report)
{
    m_progress->addReport(report);
    updateAnswer();
}

void QuantizePage::setBusy(bool busy)
{
    m_busy = busy;
    updateButtons();
}

void QuantizePage::setWhyNoText(const QString& reason)
{
    m_whyNoText = reason;
    m_methods->setWhyNoText(reason);
    m_options->setReadsText(reason.isEmpty());
    updateButtons();
}

void QuantizePage::setWhyNot(const QString& reason)
{
    m_whyNot = reason;
    updateButtons();
}

QString QuantizePage::heldOutAnswer(double change) const
{
    const int count = m_progress->judged().sequences;
    if (m_state == State::Finished)
        return change <= 0 ? tr("%1 on “%2”: its output error on %n held-out sequences is %3 below "
                                "importance-weighted rounding.",
                   nullptr, count)
                           : tr("%1 on “%2”: its output error on %n held-out sequences is %3 above "
                                "importance-weighted rounding.",
                               nullptr, count);
    return change <= 0 ? tr("%1 on “%2”. So far its output error on %n held-out sequences is %3 "
                            "below importance-weighted rounding.",
               nullptr, count)
                       : tr("%1 on “%2”. So far its output error on %n held-out sequences is %3 "
                            "above importance-weighted rounding.",
                           nullptr, count);
}

QString QuantizePage::calibrationAnswer(double change) const
{
    if (m_state == State::Finished)
        return change <= 0 ? tr("%1 on “%2”: its output error on the calibration text is %3 below "
                                "importance-weighted rounding.")
                           : tr("%1 on “%2”: its output error on the calibration text is %3 above "
                                "importance-weighted rounding.");
    return change <= 0 ? tr("%1 on “%2”. So far its output error on the calibration text is %3 "
                            "below importance-weighted rounding.")
                       : tr("%1 on “%2”. So far its output error on the calibration text is %3 "
                            "above importance-weighted rounding.");
}

void QuantizePage::updateAnswer()
{
    const std::optional<double> change = m_progress->meanChange();
    const bool hasRun = m_progress->doneCount() > 0 && m_state != State::Ready;
    const core::Treatment treatment = hasRun ? m_runTreatment : m_settings.treatment;
    const QString method = treatmentText(treatment);
    const QString recipe = hasRun ? m_runRecipe : m_recipe;
    if (!hasRun || !change || treatment.method != core::Method::Gptq) {
        setAnswer(tr("“%1” will be rounded by %2.").arg(recipe, method));
        if (hasRun)
            setAnswer(m_state == State::Finished
                    ? tr("“%1” was rounded by %2.").arg(recipe, method)
                    : tr("“%1” is being rounded by %2.").arg(recipe, method));
        return;
    }
    setAnswer((m_progress->judged().on == core::JudgedOn::HeldOut ? heldOutAnswer(*change)
                                                                  : calibrationAnswer(*change))
                  .arg(method, recipe, percentText(std::abs(*change))));
}

void QuantizePage::updateButtons()
{
    const bool running = m_state == State::Running;
    const auto [method, scaling] = m_settings.treatment;
    const bool needsText = method == core::Method::Gptq || scaling != core::Scaling::None
        || (method == core::Method::Importance && m_settings.imatrixFile.isEmpty());
    const bool lacksText
        = needsText && m_whyNoText.isEmpty() && m_settings.calibrationFile.isEmpty();
    const bool focused = m_quantize->hasFocus() || m_cancel->hasFocus();
    m_cancel->setVisible(running);
    if (focused && !running)
        m_quantize->setFocus();
    const bool waits = running || m_busy;
    m_quantize->setText(waits ? tr("Line up") : tr("Quantize"));
    const QString whyNot = lacksText ? tr("A calibration text is needed.") : m_whyNot;
    m_quantize->setEnabled(whyNot.isEmpty());
    m_quantize->setToolTip(!whyNot.isEmpty() ? whyNot
            : waits ? tr("Another run is in progress: this recipe is rounded after it.")
                    : QString());
    const QString hint = running ? tr("for the next run") : QString();
    for (Card* card : { m_methodCard, m_optionsCard })
        card->setHint(hint);
}

} // namespace widgets
