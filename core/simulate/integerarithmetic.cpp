// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/integerarithmetic.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// Where an input of a layer lies in a list of all.
    std::size_t indexOf(LinearInput input, int layer)
    {
        return std::size_t(layer) * layerInputs.size()
            + std::size_t(std::ranges::find(layerInputs, input) - layerInputs.begin());
    }

    /// The largest magnitude of every channel, and tokens spread evenly, of each input of a layer.
    class InputObserver : public WalkObserver {
    public:
        explicit InputObserver(Index tokens)
            : m_step(std::max<Index>(1, tokens / keptTokens))
        {
        }
        void linearInput(LinearInput input, int, const Matrix& x, Index firstRow) override
        {
            SmoothingInput& seen = m_inputs[input];
            if (seen.absmax.size() == 0)
                seen = { Matrix(0, x.cols()), Vector::Zero(x.cols()) };
            seen.absmax = seen.absmax.cwiseMax(x.cwiseAbs().colwise().maxCoeff().transpose());
            const Index first = (m_step - firstRow % m_step) % m_step;
            const Index count = first < x.rows() ? (x.rows() - first - 1) / m_step + 1 : 0;
            const Index old = seen.x.rows();
            seen.x.conservativeResize(old + count, Eigen::NoChange);
            for (Index i = 0; i < count; ++i)
                seen.x.row(old + i) = x.row(first + i * m_step);
        }
        void residual(int, const MatrixView&, Index) override { }

        const std::map<LinearInput, SmoothingInput>& inputs() const { return m_inputs; }

    private:
        static constexpr Index keptTokens = 512;

        Index m_step;
        std::map<LinearInput, SmoothingInput> m_inputs;
    };

    /// The values of each input of a layer but for its outlier channels.
    class RangeObserver : public WalkObserver {
    public:
        /// `outliers` by input.
        RangeObserver(std::map<LinearInput, std::vector<int>> outliers, Index tokens)
            : m_outliers(std::move(outliers))
            , m_tokens(tokens)
        {
        }
        void linearInput(LinearInput input, int, const Matrix& x, Index) override
        {
            constexpr Index keptValues = 1 << 16;
            const std::vector<int>& outliers = m_outliers.at(input);
            ValueSample& sample
                = m_samples.try_emplace(input, std::max<Index>(1, m_tokens * x.cols() / keptValues))
                      .first->second;
            if (outliers.empty())
                return sample.add(x);
            Matrix others(x.rows(), x.cols() - Index(outliers.size()));
            for (Index from = 0, to = 0; from < x.cols(); ++from)
                if (!std::ranges::binary_search(outliers, int(from)))
                    others.col(to++) = x.col(from);
            sample.add(others);
        }
        void residual(int, const MatrixView&, Index) override { }

        ValueSample take(LinearInput input)
        {
            ValueSample sample = std::move(m_samples.at(input));
            sample.sort();
            return sample;
        }

    private:
        std::map<LinearInput, std::vector<int>> m_outliers;
        Index m_tokens;
        std::map<LinearInput, ValueSample> m_samples;
    };

    std::vector<int> channelsFrom(const Vector& absmax, double threshold)
    {
        std::vector<int> channels;
        for (Index channel = 0; channel < absmax.size(); ++channel)
            if (double(absmax[channel]) >= threshold)
                channels.push_back(int(channel));
        return channels;
    }

    Vector inHalves(const Vector& values)
    {
        return values.unaryExpr([](float value) { return halfToFloat(floatToHalf(value)); });
    }

    /// Columns of one model fit into another only if both read the same inputs.
    void requireSameNorms(const Checkpoint& model, const Checkpoint& original)
    {
        for (const Tensor& tensor : model.tensors()) {
            const Tensor* other = original.find(tensor.place);
            if (tensor.isMatrix() || !other || tensor.place.layer < 0)
                continue;
            if (decode(tensor) != decode(*other))
                throw Error(text(model.path().string(), ": ", tensor.name, " differs from that of ",
                    original.path().string(),
                    "; outlier channels cannot take their columns from it, expected a model whose "
                    "inputs were not scaled"));
        }
    }

    std::vector<const Matrix*> matricesOf(LinearInput input, const LayerWeights& weights)
    {
        std::vector<const Matrix*> readers;
        for (const Role role : weights.readers(input))
            readers.push_back(&weights.matrix(role));
        return readers;
    }

} // namespace

