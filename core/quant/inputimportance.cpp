// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/inputimportance.h"

#include "core/base/parallel.h"
#include "core/model/walk.h"

#include <algorithm>
#include <map>
#include <utility>

namespace core {

namespace {

    using Key = std::pair<LinearInput, int>; // input and layer

    /// Sums x² of every channel in double.
    class SquareSums : public WalkObserver {
    public:
        void linearInput(LinearInput input, int layer, const Matrix& x, Eigen::Index) override
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
                    sums.segment(first, width) += x.row(token)
                                                      .segment(first, width)
                                                      .transpose()
                                                      .cast<double>()
                                                      .cwiseAbs2();
            });
        }
        void residual(int, const MatrixView&, Eigen::Index) override { }

        const std::map<Key, Eigen::VectorXd>& sums() const { return m_sums; }

    private:
        std::map<Key, Eigen::VectorXd> m_sums;
    };

} // namespace

Importance inputImportance(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const Progress& progress)
{
    HiddenStates hidden = embed(checkpoint, sequences);
    SquareSums observer;
    walk(hidden, checkpoint, &observer, progress);
    const double share = 1.0 / double(std::max<Eigen::Index>(1, hidden.states.rows()));
    Importance importance;
    for (const auto& [key, sums] : observer.sums())
        for (const Role role : rolesOf(key.first)) {
            if (!checkpoint.find(Place{ role, key.second }))
                continue;
            std::vector<float>& values = importance[ggufName({ role, key.second })];
            for (const double sum : sums)
                values.push_back(float(sum * share));
        }
    return importance;
}

} // namespace core
