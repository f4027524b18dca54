// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/quantizecontroller.h"

#include "core/quant/runneeds.h"
#include "widgets/notcomputed.h"

#include <QElapsedTimer>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace app {

namespace {

    using State = QueuedRun::State;

    bool asksForTheSame(const QueuedRun& a, const QueuedRun& b)
    {
        return a.calibration == b.calibration && a.imatrix == b.imatrix
            && a.evaluation == b.evaluation
            && core::recipeToJson(a.recipe) == core::recipeToJson(b.recipe);
    }

} // namespace

QuantizeController::QuantizeController(Jobs& jobs, Session& session, SessionKeeper& keeper,
    RunQueue& queue, Pace& pace, std::shared_ptr<const core::Shelf> shelf, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_session(session)
    , m_keeper(keeper)
    , m_queue(queue)
    , m_pace(pace)
    , m_shelf(std::move(shelf))
    , m_forecast(new RunForecast(session, pace, this))
{
    connect(&m_jobs, &Jobs::cancelled, this, [this](JobId id) {
        if (m_current && id == m_current->job)
            end(State::Interrupted, {});
    });
    connect(&m_jobs, &Jobs::failed, this, [this](JobId id, const QString&, const QString& reason) {
        if (m_current && id == m_current->job)
            end(State::Failed, reason);
    });
    connect(&m_queue, &RunQueue::changed, this, &QuantizeController::startNext);
    connect(&m_session, &Session::modelChanged, this, &QuantizeController::phaseChanged);
}

QuantizeController::Phase QuantizeController::phase() const
{
    return isOpen() ? m_current->phase : Phase::Idle;
}

const QueuedRun* QuantizeController::interrupted() const
{
    const auto found = std::ranges::find_if(m_queue.runs(), [this](const QueuedRun& run) {
        return run.session == m_session.id() && run.measuredRun == 0
            && (run.state == State::Interrupted || run.state == State::Failed);
    });
    return found == m_queue.runs().end() ? nullptr : &*found;
}

QString QuantizeController::whyNotQuantize() const
{
    if (!m_session.isOpen())
        return tr("No model is open.");
    const core::Treatment treatment = m_session.recipe().recipe().treatment();
    const bool walks
        = treatment.method == core::Method::Gptq || treatment.scaling != core::Scaling::None;
    if (walks && !m_session.checkpoint()->isComputed())
        return widgets::whyNoText(*m_session.checkpoint());
    const auto imatrix = m_session.imatrix().empty() ? core::Imatrix::None : core::Imatrix::Given;
    if (!core::needsText(m_session.recipe().plan(), imatrix))
        return m_forecast->whyNotInMemory();
    if (!m_session.checkpoint()->isComputed())
        return tr("The method needs an importance file here. %1")
            .arg(widgets::whyNoText(*m_session.checkpoint()));
    if (!m_session.checkpoint()->hasTokenizer())
        return tr("The method needs a text, and the model has no tokenizer to read one.");
    return m_session.calibration().file.empty() ? tr("A calibration text is needed.")
                                                : m_forecast->whyNotInMemory();
}

QString QuantizeController::whyNotEvaluate() const
{
    if (!m_session.isOpen())
        return tr("No model is open.");
    if (const QString reason = widgets::whyNoText(*m_session.checkpoint()); !reason.isEmpty())
        return reason;
    return m_session.evaluation().file.empty() ? tr("An evaluation text is needed.") : QString();
}

void QuantizeController::quantize()
{
    if (!m_session.isOpen())
        return;
    QueuedRun run;
    run.session = m_session.id();
    run.model = m_session.checkpoint()->path();
    run.modelName = QString::fromStdString(m_session.checkpoint()->config().name);
    run.recipe = m_session.recipe().recipe();
    run.title = m_session.recipe().title();
    run.calibration = m_session.calibration();
    run.imatrix = m_session.imatrix();
    run.evaluation = m_session.evaluationSettings();
    if (const QueuedRun* same = interrupted(); same && asksForTheSame(*same, run))
        return m_queue.resume(same->id);
    m_queue.add(std::move(run));
}

void QuantizeController::evaluate(int number)
{
    const auto run = m_session.runs().find(number);
    if (!run)
        return;
    QueuedRun queued;
    queued.session = m_session.id();
    queued.model = m_session.checkpoint()->path();
    queued.modelName = QString::fromStdString(m_session.checkpoint()->config().name);
    queued.recipe = run->recipe;
    queued.title = run->title;
    queued.evaluation = m_session.evaluationSettings();
    queued.measuredRun = number;
    queued.isFile = run->file.has_value();
    m_queue.add(std::move(queued));
}

void QuantizeController::resume(int queued) { m_queue.resume(queued); }

void QuantizeController::discard(int queued) { m_queue.remove(queued); }

void QuantizeController::pause()
{
    m_queue.hold();
    if (m_current && m_jobs.state().id == m_current->job)
        m_jobs.setPaused(true);
}

void QuantizeController::goOn()
{
    if (isPaused() && m_current)
        m_jobs.setPaused(false);
    m_queue.release();
}

bool QuantizeController::isPaused() const
{
    return m_current ? m_jobs.isPaused() && m_jobs.state().id == m_current->job : m_queue.isHeld();
}

const QueuedRun* QuantizeController::runOf(JobId job) const
{
    return m_current && m_current->job == job ? m_queue.find(m_current->queued.id) : nullptr;
}

void QuantizeController::startNext()
{
    const QueuedRun* next = m_current || m_settling ? nullptr : m_queue.next();
    if (!next)
        return;
    if (!m_clock.isValid())
        m_clock.start();
    m_current.emplace();
    m_current->queued = *next;
    if (isOpen())
        m_current->original = m_session.checkpoint();
    if (next->measuredRun == 0)
        return startRounding();
    m_current->run = next->measuredRun;
    m_current->result = isOpen() ? m_session.runs().find(next->measuredRun) : nullptr;
    if (m_current->result || !isOpen())
        return startMeasuring();
    m_current.reset(); // it was removed from the runs before its turn came
    m_queue.finish(next->id);
}

void QuantizeController::startRounding()
{
    const QueuedRun& queued = m_current->queued;
    const int id = queued.id;
    m_current->phase = Phase::Quantizing;
    QuantizeListener listener;
    listener.tensorDone
        = m_jobs.relay<core::TensorReport>([this](const core::TensorReport& report) {
              if (isOpen())
                  emit tensorDone(report);
          });
    listener.partDone = m_jobs.relay<PartsDone>([this, id](const PartsDone& parts) {
        m_runClock.partDone(parts.done, m_jobs.elapsed());
        m_queue.setParts(id, parts.done, parts.all);
    });
    listener.expected = m_jobs.relay<core::RunClock>([this](const core::RunClock& expected) {
        m_runClock = expected;
        m_jobs.setForecast([this](double elapsed) { return m_runClock.left(elapsed); });
    });
    const QuantizeRequest request{ m_current->original, queued.model, queued.recipe, queued.title,
        queued.calibration, queued.imatrix, m_shelf };
    m_current->job = m_jobs.start(
        tr("%1: %2", "method: recipe").arg(methodTitle(queued.recipe.treatment()), queued.title),
        [request, listener](
            const core::Progress& progress) { return quantizeNow(request, listener, progress); },
        [this](QuantizedRun result) { finishRounding(std::move(result)); });
    m_queue.setState(id, State::Running);
    emit phaseChanged();
    if (isOpen())
        emit started();
}

void QuantizeController::finishRounding(QuantizedRun result)
{
    m_pace.learn(Pace::kindOf(result.run.recipe.method), result.work, result.run.seconds);
    m_current->original = std::move(result.original);
    m_current->result = std::make_shared<const Run>(std::move(result.run));
    if (isOpen()) {
        const int before = unmeasured(*m_current->result);
        m_current->run = before > 0 ? before : m_session.runs().add(*m_current->result);
        m_current->result = m_session.runs().find(m_current->run);
    }
    if (!m_current->original->hasTokenizer() || !m_current->original->isComputed())
        return finishUnmeasured();
    startMeasuring();
    if (isOpen())
        emit quantized(m_current->run);
}

void QuantizeController::finishUnmeasured()
{
    m_settling = true;
    const Current done = *std::exchange(m_current, std::nullopt);
    if (done.run == 0)
        m_keeper.addRun(done.queued.session, *done.result);
    emit phaseChanged();
    if (done.run > 0)
        emit quantized(done.run);
    ++m_outcome.done;
    m_outcome.title = done.queued.title;
    m_queue.finish(done.queued.id);
    settle();
}

int QuantizeController::unmeasured(const Run& run) const
{
    const auto& runs = m_session.runs().runs();
    const auto found = std::ranges::find_if(runs, [&run](const auto& other) {
        return !run.parts.empty() && other->parts == run.parts && !other->evaluation;
    });
    return found == runs.end() ? 0 : (*found)->number;
}

void QuantizeController::startMeasuring()
{
    const QueuedRun& queued = m_current->queued;
    m_current->phase = Phase::Evaluating;
    m_evaluated = m_current->run;
    const EvaluateRequest request{ m_current->result, m_current->original, queued.model,
        queued.evaluation, m_shelf,
        { m_keeper.store().fileOf(queued.session), queued.measuredRun } };
    m_current->job = m_jobs.start(
        tr("Measuring %1").arg(queued.title),
        [request](const core::Progress& progress) {
            QElapsedTimer clock;
            clock.start();
            MeasuredRun measured = evaluateNow(request, progress);
            return std::pair(std::move(measured), double(clock.elapsed()) / 1000);
        },
        [this](std::pair<MeasuredRun, double> result) {
            finishMeasuring(std::move(result.first), result.second);
        });
    m_queue.setState(queued.id, State::Measuring);
    emit phaseChanged();
}

void QuantizeController::finishMeasuring(MeasuredRun measured, double seconds)
{
    core::Evaluation& evaluation = measured.evaluation;
    m_settling = true;
    const Current done = *std::exchange(m_current, std::nullopt);
    const EvaluationSettings& settings = done.queued.evaluation;
    const double tokens = double(evaluation.chunks) * evaluation.context;
    if (settings.simulation == core::SimulationOptions() && done.original)
        m_pace.learn(Pace::Kind::Evaluation, double(done.original->weights()) * tokens, seconds);
    const bool here = done.queued.session == m_session.id();
    if (done.run > 0) {
        m_keeper.setEvaluation(done.queued.session, done.run, evaluation, settings, measured.key);
    } else {
        Run run = *done.result;
        run.evaluation = std::move(evaluation);
        run.measuredWith = settings;
        run.evaluationKey = measured.key;
        m_keeper.addRun(done.queued.session, std::move(run));
    }
    emit phaseChanged();
    if (here && done.run > 0)
        emit evaluated(done.run);
    ++m_outcome.done;
    m_outcome.title = done.queued.title;
    m_queue.finish(done.queued.id);
    settle();
}

void QuantizeController::end(QueuedRun::State state, const QString& reason)
{
    m_settling = true;
    const Current stopped = *std::exchange(m_current, std::nullopt);
    const bool here = stopped.queued.session == m_session.id();
    // What was rounded already is not rounded again: only its measurement is missing.
    if (stopped.phase == Phase::Evaluating && stopped.run == 0 && stopped.result)
        m_keeper.addRun(stopped.queued.session, *stopped.result);
    if (state == State::Failed) {
        ++m_outcome.failed;
        m_outcome.title = stopped.queued.title;
    }
    if (stopped.phase == Phase::Evaluating)
        m_queue.finish(stopped.queued.id);
    else
        m_queue.setState(stopped.queued.id, state, reason);
    emit phaseChanged();
    if (here && state == State::Failed)
        emit failed(stopped.phase, reason);
    else if (here)
        emit cancelled(stopped.phase);
    settle();
}

void QuantizeController::settle()
{
    m_settling = false;
    startNext();
    if (m_current)
        return;
    m_outcome.seconds = m_clock.isValid() ? double(m_clock.elapsed()) / 1000 : 0;
    m_clock.invalidate();
    const QueueOutcome outcome = std::exchange(m_outcome, {});
    if (outcome.done + outcome.failed > 0)
        emit allDone(outcome);
}

} // namespace app
