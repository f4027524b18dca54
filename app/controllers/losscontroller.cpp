// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/losscontroller.h"

#include "core/search/measuredlosses.h"
#include "core/search/sensitivityshelf.h"
#include "widgets/notcomputed.h"

#include <QPointer>

#include <algorithm>
#include <utility>

namespace app {

namespace {

    using Losses = std::shared_ptr<const core::SensitivityTable>;

    constexpr std::int64_t quicklyGuessed = 20'000'000; ///< weights: a second or two

    core::SensitivitySettings settingsOf(core::Method method)
    {
        core::SensitivitySettings settings;
        settings.formats = core::usualSensitivityFormats();
        settings.method = method;
        return settings;
    }

    Losses shared(core::SensitivityTable table)
    {
        return std::make_shared<const core::SensitivityTable>(std::move(table));
    }

    Losses guessed(const core::Checkpoint& checkpoint, const core::Progress& progress)
    {
        return shared(
            core::roughSensitivity(checkpoint, settingsOf(core::Method::RoundToNearest), progress));
    }

    /// What the shelf has, else a guess where that is quick, else null.
    Losses found(const core::Checkpoint& checkpoint, const core::Shelf* shelf,
        const core::Progress& progress)
    {
        if (shelf)
            for (const core::Method method : { core::Method::Importance, core::Method::Gptq })
                if (auto table = core::lastSensitivity(*shelf, checkpoint, method))
                    return shared(*std::move(table));
        return checkpoint.weights() <= quicklyGuessed ? guessed(checkpoint, progress) : nullptr;
    }

    Losses measured(const core::Checkpoint& checkpoint, const TextSettings& text,
        const core::Shelf* shelf, const std::function<void(const Losses&)>& update,
        const core::Progress& progress)
    {
        const auto sequences = readSequences(checkpoint, text);
        core::SensitivitySettings settings = settingsOf(core::Method::Importance);
        settings.most = core::usualSensitivitySequences(int(sequences.front().size()));
        return shared(core::measureKept(
            checkpoint, sequences, settings, shelf,
            [&](const core::SensitivityTable& early) { update(shared(early)); }, progress));
    }

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
    connect(&m_session, &Session::modelChanged, this, &LossController::opened);
    connect(&m_job, &SessionJob::changed, this, &LossController::runningChanged);
    connect(&m_job, &SessionJob::failed, this, &LossController::failed);
    connect(&m_alone, &SessionJob::changed, this, &LossController::aloneChanged);
    connect(&m_alone, &SessionJob::failed, this, &LossController::aloneFailed);
}

void LossController::opened()
{
    m_quick.start(
        tr("Predicting losses"),
        [checkpoint = m_session.checkpoint(), shelf = m_shelf](
            const core::Progress& progress) { return found(*checkpoint, shelf.get(), progress); },
        [guard = QPointer(this), take = taker()](const Losses& losses) {
            if (guard && losses && !guard->m_session.losses())
                take(losses);
        });
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

void LossController::measure()
{
    if (!whyNot().isEmpty())
        return;
    m_job.begin();
    const auto update = m_jobs.relay<Losses>(taker());
    const JobId job = m_jobs.start(
        tr("Predicting losses"),
        [checkpoint = m_session.checkpoint(), text = m_session.calibration(), shelf = m_shelf,
            update](const core::Progress& progress) {
            return measured(*checkpoint, text, shelf.get(), update, progress);
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
        [checkpoint = m_session.checkpoint()](
            const core::Progress& progress) { return guessed(*checkpoint, progress); },
        taker());
    m_job.follow(job);
}

std::function<void(const Losses&)> LossController::taker()
{
    return [guard = QPointer(this), session = m_session.id()](const Losses& losses) {
        if (guard && session == guard->m_session.id())
            guard->m_session.setLosses(losses);
    };
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
