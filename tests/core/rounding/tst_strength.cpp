// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/tensorformat.h"
#include "core/rounding/gptq.h"
#include "core/rounding/normrefit.h"
#include "core/rounding/strength.h"
#include "syntheticlayer.h"

#include <QtTest>

using namespace core;

namespace {

constexpr Eigen::Index inputs = 128;

Matrix noise(Eigen::Index rows, Eigen::Index columns, unsigned seed)
{
    return syntheticLayer(rows, columns, 1, seed).W;
}

InputSums fitSums(const InputTile& tile)
{
    InputGathering gathering;
    gathering.add(tile);
    return gathering.take();
}

HeldSums heldSums(const InputTile& tile)
{
    HeldGathering gathering;
    gathering.add(tile);
    return gathering.take();
}

/// Inputs whose channels go together in pairs, the same pairs whatever the seed.
Matrix pairedInputs(Eigen::Index tokens, unsigned seed)
{
    Matrix x = noise(tokens, inputs, seed);
    for (Eigen::Index j = 0; j + 1 < inputs; j += 2)
        x.col(j + 1) = x.col(j) + 0.2f * x.col(j + 1);
    return x;
}

StrengthTrial tried(Eigen::Index tokens, const Matrix& W, const SymmetricMatrix* common = nullptr,
    const OutputHessian* outputs = nullptr)
{
    const Matrix x = pairedInputs(tokens, 71), unseen = pairedInputs(tokens / 3 + 1, 72);
    return tryStrengths(fitSums({ x, Matrix(), Matrix() }),
        heldSums({ unseen, Matrix(), Matrix() }), {},
        { { &W, findFormat("Q4_0"), Encoder::Closest, outputs } }, GptqOptions(), common,
        Progress());
}

} // namespace

class TestStrength : public QObject {
    Q_OBJECT

private slots:
    void judgesAsTheTokensThemselvesDo_data();
    void judgesAsTheTokensThemselvesDo();
    void believesCorrelationsThatMuchTextShows();
    void fewTokensLearnFromTheManyOfOthers();
    void takesNothingFromOthersThatAreOtherwise();
    void shrinksTowardsTheDiagonalWithLittleText();
    void takesNothingThatErrsMoreThanImportance();
    void roundsOutputsTogetherWhereverGptqIsBest();
    void trustGrowsWithTokensAndFallsWithWidth();
    void aWholeShrinkageLeavesTheDiagonal();
    void aNormIsNotFittedToNoise();
};

void TestStrength::judgesAsTheTokensThemselvesDo_data()
{
    QTest::addColumn<bool>("isShared");
    QTest::newRow("several matrices read the input") << true;
    QTest::newRow("one writes to the stream") << false;
}

void TestStrength::judgesAsTheTokensThemselvesDo()
{
    QFETCH(bool, isShared);
    const Matrix x = noise(200, inputs, 73), W = noise(20, inputs, 74);
    const Matrix rounded = W + 0.1f * noise(20, inputs, 75);
    const Matrix change = 0.3f * noise(200, isShared ? inputs : 20, 76);
    const Matrix drift = isShared ? Matrix() : Matrix(0.2f * noise(200, 20, 77));
    const HeldSums held = heldSums({ x, change, drift });
    const HeldJudge judge(held, W, 1, Progress());
    Matrix wanted = multiplyTransposed(x, W);
    wanted += isShared ? multiplyTransposed(change, W) : Matrix(change + drift);
    const double slow
        = 2.0 / 200 * (wanted - multiplyTransposed(x, rounded)).cast<double>().squaredNorm();
    const double energy = 2.0 / 200 * wanted.cast<double>().squaredNorm();
    QVERIFY(std::abs(judge.error(rounded) - slow) < 1e-3 * slow);
    QVERIFY(std::abs(judge.energy() - energy) < 1e-3 * energy);
}

void TestStrength::fewTokensLearnFromTheManyOfOthers()
{
    const Matrix W = noise(64, inputs, 73);
    const SymmetricMatrix common = fitSums({ pairedInputs(4000, 74), Matrix(), Matrix() }).H;
    const StrengthTrial alone = tried(30, W), learned = tried(30, W, &common);
    QVERIFY(learned.towardsCommon);
    QVERIFY(learned.matrices[0].error < 0.9 * alone.matrices[0].error);
}

