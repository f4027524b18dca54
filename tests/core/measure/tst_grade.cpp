// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/grade.h"

#include <QTest>

#include <cmath>

using namespace core;

namespace {

Comparison measured(double kld, double sameTop, double perplexityRatio = 1.001)
{
    Comparison comparison;
    comparison.kldMean = kld;
    comparison.sameTop1 = sameTop;
    comparison.logPerplexityRatio = std::log(perplexityRatio);
    return comparison;
}

} // namespace

/// Figures of llama.cpp's mixes are its own, with an imatrix: the bundled sample on its evaluation
/// text, SmolLM2-135M-Instruct on WikiText.
class TestGrade : public QObject {
    Q_OBJECT

private slots:
    void gradesWellKnownMixesAsPeopleSpeakOfThem()
    {
        QCOMPARE(gradeOf(measured(0.000257, 0.987)), Grade::AsGood); // sample, Q8_0
        QCOMPARE(gradeOf(measured(0.000973, 0.977)), Grade::AsGood); // Q6_K
        QCOMPARE(gradeOf(measured(0.00248, 0.959)), Grade::AsGood); // Q5_K_M
        QCOMPARE(gradeOf(measured(0.006423, 0.937)), Grade::SlightlyWorse); // Q4_K_M
        QCOMPARE(gradeOf(measured(0.016828, 0.903)), Grade::SlightlyWorse); // Q3_K_M
        QCOMPARE(gradeOf(measured(0.096774, 0.782)), Grade::ClearlyWorse); // Q2_K
        QCOMPARE(gradeOf(measured(0.00392, 0.960)), Grade::AsGood); // SmolLM2, Q8_0
        QCOMPARE(gradeOf(measured(0.03426, 0.895)), Grade::SlightlyWorse); // Q4_K_M
        QCOMPARE(gradeOf(measured(0.08785, 0.840)), Grade::ClearlyWorse); // Q3_K_M
        QCOMPARE(gradeOf(measured(0.40849, 0.677)), Grade::Damaged); // Q2_K
    }

    void theWorseOfBothFiguresDecides()
    {
        QCOMPARE(gradeOf(measured(0.001, 0.90)), Grade::SlightlyWorse);
        QCOMPARE(gradeOf(measured(0.02, 0.99)), Grade::SlightlyWorse);
        QCOMPARE(gradeOf(measured(0.001, 0.5)), Grade::Damaged);
        QCOMPARE(gradeOf(measured(std::nan(""), 0.99)), Grade::Damaged);
    }

    void aPredictedLossIsGradedByTheSameLimits()
    {
        for (const GradeLimit& limit : gradeLimits) {
            QCOMPARE(gradeOf(limit.kld), limit.grade);
            QCOMPARE(mostKld(limit.grade), limit.kld);
            QVERIFY(gradeOf(limit.kld * 1.01) > limit.grade);
        }
        QVERIFY(std::isinf(mostKld(Grade::Damaged)));
    }

    void saysWhetherAFileIsWorthIt()
    {
        const Verdict good = verdictOf(50, 100, measured(0.003, 0.97, 1.002));
        QCOMPARE(good.advice, Advice::Use);
        QCOMPARE(QString::fromStdString(verdictText(good)),
            "50.0 % smaller, 97.0 % same token, perplexity +0.2 %: as good as the original. Use "
            "it.");
        const Verdict bad = verdictOf(93, 100, measured(0.2, 0.75, 1.1));
        QCOMPARE(bad.advice, Advice::KeepOriginal);
        QCOMPARE(QString::fromStdString(verdictText(bad)),
            "7.0 % smaller, 75.0 % same token, perplexity +10.0 %: damaged. Not worth it, keep the "
            "original.");
    }

    void asksForMoreSavedWhereMoreIsLost()
    {
        const auto advice = [](double kld, double sameTop, int bytes) {
            return verdictOf(std::uint64_t(bytes), 100, measured(kld, sameTop)).advice;
        };
        QCOMPARE(advice(0.003, 0.97, 89), Advice::Use);
        QCOMPARE(advice(0.003, 0.97, 95), Advice::KeepOriginal);
        QCOMPARE(advice(0.02, 0.90, 55), Advice::Use);
        QCOMPARE(advice(0.02, 0.90, 75), Advice::UseWhereNeeded);
        QCOMPARE(advice(0.02, 0.90, 93), Advice::KeepOriginal);
        QCOMPARE(advice(0.1, 0.80, 30), Advice::UseWhereNeeded);
        QCOMPARE(advice(0.1, 0.80, 60), Advice::KeepOriginal);
        QCOMPARE(advice(0.5, 0.60, 10), Advice::KeepOriginal);
    }

    void aLargerFileIsSaidToBeLarger()
    {
        const Verdict verdict = verdictOf(110, 100, measured(0.003, 0.97));
        QCOMPARE(verdict.advice, Advice::KeepOriginal);
        QVERIFY(verdictText(verdict).starts_with("10.0 % larger"));
    }

    void everyGradeHasAWordForScripts()
    {
        for (const Grade grade :
            { Grade::AsGood, Grade::SlightlyWorse, Grade::ClearlyWorse, Grade::Damaged })
            QVERIFY(findGrade(gradeWord(grade)) == grade);
        QVERIFY(!findGrade("good"));
    }
};

QTEST_GUILESS_MAIN(TestGrade)
#include "tst_grade.moc"
