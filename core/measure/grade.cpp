// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/grade.h"

#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace core {

namespace {

    // From which share saved on a file is worth its loss.
    constexpr double usedAsGood = 0.1, usedSlightly = 0.4;
    constexpr double neededSlightly = 0.2, neededClearly = 0.5;

    /// "64.2 %", with a sign where `format` says so.
    std::string percent(const char* format, double share)
    {
        char digits[32];
        std::snprintf(digits, sizeof digits, format, 100 * share);
        return text(digits, " %");
    }

    std::string adviceText(Advice advice)
    {
        switch (advice) {
        case Advice::Use:
            return "Use it.";
        case Advice::UseWhereNeeded:
            return "Use it only where the original does not fit.";
        case Advice::KeepOriginal:
            break;
        }
        return "Not worth it, keep the original.";
    }

} // namespace

double mostKld(Grade grade)
{
    const auto found = std::ranges::find(gradeLimits, grade, &GradeLimit::grade);
    return found == gradeLimits.end() ? std::numeric_limits<double>::infinity() : found->kld;
}

Grade gradeOf(double kld)
{
    const auto found = std::ranges::find_if(
        gradeLimits, [kld](const GradeLimit& limit) { return kld <= limit.kld; });
    return found == gradeLimits.end() ? Grade::Damaged : found->grade;
}

Grade gradeOf(const Comparison& measured)
{
    const auto found = std::ranges::find_if(gradeLimits, [&](const GradeLimit& limit) {
        return measured.kldMean <= limit.kld && measured.sameTop1 >= limit.sameTop;
    });
    return found == gradeLimits.end() ? Grade::Damaged : found->grade;
}

std::string_view gradeText(Grade grade)
{
    switch (grade) {
    case Grade::AsGood:
        return "as good as the original";
    case Grade::SlightlyWorse:
        return "slightly worse";
    case Grade::ClearlyWorse:
        return "clearly worse";
    case Grade::Damaged:
        break;
    }
    return "damaged";
}

std::string_view gradeWord(Grade grade)
{
    switch (grade) {
    case Grade::AsGood:
        return "as-good";
    case Grade::SlightlyWorse:
        return "slightly";
    case Grade::ClearlyWorse:
        return "clearly";
    case Grade::Damaged:
        break;
    }
    return "damaged";
}

std::optional<Grade> findGrade(std::string_view word)
{
    for (const Grade grade :
        { Grade::AsGood, Grade::SlightlyWorse, Grade::ClearlyWorse, Grade::Damaged })
        if (gradeWord(grade) == word)
            return grade;
    return std::nullopt;
}

std::string_view adviceWord(Advice advice)
{
    switch (advice) {
    case Advice::Use:
        return "use";
    case Advice::UseWhereNeeded:
        return "use_where_needed";
    case Advice::KeepOriginal:
        break;
    }
    return "keep_original";
}

Advice adviceFor(Grade grade, double saved)
{
    switch (grade) {
    case Grade::AsGood:
        return saved >= usedAsGood ? Advice::Use : Advice::KeepOriginal;
    case Grade::SlightlyWorse:
        if (saved >= usedSlightly)
            return Advice::Use;
        return saved >= neededSlightly ? Advice::UseWhereNeeded : Advice::KeepOriginal;
    case Grade::ClearlyWorse:
        return saved >= neededClearly ? Advice::UseWhereNeeded : Advice::KeepOriginal;
    case Grade::Damaged:
        break;
    }
    return Advice::KeepOriginal;
}

Verdict verdictOf(std::uint64_t bytes, std::uint64_t originalBytes, const Comparison& measured)
{
    Verdict verdict;
    verdict.grade = gradeOf(measured);
    verdict.saved = 1 - double(bytes) / double(originalBytes);
    verdict.advice = adviceFor(verdict.grade, verdict.saved);
    verdict.sameTop = measured.sameTop1;
    verdict.perplexityChange = std::expm1(measured.logPerplexityRatio);
    return verdict;
}

std::string verdictText(const Verdict& verdict)
{
    return text(percent("%.1f", std::abs(verdict.saved)),
        verdict.saved < 0 ? " larger, " : " smaller, ", percent("%.1f", verdict.sameTop),
        " same token, perplexity ", percent("%+.1f", verdict.perplexityChange), ": ",
        gradeText(verdict.grade), ". ", adviceText(verdict.advice));
}

} // namespace core
