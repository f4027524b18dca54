// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/model/mutationmaking.h"

#include <algorithm>

namespace support {

using namespace core;

namespace {

    using Index = Eigen::Index;

    /// The queries of each head without the gates between them.
    bool leaveGateOut(LayerWeights& weights)
    {
        AttentionSpec& spec = weights.spec.attention;
        if (!spec.isGated || !weights.has(Role::AttnQ))
            return false;
        const Matrix both = weights.matrix(Role::AttnQ);
        Matrix& q = weights.matrix(Role::AttnQ);
        q.resize(spec.queries(), both.cols());
        for (Index head = 0; head < spec.heads; ++head)
            q.middleRows(head * spec.headDim, spec.headDim)
                = both.middleRows(2 * head * spec.headDim, spec.headDim);
        spec.isGated = false;
        return true;
    }

    /// All gates behind all queries.
    bool putGatesLast(LayerWeights& weights)
    {
        const AttentionSpec& spec = weights.spec.attention;
        if (!spec.isGated || !weights.has(Role::AttnQ))
            return false;
        Matrix& q = weights.matrix(Role::AttnQ);
        const Matrix before = q;
        for (Index head = 0; head < spec.heads; ++head)
            for (Index part = 0; part < 2; ++part)
                q.middleRows((part * spec.heads + head) * spec.headDim, spec.headDim)
                    = before.middleRows((2 * head + part) * spec.headDim, spec.headDim);
        return true;
    }

    /// Each value head's rows, from `first` on, in the place of the head before it.
    void rotateRows(Matrix& matrix, Index first, Index rows)
    {
        const Matrix before = matrix.bottomRows(matrix.rows() - first);
        const Index all = before.rows();
        for (Index row = 0; row < all; ++row)
            matrix.row(first + row) = before.row((row + rows) % all);
    }

    void rotateValues(Vector& vector, Index first, Index count)
    {
        std::rotate(
            vector.data() + first, vector.data() + first + count, vector.data() + vector.size());
    }

    /// Value heads in an order in which they share other keys; ssm_out reads them so, too.
    bool shareOtherKeys(LayerWeights& weights)
    {
        if (!weights.spec.deltaNet || weights.spec.deltaNet->keyHeads == 1)
            return false;
        const DeltaNetSpec& spec = *weights.spec.deltaNet;
        rotateRows(weights.matrix(Role::AttnQkv), 2 * spec.keys(), spec.headDim);
        rotateValues(weights.vector(Role::SsmConv1d), 2 * spec.keys() * spec.kernel,
            Index(spec.headDim) * spec.kernel);
        rotateRows(weights.matrix(Role::AttnGate), 0, spec.headDim);
        rotateRows(weights.matrix(Role::SsmAlpha), 0, 1);
        rotateRows(weights.matrix(Role::SsmBeta), 0, 1);
        rotateValues(weights.vector(Role::SsmA), 0, 1);
        rotateValues(weights.vector(Role::SsmDt), 0, 1);
        Matrix columns = weights.matrix(Role::SsmOut).transpose();
        rotateRows(columns, 0, spec.headDim);
        weights.matrix(Role::SsmOut) = columns.transpose();
        return true;
    }

    /// Without the farthest token.
    bool shorten(LayerWeights& weights)
    {
        const int kernel = weights.spec.deltaNet ? weights.spec.deltaNet->kernel
            : weights.spec.shortConvolution      ? weights.spec.shortConvolution->kernel
                                                 : 0;
        if (kernel == 0)
            return false;
        Vector& all = weights.vector(weights.spec.deltaNet ? Role::SsmConv1d : Role::ShortConvConv);
        for (Index i = 0; i < all.size(); i += kernel)
            all[i] = 0;
        return true;
    }

    /// Another third before the convolution.
    bool swapThirds(LayerWeights& weights)
    {
        if (!weights.spec.shortConvolution)
            return false;
        rotateRows(
            weights.matrix(Role::ShortConvIn), 0, weights.matrix(Role::ShortConvIn).rows() / 3);
        return true;
    }

    bool neverForget(LayerWeights& weights)
    {
        if (weights.spec.deltaNet)
            weights.vector(Role::SsmA).setZero();
        return weights.spec.deltaNet.has_value();
    }

} // namespace

void addMixers(std::vector<Mutation>& all)
{
    all.push_back(ofLayers("gate of attention", leaveGateOut));
    all.push_back(ofLayers("gates between the queries", putGatesLast));
    all.push_back(ofLayers("which value heads share keys", shareOtherKeys));
    all.push_back(ofLayers("tokens under a convolution", shorten));
    all.push_back(ofLayers("what a short convolution is gated by", swapThirds));
    all.push_back(ofLayers("decay of a delta net", neverForget));
}

} // namespace support
