// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/textcontroller.h"

#include "widgets/notcomputed.h"

#include <utility>

namespace app {

TextController::TextController(Jobs& jobs, Jobs& quick, Session& session,
    std::shared_ptr<const core::Shelf> shelf, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_quick(quick)
    , m_session(session)
    , m_shelf(std::move(shelf))
    , m_job(jobs, session)
{
    connect(&m_job, &SessionJob::changed, this, &TextController::runningChanged);
    connect(&m_job, &SessionJob::failed, this, &TextController::failed);
}

SideBySide TextController::models() const
{
    return { m_session.checkpoint(), m_session.runs().pinnedA(), m_session.runs().pinnedB(),
        m_shelf };
}

QString TextController::whyNot() const
{
    if (!m_session.isOpen())
        return tr("No model is open.");
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    if (const QString reason = widgets::whyNoText(checkpoint); !reason.isEmpty())
        return reason;
    return m_job.isRunning() && !isRunning() ? tr("A text of another model is being written.")
                                             : QString();
}

void TextController::begin()
{
    m_stop = OwnStop();
    m_isStopped = false;
    m_job.begin();
}

bool TextController::isAwaited(const QString& session, const OwnStop& stop) const
{
    return session == m_session.id() && stop == m_stop && !m_isStopped;
}

void TextController::write(const TextWish& wish)
{
    if (!whyNot().isEmpty() || isRunning())
        return;
    const SideBySide texts = models();
    emit began(texts.a ? texts.a->number : 0, texts.b ? texts.b->number : 0);
    begin();
    const auto awaited
        = [this, session = m_session.id(), stop = m_stop] { return isAwaited(session, stop); };
    const auto told = m_jobs.relay<WrittenToken>([this, awaited](const WrittenToken& token) {
        if (awaited())
            emit written(token);
    });
    m_job.follow(m_jobs.start(
        tr("Writing text"),
        [texts, wish, told, stop = m_stop](const core::Progress& progress) {
            return writeTexts(texts, wish, told, stop.progress(progress));
        },
        [this, awaited](const WrittenTexts& result) {
            if (awaited())
                emit finished(result);
        }));
}

void TextController::match(const TextWish& how, const std::filesystem::path& prompts)
{
    if (!whyNot().isEmpty() || isRunning())
        return;
    begin();
    const MatchWish wish{ prompts, m_session.evaluation(), how };
    m_job.follow(m_jobs.start(
        tr("Writing text after many prompts"),
        [texts = models(), wish, stop = m_stop](const core::Progress& progress) {
            return matchTexts(texts, wish, stop.progress(progress));
        },
        [this, session = m_session.id(), stop = m_stop](const MatchRates& rates) {
            if (isAwaited(session, stop))
                emit matched(rates);
        }));
}

void TextController::stop()
{
    if (!isRunning())
        return;
    m_stop.stop();
    m_isStopped = true; // at once, although it may have to wait for its turn to end
    emit runningChanged();
}

void TextController::proposePrompt()
{
    if (!m_session.isOpen())
        return;
    m_quick.start(
        tr("Looking at the evaluation text"),
        [file = m_session.evaluation().file](const core::Progress&) { return firstWords(file); },
        [this, session = m_session.id()](const std::string& words) {
            if (session == m_session.id() && !words.empty())
                emit promptProposed(QString::fromStdString(words));
        });
}

} // namespace app
