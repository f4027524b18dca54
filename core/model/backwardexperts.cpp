// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/activation.h"
#include "core/model/backwardsteps.h"
#include "core/model/experts.h"
#include "core/model/linear.h"

#include <algorithm>
#include <cmath>

namespace core::backward {

namespace {

    /// An expert's way forward at its tokens.
    struct Opened {
        Matrix gate, up, gated;
    };

    Opened opened(const MatrixView& x, const ExpertWeights& expert, Activation activation,
        const Progress& progress)
    {
        std::vector<Matrix> made = linear(x, { expert.gate, expert.up }, progress);
        if (expert.gateBias.size() > 0)
            made[0].rowwise() += expert.gateBias.transpose();
        if (expert.upBias.size() > 0)
            made[1].rowwise() += expert.upBias.transpose();
        Opened result{ std::move(made[0]), std::move(made[1]), {} };
        result.gated.resize(x.rows(), result.gate.cols());
        forTokens(x.rows(), progress, [&](Index row) {
            activateTimes(activation, result.gate.row(row).data(), result.up.row(row).data(),
                std::size_t(result.gate.cols()), result.gated.row(row).data());
        });
        return result;
    }

    /// What the outputs of an expert say: at its inputs, and at the weight of each token.
    struct Through {
        Matrix input; ///< (tokens, hidden)
        Vector weights; ///< Σ g · output
    };

    /// Shows one expert's matrices, or the shared one's.
    using Shown = std::function<void(
        LinearInput reader, const MatrixView& x, const Matrix& gGate, const MatrixView& gUp)>;

    /// `g`: at the weighted outputs; `weights`: of the tokens.
    Through throughExpert(const MatrixView& x, const MatrixView& g, const Vector& weights,
        const ExpertWeights& expert, Activation activation, const Shown& shown,
        const Progress& progress)
    {
        Opened way = opened(x, expert, activation, progress);
        Matrix outputs = std::move(linear(way.gated, { expert.down }, progress).front());
        if (expert.downBias.size() > 0)
            outputs.rowwise() += expert.downBias.transpose();
        Through result;
        result.weights = outputs.cwiseProduct(g).rowwise().sum();
        const Matrix written = weights.asDiagonal() * g;
        shown(LinearInput::ExpertsDown, way.gated, written, written);
        Matrix gUp = throughLinear(written, expert.down, progress);
        forTokens(x.rows(), progress, [&](Index row) {
            throughActivationTimes(activation, way.gate.row(row).data(), way.up.row(row).data(),
                gUp.row(row).data(), std::size_t(gUp.cols()));
        });
        shown(LinearInput::Experts, x, way.gate, gUp);
        result.input = throughLinear(way.gate, expert.gate, progress);
        addThroughLinear(result.input, gUp, expert.up, progress);
        return result;
    }

    /// How an expert's gradients are shown: as rows of its matrices in their stacks.
    Shown showExpert(
        int expert, const std::vector<Index>& rows, std::vector<Index>& tokens, const Step& step)
    {
        tokens.clear();
        for (const Index row : rows)
            tokens.push_back(step.place.firstToken + row);
        return [&step, &tokens, expert](LinearInput reader, const MatrixView& x,
                   const Matrix& gGate, const MatrixView& gUp) {
            const auto show = [&](Role role, const MatrixView& g) {
                const Tensor& stack = step.weights.stacks.at(role);
                const Index rowsEach = Index(stack.rows / stack.matrices());
                step.observer.linearGradient(
                    { role, step.place.layer, expert * rowsEach, x, g, tokens, 0 });
            };
            if (reader == LinearInput::ExpertsDown)
                return show(Role::FfnDownExps, gUp);
            if (!step.weights.stacks.contains(Role::FfnGateUpExps)) {
                show(Role::FfnGateExps, gGate);
                return show(Role::FfnUpExps, gUp);
            }
            Matrix both(gGate.rows(), gGate.cols() + gUp.cols());
            both << gGate, gUp;
            show(Role::FfnGateUpExps, both);
        };
    }

