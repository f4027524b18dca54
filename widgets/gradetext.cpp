// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/gradetext.h"

#include "widgets/format.h"

#include <QtCore/QCoreApplication>

#include <algorithm>
#include <cmath>

namespace widgets {

namespace {

    QString adviceText(core::Advice advice)
    {
        switch (advice) {
        case core::Advice::Use:
            return QCoreApplication::translate("widgets::Grade", "Use it.");
        case core::Advice::UseWhereNeeded:
            return QCoreApplication::translate(
                "widgets::Grade", "Use it only where the original does not fit.");
        case core::Advice::KeepOriginal:
            break;
        }
        return QCoreApplication::translate("widgets::Grade", "Not worth it, keep the original.");
    }

} // namespace

QString gradeWords(core::Grade grade)
{
    switch (grade) {
    case core::Grade::AsGood:
        return QCoreApplication::translate("widgets::Grade", "as good as the original");
    case core::Grade::SlightlyWorse:
        return QCoreApplication::translate("widgets::Grade", "slightly worse");
    case core::Grade::ClearlyWorse:
        return QCoreApplication::translate("widgets::Grade", "clearly worse");
    case core::Grade::Damaged:
        break;
    }
    return QCoreApplication::translate("widgets::Grade", "damaged");
}

QString choiceTitle(core::Grade grade)
{
    switch (grade) {
    case core::Grade::AsGood:
        return QCoreApplication::translate("widgets::Grade", "As good as the original");
    case core::Grade::SlightlyWorse:
        return QCoreApplication::translate("widgets::Grade", "Slightly worse");
    default:
        return QCoreApplication::translate("widgets::Grade", "Clearly smaller");
    }
}

QString verdictWords(const core::Verdict& verdict)
{
    const QString size = verdict.saved < 0
        ? QCoreApplication::translate("widgets::Grade", "%1 larger", "a file than another")
        : QCoreApplication::translate("widgets::Grade", "%1 smaller", "a file than another");
    //: 64.2 % smaller, 97.1 % same token, perplexity +0.2 %: as good as the original. Use it.
    return QCoreApplication::translate("widgets::Grade", "%1, %2 same token, perplexity %3: %4. %5")
        .arg(size.arg(percentText(std::abs(verdict.saved))), percentText(verdict.sameTop),
            percentChangeText(verdict.perplexityChange), gradeWords(verdict.grade),
            adviceText(verdict.advice));
}

QString gradeToolTip(core::Grade grade)
{
    const auto limit = std::ranges::find(core::gradeLimits, grade, &core::GradeLimit::grade);
    if (limit == core::gradeLimits.end())
        return QCoreApplication::translate("widgets::Grade", "Beyond all limits of the grades.");
    return QCoreApplication::translate("widgets::Grade",
        "%1: KLD up to %2 nats a token, and where it is measured the same likeliest token at %3 of "
        "all positions or more.")
        .arg(gradeWords(grade), significantText(limit->kld), percentText(limit->sameTop));
}

} // namespace widgets
