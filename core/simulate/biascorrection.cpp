// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/biascorrection.h"

#include <utility>

namespace core {

namespace {

    /// Keeps the residual stream in the middle of a layer.
    struct MiddleObserver : WalkObserver {
        Matrix middle;
        explicit MiddleObserver(const HiddenStates& hidden)
            : middle(hidden.states.rows(), hidden.states.cols())
        {
        }
        void linearInput(LinearInput, int, const Matrix&, Eigen::Index) override { }
        void residual(int depth, const MatrixView& hidden, Eigen::Index firstRow) override
        {
            if (depth % 2 == 1)
                middle.middleRows(firstRow, hidden.rows()) = hidden;
        }
    };

    Vector meanOf(const Matrix& difference)
    {
        return difference.cast<double>().colwise().mean().transpose().cast<float>();
    }

} // namespace

BiasCorrection::BiasCorrection(const Checkpoint& model,
    std::shared_ptr<const LinearArithmetic> arithmetic, const Checkpoint& original,
    const std::vector<std::vector<int>>& calibration, const Progress& progress)
    : m_arithmetic(std::move(arithmetic))
    , m_shifts(std::size_t(2 * model.config().layers))
{
    HiddenStates hidden = embed(model, calibration);
    HiddenStates reference = embed(original, calibration);
    const double layers = model.config().layers;
    for (int layer = 0; layer < model.config().layers; ++layer) {
        const Progress part = progress.part(layer / layers, (layer + 1) / layers);
        MiddleObserver expected(reference);
        walkLayer(reference, loadLayer(original, layer, part), layer, &expected, part.part(0, 0.3));
        LayerWeights weights = loadLayer(model, layer, part);
        prepare(weights, layer, part);
        const auto walked = [&](MiddleObserver& middle, const Progress& share) {
            HiddenStates copy = hidden;
            walkLayer(copy, weights, layer, &middle, this, share);
            return copy;
        };
        // The shift in the middle changes what the feed-forward reads: measured before it.
        MiddleObserver middle(hidden);
        (void)walked(middle, part.part(0.3, 0.6));
        m_shifts[std::size_t(2 * layer)] = meanOf(expected.middle - middle.middle);
        HiddenStates after = walked(middle, part.part(0.6, 0.9));
        Vector& shift = m_shifts[std::size_t(2 * layer + 1)];
        shift = meanOf(reference.states - after.states);
        after.states.rowwise() += shift.transpose();
        hidden = std::move(after);
    }
}

void BiasCorrection::prepare(LayerWeights& weights, int layer, const Progress& progress) const
{
    if (m_arithmetic)
        m_arithmetic->prepare(weights, layer, progress);
}

void BiasCorrection::roundInput(
    LinearInput input, int layer, MatrixBlock x, const Progress& progress) const
{
    if (m_arithmetic)
        m_arithmetic->roundInput(input, layer, x, progress);
}

void BiasCorrection::correctResidual(int depth, MatrixBlock hidden) const
{
    const Vector& shift = m_shifts[std::size_t(depth - 1)];
    if (shift.size() > 0)
        hidden.rowwise() += shift.transpose();
}

} // namespace core
