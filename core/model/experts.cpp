// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/experts.h"

#include "core/base/parallel.h"
#include "core/model/activation.h"
#include "core/model/linear.h"
#include "core/model/norm.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// What experts of one token are chosen by: their logits, or with a sigmoid each its share, and
    /// the bias on it that evens out how often they are chosen (DeepSeek-AI 2024, arXiv 2412.19437,
    /// equation 16). Groups that are not among the best are at −∞.
    std::vector<float> preferences(const float* logits, const Vector* bias, const ExpertsSpec& spec)
    {
        std::vector<float> values(logits, logits + spec.count);
        if (spec.groups > 1 && spec.routing == Routing::SoftmaxOfAll) { // but for their sum
            const float largest = *std::ranges::max_element(values);
            for (float& value : values)
                value = std::exp(value - largest);
        }
        if (spec.routing == Routing::Sigmoid)
            for (float& value : values)
                value = 1 / (1 + std::exp(-value));
        if (bias)
            for (int expert = 0; expert < spec.count; ++expert)
                values[std::size_t(expert)] += (*bias)[expert];
        if (spec.groups <= 1)
            return values;
        const int size = spec.count / spec.groups, best = std::min(spec.groupBest, size);
        std::vector<std::pair<float, int>> groups; ///< how good, and which: the best first
        for (int group = 0; group < spec.groups; ++group) {
            std::vector<float> inside(
                values.begin() + group * size, values.begin() + (group + 1) * size);
            std::ranges::partial_sort(inside, inside.begin() + best, std::greater());
            groups.emplace_back(
                -std::accumulate(inside.begin(), inside.begin() + best, 0.0f), group);
        }
        std::ranges::sort(groups);
        for (const auto& [goodness, group] :
            std::span(groups).subspan(std::size_t(spec.groupsUsed)))
            std::fill_n(
                values.begin() + group * size, size, -std::numeric_limits<float>::infinity());
        return values;
    }

    /// The experts with the largest of `logits`, the largest first.
    std::vector<int> chosen(const float* logits, const ExpertsSpec& spec)
    {
        std::vector<int> order(std::size_t(spec.count));
        std::iota(order.begin(), order.end(), 0);
        std::partial_sort(order.begin(), order.begin() + spec.used, order.end(), [&](int a, int b) {
            return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
        });
        order.resize(std::size_t(spec.used));
        return order;
    }

    /// The weights of the chosen experts of one token.
    std::vector<float> weightsOf(
        const float* logits, const std::vector<int>& experts, const ExpertsSpec& spec)
    {
        std::vector<float> powers;
        if (spec.routing == Routing::Sigmoid) {
            for (const int expert : experts)
                powers.push_back(1 / (1 + std::exp(-logits[expert])));
            const double all = std::accumulate(powers.begin(), powers.end(), 0.0);
            for (float& power : powers)
                power *= spec.scale * (spec.normalizes ? float(1 / std::max(all, 1e-20)) : 1);
            return powers;
        }
        const float largest = *std::max_element(logits, logits + spec.count);
        for (const int expert : experts)
            powers.push_back(std::exp(logits[expert] - largest));
        const bool isOfChosen = spec.normalizes || spec.routing == Routing::SoftmaxOfChosen;
        double sum = 0;
        if (isOfChosen)
            sum = std::accumulate(powers.begin(), powers.end(), 0.0);
        else
            for (int expert = 0; expert < spec.count; ++expert)
                sum += double(std::exp(logits[expert] - largest));
        for (float& power : powers)
            power = spec.scale * float(double(power) / sum);
        return powers;
    }

    /// Matrix `expert` of a stack, decoded on all processors.
    Matrix loadFrom(const Tensor& stack, int expert, const Progress& progress)
    {
        const std::int64_t rows = stack.rows / stack.matrices();
        return decodeFinite(rowsOf(stack, expert * rows, rows), progress);
    }

    Vector biasFrom(const LayerWeights& weights, Role role, int expert, int count)
    {
        const Vector* all = weights.findVector(role);
        if (!all)
            return {};
        const Index size = all->size() / count;
        return all->segment(expert * size, size);
    }

    void addTileBias(Matrix& block, const LinearTile& tile, const Vector& bias)
    {
        if (bias.size() > 0)
            block.rowwise() += bias.segment(tile.firstOutput, tile.outputs).transpose();
    }

    /// The outputs of one expert, (tokens, hidden).
    Matrix written(const MatrixView& gated, const ExpertWeights& expert, const Progress& progress)
    {
        Matrix outputs = linearProduct(gated, expert.down, progress);
        addBias(outputs, expert.downBias);
        return outputs;
    }

    Matrix normedBy(
        Role role, const Matrix& x, const LayerWeights& weights, const Progress& progress)
    {
        return normed(x,
            { weights.spec.norm, weights.spec.epsilon, &weights.vector(role), nullptr }, progress);
    }

} // namespace

