// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"
#include "core/model/role.h"
#include "widgets/judgedtext.h"

#include <QString>

#include <cstdint>
#include <optional>
#include <vector>

namespace widgets {

/// What the table says about a tensor's weights.
struct WeightFacts {
    double kurtosis = 0;
    double absmax = 0;
    double deviation = 0;
    int outlierInputs = 0;
    int outlierOutputs = 0;
    std::uint64_t nonFinite = 0;
};

/// What the table says about what flows into a tensor.
struct InputFacts {
    double absmax = 0;
    double maxOverMedian = 0; ///< of the channels' absmax
    double kurtosis = 0;
    std::vector<int> outliers; ///< channels, largest first
    bool aboveThreshold = false;
};

/// How a tensor fares in the running or last quantization.
struct RunFacts {
    enum class State { None, Waiting, Rounding, Done, Kept, Failed };
    State state = State::None;
    std::optional<double> error; ///< relative; of what `judged` says
    std::optional<double> importanceError; ///< the same of importance-weighted rounding
    QString note;
    Judged judged = { core::JudgedOn::CalibrationText, 0 }; ///< both errors
};

/// A tensor in the two pinned runs.
struct ComparedFacts {
    const core::Format* a = nullptr;
    const core::Format* b = nullptr;
    std::optional<double> errorA, errorB;
    ErrorOf errorOfA = ErrorOf::Output, errorOfB = ErrorOf::Output;
};

/// A tensor in the file to be written.
struct ExportFacts {
    const core::Format* type = nullptr;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    bool readBack = false; ///< written, decoded and compared
};

/// What a tensor alone loses in the recipe's format: KL divergence, nats a token.
struct LossFacts {
    std::optional<double> predicted;
    std::optional<double> measured, measuredError;
    std::optional<double> predictedError{}; ///< standard

    std::optional<double> value() const { return measured ? measured : predicted; }
    bool operator==(const LossFacts&) const = default;
};

/// Everything the table knows about one tensor. Formats are null and optionals empty until known.
struct TensorRow {
    /// What stands in its layer in the place of plain attention.
    enum class Mixer { None, Attention, Window, Latent, DeltaNet, Convolution };

    core::Place place{};
    Mixer mixer = Mixer::None; ///< None outside layers and where the model is not computed
    QString name; ///< GGUF's, without ".weight": "blk.2.attn_k"
    QString sourceName; ///< the file's own
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    const core::Format* format = nullptr; ///< of the checkpoint
    QString grid; ///< of another tool: "4 bits, groups of 128"; `format` is what takes it over
    std::uint64_t bytes = 0;
    double bits = 0; ///< per weight, as it is stored

    std::optional<WeightFacts> weights;
    const core::Format* recipeFormat = nullptr; ///< what will be stored
    const core::Format* wantedFormat = nullptr; ///< differs where rows do not fit
    std::optional<double> roundingError; ///< relative, at the recipe's format
    ErrorOf roundingErrorOf = ErrorOf::Output;
    LossFacts loss;
    std::optional<InputFacts> inputs;
    RunFacts run;
    ComparedFacts compared;
    std::optional<ExportFacts> exported;

    std::int64_t parameters() const { return rows * columns; }
    bool isMatrix() const { return core::isMatrix(place.role); }
    std::uint64_t recipeBytes() const;
};

} // namespace widgets