void TestStrength::takesNothingFromOthersThatAreOtherwise()
{
    const Matrix W = noise(64, inputs, 73);
    Matrix others = pairedInputs(4000, 74);
    for (Eigen::Index j = 0; j + 1 < inputs; j += 2)
        others.col(j) *= -1; // pairs go apart there
    const SymmetricMatrix common = fitSums({ others, Matrix(), Matrix() }).H;
    const StrengthTrial alone = tried(300, W), learned = tried(300, W, &common);
    QVERIFY(!learned.towardsCommon);
    QCOMPARE(learned.matrices[0].error, alone.matrices[0].error);
}

void TestStrength::believesCorrelationsThatMuchTextShows()
{
    const Matrix W = noise(64, inputs, 78);
    const StrengthTrial trial = tried(20000, W);
    QVERIFY2(trial.shrinkage < 0.05, qPrintable(QString::number(trial.shrinkage)));
    QVERIFY(trial.matrices[0].way == Way::Swept);
    QVERIFY(trial.matrices[0].error < 0.8 * trial.matrices[0].importanceError);
}

void TestStrength::shrinksTowardsTheDiagonalWithLittleText()
{
    const Matrix W = noise(64, inputs, 79);
    const StrengthTrial trial = tried(inputs, W);
    QVERIFY2(trial.shrinkage > 0.9, qPrintable(QString::number(trial.shrinkage)));
    QVERIFY(trial.matrices[0].way != Way::Swept);
}

void TestStrength::takesNothingThatErrsMoreThanImportance()
{
    for (const Eigen::Index tokens : { 4, 40, 400, 4000 }) {
        const Matrix W = noise(64, inputs, 80);
        const WayTrial trial = tried(tokens, W).matrices[0];
        QVERIFY(trial.error <= trial.importanceError && trial.error > 0);
        QVERIFY(trial.energy > trial.error);
    }
}

void TestStrength::roundsOutputsTogetherWhereverGptqIsBest()
{
    const Matrix W = noise(640, inputs, 81);
    const Matrix g = noise(2000, 640, 82); // what single rows of few make up for is noise
    const OutputHessian outputs{ g.transpose() * g / 1000 };
    const WayTrial much = tried(20000, W, nullptr, &outputs).matrices[0];
    QVERIFY(much.way == Way::Swept && much.twoSided);
    QVERIFY(much.error > 0 && much.error < much.importanceError);
    const WayTrial none = tried(20000, W).matrices[0];
    QVERIFY(none.way == Way::Swept && !none.twoSided);
    const WayTrial little = tried(4, W, nullptr, &outputs).matrices[0];
    QVERIFY(little.way >= Way::Gptq || !little.twoSided);
    QVERIFY(little.error <= little.importanceError);
}

void TestStrength::trustGrowsWithTokensAndFallsWithWidth()
{
    QCOMPARE(textTrust(believedTokens(100), 100), 0.5);
    QVERIFY(textTrust(1000, 100) < textTrust(2000, 100));
    QVERIFY(textTrust(1000, 100) > textTrust(1000, 200));
    QVERIFY(textTrust(0, 100) == 0 && textTrust(1e9, 100) > 0.999);
}

void TestStrength::aWholeShrinkageLeavesTheDiagonal()
{
    const MatrixD H = fitSums({ noise(50, 8, 81), Matrix(), Matrix() }).H.dense();
    const MatrixD diagonal = H.diagonal().asDiagonal();
    QVERIFY((shrunk(H, 1).dense() - diagonal).norm() < 1e-12);
    QVERIFY((shrunk(H, 0).dense() - H).norm() == 0);
    QCOMPARE(shrunk(H, 0.25)(0, 1), 0.75 * H(0, 1));
}

void TestStrength::aNormIsNotFittedToNoise()
{
    const Matrix W = noise(60, inputs, 82);
    const Matrix rounded = W + 0.3f * noise(60, inputs, 83);
    const auto sums = [](Eigen::Index tokens, unsigned seed) {
        return fitSums({ noise(tokens, inputs, seed), noise(tokens, inputs, seed + 1), Matrix() });
    };
    const NormRefit bold = refitNorm({ &rounded }, { W }, sums(40, 84), Progress());
    const NormRefit careful
        = refitNorm({ &rounded }, { W }, sums(40, 84), sums(20, 86), Progress());
    const float moved = (bold.factors.array() - 1).abs().mean();
    const float left = (careful.factors.array() - 1).abs().mean();
    QVERIFY2(left < 0.5f * moved, qPrintable(QString("%1, %2").arg(left).arg(moved)));
}

QTEST_GUILESS_MAIN(TestStrength)
#include "tst_strength.moc"
