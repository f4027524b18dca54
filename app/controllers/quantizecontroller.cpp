// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/quantizecontroller.h"

#include "app/jobs/quantizejob.h"

#include <QElapsedTimer>

#include <utility>

namespace app {

namespace {

    Pace::Kind kindOf(core::Method method)
    {
        switch (method) {
        case core::Method::RoundToNearest:
        case core::Method::Hqq: // no text either
            return Pace::Kind::RoundToNearest;
        case core::Method::Importance:
            return Pace::Kind::Importance;
        case core::Method::Gptq:
            break;
        }
        return Pace::Kind::Gptq;
    }

} // namespace

QuantizeController::QuantizeController(
    Jobs& jobs, Session& session, Pace& pace, std::filesystem::path cacheFolder, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session)
    , m_pace(pace)
    , m_cacheFolder(std::move(cacheFolder))
{
    connect(&m_jobs, &Jobs::cancelled, this, [this](JobId id) {
        if (id != m_job)
            return;
        const Phase phase = m_phase;
        setPhase(Phase::Idle);
        emit cancelled(phase);
    });
    connect(&m_jobs, &Jobs::failed, this, [this](JobId id, const QString&, const QString& reason) {
        if (id != m_job)
            return;
        const Phase phase = m_phase;
        setPhase(Phase::Idle);
        emit failed(phase, reason);
    });
}

void QuantizeController::setPhase(Phase phase)
{
    m_phase = phase;
    emit phaseChanged();
}

void QuantizeController::quantize()
{
    if (m_phase != Phase::Idle || !m_session.isOpen())
        return;
    QuantizeRequest request{ m_session.checkpoint(), m_session.recipe().recipe(),
        m_session.recipe().title(), m_session.calibration(), m_session.imatrix(), {} };
    request.workFolder = m_cacheFolder / "runs" / requestKey(request).toStdString();
    const auto tell = m_jobs.relay<core::TensorReport>(
        [this](const core::TensorReport& report) { emit tensorDone(report); });
    setPhase(Phase::Quantizing);
    emit started();
    m_job = m_jobs.start(
        tr("%1: %2", "method: recipe").arg(methodTitle(request.recipe.treatment()), request.title),
        [request, tell](
            const core::Progress& progress) { return quantizeNow(request, tell, progress); },
        [this](Run run) { finishRun(std::move(run)); });
}

void QuantizeController::finishRun(Run run)
{
    m_pace.learn(kindOf(run.recipe.method), work(run.calibration), run.seconds);
    const int number = m_session.runs().add(std::move(run));
    setPhase(Phase::Idle);
    emit quantized(number);
    evaluate(number);
}

void QuantizeController::evaluate(int number)
{
    const auto run = m_session.runs().find(number);
    if (m_phase != Phase::Idle || !run)
        return;
    const EvaluationSettings settings = m_session.evaluationSettings();
    m_evaluated = number;
    setPhase(Phase::Evaluating);
    m_job = m_jobs.start(
        tr("Measuring %1").arg(run->title),
        [model = run->model, original = m_session.checkpoint(), settings](
            const core::Progress& progress) {
            QElapsedTimer clock;
            clock.start();
            core::Evaluation evaluation = evaluateNow(model, original, settings, progress);
            return std::pair(std::move(evaluation), double(clock.elapsed()) / 1000);
        },
        [this, number, settings](std::pair<core::Evaluation, double> result) {
            const double tokens = double(result.first.chunks) * result.first.context;
            if (settings.simulation == core::SimulationOptions())
                m_pace.learn(Pace::Kind::Evaluation,
                    double(m_session.checkpoint()->weights()) * tokens, result.second);
            setPhase(Phase::Idle);
            m_session.runs().setEvaluation(number, std::move(result.first), settings);
            emit evaluated(number);
        });
}

double QuantizeController::work(const TextSettings& text) const
{
    // Rounding itself costs as much as a few hundred tokens; without text it is all there is.
    constexpr double roundingTokens = 1000;
    return double(m_session.checkpoint()->weights())
        * (double(text.count) * text.length + roundingTokens);
}

double QuantizeController::quantizeEstimate() const
{
    if (!m_session.isOpen() || m_session.calibration().count == 0)
        return -1;
    return m_pace.seconds(kindOf(m_session.recipe().recipe().method), work(m_session.calibration()))
        .value_or(-1);
}

double QuantizeController::evaluateEstimate() const
{
    const TextSettings& text = m_session.evaluation();
    if (!m_session.isOpen() || text.count == 0)
        return -1;
    return m_pace
        .seconds(Pace::Kind::Evaluation,
            double(m_session.checkpoint()->weights()) * text.count * text.length)
        .value_or(-1);
}

} // namespace app
