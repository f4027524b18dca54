// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/controllers/quantizecontroller.h"
#include "app/jobs/pace.h"
#include "app/jobs/runqueue.h"
#include "app/session/sessionkeeper.h"

#include <QSettings>
#include <QTemporaryDir>

#include <filesystem>

/// All that a queue stands on, in a temporary folder, no model open.
struct QueueParts {
    QTemporaryDir folder;
    std::filesystem::path place = folder.path().toStdString();
    QSettings settings{ folder.filePath("settings.ini"), QSettings::IniFormat };
    app::Pace pace{ settings };
    app::Session session{ {} };
    app::Saver saver;
    app::SessionKeeper keeper{ session, saver, app::SessionStore(place) };
    app::RunQueue queue{ place / "queue.json", saver };
    app::Jobs jobs;
    app::QuantizeController controller{ jobs, session, keeper, queue, pace, nullptr };
};
