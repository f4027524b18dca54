// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/half.h"
#include "core/files/textfile.h"
#include "core/simulate/biascorrection.h"
#include "core/simulate/integerarithmetic.h"
#include "tests/core/rounding/syntheticlayer.h"
#include "tests/support/oneprocessor.h"
#include "tests/support/tinymodel.h"

#include <QTest>

#include <numeric>

using namespace core;

namespace {

const std::filesystem::path sample
    = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";

std::vector<int> ownGroups(int channels)
{
    std::vector<int> groups(static_cast<std::size_t>(channels));
    std::iota(groups.begin(), groups.end(), 0);
    return groups;
}

/// The residual stream after all layers, computed by `arithmetic` (null: in full precision).
Matrix walked(const Checkpoint& model, const LinearArithmetic* arithmetic,
    const std::vector<std::vector<int>>& sequences)
{
    HiddenStates hidden = embed(model, sequences);
    for (int layer = 0; layer < model.config().layers; ++layer) {
        LayerWeights weights = loadLayer(model, layer, Progress());
        if (arithmetic)
            arithmetic->prepare(weights, layer, Progress());
        walkLayer(hidden, weights, layer, nullptr, arithmetic, Progress());
    }
    return hidden.states;
}

} // namespace

class TestIntegerArithmetic : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void aTokenIsRoundedOverItsOwnRange();
    void aStaticRangeClips();
    void keptColumnsAreHalves();
    void rowsOfWeightsAreRoundedOverTheirOwnRange();
    void smoothingScalesAreThoseOfThePaper();
    void channelsOfAGroupShareOneScale();
    void theBestStrengthHasTheSmallestError();
    void manyBitsLoseNothing();
    void smoothingKeepsTheFunction();
    void outlierChannelsBringThePrecisionBack();
    void everyChannelAnOutlierIsTheOriginalInHalves();
    void isTheSameForAnyNumberOfProcessors();
    void saysThatItNeedsAText();
    void biasCorrectionTakesTheMeanShiftAway();

private:
    double lossOf(const ArithmeticOptions& options) const;

    std::shared_ptr<const Checkpoint> m_model;
    std::vector<std::vector<int>> m_calibration, m_text;
    Matrix m_expected;
};

void TestIntegerArithmetic::initTestCase()
{
    m_model = Checkpoint::open(sample);
    const Tokenizer& tokenizer = m_model->tokenizer();
    m_calibration = tokenSequences(tokenizer, readTextFile(sample / "calibration.txt"), 64, 8);
    m_text = tokenSequences(tokenizer, readTextFile(sample / "evaluation.txt"), 64, 4);
    m_expected = walked(*m_model, nullptr, m_text);
}

/// ‖h − h_ref‖² / ‖h_ref‖² of the residual stream.
double TestIntegerArithmetic::lossOf(const ArithmeticOptions& options) const
{
    const IntegerArithmetic arithmetic(m_model, nullptr, m_calibration, options, Progress());
    const Matrix states = walked(*m_model, &arithmetic, m_text);
    return double((states - m_expected).squaredNorm() / m_expected.squaredNorm());
}

void TestIntegerArithmetic::aTokenIsRoundedOverItsOwnRange()
{
    Matrix x(2, 5);
    x << 0.10f, -0.30f, 0.70f, -1.00f, 0.50f, 10, -30, 70, -100, 50;
    ActivationFormat format;
    format.range.symmetry = Symmetry::Asymmetric;
    Matrix rounded = x;
    roundActivations(rounded, format, {}, {}, Progress());
    for (int row = 0; row < 2; ++row) {
        const IntegerGrid grid = integerGrid(
            { x.row(row).minCoeff(), x.row(row).maxCoeff() }, 8, Symmetry::Asymmetric);
        for (int column = 0; column < 5; ++column)
            QCOMPARE(rounded(row, column), grid.rounded(x(row, column)));
    }
    QVERIFY((rounded - x).row(0).cwiseAbs().maxCoeff() < 0.0034f); // half a step of 1.7 / 255
}

void TestIntegerArithmetic::aStaticRangeClips()
{
    Matrix x(1, 3);
    x << 0.5f, 3, -9;
    ActivationFormat format;
    format.scope = ActivationFormat::Scope::Static;
    roundActivations(x, format, integerGrid({ -1, 1 }, 8, Symmetry::Symmetric), {}, Progress());
    QCOMPARE(x(0, 1), 1.0f);
    QCOMPARE(x(0, 2), -1.0f);
    QVERIFY(std::abs(x(0, 0) - 0.5f) < 0.004f);
}

