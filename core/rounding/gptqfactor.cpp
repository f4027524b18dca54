// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/gptq.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/rounding/inversefactor.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    constexpr double dampingRaise = 4; // from 1 % to the whole mean diagonal in four steps

} // namespace

GptqFactor factorHessian(SymmetricMatrix H, const GptqOptions& options, const Progress& progress)
{
    assert(H.rows() == H.cols() && options.damping > 0 && options.columnBlock > 0);
    GptqFactor factor;
    const Eigen::VectorXd diagonal = H.diagonal();
    if (!diagonal.allFinite())
        throw Error(text(
            "the Hessian of ", H.rows(), " inputs is not finite, expected finite activations"));
    const Eigen::Index live = (diagonal.array() > 0).count();
    const double averageWeight = live > 0 ? diagonal.sum() / double(live) : 1.0;
    const double mean = live > 0 ? diagonal.mean() : 1.0;
    factor.deadChannels = int(diagonal.size() - live);
    for (const double value : diagonal)
        factor.importance.push_back(float(value > 0 ? value : averageWeight));
    factor.damping = options.damping;
    while (true) {
        factor.added = Eigen::VectorXd::Constant(diagonal.size(), factor.damping * mean);
        factor.added += (diagonal.array() <= 0).cast<double>().matrix() * averageWeight;
        if (auto U = inverseFactor(H, factor.added, progress)) {
            factor.U = *std::move(U);
            break;
        }
        if (factor.damping >= 1)
            throw Error(text("the Hessian of ", H.rows(),
                " inputs is not positive definite even with its mean diagonal added, expected it "
                "to be with ",
                options.damping, " of it"));
        factor.damping = std::min(1.0, factor.damping * dampingRaise);
        ++factor.dampingRaises;
    }
    factor.H = std::move(H);
    return factor;
}

} // namespace core
