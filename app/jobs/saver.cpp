// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/saver.h"

#include "core/base/error.h"
#include "core/files/atomicfile.h"

#include <nlohmann/json.hpp>

#include <system_error>
#include <utility>

namespace app {

namespace {

    namespace fs = std::filesystem;

    void writeText(const fs::path& file, const std::string& text)
    {
        std::error_code error; // writing says what is wrong
        fs::create_directories(file.parent_path(), error);
        core::writeFileAtomically(file, text);
    }

} // namespace

Saver::Saver(QObject* parent)
    : QObject(parent)
{
    connect(&m_jobs, &Jobs::finished, this, &Saver::startNext);
    connect(&m_jobs, &Jobs::failed, this, [this](JobId, const QString&, const QString& reason) {
        emit failed(reason);
        startNext();
    });
}

Saver::~Saver() { finish(); }

void Saver::write(const std::filesystem::path& file, const core::Json& document)
{
    std::erase_if(m_waiting, [&file](const Task& task) { return task.file == file; });
    m_waiting.push_back({ file, core::jsonText(document, 1) + "\n", {} });
    startNext();
}

void Saver::amend(const std::filesystem::path& file, Change change)
{
    m_waiting.push_back({ file, {}, std::move(change) });
    startNext();
}

void Saver::startNext()
{
    if (m_waiting.empty() || !m_jobs.isIdle())
        return;
    Task task = std::move(m_waiting.front());
    m_waiting.erase(m_waiting.begin());
    m_jobs.start(
        QString(),
        [task = std::move(task)](const core::Progress&) {
            perform(task);
            return true;
        },
        [](bool) {});
}

void Saver::perform(const Task& task)
{
    if (!task.change)
        return writeText(task.file, task.text);
    std::error_code none;
    if (!fs::exists(task.file, none))
        return;
    core::Json document = core::readJson(task.file);
    task.change(document);
    writeText(task.file, core::jsonText(document, 1) + "\n");
}

void Saver::finish()
{
    m_jobs.waitForWorker();
    for (const Task& task : std::exchange(m_waiting, {})) {
        try {
            perform(task);
        } catch (const core::Error& error) {
            emit failed(QString::fromUtf8(error.what()));
        }
    }
}

} // namespace app
