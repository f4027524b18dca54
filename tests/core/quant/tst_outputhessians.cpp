// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/files/shelf.h"
#include "core/model/backwardwalk.h"
#include "core/quant/outputhessians.h"
#include "core/rounding/strength.h"
#include "core/rounding/tokenweights.h"
#include "smallrun.h"
#include "tests/support/oneprocessor.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace core;
using namespace smallrun;

namespace {

const Place up{ Role::FfnUp, 1 };

/// Σ g gᵀ of one matrix, and g·g by token.
struct SlowSum : BackwardObserver {
    MatrixD sum;
    std::vector<double> squares;
    Eigen::Index tokens = 0;

    void linearGradient(const LinearGradient& shown) override
    {
        if (shown.role != up.role || shown.layer != up.layer)
            return;
        if (sum.size() == 0)
            sum = MatrixD::Zero(shown.g.cols(), shown.g.cols());
        for (Eigen::Index i = 0; i < shown.g.rows(); ++i)
            squares.push_back(shown.g.row(i).cast<double>().squaredNorm());
        for (Eigen::Index i = 0; i < shown.g.rows(); ++i)
            for (Eigen::Index j = 0; j < shown.g.cols(); ++j)
                sum.row(j) += double(shown.g(i, j)) * shown.g.row(i).cast<double>();
        tokens += shown.g.rows();
    }
};

} // namespace

class TestOutputHessians : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void areThoseOfAWalkBack();
    void areTheSameForAnyNumberOfProcessors();
    void areKeptByPlace();
    void tellHowMuchTokensCount();
    void oneTokenSaysNothing();
    void aRunRoundsTwoSidedlyAndSaysSo();
    void aRunWithoutIsAsItWas();
    void aResumedRunEndsWithTheSameBytes();

private:
    QTemporaryDir m_folder;
    std::shared_ptr<const Checkpoint> m_checkpoint;
    QuantizeOptions m_options;
};

void TestOutputHessians::initTestCase()
{
    m_checkpoint = openModel(
        m_folder.filePath("model").toStdString(), { .layers = 2, .isTied = true, .hidden = 64 });
    m_options = calibrated(*m_checkpoint);
    const auto once = m_options.calibration;
    for (int i = 0; i < 3; ++i) // as much as is believed
        m_options.calibration.insert(m_options.calibration.end(), once.begin(), once.end());
}

void TestOutputHessians::areThoseOfAWalkBack()
{
    const OutputHessians hessians
        = gatherOutputHessians(*m_checkpoint, { up }, m_options.calibration, {}, Progress());
    const Matrix H = hessians.of(up).front();
    const LayerStates states
        = walkKeeping(*m_checkpoint, m_options.calibration, nullptr, Progress());
    SlowSum slow;
    backwardWalk(*m_checkpoint, states, { 0, states.length() - 1, 17, 0 }, slow, Progress());
    MatrixD expected = slow.sum * (2.0 / double(slow.tokens));
    expected = shrunk(expected, 1 - textTrust(double(slow.tokens), expected.rows())).dense();
    QVERIFY(expected.norm() > 0);
    QVERIFY((H.cast<double>() - expected).norm() < 1e-4 * expected.norm());
}

void TestOutputHessians::areTheSameForAnyNumberOfProcessors()
{
    const auto gathered = [&] {
        return gatherOutputHessians(*m_checkpoint, { up }, m_options.calibration, {}, Progress())
            .of(up)
            .front();
    };
    const Matrix all = gathered();
    const support::OneProcessor only;
    QVERIFY(gathered() == all);
}

void TestOutputHessians::areKeptByPlace()
{
    const Place q{ Role::AttnQ, 0 };
    OutputHessians hessians(*m_checkpoint, { up, q }, {});
    QVERIFY(hessians.has(up) && hessians.has(q) && !hessians.has({ Role::AttnK, 0 }));
    const auto rows = [&](Place place) { return Eigen::Index(m_checkpoint->find(place)->rows); };
    hessians.set(up, { Matrix::Constant(rows(up), rows(up), 2) });
    hessians.set(q, { Matrix::Constant(rows(q), rows(q), 3) });
    QVERIFY(hessians.of(up).front().isConstant(2) && hessians.of(q).front().isConstant(3));
    QVERIFY(hessians.absent().empty());
}

