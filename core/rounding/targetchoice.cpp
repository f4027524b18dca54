// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/targetchoice.h"

#include "core/rounding/gptq.h"
#include "core/rounding/heldsums.h"
#include "core/rounding/target.h"

#include <algorithm>
#include <array>
#include <optional>

namespace core {

namespace {

    constexpr Eigen::Index judgedRows = 4096;
    constexpr std::array dampings{ 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0 };

    /// Σ a ∘ b, in double.
    double inner(const Matrix& a, const Matrix& b)
    {
        return a.cast<double>().cwiseProduct(b.cast<double>()).sum();
    }

    /// What choices are judged by: at most `judgedRows` rows, evenly spread over the matrices. They
    /// decide three numbers, and each costs as much as in rounding.
    struct Judged {
        std::vector<Matrix> W; ///< that read the input; none where change is of their outputs
        Matrix change, drift; ///< of the fitted sequences: (in, in), or rows of (out, in)
        std::vector<Matrix> wanted; ///< of the held-out: for each of W, or of change and drift
        Matrix h; ///< H of the held-out
    };

    Judged judgedBy(const InputSums& fit, const InputSums& held,
        const std::vector<const Matrix*>& W, const Progress& progress)
    {
        Eigen::Index rows = 0;
        for (const Matrix* matrix : W)
            rows += matrix->rows();
        const Eigen::Index stride = (rows + judgedRows - 1) / judgedRows;
        Judged judged{ {}, {}, {}, {}, held.H.floatBlock(0, 0, held.H.rows(), held.H.cols()) };
        if (fit.drift.size() > 0) {
            judged.change = someRows(fit.change, stride);
            judged.drift = someRows(fit.drift, stride);
            judged.wanted = { someRows(held.change, stride) + someRows(held.drift, stride) };
            return judged;
        }
        judged.change = fit.change;
        for (const Matrix* matrix : W) {
            judged.W.push_back(someRows(*matrix, stride));
            judged.wanted.push_back(product(judged.W.back(), held.change, progress));
        }
        return judged;
    }

    /// The terms of ‖d − a·P x − b·Q x‖² over held-out tokens, less ‖d‖².
    struct Form {
        double p = 0, q = 0; ///< Σ (P x)·d, Σ (Q x)·d
        double pp = 0, pq = 0, qq = 0; ///< Σ (P x)·(P x) …
    };

    /// `P` and `Q`: the changes of the weights for change and drift.
    void addTo(Form& form, const Matrix& P, const Matrix& Q, const Matrix& h, const Matrix& wanted,
        const Progress& progress)
    {
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

    /// Nothing if H + λ, of the fitted sequences, is not positive definite.
    std::optional<Form> formAt(
        const SymmetricMatrix& H, const Judged& judged, double damping, const Progress& progress)
    {
        const auto U = targetFactor(H, damping, progress);
        if (!U)
            return std::nullopt;
        Form form;
        const Matrix M = ridge(judged.change, *U, progress);
        if (judged.drift.size() > 0) {
            addTo(form, M, ridge(judged.drift, *U, progress), judged.h, judged.wanted.front(),
                progress);
            return form;
        }
        for (std::size_t i = 0; i < judged.W.size(); ++i)
            addTo(
                form, product(judged.W[i], M, progress), {}, judged.h, judged.wanted[i], progress);
        return form;
    }

} // namespace

TargetChoice chooseTarget(const InputSums& fit, const InputSums& held,
    const std::vector<const Matrix*>& W, const GptqOptions& options, const Progress& progress)
{
    if (held.tokens == 0 || !options.chooseTarget)
        return { options.targetDamping, 1, options.driftShare, false };
    std::optional<Trial> best;
    const Judged judged = judgedBy(fit, held, W, progress);
    for (std::size_t i = 0; i < dampings.size(); ++i) {
        progress.at(double(i) / double(dampings.size()));
        const auto form = formAt(fit.H, judged, dampings[i], progress.part(0, 0));
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
