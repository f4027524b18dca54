// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/headhessian.h"

#include "core/model/walk.h"

namespace core {

namespace {

    class HeadObserver : public WalkObserver {
    public:
        explicit HeadObserver(Eigen::Index channels)
            : m_hessian(channels)
        {
        }
        void linearInput(LinearInput input, int, const Matrix& x, Eigen::Index) override
        {
            if (input == LinearInput::Head)
                m_hessian.add(x);
        }
        void residual(int, const MatrixView&, Eigen::Index) override { }

        SymmetricMatrix take() { return m_hessian.take(); }

    private:
        Hessian m_hessian;
    };

} // namespace

SymmetricMatrix headHessian(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const Progress& progress, const TokenRoom& room)
{
    HeadObserver observer(checkpoint.config().hidden);
    HiddenStates hidden = embed(checkpoint, sequences, 0, room);
    walk(hidden, checkpoint, &observer, progress);
    return observer.take();
}

} // namespace core
