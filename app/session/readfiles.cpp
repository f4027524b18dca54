// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/readfiles.h"

#include "app/session/session.h"

namespace app {

core::SourceFiles readFiles(const Session& session)
{
    core::SourceFiles files;
    if (session.isOpen())
        files = session.checkpoint()->files();
    files.add(session.calibration().file, "the calibration text");
    files.add(session.evaluation().file, "the evaluation text");
    files.add(session.imatrix(), "the importance matrix");
    return files;
}

} // namespace app
