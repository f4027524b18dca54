// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/runmemory.h"

#include <string>

namespace core {

/// What a run with `memory` needs at its peak that nothing gives back, in bytes, beside `before`
/// bytes of the program: without the pages of files, which the system takes back.
double heldMemory(const RunMemory& memory, double before);

/// Why such a run cannot be done where a program can have `most` bytes, in a sentence with what
/// would need less; empty: it can.
std::string memoryObstacle(const RunMemory& memory, double before, double most);

} // namespace core
