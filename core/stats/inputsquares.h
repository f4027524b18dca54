// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/walk.h"

#include <map>
#include <utility>
#include <vector>

namespace core {

/// Listens to a walk and sums up x² of every input channel of every linear layer, in double; of
/// experts, those of each by themselves. On all processors, the same bits for any number of them.
class InputSquares : public WalkObserver {
public:
    using Key = std::pair<LinearInput, int>; ///< input and layer
    /// What came to one expert.
    struct Counted {
        Eigen::VectorXd squares; ///< by channel; empty where no token came
        Eigen::Index tokens = 0;
    };

    void linearInput(LinearInput input, int layer, const Matrix& x, Eigen::Index firstRow) override;
    void expertInput(LinearInput input, int layer, int expert, const Matrix& x) override;
    void residual(int, const MatrixView&, Eigen::Index) override { }

    /// By channel, over all tokens.
    const std::map<Key, Eigen::VectorXd>& sums() const { return m_sums; }
    /// One entry an expert, up to the last to which a token came.
    const std::map<Key, std::vector<Counted>>& experts() const { return m_experts; }

private:
    std::map<Key, Eigen::VectorXd> m_sums;
    std::map<Key, std::vector<Counted>> m_experts;
};

} // namespace core
