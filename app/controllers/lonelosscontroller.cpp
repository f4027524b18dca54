// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/lonelosscontroller.h"

#include "core/search/sensitivity.h"
#include "widgets/notcomputed.h"

#include <QPointer>

#include <algorithm>
#include <utility>

namespace app {

namespace {

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

LoneLossController::LoneLossController(Jobs& jobs, Jobs& quick, Session& session,
    std::shared_ptr<const core::Shelf> shelf, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_quick(quick)
    , m_session(session)
    , m_shelf(std::move(shelf))
    , m_job(jobs, session)
{
    connect(&m_session, &Session::modelChanged, this, &LoneLossController::opened);
    connect(&m_job, &SessionJob::changed, this, &LoneLossController::runningChanged);
    connect(&m_job, &SessionJob::failed, this, &LoneLossController::failed);
}

void LoneLossController::opened()
{
    if (!m_shelf)
        return;
    m_quick.start(
        tr("Looking for measured losses"),
        [checkpoint = m_session.checkpoint(), shelf = m_shelf](const core::Progress&) {
            auto last = core::lastMeasuredLosses(*shelf, *checkpoint);
            return last ? std::make_shared<const core::MeasuredLosses>(*std::move(last)) : nullptr;
        },
        [guard = QPointer(this), take = taker()](const Measured& losses) {
            if (guard && losses && !guard->m_session.measuredLosses())
                take(losses);
        });
}

void LoneLossController::measure(const std::vector<int>& tensors, const core::Format* format)
{
    if (!whyNot().isEmpty())
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
    m_job.begin();
    const auto update = m_jobs.relay<Measured>(taker());
    const JobId job = m_jobs.start(
        tr("Measuring tensors alone"),
        [request, shelf = m_shelf, update](const core::Progress& progress) {
            return measuredAlone(request, shelf.get(), update, progress);
        },
        taker());
    m_job.follow(job);
}

std::function<void(const Measured&)> LoneLossController::taker()
{
    return [guard = QPointer(this), session = m_session.id()](const Measured& losses) {
        if (guard && session == guard->m_session.id())
            guard->m_session.setMeasuredLosses(losses);
    };
}

QString LoneLossController::whyNot() const
{
    if (!m_session.isOpen())
        return tr("No model is open.");
    if (const QString reason = widgets::whyNoText(*m_session.checkpoint()); !reason.isEmpty())
        return reason;
    if (m_session.evaluation().file.empty())
        return tr("An evaluation text is needed.");
    if (!m_job.isRunning())
        return {};
    return m_job.isRunningHere() ? tr("Tensors are being measured.")
                                 : tr("Tensors of another model are being measured.");
}

} // namespace app
