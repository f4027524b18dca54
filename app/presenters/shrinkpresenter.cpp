// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/shrinkpresenter.h"

#include "core/search/sensitivity.h"
#include "widgets/format.h"
#include "widgets/gradetext.h"
#include "widgets/messagebar.h"
#include "widgets/pages/model/modelpage.h"

#include <QFileInfo>
#include <QPointer>

#include <algorithm>

namespace app {

namespace {

    using Step = ShrinkController::Step;

    /// Of as many tokens as losses are predicted on.
    core::RunText lossText(const core::RunText& calibration)
    {
        if (calibration.length == 0)
            return {};
        return { core::usualSensitivitySequences(int(calibration.length)), calibration.length };
    }

    /// What each of `files` takes; for the worker.
    std::vector<core::SmallerWork> workOf(const core::Checkpoint& checkpoint,
        const std::vector<core::SmallerFile>& files, const TextSettings& calibration,
        const TextSettings& evaluation, bool predicts, const core::Progress& progress)
    {
        core::RunText calibrating, measuring;
        if (checkpoint.isComputed() && checkpoint.hasTokenizer()) {
            calibrating = core::textOf(readSequences(checkpoint, calibration));
            if (!evaluation.file.empty())
                measuring = core::textOf(readSequences(checkpoint, evaluation));
        }
        std::vector<core::SmallerWork> work;
        for (const core::SmallerFile& file : files)
            work.push_back(core::smallerWork(checkpoint, file.mix,
                predicts ? lossText(calibrating) : core::RunText(), calibrating, measuring,
                progress));
        return work;
    }

