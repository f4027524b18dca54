// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/runqueue.h"

#include "core/base/error.h"
#include "core/files/json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace app {

using core::Json;
using core::jsonPart;
using core::jsonValue;

namespace {

    using State = QueuedRun::State;

    Json toJson(const QueuedRun& run)
    {
        return { { "session", run.session.toStdString() }, { "model", run.model.string() },
            { "model_name", run.modelName.toStdString() },
            { "recipe", core::recipeToJson(run.recipe) }, { "title", run.title.toStdString() },
            { "calibration", textToJson(run.calibration) }, { "imatrix", run.imatrix.string() },
            { "evaluation", evaluationSettingsToJson(run.evaluation) },
            { "measured_run", run.measuredRun }, { "is_file", run.isFile },
            { "waits", run.state == State::Waiting }, { "failed", run.state == State::Failed },
            { "parts_done", run.partsDone }, { "parts", run.parts },
            { "reason", run.reason.toStdString() } };
    }

    QueuedRun fromJson(const Json& json, const std::string& place)
    {
        const auto string = [&](const char* key) {
            return QString::fromStdString(jsonValue<std::string>(json, key, place));
        };
        const auto number
            = [&](const char* key) { return int(jsonValue<std::int64_t>(json, key, place)); };
        QueuedRun run;
        run.session = string("session");
        run.model = jsonValue<std::string>(json, "model", place);
        run.modelName = string("model_name");
        run.recipe = core::recipeFromJson(jsonPart(json, "recipe", place), place);
        run.title = string("title");
        run.calibration = textFromJson(jsonPart(json, "calibration", place), place);
        run.imatrix = jsonValue<std::string>(json, "imatrix", place);
        run.evaluation = evaluationSettingsFromJson(jsonPart(json, "evaluation", place), place);
        run.measuredRun = number("measured_run");
        run.isFile = jsonValue<bool>(json, "is_file", place, false);
        run.partsDone = number("parts_done");
        run.parts = number("parts");
        run.reason = string("reason");
        run.state = jsonValue<bool>(json, "failed", place) ? State::Failed : State::Interrupted;
        return run;
    }

} // namespace

RunQueue::RunQueue(std::filesystem::path file, Saver& saver, QObject* parent)
    : QObject(parent)
    , m_file(std::move(file))
    , m_saver(saver)
{
    std::error_code none;
    if (!std::filesystem::exists(m_file, none))
        return;
    try { // a damaged file must not keep the program from starting
        const Json document = core::readJson(m_file);
        for (const Json& run : jsonPart(document, "queue", m_file.string())) {
            m_runs.push_back(fromJson(run, m_file.string()));
            m_runs.back().id = ++m_lastId;
        }
        m_held = document.contains("held") && jsonValue<bool>(document, "held", m_file.string());
    } catch (const core::Error& error) {
        m_runs.clear();
        m_lastId = 0;
        const std::filesystem::path aside = m_file.string() + ".damaged";
        std::filesystem::rename(m_file, aside, none);
        m_note = tr("The runs that were lined up cannot be read: %1. They are kept in %2.")
                     .arg(QString::fromUtf8(error.what()), QString::fromStdString(aside.string()));
    }
}

QueuedRun* RunQueue::get(int id)
{
    const auto found = std::ranges::find(m_runs, id, &QueuedRun::id);
    return found == m_runs.end() ? nullptr : &*found;
}

const QueuedRun* RunQueue::find(int id) const { return const_cast<RunQueue*>(this)->get(id); }

const QueuedRun* RunQueue::active() const
{
    const auto found = std::ranges::find_if(m_runs, &QueuedRun::isActive);
    return found == m_runs.end() ? nullptr : &*found;
}

int RunQueue::waiting() const
{
    return int(std::ranges::count(m_runs, State::Waiting, &QueuedRun::state));
}

void RunQueue::hold() { setHeld(true); }

void RunQueue::release() { setHeld(false); }

void RunQueue::setHeld(bool held)
{
    if (m_held == held)
        return;
    m_held = held;
    save();
}

const QueuedRun* RunQueue::next() const
{
    if (m_held)
        return nullptr;
    const auto found = std::ranges::find(m_runs, State::Waiting, &QueuedRun::state);
    return found == m_runs.end() ? nullptr : &*found;
}

int RunQueue::add(QueuedRun run)
{
    run.id = ++m_lastId;
    run.state = State::Waiting;
    m_runs.push_back(std::move(run));
    save();
    return m_lastId;
}

void RunQueue::remove(int id)
{
    if (const QueuedRun* run = get(id); run && !run->isActive())
        finish(id);
}

void RunQueue::finish(int id)
{
    if (std::erase_if(m_runs, [id](const QueuedRun& run) { return run.id == id; }) > 0)
        save();
}

void RunQueue::move(int id, int to)
{
    const auto found = std::ranges::find(m_runs, id, &QueuedRun::id);
    if (found == m_runs.end())
        return;
    QueuedRun moved = std::move(*found);
    m_runs.erase(found);
    m_runs.insert(m_runs.begin() + std::clamp(to, 0, int(m_runs.size())), std::move(moved));
    save();
}

void RunQueue::setState(int id, QueuedRun::State state, const QString& reason)
{
    QueuedRun* run = get(id);
    if (!run)
        return;
    run->state = state;
    run->reason = reason;
    save();
}

void RunQueue::setParts(int id, int done, int all)
{
    QueuedRun* run = get(id);
    if (!run || (run->partsDone == done && run->parts == all))
        return;
    run->partsDone = done;
    run->parts = all;
    save();
}

void RunQueue::resume(int id)
{
    QueuedRun* run = get(id);
    if (!run || run->isActive())
        return;
    run->state = State::Waiting;
    run->reason.clear();
    m_held = false;
    const auto first = std::ranges::find(m_runs, State::Waiting, &QueuedRun::state);
    move(id, int(first - m_runs.begin()));
}

void RunQueue::resumeAll()
{
    for (QueuedRun& run : m_runs)
        if (run.state == State::Interrupted)
            run.state = State::Waiting;
    m_held = false;
    save();
}

void RunQueue::save()
{
    Json queue = Json::array();
    for (const QueuedRun& run : m_runs)
        queue.push_back(toJson(run));
    m_saver.write(m_file, { { "queue", std::move(queue) }, { "held", m_held } });
    emit changed();
}

} // namespace app
