// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/tensorscout.h"

#include "app/session/keptweights.h"

#include <algorithm>

namespace app {

TensorScout::TensorScout(Jobs& quick, Session& session, const Selection& selection,
    std::shared_ptr<const core::Shelf> shelf, QObject* parent)
    : QObject(parent)
    , m_quick(quick)
    , m_session(session)
    , m_selection(selection)
    , m_shelf(std::move(shelf))
{
    const auto again = [this] { restart(); };
    connect(&session, &Session::modelChanged, this, [this] {
        m_impossible.clear();
        m_running.reset();
        m_shelfWork = m_shelf ? ShelfWork::Find : ShelfWork::None;
        restart();
    });
    connect(&session.previews(), &PreviewCache::cleared, this, again);
    connect(&session.recipe(), &RecipeEditor::changed, this, again);
    connect(&selection, &Selection::tensorsChanged, this, again);
    connect(&selection, &Selection::lookedChanged, this, again);
    const auto ended = [this](JobId id) {
        if (id == m_job)
            taskEnded();
    };
    connect(&m_quick, &Jobs::finished, this, ended);
    connect(&m_quick, &Jobs::cancelled, this, ended);
    connect(&m_quick, &Jobs::failed, this,
        [this, ended](JobId id, const QString&, const QString& reason) {
            if (id == m_job && m_running && m_running->tensor >= 0) { // the shelf is no must
                m_impossible.push_back(*m_running);
                emit failed(reason);
            }
            ended(id);
        });
}

std::optional<TensorScout::Task> TensorScout::taskFor(int tensor, const core::Format* format) const
{
    const core::Tensor& subject = m_session.checkpoint()->tensors()[std::size_t(tensor)];
    Task task{ tensor, nullptr };
    if (m_session.weightStats(tensor)) { // the bins of a preview are the statistics'
        if (!format || !core::isMatrix(subject.place.role)
            || m_session.weightStats(tensor)->moments.nonFinite > 0)
            return std::nullopt;
        task.format = core::fallbackFormat(format, subject.columns);
        if (m_session.previews().find(tensor, task.format))
            return std::nullopt;
    }
    const bool impossible
        = std::find(m_impossible.begin(), m_impossible.end(), task) != m_impossible.end();
    return impossible ? std::nullopt : std::optional(task);
}

void TensorScout::wishForAllFormats(int tensor)
{
    for (const core::Format* format : core::allFormats()) {
        if (format->grid)
            m_wishes.push_back({ tensor, format });
    }
}

void TensorScout::makeWishes()
{
    m_wishes.clear();
    m_next = m_ofSelection = 0;
    const auto& plan = m_session.recipe().plan();
    if (!m_session.isOpen() || plan.size() != m_session.checkpoint()->tensors().size())
        return; // while a model opens: its recipe follows
    const std::vector<int>& selected = m_selection.tensors();
    if (m_selection.looked()) {
        for (const int tensor : selected)
            m_wishes.push_back({ tensor, m_selection.looked() });
    }
    for (const int tensor : selected)
        m_wishes.push_back({ tensor, plan[std::size_t(tensor)].format });
    for (const int tensor : selected)
        wishForAllFormats(tensor);
    m_ofSelection = m_wishes.size();
    const int count = int(m_session.checkpoint()->tensors().size());
    for (int tensor = 0; tensor < count; ++tensor)
        m_wishes.push_back({ tensor, nullptr });
    for (int tensor = 0; tensor < count; ++tensor)
        m_wishes.push_back({ tensor, plan[std::size_t(tensor)].format });
}

std::optional<TensorScout::Task> TensorScout::nextTask()
{
    for (; m_next < m_wishes.size(); ++m_next) {
        if (const auto task = taskFor(m_wishes[m_next].tensor, m_wishes[m_next].format))
            return task;
    }
    return std::nullopt;
}

int TensorScout::remaining() const
{
    return m_session.isOpen() ? m_session.weightStatsMissing() : 0;
}

void TensorScout::restart()
{
    makeWishes();
    if (!m_running) {
        startNext();
        return;
    }
    if (m_running->tensor < 0)
        return;
    const auto wanted = nextTask(); // a task for what is no longer selected gives way
    const bool serves = wanted && (wanted->tensor == m_running->tensor || m_next >= m_ofSelection);
    if (!serves)
        m_quick.cancel();
}

bool TensorScout::startShelfWork()
{
    if (!m_session.isOpen() || m_wishes.empty())
        return false;
    if (m_shelfWork == ShelfWork::Find) {
        m_shelfWork = ShelfWork::Keep;
        find();
        return true;
    }
    if (m_shelfWork == ShelfWork::Keep && m_session.weightStatsMissing() == 0) {
        m_shelfWork = ShelfWork::None;
        keep();
        return true;
    }
    return false;
}

void TensorScout::find()
{
    m_running = Task{ -1 };
    m_job = m_quick.start(
        tr("Looking for what was measured"),
        [checkpoint = m_session.checkpoint(), shelf = m_shelf](
            const core::Progress&) { return findWeights(*shelf, *checkpoint); },
        [this, checkpoint = m_session.checkpoint()](const WeightStats& found) {
            if (found.empty() || checkpoint != m_session.checkpoint())
                return;
            m_shelfWork = ShelfWork::None; // they are there
            for (std::size_t i = 0; i < found.size(); ++i)
                m_session.setWeightStats(int(i), found[i]);
        });
}

void TensorScout::keep()
{
    WeightStats stats;
    for (std::size_t i = 0; i < m_session.checkpoint()->tensors().size(); ++i)
        stats.push_back(m_session.weightStats(int(i)));
    m_running = Task{ -1 };
    m_job = m_quick.start(
        tr("Keeping what was measured"),
        [checkpoint = m_session.checkpoint(), shelf = m_shelf, stats = std::move(stats)](
            const core::Progress&) {
            keepWeights(*shelf, *checkpoint, stats);
            return true;
        },
        [](bool) {});
}

void TensorScout::startNext()
{
    if (startShelfWork())
        return;
    m_running = nextTask();
    if (!m_running) {
        emit idle();
        return;
    }
    if (m_running->format)
        round(m_running->tensor, m_running->format);
    else
        measure(m_running->tensor);
}

void TensorScout::measure(int tensor)
{
    m_job = m_quick.start(
        tr("Measuring weights"),
        [checkpoint = m_session.checkpoint(), tensor](const core::Progress& progress) {
            return std::make_shared<const core::TensorStats>(
                core::tensorStats(checkpoint->tensors()[std::size_t(tensor)], progress));
        },
        [this, checkpoint = m_session.checkpoint(), tensor](
            std::shared_ptr<const core::TensorStats> stats) {
            if (checkpoint == m_session.checkpoint())
                m_session.setWeightStats(tensor, std::move(stats));
        });
}

void TensorScout::round(int tensor, const core::Format* format)
{
    const std::span<const float> importance = m_session.importance(tensor);
    m_job = m_quick.start(
        tr("Rounding a tensor"),
        [checkpoint = m_session.checkpoint(), tensor, format,
            weights = std::vector<float>(importance.begin(), importance.end()),
            stats = m_session.weightStats(tensor)](const core::Progress& progress) {
            return std::make_shared<const core::RoundingPreview>(
                core::previewRounding(checkpoint->tensors()[std::size_t(tensor)], *format, weights,
                    stats->histogram, progress));
        },
        [this, checkpoint = m_session.checkpoint(), activations = m_session.activations().stats,
            tensor, format](std::shared_ptr<const core::RoundingPreview> preview) {
            const bool current = checkpoint == m_session.checkpoint()
                && activations == m_session.activations().stats;
            if (current)
                m_session.previews().insert(tensor, format, std::move(preview));
        });
}

void TensorScout::taskEnded()
{
    m_running.reset();
    startNext();
}

} // namespace app