void TestOutputHessians::tellHowMuchTokensCount()
{
    const OutputHessians hessians
        = gatherOutputHessians(*m_checkpoint, { up }, m_options.calibration, {}, Progress());
    const LayerStates states
        = walkKeeping(*m_checkpoint, m_options.calibration, nullptr, Progress());
    SlowSum slow;
    backwardWalk(*m_checkpoint, states, { 0, states.length() - 1, 17, 0 }, slow, Progress());
    const Vector weights = hessians.tokenWeights(up.layer, LinearInput::FeedForward);
    QCOMPARE(weights.size(), Eigen::Index(slow.squares.size()));
    double mean = 0; // of the roots
    for (const double squares : slow.squares)
        mean += std::sqrt(squares) / double(slow.squares.size());
    for (Eigen::Index i = 0; i < weights.size(); ++i) {
        const double expected = std::sqrt(std::sqrt(slow.squares[std::size_t(i)]) / mean);
        QVERIFY(std::abs(double(weights(i)) - expected) < 1e-4 * (expected + 1));
    }
    QCOMPARE(weights(states.length() - 1), 0.0f); // nothing is predicted from a last token
    QVERIFY(hessians.tokenWeights(0, LinearInput::FeedForward).size() == 0);
    QVERIFY(gradientWeights(Vector::Zero(3)).isOnes());
}

void TestOutputHessians::oneTokenSaysNothing()
{
    QVERIFY(!gatherOutputHessians(*m_checkpoint, { up }, { { 1 }, { 2 } }, {}, Progress()).has(up));
    QVERIFY(
        !gatherOutputHessians(*m_checkpoint, {}, m_options.calibration, {}, Progress()).has(up));
}

void TestOutputHessians::aRunRoundsTwoSidedlyAndSaysSo()
{
    Recipe recipe = recipeOf(&formats::q4_0, Method::Gptq);
    recipe.gptq.twoSided = true;
    const auto model = quantize(m_checkpoint, recipe, m_options, {}, Progress());
    const auto both = std::ranges::count_if(model.reports,
        [](const TensorReport& report) { return report.gptq && report.gptq->twoSided; });
    QCOMPARE(both, 14);
    Recipe without = recipe;
    without.gptq.twoSided = false;
    const auto other = quantize(m_checkpoint, without, m_options, {}, Progress());
    QVERIFY(allBytes(*model.checkpoint) != allBytes(*other.checkpoint));
    for (const TensorReport& report : other.reports)
        QVERIFY(!report.gptq || !report.gptq->twoSided);
    recipe.gptq.weighGradients = false;
    const auto alike = quantize(m_checkpoint, recipe, m_options, {}, Progress());
    QVERIFY(allBytes(*model.checkpoint) != allBytes(*alike.checkpoint));
}

void TestOutputHessians::aRunWithoutIsAsItWas()
{
    Recipe recipe = recipeOf(&formats::q4_0, Method::Gptq);
    recipe.gptq.twoSided = false;
    const auto bytes
        = allBytes(*quantize(m_checkpoint, recipe, m_options, {}, Progress()).checkpoint);
    recipe.gptq.outputDamping = 0.1; // says nothing then
    recipe.gptq.weighGradients = !recipe.gptq.weighGradients; // nor this
    QVERIFY(
        allBytes(*quantize(m_checkpoint, recipe, m_options, {}, Progress()).checkpoint) == bytes);
}

void TestOutputHessians::aResumedRunEndsWithTheSameBytes()
{
    Recipe recipe = recipeOf(&formats::q4_0, Method::Gptq);
    recipe.gptq.twoSided = true;
    const auto whole = quantize(m_checkpoint, recipe, m_options, {}, Progress());
    QuantizeOptions kept = m_options;
    kept.shelf = std::make_shared<Shelf>(m_folder.filePath("shelf").toStdString());
    QVERIFY(cancelAfter(9, m_checkpoint, recipe, kept)); // in the second layer
    const auto resumed = quantize(m_checkpoint, recipe, kept, {}, Progress());
    QVERIFY(resumedTensors(resumed) > 6);
    QVERIFY(allBytes(*resumed.checkpoint) == allBytes(*whole.checkpoint));
}

QTEST_GUILESS_MAIN(TestOutputHessians)
#include "tst_outputhessians.moc"
