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
        addBias(made[0], expert.gateBias);
        addBias(made[1], expert.upBias);
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
        Matrix outputs = linearProduct(way.gated, expert.down, progress);
        addBias(outputs, expert.downBias);
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

    /// Of the chosen experts, (tokens, experts), 0 elsewhere.
    struct Choice {
        Matrix isChosen; ///< 1
        Matrix weights; ///< those with which their outputs count
        Matrix g; ///< the gradients at those
    };

    /// The shares of which a token's weights are made, all of a softmax or of sigmoids; those that
    /// make up 1, so that each weight depends on all.
    Eigen::ArrayXf sharesOf(
        const Eigen::ArrayXf& values, const Eigen::ArrayXf& isChosen, const ExpertsSpec& spec)
    {
        const bool isOfChosen = spec.normalizes || spec.routing == Routing::SoftmaxOfChosen;
        if (spec.routing == Routing::Sigmoid && !isOfChosen)
            return Eigen::ArrayXf::Zero(values.size()); // each alone
        const Eigen::ArrayXf counted = isOfChosen ? Eigen::ArrayXf(values * isChosen) : values;
        return counted / counted.sum();
    }

    /// The gradient at the router's logits: with shares s = v / Σ v it is weight_i g_i − s_i Σ
    /// weight_j g_j, v = e^logit; the same times 1 − v where v = σ(logit).
    Matrix throughRouting(const Choice& choice, const Matrix& logits, const ExpertsSpec& spec)
    {
        const bool isSigmoid = spec.routing == Routing::Sigmoid;
        Matrix result(logits.rows(), logits.cols());
        for (Index row = 0; row < logits.rows(); ++row) {
            const Eigen::ArrayXf own = logits.row(row).transpose().array();
            const Eigen::ArrayXf values = isSigmoid ? Eigen::ArrayXf(1 / (1 + (-own).exp()))
                                                    : Eigen::ArrayXf((own - own.maxCoeff()).exp());
            const Eigen::ArrayXf weighed
                = choice.weights.row(row).cwiseProduct(choice.g.row(row)).transpose().array();
            Eigen::ArrayXf g = weighed
                - weighed.sum()
                    * sharesOf(values, choice.isChosen.row(row).transpose().array(), spec);
            if (isSigmoid)
                g *= 1 - values;
            result.row(row) = g.matrix().transpose();
        }
        return result;
    }

    Matrix throughRouter(const MatrixView& input, const Choice& choice, const Step& step)
    {
        const ExpertsSpec& spec = *step.weights.spec.experts;
        const Vector& values = step.weights.vector(Role::FfnGateInp);
        const Eigen::Map<const Matrix> router(values.data(), spec.count, input.cols());
        Matrix logits = linearProduct(input, router, step.progress);
        if (const Vector* bias = step.weights.findVector(Role::FfnGateInpBias))
            addBias(logits, *bias);
        return throughLinear(throughRouting(choice, logits, spec), router, step.progress);
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

MixtureGradients throughMixture(
    const MatrixView& g, const MatrixView& read, const MatrixView& routed, const Step& step)
{
    const ExpertsSpec& spec = *step.weights.spec.experts;
    Matrix result = Matrix::Zero(read.rows(), read.cols());
    const Matrix none = Matrix::Zero(read.rows(), spec.count);
    Choice choice{ none, none, none };
    const std::vector<ExpertTokens> sent = routeTokens(routed, step.weights, step.progress);
    std::vector<Index> tokens;
    for (int i = 0; i < spec.count; ++i) {
        const auto& [rows, weights] = sent[std::size_t(i)];
        if (rows.empty())
            continue;
        const Through through = throughExpert(gatheredRows(read, rows), gatheredRows(g, rows),
            Eigen::Map<const Vector>(weights.data(), Index(rows.size())),
            loadExpert(step.weights, i, step.progress), spec.activation,
            showExpert(i, rows, tokens, step), step.progress);
        for (std::size_t row = 0; row < rows.size(); ++row) {
            result.row(rows[row]) += through.input.row(Index(row));
            choice.isChosen(rows[row], i) = 1;
            choice.weights(rows[row], i) = weights[row];
            choice.g(rows[row], i) = through.weights[Index(row)];
        }
    }
    return { std::move(result), throughRouter(routed, choice, step) };
}

Matrix throughExperts(const MatrixView& g, const MatrixView& input, const Step& step)
{
    const Matrix scaled = step.weights.spec.residualScale * g;
    MixtureGradients found = throughMixture(scaled, input, input, step);
    Matrix result = std::move(found.read);
    result += found.routed;
    if (step.weights.spec.experts->sharedSize > 0)
        addThroughShared(result, scaled, input, step);
    return result;
}

} // namespace core::backward
