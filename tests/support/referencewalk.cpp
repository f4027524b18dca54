// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/referencewalk.h"

#include <algorithm>
#include <cmath>

namespace support {

using core::MatrixD;

namespace {

    class Tensors {
    public:
        explicit Tensors(const std::vector<TinyTensor>& tensors)
            : m_tensors(tensors)
        {
        }

        bool has(const std::string& name) const { return find(name) != m_tensors.end(); }
        /// (out, in); vectors are (1, count).
        MatrixD matrix(const std::string& name) const
        {
            const TinyTensor& tensor = *find(name);
            const Eigen::Index columns = tensor.shape.back();
            MatrixD result(Eigen::Index(tensor.weights.size()) / columns, columns);
            for (Eigen::Index i = 0; i < result.size(); ++i)
                result.data()[i] = double(tensor.weights[std::size_t(i)]);
            return result;
        }

    private:
        std::vector<TinyTensor>::const_iterator find(const std::string& name) const
        {
            return std::ranges::find(m_tensors, name, &TinyTensor::name);
        }

        const std::vector<TinyTensor>& m_tensors;
    };

    MatrixD normed(const MatrixD& x, const MatrixD& weight, double epsilon)
    {
        MatrixD result = x;
        for (Eigen::Index row = 0; row < x.rows(); ++row) {
            const double scale
                = 1 / std::sqrt(x.row(row).squaredNorm() / double(x.cols()) + epsilon);
            for (Eigen::Index i = 0; i < x.cols(); ++i)
                result(row, i) *= scale * weight(0, i);
        }
        return result;
    }

    MatrixD applied(const Tensors& tensors, const std::string& name, const MatrixD& x)
    {
        MatrixD result = x * tensors.matrix(name + ".weight").transpose();
        if (tensors.has(name + ".bias"))
            for (Eigen::Index row = 0; row < result.rows(); ++row)
                result.row(row) += tensors.matrix(name + ".bias").row(0);
        return result;
    }

    void turn(MatrixD& x, const ReferenceModel& model, const ReferenceLayer& layer)
    {
        const int half = model.headDim / 2;
        for (Eigen::Index row = 0; row < x.rows(); ++row)
            for (Eigen::Index first = 0; first < x.cols(); first += model.headDim)
                for (int i = 0; i < half && !layer.angles.empty(); ++i) {
                    const double angle = double(row) * layer.angles[std::size_t(i)];
                    const double cosine = model.magnitude * std::cos(angle);
                    const double sine = model.magnitude * std::sin(angle);
                    const double a = x(row, first + i), b = x(row, first + half + i);
                    x(row, first + i) = a * cosine - b * sine;
                    x(row, first + half + i) = b * cosine + a * sine;
                }
    }

    MatrixD attended(const MatrixD& q, const MatrixD& k, const MatrixD& v,
        const ReferenceModel& model, const ReferenceLayer& layer)
    {
        const int size = model.headDim, shared = model.heads / model.keyHeads;
        MatrixD result = MatrixD::Zero(q.rows(), q.cols());
        for (int row = 0; row < int(q.rows()); ++row)
            for (int head = 0; head < model.heads; ++head) {
                const Eigen::Index mine = Eigen::Index(head) * size;
                const Eigen::Index theirs = Eigen::Index(head / shared) * size;
                const int first = layer.window > 0 ? std::max(0, row - layer.window + 1) : 0;
                double sum = 0;
                for (int key = first; key <= row; ++key) {
                    const double score
                        = q.row(row).segment(mine, size).dot(k.row(key).segment(theirs, size))
                        / std::sqrt(double(size));
                    sum += std::exp(score);
                    result.row(row).segment(mine, size)
                        += std::exp(score) * v.row(key).segment(theirs, size);
                }
                result.row(row).segment(mine, size) /= sum;
            }
        return result;
    }

    void throughLayer(MatrixD& hidden, const Tensors& tensors, const std::string& p,
        const ReferenceModel& model, const ReferenceLayer& layer)
    {
        MatrixD x = normed(hidden, tensors.matrix(p + "input_layernorm.weight"), model.epsilon);
        MatrixD q = applied(tensors, p + "self_attn.q_proj", x);
        MatrixD k = applied(tensors, p + "self_attn.k_proj", x);
        turn(q, model, layer);
        turn(k, model, layer);
        hidden += applied(tensors, p + "self_attn.o_proj",
            attended(q, k, applied(tensors, p + "self_attn.v_proj", x), model, layer));
        x = normed(hidden, tensors.matrix(p + "post_attention_layernorm.weight"), model.epsilon);
        MatrixD gate = applied(tensors, p + "mlp.gate_proj", x);
        const MatrixD up = applied(tensors, p + "mlp.up_proj", x);
        for (Eigen::Index i = 0; i < gate.size(); ++i)
            gate.data()[i] *= up.data()[i] / (1 + std::exp(-gate.data()[i]));
        hidden += applied(tensors, p + "mlp.down_proj", gate);
    }

} // namespace

std::vector<double> plainAngles(double base, int headDim)
{
    std::vector<double> angles;
    for (int i = 0; i < headDim / 2; ++i)
        angles.push_back(std::pow(base, -2.0 * i / headDim));
    return angles;
}

MatrixD referenceLogProbabilities(
    const std::vector<TinyTensor>& all, const ReferenceModel& model, const std::vector<int>& tokens)
{
    const Tensors tensors(all);
    const MatrixD embedding = tensors.matrix("model.embed_tokens.weight");
    MatrixD hidden(Eigen::Index(tokens.size()), embedding.cols());
    for (std::size_t i = 0; i < tokens.size(); ++i)
        hidden.row(Eigen::Index(i)) = embedding.row(tokens[i]);
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        throughLayer(
            hidden, tensors, "model.layers." + std::to_string(i) + ".", model, model.layers[i]);
    MatrixD logits = applied(
        tensors, "lm_head", normed(hidden, tensors.matrix("model.norm.weight"), model.epsilon));
    for (Eigen::Index row = 0; row < logits.rows(); ++row)
        logits.row(row).array() -= std::log(logits.row(row).array().exp().sum());
    return logits;
}

} // namespace support
