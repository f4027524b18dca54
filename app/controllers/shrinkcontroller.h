// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/exportcontroller.h"
#include "app/controllers/losscontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "core/export/smallerfile.h"

#include <QObject>

#include <filesystem>
#include <optional>

namespace app {

/// What a smaller file is made by.
struct ShrinkParts {
    Jobs& jobs; ///< the long-running worker
    Jobs& quick;
    RunQueue& queue;
    LossController& losses;
    QuantizeController& quantize;
    ExportController& exporting;
};

/// Makes a smaller file of the open model in one go: losses on the text where none are known, the
/// mix, which becomes the recipe in one undo step, rounding and measuring through the queue, and
/// the verified file under a free name. Each step is the ordinary work of its controller: what was
/// done is kept, so that making the same file again goes on where it was stopped. Another model
/// that is opened ends the chain; what runs by then goes on.
class ShrinkController : public QObject {
    Q_OBJECT

public:
    enum class Step { None, Predicting, Finding, Rounding, Measuring, Writing };
    static constexpr int steps = 4; ///< that are told; Finding takes a moment

    ShrinkController(Session& session, const ShrinkParts& parts, QObject* parent = nullptr);

    void make(core::Grade grade);
    void cancel();

    Step step() const { return m_chain ? m_chain->step : Step::None; }
    /// Where the last chain was stopped; None: none was, or it is over.
    Step stoppedAt() const { return m_stoppedAt; }
    /// Why no file can be made now; empty: one can.
    QString whyNot() const;
    /// Whether losses on the text come first, and are not there yet.
    bool predictsFirst() const;

signals:
    void changed(); ///< the step
    void failed(const QString& reason);

private:
    struct Chain {
        QString session;
        core::Grade grade = core::Grade::AsGood;
        Step step = Step::Predicting;
        core::Recipe recipe; ///< once it is found
        int queued = 0; ///< its run in the queue
        int run = 0; ///< once it is rounded
        JobId job = 0; ///< that finds the mix
        std::filesystem::path file; ///< once it is written
    };

    void connectLosses();
    void connectRuns();
    void connectExport();
    void go(Step step);
    void find();
    void takeFound(const std::optional<core::SmallerFile>& file);
    void assign(const core::Recipe& recipe);
    void round();
    void measure(int run);
    void write();
    void settleWriting();
    void checkQueue(); ///< whether the run is still lined up
    void stop();
    void fail(const QString& reason);
    bool isAt(Step step) const { return m_chain && m_chain->step == step; }
    std::shared_ptr<const Run> finishedRun() const; ///< of the recipe and texts; null: none
    std::filesystem::path freeFile() const;

    Session& m_session;
    ShrinkParts m_parts;
    std::optional<Chain> m_chain;
    Step m_stoppedAt = Step::None;
};

} // namespace app
