// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensorcolumns.h"
#include "widgets/models/tensorrow.h"

namespace widgets {

/// What the cell of a tensor says under the mouse, beyond its text; empty if nothing. Pure.
QString tensorTip(const TensorRow& row, TensorColumn column);

} // namespace widgets
