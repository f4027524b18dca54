// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "core/quant/plan.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace core {

/// What one sequence says of a change ΔW of a tensor: G its weight gradient, G_b that of a stretch
/// of its tokens (SlopeObserver).
struct SlopeSums {
    float whole = 0; ///< ⟨G, ΔW⟩
    float stretches = 0; ///< Σ ⟨G_b, ΔW⟩²
};

/// The loss that rounding one tensor to one format causes.
struct SensitivityFigure {
    const Format* format = nullptr;
    Method method = Method::RoundToNearest;
    std::uint64_t bytes = 0; ///< that the tensor takes then
    std::vector<SlopeSums> slopes; ///< by sequence; empty where no text was read
    double kld = 0; ///< predicted, nats a scored position
    double error = 0; ///< its standard error
    /// Whether it follows from another format's by the errors of the weights (Transfer).
    bool isTransferred = false;
};

struct TensorSensitivity {
    std::string name; ///< GGUF's
    Role role = Role::OtherMatrix;
    std::vector<SensitivityFigure> figures;

    const SensitivityFigure* find(const Format* format, Method method) const; ///< null: none
};

/// The predicted losses of single tensors, format by format: to second order the KL divergence that
/// a change ΔW causes is ½ ⟨ΔW, F ΔW⟩ with F the Fisher information of the model's own predictions,
/// the mean of G Gᵀ over sequences (backwardWalk), so ½ mean ⟨G, ΔW⟩² / scored positions.
struct SensitivityTable {
    int length = 0; ///< tokens of a sequence
    int scored = 0; ///< positions of it
    int sequences = 0; ///< that were read; 0: figures come from the weights alone
    std::vector<TensorSensitivity> tensors;

    const TensorSensitivity* find(const std::string& name) const; ///< null: none
};

/// Works `kld` and `error` of all figures out from their slopes. ⟨G, ΔW⟩² scatters by √2 of itself
/// a sequence, Σ ⟨G_b, ΔW⟩² much less, but it leaves out what stretches of tokens have in common.
/// How much that is, is nearly alike in the tensors of one role: so a figure is its tensor's
/// stretches times the ratio of both, the tensor's own drawn towards its role's mean, the more the
/// fewer sequences there are.
void settle(SensitivityTable& table);

/// Whether figures are from the weights alone, or the errors of half of them over a quarter.
bool isRough(const SensitivityTable& table);

/// What a recipe is predicted to lose: the sum over its tensors.
struct PredictedKld {
    double kld = 0;
    double error = 0; ///< standard error, those of the tensors taken as independent
    int unknown = 0; ///< tensors that are rounded and that the table does not have so
    bool isRough = false; ///< from the weights alone, or the error is over a quarter of it
};

/// Of `plan`, one of `checkpoint`. Tensors that are kept, or stored as floats, lose nothing.
/// Quick enough for every change of a recipe.
PredictedKld predictedKld(const Checkpoint& checkpoint, std::span<const PlannedTensor> plan,
    const SensitivityTable& table);

/// {"sequences", "length", "from_weights", "rough", "tensors": [{"name", "formats": {"Q4_K":
/// {"kld", "kld_error", "bytes", "method", "transferred"}}}]}.
Json sensitivityToJson(const SensitivityTable& table);

/// For the shelf, and back. Throws Error naming `place` if `bytes` are not what
/// sensitivityToBytes writes.
//   u32 version, i32 length, i32 scored, i32 sequences, u32 tensors, each: u32 characters and name,
//   u32 role, u32 figures, each: u32 characters and name of the format, the same of the method, u64
//   bytes, f64 kld, f64 error, u32 whether it is transferred, u32 slopes, each 2 f32
std::vector<std::byte> sensitivityToBytes(const SensitivityTable& table);
SensitivityTable sensitivityFromBytes(std::span<const std::byte> bytes, const std::string& place);

} // namespace core
