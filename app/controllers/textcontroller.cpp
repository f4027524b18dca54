// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/textcontroller.h"

#include "core/generate/generated.h"
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
    if (const std::string reason = core::whyNotGenerated(checkpoint); !reason.empty())
        return QString::fromStdString(reason);
    return m_job.isRunning() && !isRunning() ? tr("A text of another model is being written.")
                                             : QString();
}

void TextController::write(const TextWish& wish)
{
    if (!whyNot().isEmpty() || isRunning())
        return;
    const SideBySide texts = models();
    emit began(texts.a ? texts.a->number : 0, texts.b ? texts.b->number : 0);
    m_job.begin();
    const auto here = [this, session = m_session.id()] { return session == m_session.id(); };
    const auto told = m_jobs.relay<WrittenToken>([this, here](const WrittenToken& token) {
        if (here())
            emit written(token);
    });
    m_running = m_jobs.start(
        tr("Writing text"),
        [texts, wish, told](
            const core::Progress& progress) { return writeTexts(texts, wish, told, progress); },
        [this, here](const WrittenTexts& result) {
            if (here())
                emit finished(result);
        });
    m_job.follow(m_running);
}

void TextController::match(const TextWish& how, const std::filesystem::path& prompts)
{
    if (!whyNot().isEmpty() || isRunning())
        return;
    m_job.begin();
    m_running = m_jobs.start(
        tr("Writing text after many prompts"),
        [texts = models(), wish = MatchWish{ prompts, m_session.evaluation(), how }](
            const core::Progress& progress) { return matchTexts(texts, wish, progress); },
        [this, session = m_session.id()](const MatchRates& rates) {
            if (session == m_session.id())
                emit matched(rates);
        });
    m_job.follow(m_running);
}

void TextController::stop()
{
    if (isRunning() && m_jobs.state().id == m_running)
        m_jobs.cancel();
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