ChosenExperts chooseExperts(const float* logits, const Vector* bias, const ExpertsSpec& spec)
{
    const std::vector<int> experts = chosen(preferences(logits, bias, spec).data(), spec);
    const std::vector<float> weights = weightsOf(logits, experts, spec);
    std::vector<std::size_t> order(experts.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [&](std::size_t i) { return experts[i]; });
    ChosenExperts ascending;
    for (const std::size_t i : order) {
        ascending.experts.push_back(experts[i]);
        ascending.weights.push_back(weights[i]);
    }
    return ascending;
}

ChosenExperts routeToken(Eigen::Ref<Eigen::RowVectorXf> logits, const LayerWeights& weights)
{
    if (const Vector* added = weights.findVector(Role::FfnGateInpBias))
        logits += added->transpose();
    ChosenExperts choice = chooseExperts(
        logits.data(), weights.findVector(Role::ExpProbsBias), *weights.spec.experts);
    if (const Vector* scales = weights.findVector(Role::FfnDownExpsScale))
        for (std::size_t i = 0; i < choice.experts.size(); ++i)
            choice.weights[i] *= (*scales)[choice.experts[i]];
    return choice;
}

Matrix expertsInput(const MatrixView& hidden, const LayerWeights& weights, const Progress& progress)
{
    if (!weights.spec.experts->isBeside)
        return feedForwardInput(hidden, weights, progress);
    return normed(hidden,
        { weights.spec.norm, weights.spec.epsilon, &weights.vector(Role::PreFfwNorm2), nullptr },
        progress);
}

Vector routerScale(const LayerWeights& weights, Index hidden)
{
    return weights.vector(Role::FfnGateInpScale) / std::sqrt(float(hidden));
}

Matrix routerInput(const MatrixView& hidden, const LayerWeights& weights, const Progress& progress)
{
    if (!weights.spec.experts->isBeside)
        return feedForwardInput(hidden, weights, progress);
    const Vector scale = routerScale(weights, hidden.cols());
    return normed(hidden, { weights.spec.norm, weights.spec.epsilon, &scale, nullptr }, progress);
}

std::vector<ExpertTokens> routeTokens(
    const MatrixView& input, const LayerWeights& weights, const Progress& progress)
{
    const ExpertsSpec& spec = *weights.spec.experts;
    const Vector& router = weights.vector(Role::FfnGateInp);
    assert(router.size() == spec.count * input.cols());
    Matrix logits = std::move(linear(
        input, { Eigen::Map<const Matrix>(router.data(), spec.count, input.cols()) }, progress)
                                  .front());
    std::vector<ExpertTokens> experts(std::size_t(spec.count));
    for (Index row = 0; row < logits.rows(); ++row) {
        const ChosenExperts choice = routeToken(logits.row(row), weights);
        for (std::size_t i = 0; i < choice.experts.size(); ++i) {
            ExpertTokens& expert = experts[std::size_t(choice.experts[i])];
            expert.rows.push_back(row);
            expert.weights.push_back(choice.weights[i]);
        }
    }
    return experts;
}

Matrix gatheredRows(const MatrixView& x, const std::vector<Index>& rows)
{
    Matrix gathered(Index(rows.size()), x.cols());
    for (std::size_t i = 0; i < rows.size(); ++i)
        gathered.row(Index(i)) = x.row(rows[i]);
    return gathered;
}

ExpertWeights expertBiases(const LayerWeights& weights, int expert)
{
    const int count = weights.spec.experts->count;
    ExpertWeights biases;
    biases.gateBias = biasFrom(weights, Role::FfnGateExpsBias, expert, count);
    biases.upBias = biasFrom(weights, Role::FfnUpExpsBias, expert, count);
    biases.downBias = biasFrom(weights, Role::FfnDownExpsBias, expert, count);
    return biases;
}

ExpertWeights loadExpert(const LayerWeights& weights, int expert, const Progress& progress)
{
    const auto load
        = [&](Role role) { return loadFrom(weights.stacks.at(role), expert, progress); };
    ExpertWeights loaded = expertBiases(weights, expert);
    if (weights.stacks.contains(Role::FfnGateUpExps)) {
        const Matrix both = load(Role::FfnGateUpExps); // gate rows first
        loaded.gate = both.topRows(both.rows() / 2);
        loaded.up = both.bottomRows(both.rows() / 2);
    } else {
        loaded.gate = load(Role::FfnGateExps);
        loaded.up = load(Role::FfnUpExps);
    }
    loaded.down = load(Role::FfnDownExps);
    return loaded;
}

