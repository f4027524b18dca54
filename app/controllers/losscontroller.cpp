// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/losscontroller.h"

#include "core/search/sensitivityshelf.h"
#include "widgets/notcomputed.h"

#include <QPointer>

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

} // namespace

LossController::LossController(Jobs& jobs, Jobs& quick, Session& session,
    std::shared_ptr<const core::Shelf> shelf, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_quick(quick)
    , m_session(session)
    , m_shelf(std::move(shelf))
    , m_job(jobs, session)
{
    connect(&m_session, &Session::modelChanged, this, &LossController::opened);
    connect(&m_job, &SessionJob::changed, this, &LossController::runningChanged);
    connect(&m_job, &SessionJob::failed, this, &LossController::failed);
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

} // namespace app
