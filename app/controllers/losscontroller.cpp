// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/losscontroller.h"

#include "core/search/measuredlosses.h"
#include "core/search/sensitivity.h"
#include "widgets/format.h"
#include "widgets/notcomputed.h"

#include <QPointer>

#include <algorithm>
#include <utility>

namespace app {

namespace {

    constexpr std::int64_t guessedUnasked = 4'000'000'000; ///< more take most of an hour
    constexpr int textDelay = 200; ///< milliseconds

    using Measured = std::shared_ptr<const core::MeasuredLosses>;

    /// What is to be measured, and on which texts.
    struct Request {
        std::shared_ptr<const core::Checkpoint> checkpoint;
        std::vector<core::Candidate> wanted;
        core::Encoder encoder;
        TextSettings evaluation, calibration;
    };

    bool usesImportance(const Request& request)
    {
        return !request.calibration.file.empty()
            && std::ranges::any_of(request.wanted, [](const core::Candidate& candidate) {
                   return candidate.planned.method == core::Method::Importance;
               });
    }

    Measured measuredAlone(const Request& request, const core::Shelf* shelf,
        const std::function<void(const Measured&)>& update, const core::Progress& progress)
    {
        const auto shared = [](core::MeasuredLosses losses) {
            return std::make_shared<const core::MeasuredLosses>(std::move(losses));
        };
        core::LossMeasurement how;
        how.encoder = request.encoder;
        how.chunks = readSequences(*request.checkpoint, request.evaluation);
        const auto most = std::size_t(core::usualMeasuredChunks(int(how.chunks.front().size())));
        how.chunks.resize(std::min(how.chunks.size(), most));
        if (usesImportance(request))
            how.importance = core::sensitivityImportance(*request.checkpoint,
                readSequences(*request.checkpoint, request.calibration), progress.part(0, 0.1));
        return shared(core::measureLosses(
            *request.checkpoint, how, request.wanted, shelf,
            [&](const core::MeasuredLosses& early) { update(shared(early)); },
            progress.part(0.1, 1)));
    }

} // namespace

LossController::LossController(Jobs& jobs, Jobs& quick, Session& session,
    std::shared_ptr<const core::Shelf> shelf, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_quick(quick)
    , m_session(session)
    , m_shelf(std::move(shelf))
    , m_job(jobs, session)
    , m_alone(jobs, session)
{
    m_textSoon.setSingleShot(true);
    m_textSoon.setInterval(textDelay);
    connect(&m_textSoon, &QTimer::timeout, this, &LossController::findOfText);
    connect(&m_session, &Session::textsChanged, this, [this] { m_textSoon.start(); });
    connect(&m_session, &Session::modelChanged, this, &LossController::opened);
    connect(&m_job, &SessionJob::changed, this, &LossController::runningChanged);
    connect(&m_job, &SessionJob::failed, this, &LossController::failed);
    connect(&m_alone, &SessionJob::changed, this, &LossController::aloneChanged);
    connect(&m_alone, &SessionJob::failed, this, &LossController::aloneFailed);
    connectGuess();
}

/// It gives way to whatever else runs, and ends where something better is known.
void LossController::connectGuess()
{
    const auto giveWay = [this] { m_guesses.setPaused(!m_jobs.isIdle()); };
    connect(&m_jobs, &Jobs::started, this, giveWay);
    connect(&m_jobs, &Jobs::finished, this, giveWay);
    connect(&m_jobs, &Jobs::failed, this, giveWay);
    connect(&m_jobs, &Jobs::cancelled, this, giveWay);
    connect(&m_guesses, &Jobs::started, this, giveWay);
    connect(&m_guesses, &Jobs::failed, this, [this] { setGuessed(std::nullopt); });
    connect(&m_guesses, &Jobs::progressed, this, [this](const JobState& state) {
        if (m_guessed && int(100 * state.done) > int(100 * *m_guessed))
            setGuessed(state.done);
    });
    connect(&m_session, &Session::lossesChanged, this, [this] {
        if (!m_session.losses())
            return;
        m_guesses.cancel();
        setGuessed(std::nullopt);
    });
}

void LossController::setGuessed(std::optional<double> share)
{
    if (share == m_guessed)
        return;
    m_guessed = share;
    emit guessedChanged();
}

void LossController::opened()
{
    m_on.reset();
    m_guesses.cancel();
    setGuessed(std::nullopt);
    findOfText();
    findLast();
    if (!m_shelf)
        return;
    m_quick.start(
        tr("Looking for measured losses"),
        [checkpoint = m_session.checkpoint(), shelf = m_shelf](const core::Progress&) {
            auto last = core::lastMeasuredLosses(*shelf, *checkpoint);
            return last ? std::make_shared<const core::MeasuredLosses>(*std::move(last)) : nullptr;
        },
        [guard = QPointer(this), take = measuredTaker()](const Measured& losses) {
            if (guard && losses && !guard->m_session.measuredLosses())
                take(losses);
        });
}

void LossController::findLast()
{
    m_quick.start(
        tr("Predicting losses"),
        [checkpoint = m_session.checkpoint(), shelf = m_shelf, quickly = m_quicklyGuessed](
            const core::Progress& progress) {
            return lossesAtFirst(*checkpoint, shelf.get(), quickly, progress);
        },
        [guard = QPointer(this), session = m_session.id(), take = taker()](
            const LossFigures& figures) {
            if (!guard || guard->m_session.id() != session || guard->m_session.losses())
                return;
            if (figures.losses)
                take(figures);
            else
                guard->guessUnasked();
        });
}

/// What was predicted on the calibration text before takes the place of what is of another one.
void LossController::findOfText()
{
    const TextSettings text = m_session.calibration();
    if (!m_session.isOpen() || !m_shelf || text.file.empty() || isRunning()
        || (m_on && m_on->text == text) || !widgets::whyNoText(*m_session.checkpoint()).isEmpty())
        return;
    m_quick.start(
        tr("Looking for predicted losses"),
        [checkpoint = m_session.checkpoint(), text, shelf = m_shelf](
            const core::Progress&) { return keptLosses(*checkpoint, text, *shelf); },
        [guard = QPointer(this), text, take = taker()](const LossFigures& figures) {
            if (guard && figures.losses && guard->m_session.calibration() == text)
                take(figures);
        });
}

void LossController::guessUnasked()
{
    if (m_session.checkpoint()->weights() > guessedUnasked)
        return;
    setGuessed(0);
    m_guesses.start(
        tr("Predicting losses roughly"),
        [checkpoint = m_session.checkpoint(), shelf = m_shelf](const core::Progress& progress) {
            return roughLosses(*checkpoint, shelf.get(), progress);
        },
        [guard = QPointer(this), take = taker()](const LossFigures& figures) {
            if (guard && guard->m_guessed)
                take(figures);
        });
}

void LossController::measure()
{
    if (!whyNot().isEmpty())
        return;
    m_job.begin();
    const auto update = m_jobs.relay<LossFigures>(taker());
    const JobId job = m_jobs.start(
        tr("Predicting losses"),
        [checkpoint = m_session.checkpoint(), text = m_session.calibration(), shelf = m_shelf,
            update](const core::Progress& progress) {
            return predictedLosses(*checkpoint, text, shelf.get(), update, progress);
        },
        taker());
    m_job.follow(job);
}

void LossController::guess()
{
    if (!m_session.isOpen() || m_job.isRunning())
        return;
    m_job.begin();
    const JobId job = m_jobs.start(
        tr("Predicting losses roughly"),
        [checkpoint = m_session.checkpoint(), shelf = m_shelf](const core::Progress& progress) {
            return roughLosses(*checkpoint, shelf.get(), progress);
        },
        taker());
    m_job.follow(job);
}

std::function<void(const LossFigures&)> LossController::taker()
{
    return [guard = QPointer(this), session = m_session.id()](const LossFigures& figures) {
        if (!guard || session != guard->m_session.id())
            return;
        guard->m_on = figures.on;
        guard->m_session.setLosses(figures.losses);
    };
}

LossController::Known LossController::known() const
{
    const auto& losses = m_session.losses();
    if (!losses)
        return Known::Nothing;
    if (losses->sequences == 0)
        return Known::Weights;
    if (m_session.calibration().file.empty())
        return Known::All; // there is no other text
    if (!m_on || m_on->text != m_session.calibration())
        return Known::OtherText;
    return losses->sequences < m_on->wanted ? Known::Part : Known::All;
}

QString LossController::about() const
{
    const Known state = known();
    if (state == Known::Nothing)
        return {};
    if (state == Known::Weights)
        return tr("losses are rough: from the weights alone");
    const core::SensitivityTable& losses = *m_session.losses();
    const auto tokens = [&losses](int sequences) {
        return widgets::countText(std::int64_t(sequences) * losses.length);
    };
    const QString read = tokens(losses.sequences);
    if (state == Known::OtherText)
        return tr("losses predicted on %1 tokens of another text").arg(read);
    const bool isRough = core::isRough(losses);
    if (state == Known::Part)
        return (isRough ? tr("losses are rough: predicted on %1 of %2 tokens")
                        : tr("losses predicted on %1 of %2 tokens"))
            .arg(read, tokens(m_on->wanted));
    return (isRough ? tr("losses are rough: predicted on %1 tokens")
                    : tr("losses predicted on %1 tokens"))
        .arg(read);
}

QString LossController::whyNot() const
{
    if (!m_session.isOpen())
        return tr("No model is open.");
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    if (const QString reason = widgets::whyNoText(checkpoint); !reason.isEmpty())
        return reason;
    if (m_session.calibration().file.empty())
        return tr("A calibration text is needed.");
    if (!m_job.isRunning())
        return {};
    return isRunning() ? tr("Losses are being predicted.")
                       : tr("Losses of another model are being predicted.");
}

void LossController::measureAlone(const std::vector<int>& tensors, const core::Format* format)
{
    if (!whyNotAlone().isEmpty())
        return;
    Request request{ m_session.checkpoint(), {}, m_session.recipe().recipe().encoder,
        m_session.evaluation(), m_session.calibration() };
    for (const int tensor : tensors) {
        core::PlannedTensor planned = m_session.recipe().plan()[std::size_t(tensor)];
        const core::Tensor& subject = m_session.checkpoint()->tensors()[std::size_t(tensor)];
        if (format) {
            planned.format = core::fallbackFormat(format, subject.columns);
            planned.keeps = false;
        }
        if (!subject.isMatrix() || planned.keeps || !planned.format->isQuantized())
            continue;
        planned.method = core::methodAlone(planned.method);
        request.wanted.push_back({ std::size_t(tensor), planned, {} });
    }
    if (request.wanted.empty())
        return;
    m_alone.begin();
    const auto update = m_jobs.relay<Measured>(measuredTaker());
    const JobId job = m_jobs.start(
        tr("Measuring tensors alone"),
        [request, shelf = m_shelf, update](const core::Progress& progress) {
            return measuredAlone(request, shelf.get(), update, progress);
        },
        measuredTaker());
    m_alone.follow(job);
}

std::function<void(const Measured&)> LossController::measuredTaker()
{
    return [guard = QPointer(this), session = m_session.id()](const Measured& losses) {
        if (guard && session == guard->m_session.id())
            guard->m_session.setMeasuredLosses(losses);
    };
}

QString LossController::whyNotAlone() const
{
    if (!m_session.isOpen())
        return tr("No model is open.");
    if (const QString reason = widgets::whyNoText(*m_session.checkpoint()); !reason.isEmpty())
        return reason;
    if (m_session.evaluation().file.empty())
        return tr("An evaluation text is needed.");
    if (!m_alone.isRunning())
        return {};
    return m_alone.isRunningHere() ? tr("Tensors are being measured.")
                                   : tr("Tensors of another model are being measured.");
}

} // namespace app
