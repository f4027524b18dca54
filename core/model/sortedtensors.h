// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/storedtensor.h"
#include "core/model/architecture.h"
#include "core/model/config.h"
#include "core/model/namerule.h"
#include "core/model/placing.h"
#include "core/model/role.h"

#include <map>
#include <string>
#include <vector>

namespace core {

/// The tensors of a model's files by their place, the parts of one in their order, and those that
/// have none.
struct SortedTensors {
    std::map<Place, std::map<int, const StoredTensor*>> found;
    std::map<Place, Arrangement> arrangements; ///< that a tensor's name asks for
    std::vector<std::string> left; ///< names of what nothing needs
    std::vector<std::string> beside; ///< of other modules than the model's
    int ofOtherSenses = 0;
    std::vector<const StoredTensor*> kept; ///< of blocks that are not computed
    int predicting = 0; ///< of a Hugging Face model, for a second token ahead
    const StoredTensor* unexpected = nullptr; ///< the first
};

/// Sorts `stored`, which must outlive what is given back. Throws Error for two tensors of one
/// place. Requires: config.notComputed is empty.
SortedTensors sortTensors(const std::vector<StoredTensor>& stored, const ModelConfig& config,
    Naming naming, const NameRule& rule);

} // namespace core
