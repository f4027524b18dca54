// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <functional>
#include <vector>

class QToolButton;

namespace widgets {

/// Opens a menu below `button`: `formats` by group, those for study that are offered in a menu of
/// their own. Calls `chosen` with the format that is clicked.
void openFormatMenu(QToolButton* button, const std::vector<const core::Format*>& formats,
    std::function<void(const core::Format*)> chosen);

} // namespace widgets
