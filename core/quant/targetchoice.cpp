// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/targetchoice.h"

#include "core/quant/gptq.h"
#include "core/quant/target.h"

#include <algorithm>
#include <array>
#include <optional>

namespace core {

namespace {

    constexpr Eigen::Index judgedRows = 1024;
    constexpr std::array dampings{ 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0 };

    /// Σ a ∘ b, in double.
    double inner(const Matrix& a, const Matrix& b)
    {
        return a.cast<double>().cwiseProduct(b.cast<double>()).sum();
    }

    /// What some rows of the matrices should become: what the fitted sequences say, and the
    /// held-out ones.
    struct Wish {
        Matrix change, drift; ///< Σ c xᵀ, Σ r xᵀ of the fitted; no drift where none is taken up
        Matrix wanted; ///< both together of the held-out
    };

    /// Rows 0, stride, 2·stride … of `m`.
    Matrix someRows(const Matrix& m, Eigen::Index stride)
    {
        return m(Eigen::seq(0, m.rows() - 1, stride), Eigen::all);
    }

    /// About `judgedRows` rows, evenly spread over the matrices: all of small ones. They decide
    /// three numbers, and each costs as much as in rounding.
    std::vector<Wish> wishesOf(const InputSums& fit, const InputSums& held,
        const std::vector<const Matrix*>& W, const Progress& progress)
    {
        Eigen::Index rows = 0;
        for (const Matrix* matrix : W)
            rows += matrix->rows();
        const Eigen::Index stride = (rows + judgedRows - 1) / judgedRows;
        if (fit.drift.size() > 0)
            return { { someRows(fit.change, stride), someRows(fit.drift, stride),
                someRows(held.change, stride) + someRows(held.drift, stride) } };
        std::vector<Wish> wishes;
        for (const Matrix* matrix : W) {
            const Matrix some = someRows(*matrix, stride);
            wishes.push_back(
                { product(some, fit.change, progress), {}, product(some, held.change, progress) });
        }
        return wishes;
    }

    /// The terms of ‖d − a·P x − b·Q x‖² over held-out tokens, less ‖d‖².
    struct Form {
        double p = 0, q = 0; ///< Σ (P x)·d, Σ (Q x)·d
        double pp = 0, pq = 0, qq = 0; ///< Σ (P x)·(P x) …
    };

    /// P and Q are what `U`, from the fitted sequences, makes of the wish; `h`: the held-out H.
    void addTo(
        Form& form, const Wish& wish, const Matrix& U, const Matrix& h, const Progress& progress)
    {
        const Matrix P = ridge(wish.change, U, progress);
        const Matrix ph = product(P, h, progress);
        form.p += inner(P, wish.wanted);
        form.pp += inner(ph, P);
        if (wish.drift.size() == 0)
            return;
        const Matrix Q = ridge(wish.drift, U, progress);
        form.q += inner(Q, wish.wanted);
        form.pq += inner(ph, Q);
        form.qq += inner(product(Q, h, progress), Q);
    }

    /// A choice and what it takes off the held-out sum of squares.
    struct Trial {
        TargetChoice choice;
        double explained = 0;
    };

    Trial bestShares(const Form& form, double damping)
    {
        double a = form.pp > 0 ? form.p / form.pp : 0;
        double b = 0;
        const double determinant = form.pp * form.qq - form.pq * form.pq;
        if (determinant > 1e-9 * form.pp * form.qq) {
            a = (form.p * form.qq - form.q * form.pq) / determinant;
            b = (form.q * form.pp - form.p * form.pq) / determinant;
        } else if (form.qq > 0) { // both pull the same way: one share for both
            a = b = (form.p + form.q) / (form.pp + 2 * form.pq + form.qq);
        }
        a = std::clamp(a, 0.0, 1.0);
        b = std::clamp(b, 0.0, 1.0);
        return { { damping, a, b, true },
            2 * a * form.p + 2 * b * form.q - a * a * form.pp - 2 * a * b * form.pq
                - b * b * form.qq };
    }

    /// Nothing if H + λ is not positive definite.
    std::optional<Form> formAt(const InputSums& fit, const Matrix& h,
        const std::vector<Wish>& wishes, double damping, const Progress& progress)
    {
        const auto U = targetFactor(fit.H, damping, progress);
        if (!U)
            return std::nullopt;
        Form form;
        for (const Wish& wish : wishes)
            addTo(form, wish, *U, h, progress);
        return form;
    }

} // namespace

TargetChoice chooseTarget(const InputSums& fit, const InputSums& held,
    const std::vector<const Matrix*>& W, const GptqOptions& options, const Progress& progress)
{
    if (held.tokens == 0)
        return { options.targetDamping, 1, options.driftShare, false };
    std::optional<Trial> best;
    const std::vector<Wish> wishes = wishesOf(fit, held, W, progress);
    const Matrix h = held.H.cast<float>();
    for (std::size_t i = 0; i < dampings.size(); ++i) {
        progress.at(double(i) / double(dampings.size()));
        const auto form = formAt(fit, h, wishes, dampings[i], progress.part(0, 0));
        if (!form)
            continue;
        const Trial trial = bestShares(*form, dampings[i]);
        if (best && trial.explained < best->explained)
            break; // one hump: too little, then too much of it
        best = trial;
    }
    return best ? best->choice
                : TargetChoice{ options.targetDamping, 1, options.driftShare, false };
}

} // namespace core
