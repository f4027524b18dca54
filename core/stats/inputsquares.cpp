// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/inputsquares.h"

#include "core/base/parallel.h"

#include <algorithm>

namespace core {

void InputSquares::linearInput(LinearInput input, int layer, const Matrix& x, Eigen::Index)
{
    constexpr Eigen::Index channelsATask = 64;
    Eigen::VectorXd& sums = m_sums[{ input, layer }];
    if (sums.size() == 0)
        sums.setZero(x.cols());
    const Eigen::Index tasks = (x.cols() + channelsATask - 1) / channelsATask;
    parallelFor(std::size_t(tasks), [&](std::size_t task) {
        const Eigen::Index first = Eigen::Index(task) * channelsATask;
        const Eigen::Index width = std::min(channelsATask, x.cols() - first);
        for (Eigen::Index token = 0; token < x.rows(); ++token)
            sums.segment(first, width)
                += x.row(token).segment(first, width).transpose().cast<double>().cwiseAbs2();
    });
}

void InputSquares::expertInput(LinearInput input, int layer, int expert, const Matrix& x)
{
    std::vector<Counted>& experts = m_experts[{ input, layer }];
    if (experts.size() <= std::size_t(expert))
        experts.resize(std::size_t(expert) + 1);
    Counted& counted = experts[std::size_t(expert)];
    if (counted.squares.size() == 0)
        counted.squares.setZero(x.cols());
    counted.squares += x.cast<double>().cwiseAbs2().colwise().sum().transpose();
    counted.tokens += x.rows();
}

} // namespace core
