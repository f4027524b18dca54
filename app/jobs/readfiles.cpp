// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/readfiles.h"

#include "app/jobs/runqueue.h"
#include "app/session/session.h"
#include "core/model/modelfiles.h"

namespace app {

namespace {

    void addSession(core::SourceFiles& files, const Session& session)
    {
        if (session.isOpen())
            files.add(session.checkpoint()->files());
        files.add(session.calibration().file, "the calibration text");
        files.add(session.evaluation().file, "the evaluation text");
        files.add(session.imatrix(), "the importance matrix");
        for (const auto& run : session.runs().runs())
            if (run->file)
                files.add(run->file->path, "a file that is compared");
        for (const auto& model : session.modelsInUse())
            files.add(model->files());
    }

    void addQueued(core::SourceFiles& files, const QueuedRun& run)
    {
        files.add(core::modelFiles(run.model, {}));
        files.add(run.calibration.file, "the calibration text of a run in the queue");
        files.add(run.evaluation.text.file, "the evaluation text of a run in the queue");
        files.add(run.imatrix, "the importance matrix of a run in the queue");
    }

} // namespace

core::SourceFiles readFiles(const Session& session, const RunQueue& queue)
{
    core::SourceFiles files;
    addSession(files, session);
    for (const QueuedRun& run : queue.runs())
        addQueued(files, run);
    return files;
}

} // namespace app
