// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/runlist.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace app {

const core::TensorReport* Run::report(core::Place place) const
{
    const auto found = std::find_if(reports.begin(), reports.end(),
        [place](const auto& report) { return report.place == place; });
    return found == reports.end() ? nullptr : &*found;
}

bool Run::isOutdated() const
{
    return file && (file->state == AddedFile::State::Changed || file->measured != file->content);
}

std::shared_ptr<const Run> RunList::find(int number) const
{
    const auto found = std::find_if(
        m_runs.begin(), m_runs.end(), [number](const auto& run) { return run->number == number; });
    return found == m_runs.end() ? nullptr : *found;
}

std::shared_ptr<const Run> RunList::last() const
{
    return m_runs.empty() ? nullptr : m_runs.back();
}

std::shared_ptr<const Run> RunList::matching(const core::Recipe& recipe) const
{
    const core::Json wanted = core::recipeToJson(recipe);
    const auto found = std::find_if(m_runs.rbegin(), m_runs.rend(), [&wanted](const auto& run) {
        return !run->file && core::recipeToJson(run->recipe) == wanted;
    });
    return found == m_runs.rend() ? nullptr : *found;
}

void RunList::restore(
    std::vector<std::shared_ptr<const Run>> runs, int lastNumber, std::pair<int, int> pinned)
{
    m_runs = std::move(runs);
    m_lastNumber = lastNumber;
    m_a = pinned.first;
    m_b = pinned.second;
    emit changed();
}

void RunList::clear()
{
    m_runs.clear();
    m_lastNumber = m_a = m_b = 0;
}

int RunList::add(Run run)
{
    run.number = ++m_lastNumber;
    m_runs.push_back(std::make_shared<const Run>(std::move(run)));
    m_a = m_b;
    m_b = m_lastNumber;
    emit changed();
    return m_lastNumber;
}

template<typename Change>
void RunList::change(int number, Change change)
{
    for (auto& run : m_runs) {
        if (run->number != number)
            continue;
        Run changed = *run;
        change(changed);
        run = std::make_shared<const Run>(std::move(changed));
        emit this->changed();
        return;
    }
}

void RunList::setEvaluation(int number, core::Evaluation evaluation,
    const EvaluationSettings& settings, const std::string& key)
{
    change(number, [&](Run& run) {
        run.evaluation = std::move(evaluation);
        run.measuredWith = settings;
        run.evaluationKey = key;
        if (run.file)
            run.file->measured = run.file->content;
    });
}

void RunList::setFileState(int number, AddedFile::State state)
{
    const auto run = find(number);
    if (run && run->file && run->file->state != state)
        change(number, [state](Run& its) { its.file->state = state; });
}

void RunList::setFile(int number, Run file)
{
    change(number, [&](Run& run) {
        file.number = run.number;
        file.file->measured = run.file ? run.file->measured : std::string();
        file.evaluation = std::move(run.evaluation);
        file.evaluationKey = run.evaluationKey;
        file.measuredWith = run.measuredWith;
        run = std::move(file);
    });
}

void RunList::setReports(int number, std::vector<core::TensorReport> reports)
{
    change(number, [&](Run& run) { run.reports = std::move(reports); });
}

void RunList::remove(int number)
{
    if (std::erase_if(m_runs, [number](const auto& run) { return run->number == number; }) == 0)
        return;
    m_a = m_a == number ? 0 : m_a;
    m_b = m_b == number ? 0 : m_b;
    emit changed();
}

void RunList::pinA(int number)
{
    if (number == m_b)
        m_b = m_a;
    m_a = number;
    emit changed();
}

void RunList::pinB(int number)
{
    if (number == m_a)
        m_a = m_b;
    m_b = number;
    emit changed();
}

} // namespace app
