// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/saver.h"
#include "app/session/evaluationsettings.h"
#include "core/quant/recipe.h"

#include <QObject>
#include <QString>

#include <filesystem>
#include <vector>

namespace app {

/// One run that is lined up: everything it needs, as it was when it was asked for.
struct QueuedRun {
    enum class State {
        Waiting,
        Running, ///< is being quantized
        Measuring,
        Interrupted, ///< cancelled, or the program ended; goes on where it stopped
        Failed,
    };
    int id = 0;
    QString session; ///< where its result goes
    std::filesystem::path model;
    QString modelName;
    core::Recipe recipe;
    QString title; ///< of the recipe
    TextSettings calibration;
    std::filesystem::path imatrix;
    EvaluationSettings evaluation; ///< how it is measured afterwards
    int measuredRun = 0; ///< a finished run that is only to be measured; 0: it is to be rounded
    bool isFile = false; ///< that one is an added file
    State state = State::Waiting;
    int partsDone = 0, parts = 0; ///< finished of all; 0 of 0: not known yet
    QString reason; ///< of a failure

    bool isActive() const { return state == State::Running || state == State::Measuring; }
};

/// The runs that are lined up, of any model, the next first. Kept on the disk as it changes; what
/// was lined up when the program ended is interrupted at the next start. While the queue is held
/// none begins; the one that is active goes on.
class RunQueue : public QObject {
    Q_OBJECT

public:
    /// Reads what `file` keeps; a file that cannot be read is set aside (note()).
    RunQueue(std::filesystem::path file, Saver& saver, QObject* parent = nullptr);

    const std::vector<QueuedRun>& runs() const { return m_runs; }
    const QueuedRun* find(int id) const; ///< null if there is none
    const QueuedRun* active() const; ///< null if there is none
    const QueuedRun* next() const; ///< the first that waits; null: none, or the queue is held
    int waiting() const; ///< how many wait
    /// Why an earlier queue is gone and where it lies now; empty: it is not.
    const QString& note() const { return m_note; }
    void forgetNote() { m_note.clear(); }

    bool isHeld() const { return m_held; }
    void hold();
    void release(); ///< what waits goes on

    int add(QueuedRun run); ///< at the end, waiting; gives its id
    void remove(int id); ///< not the active one
    void move(int id, int to); ///< to that place in the order
    void setState(int id, QueuedRun::State state, const QString& reason = {});
    void setParts(int id, int done, int all);
    /// An interrupted or failed run waits again, before all others that wait; the queue is
    /// released.
    void resume(int id);
    /// All that are interrupted wait again, each in its place; the queue is released.
    void resumeAll();
    void finish(int id); ///< takes it out

signals:
    void changed();

private:
    void save();
    void setHeld(bool held);
    QueuedRun* get(int id);

    std::filesystem::path m_file;
    Saver& m_saver;
    std::vector<QueuedRun> m_runs;
    int m_lastId = 0;
    bool m_held = false;
    QString m_note;
};

} // namespace app