IntegerArithmetic::IntegerArithmetic(std::shared_ptr<const Checkpoint> model,
    std::shared_ptr<const Checkpoint> original, const std::vector<std::vector<int>>& calibration,
    const ArithmeticOptions& options, const Progress& progress)
    : m_model(std::move(model))
    , m_original(std::move(original))
    , m_options(options)
    , m_folds(std::size_t(m_model->config().layers))
{
    m_model->requireComputed();
    if (m_model->config().experts > 0)
        throw Error(text(m_model->path().string(),
            ": has experts, for which integer arithmetic is not simulated"));
    if (m_model->config().latent.keyRank > 0 || m_model->config().perLayerSize > 0)
        throw Error(text(m_model->path().string(), ": has ",
            m_model->config().latent.keyRank > 0 ? "latent attention"
                                                 : "layers with inputs of "
                                                   "their own",
            ", for which integer arithmetic is not simulated"));
    if (options.needsCalibration() && calibration.empty())
        throw Error("static ranges, smoothing and outlier channels are found in a calibration "
                    "text, found none");
    for (int layer = 0; layer < m_model->config().layers; ++layer)
        for (const LinearInput input : layerInputs)
            m_inputs.push_back({ input, layer, {}, {}, {}, readersOf(*m_model, input, layer) });
    if (m_original && options.outlierThreshold > 0)
        requireSameNorms(*m_model, *m_original);
    if (!options.needsCalibration())
        return;
    HiddenStates hidden = embed(*m_model, calibration);
    const double layers = m_model->config().layers;
    for (int layer = 0; layer < m_model->config().layers; ++layer)
        measureLayer(hidden, layer, progress.part(layer / layers, (layer + 1) / layers));
}

const InputArithmetic& IntegerArithmetic::at(LinearInput input, int layer) const
{
    return m_inputs[indexOf(input, layer)];
}

/// Chooses the scales and the outlier channels of a layer from what its inputs were.
void IntegerArithmetic::choose(const LayerWeights& weights, int layer,
    const std::map<LinearInput, SmoothingInput>& seen, const Progress& progress)
{
    for (const LinearInput input : layerInputs) {
        InputArithmetic& found = m_inputs[indexOf(input, layer)];
        Vector absmax = seen.at(input).absmax;
        if (m_options.smoothing && foldObstacle(input, weights.spec).empty()) {
            const double strength = *m_options.smoothing;
            found.smoothing = searchSmoothing(matricesOf(input, weights), seen.at(input),
                foldGroups(input, weights.spec, m_model->config().hidden), m_options.activations,
                m_options.weightBits, strength < 0 ? std::nullopt : std::optional(strength),
                progress);
            const Vector& scales = found.smoothing->scales;
            m_folds[std::size_t(layer)].of(input) = scales;
            if (scales.size() > 0)
                absmax.array() /= scales.array();
        }
        if (m_options.outlierThreshold > 0)
            found.outliers = channelsFrom(absmax, m_options.outlierThreshold);
    }
}

void IntegerArithmetic::measureLayer(HiddenStates& hidden, int layer, const Progress& progress)
{
    const ActivationFormat& format = m_options.activations;
    LayerWeights weights = loadLayer(*m_model, layer, progress);
    if (m_options.smoothing || m_options.outlierThreshold > 0) {
        InputObserver observer(hidden.states.rows());
        HiddenStates copy = hidden;
        walkLayer(copy, weights, layer, &observer, progress.part(0, 0.3));
        choose(weights, layer, observer.inputs(), progress.part(0.3, 0.6));
        applyFold(weights, m_folds[std::size_t(layer)]);
    }
    std::map<LinearInput, std::vector<int>> outliers;
    for (const LinearInput input : layerInputs)
        outliers[input] = at(input, layer).outliers;
    RangeObserver ranges(std::move(outliers), hidden.states.rows());
    const bool isStatic = format.scope == ActivationFormat::Scope::Static;
    walkLayer(hidden, weights, layer, isStatic ? &ranges : nullptr, progress.part(0.6, 1));
    for (const LinearInput input : layerInputs)
        if (isStatic)
            m_inputs[indexOf(input, layer)].grid
                = integerGrid(estimateRange(ranges.take(input), format.range), format.range.bits,
                    format.range.symmetry);
}

void IntegerArithmetic::prepare(LayerWeights& weights, int layer, const Progress& progress) const
{
    const LayerFold& fold = m_folds[std::size_t(layer)];
    applyFold(weights, fold);
    std::optional<LayerWeights> original;
    if (m_original && m_options.outlierThreshold > 0) {
        original = loadLayer(*m_original, layer, progress);
        applyFold(*original, fold);
    }
    for (const LinearInput input : layerInputs) {
        const std::vector<int>& kept = at(input, layer).outliers;
        for (const Role role : weights.readers(input)) {
            Matrix& W = weights.matrix(role);
            for (const int column : kept)
                if (original)
                    W.col(column) = inHalves(original->matrix(role).col(column));
            if (m_options.weightBits > 0)
                roundRows(W, m_options.weightBits, kept, progress);
        }
    }
}

void IntegerArithmetic::roundInput(
    LinearInput input, int layer, MatrixBlock x, const Progress& progress) const
{
    if (input == LinearInput::Head)
        return; // in full precision, as its weights are
    const InputArithmetic& found = at(input, layer);
    roundActivations(x, m_options.activations, found.grid, found.outliers, progress);
}

} // namespace core
