// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/walk.h"
#include "core/quant/fold.h"
#include "core/simulate/smoothing.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace core {

/// Which integer arithmetic of a model's linear layers is simulated.
struct ArithmeticOptions {
    ActivationFormat activations;
    int weightBits = 0; ///< each row of a layer's matrices in so many bits; 0: weights as they are
    /// SmoothQuant before it: nothing: none; a strength from 0 to 1; negative: searched by input.
    std::optional<double> smoothing;
    /// Input channels that reach this magnitude on the calibration text stay in 16 bits, and so do
    /// the columns of the weights that they meet (Dettmers et al. 2022, "LLM.int8()"); 0: none.
    double outlierThreshold = 0;

    bool needsCalibration() const
    {
        return activations.scope == ActivationFormat::Scope::Static || smoothing
            || outlierThreshold > 0;
    }
    bool operator==(const ArithmeticOptions&) const = default;
};

/// What was found about the input of some linear layers.
struct InputArithmetic {
    LinearInput input;
    int layer;
    IntegerGrid grid; ///< Static only
    std::vector<int> outliers; ///< channels in 16 bits, ascending
    std::optional<SmoothingChoice> smoothing;
    std::vector<Role> readers{}; ///< the matrices that read it
};

/// A model whose decoder layers compute with integers, for measuring: activations rounded, weights
/// too if asked for, outlier channels in 16 bits, after SmoothQuant's scaling. It rides beside a
/// checkpoint; nothing of it is stored in a file. Immutable; safe from several threads.
class IntegerArithmetic : public LinearArithmetic {
public:
    /// Finds scales, outlier channels and ranges in `calibration` (may be empty unless
    /// options.needsCalibration()), layer by layer, in full precision. Columns of outlier channels
    /// come from `original`, or the model itself where it is null. Throws Error, Cancelled.
    IntegerArithmetic(std::shared_ptr<const Checkpoint> model,
        std::shared_ptr<const Checkpoint> original,
        const std::vector<std::vector<int>>& calibration, const ArithmeticOptions& options,
        const Progress& progress);

    void prepare(LayerWeights& weights, int layer, const Progress& progress) const override;
    void roundInput(
        LinearInput input, int layer, MatrixBlock x, const Progress& progress) const override;

    const std::vector<InputArithmetic>& inputs() const
    {
        return m_inputs;
    } ///< by layer, then input

private:
    const InputArithmetic& at(LinearInput input, int layer) const;
    void choose(const LayerWeights& weights, int layer,
        const std::map<LinearInput, SmoothingInput>& seen, const Progress& progress);
    void measureLayer(HiddenStates& hidden, int layer, const Progress& progress);

    std::shared_ptr<const Checkpoint> m_model, m_original;
    ArithmeticOptions m_options;
    std::vector<InputArithmetic> m_inputs;
    std::vector<LayerFold> m_folds; ///< by layer
};

} // namespace core
