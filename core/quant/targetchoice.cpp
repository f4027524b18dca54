// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/targetchoice.h"

#include "core/quant/gptq.h"
#include "core/quant/target.h"

#include <algorithm>
#include <array>
#include <optional>

namespace core {

namespace {

    constexpr std::array dampings{ 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0 };

    /// Σ a ∘ b, in double.
    double inner(const Matrix& a, const Matrix& b)
    {
        return a.cast<double>().cwiseProduct(b.cast<double>()).sum();
    }

    /// The terms of ‖d − a·P x − b·Q x‖² over held-out tokens, less ‖d‖².
    struct Form {
        double p = 0, q = 0; ///< Σ (P x)·d, Σ (Q x)·d
        double pp = 0, pq = 0, qq = 0; ///< Σ (P x)·(P x) …
    };

    /// `P` and `Q`: the changes of the weights for change and drift, wanted: the held-out sums.
    void addTo(Form& form, const Matrix& P, const Matrix& Q, const InputSums& held,
        const Matrix& wanted, const Progress& progress)
    {
        const Matrix h = held.H.cast<float>();
        const Matrix ph = product(P, h, progress);
        form.p += inner(P, wanted);
        form.pp += inner(ph, P);
        if (Q.size() == 0)
            return;
        form.q += inner(Q, wanted);
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
    std::optional<Form> formAt(const InputSums& fit, const InputSums& held,
        const std::vector<const Matrix*>& W, double damping, const Progress& progress)
    {
        const auto U = targetFactor(fit.H, damping, progress);
        if (!U)
            return std::nullopt;
        Form form;
        if (fit.drift.size() > 0) {
            addTo(form, ridge(fit.change, *U, progress), ridge(fit.drift, *U, progress), held,
                held.change + held.drift, progress);
            return form;
        }
        const Matrix M = ridge(fit.change, *U, progress);
        for (const Matrix* matrix : W)
            addTo(form, product(*matrix, M, progress), {}, held,
                product(*matrix, held.change, progress), progress);
        return form;
    }

} // namespace

TargetChoice chooseTarget(const InputSums& fit, const InputSums& held,
    const std::vector<const Matrix*>& W, const GptqOptions& options, const Progress& progress)
{
    std::optional<Trial> best;
    for (std::size_t i = 0; held.tokens > 0 && i < dampings.size(); ++i) {
        progress.at(double(i) / double(dampings.size()));
        const auto form = formAt(fit, held, W, dampings[i], progress.part(0, 0));
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
