// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/recentmodels.h"
#include "app/session/session.h"
#include "app/window/commandpalette.h"

#include <functional>
#include <vector>

namespace widgets {
class TensorTable;
}

namespace app {

class WindowActions;

/// Everything the palette lists: the window's actions, formats and presets, tensors, recent
/// models. What cannot be done now says why.
std::vector<Command> commandList(WindowActions& actions, Session& session,
    const RecentModels& recent, widgets::TensorTable& table,
    std::function<void(const QString& path)> open);

} // namespace app
