// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/outputfile.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace core {

/// Importance of each input channel (mean squared activation) by GGUF tensor name
/// ("blk.0.attn_q.weight").
using Importance = std::map<std::string, std::vector<float>>;

// llama.cpp's importance matrix is a GGUF file or, before mid-2025, a file of its own. As GGUF:
//   general.type  "imatrix"
//   X.in_sum2     F32 [matrices, n]: sums of squared activations of tensor X
//   X.in_sum      F32 of that shape: sums of the activations themselves; newer files have them, too
//   X.counts      F32 [matrices, 1]: activations in each sum; at 0 every importance is 1
//
// The legacy form, little-endian:
//   i32           number of entries
//   entries       i32 length, name, i32 calls, i32 n, n × f32 (mean squared activation × calls)
//   i32           calls in all (absent in the oldest files)
//   i32, bytes    length and name of the calibration text (absent in the oldest files)

/// Reads llama.cpp's importance matrix in either form.
/// Throws Error for damage, a value that is negative or not finite.
Importance readImatrix(const std::filesystem::path& file);

/// What the GGUF form holds of one tensor.
struct ImportanceSums {
    std::vector<float> squares; ///< (matrices, channels): X.in_sum2
    std::vector<float> counts; ///< one a matrix: X.counts
    bool operator==(const ImportanceSums&) const = default;
};
/// What a calibration text gave, as the GGUF form holds it.
struct ImportanceMatrix {
    std::map<std::string, ImportanceSums> tensors; ///< by GGUF name
    std::string dataset; ///< name of the text
    std::uint32_t chunks = 0, chunkSize = 0; ///< sequences, and tokens of each
};

/// Writes the GGUF form with what llama.cpp asks for in it: general.type, imatrix.datasets,
/// imatrix.chunk_count, imatrix.chunk_size; tensors by name. Requires: whole matrices. Throws Error
/// as writeGguf does.
void writeImatrix(const OutputPath& file, const ImportanceMatrix& imatrix);

} // namespace core