    Shown showShared(const Step& step)
    {
        return [&step](LinearInput reader, const MatrixView& x, const Matrix& gGate,
                   const MatrixView& gUp) {
            if (reader == LinearInput::ExpertsDown)
                return step.show(Role::FfnDownShexp, x, gUp);
            step.show(Role::FfnGateShexp, x, gGate);
            step.show(Role::FfnUpShexp, x, gUp);
        };
    }

    /// The gradient at the router's logits. `g` and `chosen`: (tokens, experts), the gradients at
    /// the weights of the chosen experts and those weights, 0 elsewhere.
    Matrix throughRouting(
        const Matrix& g, const Matrix& chosen, const Matrix& logits, const ExpertsSpec& spec)
    {
        // Both are softmaxes: weight_i (g_i − Σ weight_j g_j), over the chosen ones or over all.
        const bool isOfChosen = spec.normalizes || spec.routing == Routing::SoftmaxOfChosen;
        Matrix result(g.rows(), g.cols());
        for (Index row = 0; row < g.rows(); ++row) {
            const float mean = chosen.row(row).dot(g.row(row));
            result.row(row) = chosen.row(row).cwiseProduct(g.row(row));
            if (isOfChosen) {
                result.row(row) -= mean * chosen.row(row);
                continue;
            }
            const Eigen::ArrayXf powers
                = (logits.row(row).array() - logits.row(row).maxCoeff()).exp().transpose();
            result.row(row) -= (mean / powers.sum() * powers).matrix().transpose();
        }
        return result;
    }

    void addThroughRouter(Matrix& result, const MatrixView& input, const Matrix& g,
        const Matrix& chosen, const Step& step)
    {
        const ExpertsSpec& spec = *step.weights.spec.experts;
        const Vector& values = step.weights.vector(Role::FfnGateInp);
        const Eigen::Map<const Matrix> router(values.data(), spec.count, input.cols());
        Matrix logits = std::move(linear(input, { router }, step.progress).front());
        if (const Vector* bias = step.weights.findVector(Role::FfnGateInpBias))
            logits.rowwise() += bias->transpose();
        addThroughLinear(result, throughRouting(g, chosen, logits, spec), router, step.progress);
    }

    void addThroughShared(
        Matrix& result, const MatrixView& g, const MatrixView& input, const Step& step)
    {
        const Vector shares = sharedWeights(input, step.weights, step.progress);
        const Vector weights = shares.size() > 0 ? shares : Vector::Ones(input.rows());
        const Through through = throughExpert(input, g, weights, sharedExpert(step.weights),
            step.weights.spec.experts->activation, showShared(step), step.progress);
        result += through.input;
        if (shares.size() == 0)
            return;
        const Vector& gate = step.weights.vector(Role::FfnGateInpShexp);
        for (Index row = 0; row < input.rows(); ++row)
            result.row(row)
                += through.weights[row] * shares[row] * (1 - shares[row]) * gate.transpose();
    }

} // namespace

Matrix throughExperts(const MatrixView& g, const MatrixView& input, const Step& step)
{
    const ExpertsSpec& spec = *step.weights.spec.experts;
    const Matrix scaled = step.weights.spec.residualScale * g;
    Matrix result = Matrix::Zero(input.rows(), input.cols());
    Matrix gChosen = Matrix::Zero(input.rows(), spec.count);
    Matrix chosen = Matrix::Zero(input.rows(), spec.count);
    const std::vector<ExpertTokens> routed = routeTokens(input, step.weights, step.progress);
    std::vector<Index> tokens;
    for (int i = 0; i < spec.count; ++i) {
        const auto& [rows, weights] = routed[std::size_t(i)];
        if (rows.empty())
            continue;
        const Through through = throughExpert(gatheredRows(input, rows), gatheredRows(scaled, rows),
            Eigen::Map<const Vector>(weights.data(), Index(rows.size())),
            loadExpert(step.weights, i, step.progress), spec.activation,
            showExpert(i, rows, tokens, step), step.progress);
        for (std::size_t row = 0; row < rows.size(); ++row) {
            result.row(rows[row]) += through.input.row(Index(row));
            gChosen(rows[row], i) = through.weights[Index(row)];
            chosen(rows[row], i) = weights[row];
        }
    }
    addThroughRouter(result, input, gChosen, chosen, step);
    if (spec.sharedSize > 0)
        addThroughShared(result, scaled, input, step);
    return result;
}

} // namespace core::backward