void TestIntegerArithmetic::keptColumnsAreHalves()
{
    Matrix x(1, 4);
    x << 0.1f, 1000.3f, -0.2f, 0.15f;
    const std::vector<int> kept{ 1 };
    roundActivations(x, {}, {}, kept, Progress());
    QCOMPARE(x(0, 1), halfToFloat(floatToHalf(1000.3f)));
    QVERIFY(std::abs(x(0, 0) - 0.1f) < 0.0008f); // half of 0.2 / 127: the outlier widens no range
}

void TestIntegerArithmetic::rowsOfWeightsAreRoundedOverTheirOwnRange()
{
    Matrix W = syntheticLayer(20, 64, 1, 95).W;
    W.row(7) *= 100;
    Matrix rounded = W;
    const std::vector<int> kept{ 3 };
    roundRows(rounded, 8, kept, Progress());
    for (Eigen::Index row = 0; row < W.rows(); ++row) {
        const float step = W.row(row).cwiseAbs().maxCoeff() / 127;
        QVERIFY((rounded - W).row(row).cwiseAbs().maxCoeff() <= 0.501f * step);
        QCOMPARE(rounded(row, 3), halfToFloat(floatToHalf(W(row, 3))));
    }
}

void TestIntegerArithmetic::smoothingScalesAreThoseOfThePaper()
{
    Matrix a(1, 2), b(1, 2);
    a << 2, 0.5f;
    b << -1, 1;
    const std::vector<const Matrix*> weights{ &a, &b };
    const Vector absmax{ { 16, 4 } };
    // max|W| = (2, 1), α = 0.5: s = (√(16/2), √(4/1)) = (2.83, 2), divided by √(2.83·2).
    const Vector scales = smoothingScales(weights, absmax, ownGroups(2), 0.5);
    QVERIFY(std::abs(scales[0] / scales[1] - std::sqrt(2.0f)) < 1e-5f);
    QVERIFY(std::abs(scales[0] * scales[1] - 1) < 1e-5f);
    const Vector all = smoothingScales(weights, absmax, ownGroups(2), 1);
    QVERIFY(std::abs(all[0] / all[1] - 4) < 1e-5f);
}

void TestIntegerArithmetic::channelsOfAGroupShareOneScale()
{
    const Matrix W = syntheticLayer(8, 6, 1, 96).W;
    const std::vector<const Matrix*> weights{ &W };
    const Vector absmax{ { 1, 2, 3, 4, 5, 6 } };
    const std::vector<int> groups{ 0, 1, 2, 0, 1, 2 };
    const Vector scales = smoothingScales(weights, absmax, groups, 0.7);
    for (int channel = 0; channel < 3; ++channel)
        QCOMPARE(scales[channel], scales[channel + 3]);
}

void TestIntegerArithmetic::theBestStrengthHasTheSmallestError()
{
    const SyntheticLayer layer = syntheticLayer(64, 128, 300, 97);
    const std::vector<const Matrix*> weights{ &layer.W };
    const SmoothingInput input{ layer.x, layer.x.cwiseAbs().colwise().maxCoeff().transpose() };
    ActivationFormat format;
    format.scope = ActivationFormat::Scope::Static;
    const auto search = [&](std::optional<double> strength) {
        return searchSmoothing(weights, input, ownGroups(128), format, 8, strength, Progress());
    };
    const SmoothingChoice best = search(std::nullopt);
    QVERIFY(best.scales.size() == 128 && best.strength > 0);
    QVERIFY(best.errorAfter < 0.5 * best.errorBefore); // outlier channels twenty times as large
    for (const double strength : { 0.0, 0.25, 0.5, 0.7 }) {
        const SmoothingChoice fixed = search(strength);
        QCOMPARE(fixed.strength, strength);
        QVERIFY(fixed.errorAfter >= best.errorAfter);
    }
}

void TestIntegerArithmetic::manyBitsLoseNothing()
{
    ArithmeticOptions options;
    options.activations.range.bits = 16;
    options.weightBits = 16;
    const double sixteen = lossOf(options);
    QVERIFY2(sixteen < 1e-6, qPrintable(QString::number(sixteen)));
    options.activations.range.bits = 8;
    options.weightBits = 8;
    const double eight = lossOf(options);
    QVERIFY2(eight > 10 * sixteen && eight < 0.01, qPrintable(QString::number(eight)));
    options.activations.range.bits = 4;
    QVERIFY(lossOf(options) > 10 * eight);
}