    int numberOf(Step step)
    {
        switch (step) {
        case Step::Rounding:
            return 2;
        case Step::Measuring:
            return 3;
        case Step::Writing:
            return 4;
        default:
            return 1;
        }
    }

} // namespace

ShrinkPresenter::ShrinkPresenter(widgets::ModelPage& page, Session& session,
    ShrinkController& shrink, LossController& losses, Jobs& jobs, Jobs& quick, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_card(*page.shrink())
    , m_session(session)
    , m_shrink(shrink)
    , m_losses(losses)
    , m_jobs(jobs)
    , m_quick(quick)
{
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &ShrinkPresenter::findChoices);
    const auto soon = [this] { m_soon.start(); };
    connect(&session, &Session::modelChanged, this, soon);
    connect(&session, &Session::lossesChanged, this, soon);
    connect(&session, &Session::textsChanged, this, soon);
    connect(&session, &Session::deviceChanged, this, &ShrinkPresenter::fillOffer);
    connect(&losses, &LossController::runningChanged, this, &ShrinkPresenter::fillOffer);
    connect(&losses, &LossController::guessedChanged, this, &ShrinkPresenter::fillOffer);
    connect(&session, &Session::exportedChanged, this, &ShrinkPresenter::fillResult);
    connect(&session.runs(), &RunList::changed, this, &ShrinkPresenter::fillResult);
    connect(&shrink, &ShrinkController::changed, this, [this] {
        fillProgress();
        fillOffer();
    });
    connect(&jobs, &Jobs::progressed, this, &ShrinkPresenter::fillProgress);
    connectCard();
}

void ShrinkPresenter::connectCard()
{
    using widgets::ShrinkCard;
    connect(&m_card, &ShrinkCard::makeRequested, &m_shrink, [this](core::Grade grade) {
        m_page.message()->clear();
        m_shrink.make(grade);
    });
    connect(&m_card, &ShrinkCard::cancelRequested, &m_shrink, &ShrinkController::cancel);
    connect(&m_card, &ShrinkCard::guessRequested, &m_losses, &LossController::guess);
    connect(&m_shrink, &ShrinkController::failed, this, [this](const QString& reason) {
        m_page.message()->setMessage(widgets::MessageBar::Kind::Failure,
            tr("Cannot make the smaller file: %1").arg(reason),
            tr("What was done is kept; making it again goes on from there."));
    });
}

void ShrinkPresenter::findChoices()
{
    fillResult();
    if (!m_session.isOpen() || !m_session.losses()) {
        m_files.clear();
        m_work.clear();
        m_of.reset();
        return fillOffer();
    }
    if (m_of == m_session.losses()) { // the texts are others
        fillOffer();
        return estimate();
    }
    m_quick.start(
        tr("Finding smaller files"),
        [checkpoint = m_session.checkpoint(), losses = m_session.losses()](
            const core::Progress&) { return core::smallerFiles(*checkpoint, *losses); },
        [guard = QPointer(this), losses = m_session.losses()](
            const std::vector<core::SmallerFile>& files) {
            if (!guard || guard->m_session.losses() != losses)
                return;
            guard->m_of = losses;
            guard->m_files = files;
            guard->m_work.clear();
            guard->fillOffer();
            guard->estimate();
        });
    fillOffer();
}

void ShrinkPresenter::estimate()
{
    if (m_files.empty() || !m_shrink.whyNot().isEmpty())
        return;
    m_quick.start(
        tr("Estimating times"),
        [checkpoint = m_session.checkpoint(), files = m_files,
            calibration = m_session.calibration(), evaluation = m_session.evaluation(),
            predicts = m_shrink.predictsFirst()](const core::Progress& progress) {
            return workOf(*checkpoint, files, calibration, evaluation, predicts, progress);
        },
        [guard = QPointer(this), losses = m_of](const std::vector<core::SmallerWork>& work) {
            if (!guard || guard->m_of != losses || guard->m_files.size() != work.size())
                return;
            guard->m_work = work;
            guard->fillOffer();
        });
}

widgets::ShrinkChoice ShrinkPresenter::choice(std::size_t index) const
{
    const core::SmallerFile& file = m_files[index];
    widgets::ShrinkChoice choice;
    choice.asked = file.asked;
    choice.bytes = double(file.mix.fileBytes);
    choice.saved
        = 1 - choice.bytes / double(std::max<std::uint64_t>(1, m_session.model().fileBytes));
    choice.kld = file.mix.mix.kld;
    choice.predicted = file.predicted;
    if (const core::Device* device = core::smallestDevice(m_session.devices(),
            m_session.checkpoint()->config(), m_session.context(), file.mix.fileBytes))
        choice.device = QString::fromStdString(device->name);
    if (index < m_work.size())
        choice.seconds = m_work[index].total();
    return choice;
}

QString ShrinkPresenter::about() const
{
    if (m_losses.isRunning())
        return tr("losses are being predicted");
    if (const auto share = m_losses.guessed())
        return tr("losses are being predicted roughly: %1 %").arg(int(100 * *share));
    if (!m_session.losses())
        return tr("sizes are known once losses are predicted");
    return m_losses.about();
}

QString ShrinkPresenter::caution() const
{
    const auto source = core::quantizedSource(*m_session.checkpoint());
    if (!source || m_files.empty())
        return {};
    QStringList kinds;
    for (const std::string& kind : source->kinds)
        kinds += QString::fromStdString(kind);
    return tr("This model is quantized already (%1): it would be rounded a second time, the "
              "original gives a better file.")
        .arg(kinds.join(QStringLiteral(", ")));
}

QString ShrinkPresenter::whyNot() const
{
    if (const QString reason = m_shrink.whyNot(); !reason.isEmpty())
        return reason;
    if (!m_of || m_of != m_session.losses() || !m_files.empty())
        return {};
    return core::quantizedSource(*m_session.checkpoint())
        ? tr("Nothing can be gained: this model is quantized already, and no smaller mix of "
             "formats is predicted to be good enough.")
        : tr("Nothing can be gained: no smaller mix of formats is predicted to be good enough.");
}

void ShrinkPresenter::fillOffer()
{
    if (!m_session.isOpen())
        return m_card.setOffer({});
    widgets::ShrinkOffer offer;
    for (std::size_t i = 0; i < m_files.size(); ++i)
        offer.choices.push_back(choice(i));
    const auto& losses = m_session.losses();
    offer.about = about();
    offer.caution = caution();
    offer.whyNot = whyNot();
    offer.isRough = losses && core::isRough(*losses);
    offer.canGuess = !losses && !m_losses.isRunning() && !m_losses.guessed();
    m_card.setOffer(offer);
}

void ShrinkPresenter::fillProgress()
{
    using State = widgets::ShrinkProgress::State;
    const Step step = m_shrink.step();
    if (step == Step::None && m_shrink.stoppedAt() == Step::None)
        return m_card.setProgress(std::nullopt);
    if (step == Step::None)
        return m_card.setProgress(widgets::ShrinkProgress{ State::Stopped,
            tr("Stopped at step %1 of %2; what was done is kept.")
                .arg(numberOf(m_shrink.stoppedAt()))
                .arg(ShrinkController::steps),
            0 });
    const auto words = [step] {
        switch (step) {
        case Step::Rounding:
            return tr("rounding");
        case Step::Measuring:
            return tr("measuring");
        case Step::Writing:
            return tr("writing and reading back");
        default:
            return tr("predicting losses");
        }
    };
    const JobState& job = m_jobs.state();
    const QString text = tr("Step %1 of %2: %3", "number, of all, what is done")
                             .arg(numberOf(step))
                             .arg(ShrinkController::steps)
                             .arg(words());
    const QString left = job.id != 0 && job.left
        ? tr("about %1 left").arg(widgets::durationText(*job.left))
        : QString();
    m_card.setProgress(widgets::ShrinkProgress{ State::Running,
        left.isEmpty() ? text : tr("%1, %2", "step, time left").arg(text, left), job.done });
}

void ShrinkPresenter::fillResult()
{
    const core::GgufExportReport* report = m_session.isOpen() ? m_session.exported() : nullptr;
    const QString path = report ? QString::fromStdString(report->file.string()) : QString();
    if (!report || m_session.exportedRun() == 0 || !QFileInfo::exists(path))
        return m_card.setResult(std::nullopt);
    const auto run = m_session.runs().find(m_session.exportedRun());
    widgets::ShrinkResult result;
    result.fileName = QFileInfo(path).fileName();
    result.text = tr("%1, not measured").arg(widgets::sizeText(double(report->bytes)));
    result.toolTip = path;
    if (run && run->evaluation && run->evaluation->against) {
        const core::Verdict verdict = core::verdictOf(
            report->bytes, m_session.model().fileBytes, *run->evaluation->against);
        result.text = widgets::verdictWords(verdict);
        result.advice = verdict.advice;
        result.toolTip = tr("%1\nKLD %2, measured on %3")
                             .arg(path,
                                 widgets::measuredKldText(run->evaluation->against->kldMean,
                                     run->evaluation->against->kldError),
                                 evaluationDescription(run->measuredWith));
    }
    m_card.setResult(result);
}

} // namespace app
