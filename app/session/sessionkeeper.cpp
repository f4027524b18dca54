// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/sessionkeeper.h"

#include "app/session/runjson.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace app {

using core::Json;

namespace {

    /// Adds a run to a document; it gets the next number, becomes B, and what was B becomes A.
    void addToDocument(Json& document, Json run)
    {
        Json& runs = document["runs"];
        const int number = runs.value("last", 0) + 1;
        run["number"] = number;
        runs["list"].push_back(std::move(run));
        runs["last"] = number;
        runs["a"] = runs.value("b", 0);
        runs["b"] = number;
    }

    void setInDocument(Json& document, int number, const Json& members)
    {
        for (Json& run : document["runs"]["list"])
            if (run.value("number", 0) == number) {
                run.update(members);
                if (run.contains("file"))
                    run["file"]["measured"] = run["file"].value("content", "");
            }
    }

} // namespace

SessionKeeper::SessionKeeper(Session& session, Saver& saver, SessionStore store, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_saver(saver)
    , m_store(std::move(store))
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &SessionKeeper::save);
    const auto later = [this] { viewChanged(); };
    connect(&session, &Session::modelAboutToChange, this, &SessionKeeper::saveNow);
    connect(&session, &Session::modelChanged, this, later);
    connect(&session, &Session::activationsChanged, this, later);
    connect(&session, &Session::thresholdChanged, this, later);
    connect(&session, &Session::textsChanged, this, later);
    connect(&session, &Session::exportedChanged, this, later);
    connect(&session.recipe(), &RecipeEditor::changed, this, later);
    connect(&session.recipe().undoStack(), &QUndoStack::indexChanged, this, later);
    connect(&session.runs(), &RunList::changed, this, later);
}

void SessionKeeper::viewChanged()
{
    if (m_session.isOpen() && !m_timer.isActive())
        m_timer.start();
}

Json SessionKeeper::document() const
{
    SessionState state = m_session.state();
    if (m_view)
        state.view = m_view();
    return sessionToJson(state);
}

void SessionKeeper::save()
{
    m_timer.stop();
    if (m_session.isOpen())
        m_saver.write(m_store.fileOf(m_session.id()), document());
}

void SessionKeeper::saveNow()
{
    if (m_timer.isActive())
        save();
    m_saver.finish();
}

void SessionKeeper::setOpening(bool opening)
{
    m_opening = opening;
    if (opening)
        return;
    for (const auto& result : std::exchange(m_held, {}))
        result();
}

void SessionKeeper::deliver(const QString& session, std::function<void()> here, Saver::Change there)
{
    if (m_opening) {
        m_held.push_back([this, session, here = std::move(here), there = std::move(there)] {
            deliver(session, here, there);
        });
        return;
    }
    if (session == m_session.id())
        here();
    else
        m_saver.amend(m_store.fileOf(session), std::move(there));
}

void SessionKeeper::addRun(const QString& session, Run run)
{
    const Json json = runToJson(run);
    deliver(
        session, [this, run] { m_session.runs().add(run); },
        [json](Json& document) { addToDocument(document, json); });
}

void SessionKeeper::setEvaluation(const QString& session, int run,
    const core::Evaluation& evaluation, const EvaluationSettings& settings, const std::string& key)
{
    deliver(
        session,
        [this, run, evaluation, settings, key] {
            m_session.runs().setEvaluation(run, evaluation, settings, key);
        },
        [run, json = core::evaluationToJson(evaluation), words = evaluationSettingsToJson(settings),
            key](Json& document) {
            setInDocument(document, run,
                { { "evaluation", json }, { "measured_with", words }, { "evaluation_key", key } });
        });
}

void SessionKeeper::setActivations(const QString& session, MeasuredActivations activations)
{
    const Json json{ { "text", textToJson(activations.text) }, { "key", activations.key } };
    deliver(
        session, [this, activations] { m_session.setActivations(activations); },
        [json](Json& document) {
            if (!json.value("key", "").empty())
                document["activations"] = json;
        });
}

void SessionKeeper::setExported(const QString& session, core::GgufExportReport report, int run)
{
    const Json json = exportedToJson({ report, run });
    deliver(
        session, [this, report, run] { m_session.setExported(report, run); },
        [json](Json& document) { document["exported"] = json; });
}

} // namespace app
