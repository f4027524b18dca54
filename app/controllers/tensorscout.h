// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/jobs.h"
#include "app/session/selection.h"
#include "app/session/session.h"

#include <QObject>

#include <optional>
#include <vector>

namespace app {

/// Measures on the quick worker what the table, the ruler and the costs show, one small task at a
/// time, the most wanted first: statistics of the selected tensors, however many, their rounding
/// at the format looked at, at the recipe's, then tensor by tensor at all others; then statistics
/// of all tensors, then the rounding error of all at the recipe's formats. A new selection or look
/// overtakes whatever is waiting.
class TensorScout : public QObject {
    Q_OBJECT

public:
    /// `shelf` keeps the statistics of a model's weights; null: they are measured whenever it is
    /// opened.
    TensorScout(Jobs& quick, Session& session, const Selection& selection,
        std::shared_ptr<const core::Shelf> shelf, QObject* parent = nullptr);

    /// What is left to do, of all that was to be done: for the job area.
    int remaining() const;
    bool isIdle() const { return !m_running; }

signals:
    void idle(); ///< everything is measured
    void failed(const QString& reason);

private:
    struct Task {
        int tensor = 0; ///< −1: the shelf
        const core::Format* format = nullptr; ///< null: statistics
        bool operator==(const Task&) const = default;
    };
    void makeWishes();
    void wishForAllFormats(int tensor);
    /// What is to be done for the first wish that is not fulfilled; passes those that are.
    std::optional<Task> nextTask();
    std::optional<Task> taskFor(int tensor, const core::Format* format) const;
    void restart(); ///< the wishes changed
    bool startShelfWork(); ///< before everything else and after it
    void find();
    void keep();
    void startNext();
    void measure(int tensor);
    void round(int tensor, const core::Format* format);
    void taskEnded();

    Jobs& m_quick;
    Session& m_session;
    const Selection& m_selection;
    std::shared_ptr<const core::Shelf> m_shelf;
    /// What is still to be done with the shelf for the open model.
    enum class ShelfWork { Find, Keep, None };
    ShelfWork m_shelfWork = ShelfWork::None;
    std::vector<Task> m_wishes; ///< the most wanted first; a rounding wants statistics, too
    std::size_t m_next = 0; ///< the first that may not be fulfilled yet
    std::size_t m_ofSelection = 0; ///< so many of them are about the selected tensors
    std::vector<Task> m_impossible; ///< failed once; not tried again
    std::optional<Task> m_running;
    JobId m_job = 0;
};

} // namespace app
