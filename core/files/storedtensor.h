// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace core {

/// A named tensor as it lies in a file: its bytes stay where they are.
struct StoredTensor {
    std::string name;
    const Format* format = nullptr;
    std::vector<std::int64_t> shape; ///< outermost first: (rows, columns); columns are contiguous
    std::span<const std::byte> bytes; ///< exactly the tensor's, inside the mapped file
    std::size_t offset = 0; ///< of `bytes` from the start of the file
    std::string file; ///< path, for messages
    std::shared_ptr<const void> owner; ///< keeps `bytes` alive
};

} // namespace core
