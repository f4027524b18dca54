// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/evaluation.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace core {

/// How good a quantized model is against its original, in words.
enum class Grade { AsGood, SlightlyWorse, ClearlyWorse, Damaged };

/// Where a grade ends: the largest mean KL divergence (nats a token), and the smallest share of
/// positions at which the same token is the likeliest. What passes no limit is Damaged. They lie
/// between llama.cpp's well-known mixes as it measures them (resources/help/grades.md): Q8_0, Q6_K
/// and mostly Q5_K_M are as good, Q4_K_M is slightly worse, Q3_K_M of a small model clearly, Q2_K
/// of one is damaged.
struct GradeLimit {
    Grade grade;
    double kld, sameTop;
};
inline constexpr std::array gradeLimits{
    GradeLimit{ Grade::AsGood, 0.006, 0.94 },
    GradeLimit{ Grade::SlightlyWorse, 0.04, 0.85 },
    GradeLimit{ Grade::ClearlyWorse, 0.15, 0.72 },
};
/// The largest mean KL divergence of a grade; infinite for Damaged.
double mostKld(Grade grade);

/// By a divergence that is predicted, without any other figure.
Grade gradeOf(double kld);
/// By what was measured: the worse one of both limits.
Grade gradeOf(const Comparison& measured);

/// "as good as the original", "slightly worse", "clearly worse", "damaged".
std::string_view gradeText(Grade grade);
/// For scripts: "as-good", "slightly", "clearly", "damaged".
std::string_view gradeWord(Grade grade);
std::optional<Grade> findGrade(std::string_view word);

/// What to do with a file.
enum class Advice {
    Use,
    UseWhereNeeded, ///< only where the original does not fit
    KeepOriginal, ///< what is saved is not worth what is lost
};
/// {"use", "use_where_needed", "keep_original"}.
std::string_view adviceWord(Advice advice);

/// What a file came to: what it saves against what it loses.
struct Verdict {
    Grade grade = Grade::Damaged;
    Advice advice = Advice::KeepOriginal;
    double saved = 0; ///< share of the original's bytes; negative: it is larger
    double sameTop = 0; ///< share of positions
    double perplexityChange = 0; ///< share of the original's
};
/// A file as good as the original is to be used from a tenth less on, a slightly worse one from two
/// fifths; where the original does not fit, a slightly worse one from a fifth and a clearly worse
/// one from half; else the original is to be kept. `saved`: share of the original's bytes.
Advice adviceFor(Grade grade, double saved);
/// Requires: originalBytes > 0.
Verdict verdictOf(std::uint64_t bytes, std::uint64_t originalBytes, const Comparison& measured);

/// "64.2 % smaller, 97.1 % same token, perplexity +0.2 %: as good as the original. Use it."
std::string verdictText(const Verdict& verdict);

} // namespace core
