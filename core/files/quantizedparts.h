// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/quantizedsource.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

/// What quantizedTensors() sorts with.
namespace core::quantized {

/// What config.json says of the quantization; absent: nothing.
struct Facts {
    std::string method; ///< "gptq"
    std::string version; ///< of AWQ's layout, or GPTQ's checkpoint_format
    std::optional<std::int64_t> bits, groupSize;
    std::optional<bool> isSymmetric;
    bool isByActivation = false;
    std::int64_t blockRows = 128, blockColumns = 128; ///< of FP8
    std::vector<std::int64_t> bitsOfGroups; ///< compressed-tensors
};
/// Throws Error for a fact of another type, or one that no checkpoint has.
Facts factsOf(const Json& config, const std::string& configFile);

/// The tensors by name, and which were taken.
class Parts {
public:
    explicit Parts(const std::vector<StoredTensor>& tensors);

    /// Null if there is none.
    const StoredTensor* find(const std::string& name) const;
    /// The same, and takes it. Throws Error that `beside` needs it.
    StoredTensor take(const std::string& name, const StoredTensor& beside);
    /// Nothing if there is none.
    std::optional<StoredTensor> takeIfThere(const std::string& name);
    bool isTaken(const StoredTensor& tensor) const { return m_taken.contains(tensor.name); }

private:
    std::unordered_map<std::string_view, const StoredTensor*> m_byName;
    std::unordered_set<std::string_view> m_taken;
};

/// `tensor`'s dimensions. Throws Error unless there are two of at least 1.
std::pair<std::int64_t, std::int64_t> matrixShape(const StoredTensor& tensor);

// A weight by the name of its first part and its stem, X. Each throws Error as quantizedTensors.
QuantizedWeight gptqOrAwqWeight(
    Parts& parts, const StoredTensor& qweight, const std::string& stem, const Facts& facts);
QuantizedWeight packedWeight(
    Parts& parts, const StoredTensor& packed, const std::string& stem, const Facts& facts);
QuantizedWeight int8Weight(Parts& parts, const StoredTensor& weight, const std::string& stem);

} // namespace core::quantized
