// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/files/quantizedrows.h"

#include <memory>
#include <string>
#include <vector>

namespace core {

// Already quantized Hugging Face checkpoints: a weight X.weight of (rows, columns) = (outputs,
// inputs) lies in several tensors. Told by their names; config.json's quantization_config says the
// rest.
//   GPTQ (AutoGPTQ, GPTQModel)  X.qweight I32 (integers down the inputs), X.qzeros, X.scales,
//   X.g_idx;
//                               2, 3, 4, 8 bits; zero points stored less 1 but for "gptq_v2"
//   AWQ (AutoAWQ, "gemm")       X.qweight I32 (eight of a word along the outputs), X.qzeros,
//   X.scales bitsandbytes                X.weight U8 + X.weight.{absmax, quant_map,
//   quant_state.bitsandbytes__nf4,
//                               nested_absmax, nested_quant_map}; or X.weight I8 + X.SCB (a row's
//                               largest)
//   compressed-tensors          X.weight_packed + X.weight_{scale, zero_point, shape, g_idx}, or
//   X.weight
//                               I8 or F8 + X.weight_scale, X.weight_zero_point
//   FP8                         X.weight F8 + X.weight_scale or X.weight_scale_inv
//   MXFP4 (gpt-oss)             X_blocks U8 [matrices, rows, columns / 32, 16], X_scales; the
//   weight is X NVFP4                       X.weight U8 + X.weight_scale F8_E4M3 + X.weight_scale_2
//   (ModelOpt), or
//                               X.weight_packed + X.weight_scale + X.weight_global_scale

/// A weight put together from its parts.
struct QuantizedWeight {
    std::string name; ///< as in the unquantized checkpoint
    std::vector<std::int64_t> shape; ///< outermost first; rows are all but the last multiplied
    std::shared_ptr<const QuantizedRows> rows;
    std::string file; ///< of its codes, for messages
};

struct QuantizedTensors {
    std::vector<QuantizedWeight> weights;
    std::vector<StoredTensor> others; ///< what belongs to none: norms, biases, embeddings
    std::vector<std::string> leftOut; ///< names of scales of activations and caches
};

/// Sorts the tensors of a model. `config` is the whole config.json. Reads shapes and the small
/// states only. Throws Error (file, tensor, found, expected) for parts that are missing or do not
/// fit, and for a layout that is not known (AWQ's "gemv", Marlin).
QuantizedTensors quantizedTensors(
    const std::vector<StoredTensor>& tensors, const Json& config, const std::string& configFile);

} // namespace core
