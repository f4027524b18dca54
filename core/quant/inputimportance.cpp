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
        void expertInput(LinearInput input, int layer, int expert, const Matrix& x) override
        {
            auto& sums = m_experts[{ input, layer }];
            if (sums.size() <= std::size_t(expert))
                sums.resize(std::size_t(expert) + 1);
            Counted& counted = sums[std::size_t(expert)];
            if (counted.squares.size() == 0)
                counted.squares.setZero(x.cols());
            counted.squares += x.cast<double>().cwiseAbs2().colwise().sum().transpose();
            counted.tokens += x.rows();
        }
        void residual(int, const MatrixView&, Eigen::Index) override { }

        const std::map<Key, Eigen::VectorXd>& sums() const { return m_sums; }

        /// Mean squares of each expert's inputs, one after the other; 0, which is unknown, of one
        /// that no token came to.
        /// `countOf(key)`: how many there are.
        template<typename CountOf>
        std::map<Key, std::vector<float>> expertMeans(const CountOf& countOf) const
        {
            std::map<Key, std::vector<float>> all;
            for (const auto& [key, sums] : m_experts) {
                const auto some = std::ranges::find_if(
                    sums, [](const Counted& counted) { return counted.tokens > 0; });
                const std::size_t columns = std::size_t(some->squares.size());
                std::vector<float>& means = all[key];
                means.resize(countOf(key) * columns);
                for (std::size_t i = 0; i < sums.size(); ++i)
                    for (std::size_t j = 0; sums[i].tokens > 0 && j < columns; ++j)
                        means[i * columns + j]
                            = float(sums[i].squares[Eigen::Index(j)] / double(sums[i].tokens));
            }
            return all;
        }

    private:
        struct Counted {
            Eigen::VectorXd squares;
            Eigen::Index tokens = 0;
        };

        std::map<Key, Eigen::VectorXd> m_sums;
        std::map<Key, std::vector<Counted>> m_experts;
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
    const auto countOf = [&](const Key& key) { // of experts, or of heads
        const std::vector<Role> roles = readersOf(checkpoint, key.first, key.second);
        return std::size_t(checkpoint.find(Place{ roles.front(), key.second })->matrices());
    };
    for (const auto& [key, means] : observer.expertMeans(countOf))
        for (const Role role : rolesOf(key.first))
            if (const Tensor* tensor = checkpoint.find(Place{ role, key.second }))
                importance[tensor->name] = means;
    return importance;
}

} // namespace core
