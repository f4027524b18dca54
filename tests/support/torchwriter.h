// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace support {

/// A tensor as torch.save writes it: a view of a storage.
struct TorchTensor {
    std::string name;
    std::string storageClass; ///< "FloatStorage"; empty: UntypedStorage and `dtype`, as version 3
    std::string storage; ///< bytes of the whole storage
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides{}; ///< empty: row by row
    std::int64_t first = 0; ///< element of the storage
    std::string dtype{}; ///< "float8_e4m3fn"
    bool isParameter = false;
};

// Operations of a pickle in protocol 2, as Python writes them (Lib/pickletools.py).
std::string pickled(const std::string& text);
std::string pickled(std::int64_t number);
std::string pickledTuple(const std::vector<std::string>& items);
std::string pickledGlobal(const std::string& module, const std::string& name);
std::string pickledCall(const std::string& callee, const std::vector<std::string>& arguments);
/// A dictionary of (key, value), both pickled.
std::string pickledDictionary(const std::vector<std::pair<std::string, std::string>>& items);
/// One tensor whose storage has `key`; `elementBytes` of its storage class.
std::string pickledTensor(const TorchTensor& tensor, const std::string& key);
/// A whole pickle: protocol, value, end.
std::string pickle(const std::string& value);

/// A zip archive of stored entries, with a directory in 64 bits if `isFar`.
std::string zipBytes(
    const std::vector<std::pair<std::string, std::string>>& entries, bool isFar = false);

/// The dictionary of `tensors`, their storages named "0", "1", …
std::string stateDictionary(const std::vector<TorchTensor>& tensors);
/// A file of torch.save with `root` pickled, or with the dictionary of the tensors.
std::string torchBytes(const std::vector<TorchTensor>& tensors, std::string root = {});
/// The same as torch before 1.6 wrote it.
std::string oldTorchBytes(const std::vector<TorchTensor>& tensors);

} // namespace support
