// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/slowlayer.h"

#include <cmath>

namespace support {

using core::Matrix;
using core::MatrixD;
using core::ModelConfig;
using core::Role;

namespace {

    MatrixD normed(const MatrixD& x, const core::Vector& weight, double epsilon)
    {
        MatrixD result = x;
        for (Eigen::Index row = 0; row < x.rows(); ++row) {
            double squares = 0;
            for (Eigen::Index i = 0; i < x.cols(); ++i)
                squares += x(row, i) * x(row, i);
            for (Eigen::Index i = 0; i < x.cols(); ++i)
                result(row, i)
                    *= double(weight[i]) / std::sqrt(squares / double(x.cols()) + epsilon);
        }
        return result;
    }

    MatrixD applied(const Matrix& weight, const MatrixD& x)
    {
        MatrixD result = MatrixD::Zero(x.rows(), weight.rows());
        for (Eigen::Index row = 0; row < x.rows(); ++row)
            for (Eigen::Index out = 0; out < weight.rows(); ++out)
                for (Eigen::Index in = 0; in < weight.cols(); ++in)
                    result(row, out) += x(row, in) * double(weight(out, in));
        return result;
    }

    void turn(MatrixD& x, const ModelConfig& config, int length)
    {
        const int pairs = config.headDim / 2;
        for (Eigen::Index row = 0; row < x.rows(); ++row)
            for (Eigen::Index head = 0; head < x.cols() / config.headDim; ++head)
                for (int pair = 0; pair < pairs; ++pair) {
                    const bool halves = config.rotary == core::RotaryLayout::Halves;
                    const Eigen::Index start = head * config.headDim;
                    const Eigen::Index a = start + (halves ? pair : 2 * pair);
                    const Eigen::Index b = start + (halves ? pair + pairs : 2 * pair + 1);
                    double angle = double(row % length)
                        / std::pow(config.ropeBase, 2.0 * pair / config.headDim)
                        / config.ropeLinearFactor;
                    if (!config.ropeFactors.empty())
                        angle /= double(config.ropeFactors[std::size_t(pair)]);
                    const double first = x(row, a), second = x(row, b);
                    x(row, a) = first * std::cos(angle) - second * std::sin(angle);
                    x(row, b) = first * std::sin(angle) + second * std::cos(angle);
                }
    }

    MatrixD attended(
        const MatrixD& q, const MatrixD& k, const MatrixD& v, const ModelConfig& config, int length)
    {
        MatrixD result = MatrixD::Zero(q.rows(), q.cols());
        for (Eigen::Index row = 0; row < q.rows(); ++row)
            for (int head = 0; head < config.heads; ++head) {
                const int shared = head / (config.heads / config.keyValueHeads);
                const Eigen::Index start = row - row % length;
                std::vector<double> scores;
                double sum = 0;
                for (Eigen::Index key = start; key <= row; ++key) {
                    double score = 0;
                    for (int i = 0; i < config.headDim; ++i)
                        score += q(row, head * config.headDim + i)
                            * k(key, shared * config.headDim + i);
                    scores.push_back(std::exp(score / std::sqrt(double(config.headDim))));
                    sum += scores.back();
                }
                for (Eigen::Index key = start; key <= row; ++key)
                    for (int i = 0; i < config.headDim; ++i)
                        result(row, head * config.headDim + i) += scores[std::size_t(key - start)]
                            / sum * v(key, shared * config.headDim + i);
            }
        return result;
    }

} // namespace

void slowLayer(
    MatrixD& hidden, const core::LayerWeights& weights, const ModelConfig& config, int length)
{
    const double epsilon = double(config.normEpsilon);
    const MatrixD input = normed(hidden, weights.vector(Role::AttnNorm), epsilon);
    MatrixD q = applied(weights.matrix(Role::AttnQ), input),
            k = applied(weights.matrix(Role::AttnK), input);
    turn(q, config, length);
    turn(k, config, length);
    hidden += applied(weights.matrix(Role::AttnOutput),
        attended(q, k, applied(weights.matrix(Role::AttnV), input), config, length));
    const MatrixD middle = normed(hidden, weights.vector(Role::FfnNorm), epsilon);
    const MatrixD up = applied(weights.matrix(Role::FfnUp), middle);
    MatrixD gated = applied(weights.matrix(Role::FfnGate), middle);
    for (Eigen::Index i = 0; i < gated.size(); ++i) {
        double& gate = gated.data()[i];
        gate = gate / (1 + std::exp(-gate)) * up.data()[i];
    }
    hidden += applied(weights.matrix(Role::FfnDown), gated);
}

} // namespace support
