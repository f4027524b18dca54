// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/addedfilescontroller.h"

#include "app/jobs/addedfile.h"

#include <QFileInfo>
#include <QPointer>

#include <algorithm>
#include <utility>
#include <vector>

namespace app {

AddedFilesController::AddedFilesController(
    Jobs& jobs, Jobs& quick, Session& session, QuantizeController& quantize, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_quick(quick)
    , m_session(session)
    , m_quantize(quantize)
{
    const auto follow = [this](Jobs& its, QHash<JobId, QString>& paths) {
        connect(&its, &Jobs::failed, this,
            [this, &paths](JobId id, const QString&, const QString& reason) {
                if (paths.contains(id))
                    emit refused(paths.take(id), reason);
            });
        const auto forget = [&paths](JobId id) { paths.remove(id); };
        connect(&its, &Jobs::finished, this, forget);
        connect(&its, &Jobs::cancelled, this, forget);
    };
    follow(m_quick, m_opening);
    follow(m_jobs, m_comparing);
}

void AddedFilesController::add(const std::filesystem::path& path)
{
    if (!m_session.isOpen())
        return;
    const auto whole = std::filesystem::absolute(path).lexically_normal();
    const auto& runs = m_session.runs().runs();
    const auto found = std::ranges::find_if(
        runs, [&whole](const auto& run) { return run->file && run->file->path == whole; });
    open(whole, found == runs.end() ? 0 : (*found)->number);
}

void AddedFilesController::measure(int run)
{
    const auto found = m_session.runs().find(run);
    if (found && found->file)
        open(found->file->path, run);
}

void AddedFilesController::open(const std::filesystem::path& path, int run)
{
    const QString name = QString::fromStdString(path.string());
    const JobId job = m_quick.start(
        tr("Opening %1").arg(name),
        [path, original = m_session.checkpoint()](
            const core::Progress&) { return addedRun(path, *original); },
        [this, run, session = m_session.id()](Run opened) {
            if (session != m_session.id())
                return;
            int number = run;
            if (m_session.runs().find(run))
                m_session.runs().setFile(run, std::move(opened));
            else
                number = m_session.runs().add(std::move(opened));
            compare(number);
            if (m_quantize.whyNotEvaluate().isEmpty())
                m_quantize.evaluate(number);
            emit added(number);
        });
    m_opening.insert(job, name);
}

void AddedFilesController::compare(int run)
{
    const auto row = m_session.runs().find(run);
    const QString name = QString::fromStdString(row->file->path.string());
    const JobId job = m_jobs.start(
        tr("Comparing the tensors of %1").arg(row->title),
        [file = *row->file, original = m_session.checkpoint()](
            const core::Progress& progress) { return comparedReports(file, *original, progress); },
        [this, run, session = m_session.id()](std::vector<core::TensorReport> reports) {
            if (session == m_session.id())
                m_session.runs().setReports(run, std::move(reports));
        });
    m_comparing.insert(job, name);
}

void AddedFilesController::check()
{
    std::vector<std::pair<int, AddedFile>> files;
    for (const auto& run : m_session.runs().runs())
        if (run->file)
            files.emplace_back(run->number, *run->file);
    if (files.empty())
        return;
    using States = std::vector<std::pair<int, AddedFile::State>>;
    m_quick.start(
        tr("Looking at the added files"),
        [files = std::move(files)](const core::Progress& progress) {
            States states;
            for (const auto& [number, file] : files) {
                progress.at(double(states.size()) / double(files.size()));
                states.emplace_back(number, stateOf(file));
            }
            return states;
        },
        [this, session = m_session.id()](const States& states) {
            for (const auto& [number, state] : states)
                if (session == m_session.id())
                    m_session.runs().setFileState(number, state);
        });
}

} // namespace app