void TestIntegerArithmetic::smoothingKeepsTheFunction()
{
    ArithmeticOptions options;
    options.activations.range.bits = 16;
    options.smoothing = 0.5;
    QVERIFY(lossOf(options) < 1e-6);
}

void TestIntegerArithmetic::outlierChannelsBringThePrecisionBack()
{
    ArithmeticOptions options;
    options.activations.range.bits = 6;
    const double none = lossOf(options);
    options.outlierThreshold = 8;
    const IntegerArithmetic arithmetic(m_model, nullptr, m_calibration, options, Progress());
    std::size_t outliers = 0, channels = 0;
    for (const InputArithmetic& input : arithmetic.inputs()) {
        outliers += input.outliers.size();
        channels += input.input == LinearInput::Down ? 768 : 256;
    }
    QVERIFY(outliers > 0 && outliers < channels / 2);
    QVERIFY(lossOf(options) < none);
}

void TestIntegerArithmetic::everyChannelAnOutlierIsTheOriginalInHalves()
{
    ArithmeticOptions options;
    options.activations.range.bits = 2;
    options.weightBits = 2;
    options.outlierThreshold = 1e-30;
    QVERIFY(lossOf(options) < 1e-5);
    options.activations.scope = ActivationFormat::Scope::Static; // ranges of no values
    QVERIFY(lossOf(options) < 1e-5);
}

void TestIntegerArithmetic::isTheSameForAnyNumberOfProcessors()
{
    ArithmeticOptions options;
    options.activations.scope = ActivationFormat::Scope::Static;
    options.smoothing = -1;
    options.weightBits = 8;
    options.outlierThreshold = 8;
    const QTemporaryDir folder;
    support::writeTinyModel({}, folder.path().toStdString()); // searching takes long on the sample
    const auto model = Checkpoint::open(folder.path().toStdString());
    const std::vector<std::vector<int>> text
        = tokenSequences(model->tokenizer(), readTextFile(sample / "evaluation.txt"), 64, 4);
    const auto statesNow = [&] {
        const IntegerArithmetic arithmetic(model, nullptr, text, options, Progress());
        return walked(*model, &arithmetic, text);
    };
    const Matrix all = statesNow();
    const support::OneProcessor only;
    QVERIFY(statesNow() == all);
}

void TestIntegerArithmetic::saysThatItNeedsAText()
{
    ArithmeticOptions options;
    options.activations.scope = ActivationFormat::Scope::Static;
    QVERIFY_EXCEPTION_THROWN(IntegerArithmetic(m_model, nullptr, {}, options, Progress()), Error);
    options.activations.scope = ActivationFormat::Scope::Dynamic;
    const IntegerArithmetic dynamic(m_model, nullptr, {}, options, Progress());
    QCOMPARE(dynamic.inputs().size(), std::size_t(16));
}

void TestIntegerArithmetic::biasCorrectionTakesTheMeanShiftAway()
{
    ArithmeticOptions options;
    options.activations.range.bits = 5;
    options.weightBits = 4;
    const auto rough = std::make_shared<const IntegerArithmetic>(
        m_model, nullptr, m_calibration, options, Progress());
    const BiasCorrection corrected(*m_model, rough, *m_model, m_calibration, Progress());
    QCOMPARE(corrected.shifts().size(), std::size_t(2 * m_model->config().layers));
    const Matrix expected = walked(*m_model, nullptr, m_calibration);
    const auto shiftOf = [&](const LinearArithmetic& arithmetic) {
        const Matrix states = walked(*m_model, &arithmetic, m_calibration);
        return double((states - expected).colwise().mean().norm());
    };
    QVERIFY(shiftOf(corrected) < 1e-3 * shiftOf(*rough));
    const auto lossOn = [&](const LinearArithmetic& arithmetic) {
        return double((walked(*m_model, &arithmetic, m_text) - m_expected).squaredNorm());
    };
    QVERIFY(lossOn(corrected) < lossOn(*rough)); // on text that it was not measured on, too
}

QTEST_GUILESS_MAIN(TestIntegerArithmetic)
#include "tst_integerarithmetic.moc"
