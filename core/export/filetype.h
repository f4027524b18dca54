// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

#include <cstdint>
#include <vector>

namespace core {

/// general.file_type of a file that holds the tensors of `checkpoint` in `formats`, one for each:
/// llama.cpp's LLAMA_FTYPE_MOSTLY_* (llama.h) for the format of most weights of the layers'
/// matrices. It is shown to people and not used to read the file.
std::uint32_t fileType(const Checkpoint& checkpoint, const std::vector<const Format*>& formats);

} // namespace core