ExpertWeights sharedExpert(const LayerWeights& weights)
{
    return { weights.matrix(Role::FfnGateShexp), weights.matrix(Role::FfnUpShexp),
        weights.matrix(Role::FfnDownShexp), {}, {}, {} };
}

Matrix expertGated(const MatrixView& x, const ExpertReaders& expert, Activation activation,
    const Progress& progress)
{
    Matrix gated(x.rows(), expert.gate.rows());
    forLinearTiles(x.rows(), { gated.cols() }, progress, [&](const LinearTile& tile) {
        Matrix gate(tile.rows, tile.outputs), up(tile.rows, tile.outputs);
        setLinear(gate, tile, x, expert.gate);
        setLinear(up, tile, x, expert.up);
        addTileBias(gate, tile, expert.gateBias);
        addTileBias(up, tile, expert.upBias);
        for (Index row = 0; row < tile.rows; ++row)
            activateTimes(activation, gate.row(row).data(), up.row(row).data(),
                std::size_t(tile.outputs), &gated(tile.firstRow + row, tile.firstOutput));
    });
    return gated;
}

Vector sharedWeights(const MatrixView& input, const LayerWeights& weights, const Progress&)
{
    const Vector* gate = weights.findVector(Role::FfnGateInpShexp);
    if (!gate)
        return {};
    Vector shares = input * *gate;
    return shares.unaryExpr([](float x) { return 1 / (1 + std::exp(-x)); });
}

Matrix besideFeedForward(
    const Matrix& written, const Matrix& sum, const LayerWeights& weights, const Progress& progress)
{
    const Matrix both = normedBy(Role::PostFfwNorm1, written, weights, progress)
        + normedBy(Role::PostFfwNorm2, sum, weights, progress);
    const auto& after = weights.spec.feedForwardPostNorm;
    return after ? normedBy(*after, both, weights, progress) : both;
}

Matrix expertsSum(const MatrixView& read, const std::vector<ExpertTokens>& routed,
    const LayerWeights& weights, const ExpertInputs& seen, const Progress& progress)
{
    const ExpertsSpec& spec = *weights.spec.experts;
    const auto show = [&](LinearInput what, int expert, Matrix& x) {
        if (seen)
            seen(what, expert, x);
    };
    Matrix sum = Matrix::Zero(read.rows(), read.cols());
    for (int i = 0; i < spec.count; ++i) {
        const ExpertTokens& tokens = routed[std::size_t(i)];
        if (tokens.rows.empty())
            continue;
        progress.checkCancelled();
        const ExpertWeights expert = loadExpert(weights, i, progress);
        Matrix x = gatheredRows(read, tokens.rows);
        show(LinearInput::Experts, i, x);
        Matrix gated = expertGated(x, expert, spec.activation, progress);
        show(LinearInput::ExpertsDown, i, gated);
        const Matrix outputs = written(gated, expert, progress);
        for (std::size_t row = 0; row < tokens.rows.size(); ++row)
            sum.row(tokens.rows[row]) += tokens.weights[row] * outputs.row(Index(row));
    }
    return sum;
}

void addExperts(MatrixBlock hidden, const MatrixView& input, const LayerWeights& weights,
    const ExpertInputs& seen, const Progress& progress)
{
    const ExpertsSpec& spec = *weights.spec.experts;
    const auto show = [&](LinearInput what, int expert, Matrix& x) {
        if (seen)
            seen(what, expert, x);
    };
    const Matrix own = spec.isBeside ? expertsInput(hidden, weights, progress) : Matrix();
    const MatrixView read = spec.isBeside ? MatrixView(own) : input;
    const std::vector<ExpertTokens> routed = spec.isBeside
        ? routeTokens(routerInput(hidden, weights, progress), weights, progress)
        : routeTokens(input, weights, progress);
    Matrix sum = expertsSum(read, routed, weights, seen, progress);
    if (spec.sharedSize > 0) {
        const ExpertWeights shared = sharedExpert(weights);
        Matrix gated = expertGated(input, shared, spec.activation, progress);
        show(LinearInput::SharedDown, -1, gated);
        Matrix outputs = written(gated, shared, progress);
        if (const Vector shares = sharedWeights(input, weights, progress); shares.size() > 0)
            outputs.array().colwise() *= shares.array();
        sum += outputs;
    }
    if (spec.isBeside) {
        Matrix gated = feedForwardGated(input, weights, progress);
        show(LinearInput::Down, -1, gated);
        const Matrix ordinary = linearProduct(gated, weights.matrix(Role::FfnDown), progress);
        sum = besideFeedForward(ordinary, sum, weights, progress);
    }
    hidden += weights.spec.residualScale * sum;
}

} // namespace core
