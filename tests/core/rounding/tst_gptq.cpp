// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/formats/study.h"
#include "core/rounding/encode.h"
#include "core/rounding/gptq.h"
#include "core/rounding/gridrounding.h"
#include "core/rounding/hessian.h"
#include "referencealgebra.h"
#include "syntheticlayer.h"
#include "tests/support/oneprocessor.h"

#include <Eigen/Cholesky>
#include <QtTest>

#include <chrono>
#include <thread>

using namespace core;

namespace {

MatrixD hessianOf(const Matrix& x)
{
    Hessian hessian(x.cols());
    hessian.add(x);
    return hessian.take().dense();
}

/// Algorithm 1 of the paper without blocks, in double, column after column: E of its result.
double plainGptqError(const Matrix& W, const MatrixD& H, const Format& format)
{
    const Eigen::Index n = W.cols();
    MatrixD damped = H;
    damped.diagonal().array() += 0.01 * H.diagonal().mean();
    const MatrixD U = reference::upperCholesky(reference::inverse(damped));
    std::vector<float> importance(static_cast<std::size_t>(n));
    for (Eigen::Index j = 0; j < n; ++j)
        importance[std::size_t(j)] = float(H(j, j));
    Matrix rounded(W.rows(), n);
    for (Eigen::Index row = 0; row < W.rows(); ++row) {
        Eigen::RowVectorXd w = W.row(row).cast<double>();
        std::vector<std::byte> block(static_cast<std::size_t>(format.blockBytes));
        BlockScales scales;
        for (Eigen::Index j = 0; j < n; ++j) {
            if (j % format.blockSize == 0) {
                const Eigen::RowVectorXf now = w.segment(j, format.blockSize).cast<float>();
                format.encodeRow(
                    now.data(), std::size_t(format.blockSize), importance.data() + j, block.data());
                scales = format.grid->scales(block.data());
            }
            const auto group = std::size_t(j % format.blockSize / format.grid->groupSize);
            rounded(row, j)
                = roundToGrid(*format.grid, scales.step[group], scales.offset[group], float(w(j)))
                      .value;
            const double err = (w(j) - double(rounded(row, j))) / U(j, j);
            w.tail(n - j) -= err * U.row(j).tail(n - j);
        }
    }
    return outputError(W, rounded, H);
}

constexpr Eigen::Index gridColumns = 512;

/// Formats with a grid whose blocks fit rows of `gridColumns`, study formats of each kind included.
std::vector<const Format*> gridFormats()
{
    std::vector<const Format*> formats;
    for (const Format* format : allFormats())
        if (format->grid)
            formats.push_back(format);
    for (const char* name : { "INT4_ASYM_G64", "INT3_SYM_CHANNEL", "NF4_G64", "NF4_DQ_G32",
             "FP8_E4M3_CHANNEL", "LOG4_G32", "TERNARY_G64", "BINARY_CHANNEL" })
        formats.push_back(formatForRows(findFormat(std::string_view(name)), gridColumns));
    return formats;
}

} // namespace

class TestGptq : public QObject {
    Q_OBJECT

private slots:
    void roundsToTheNearestLevel();
    void outputErrorIsTheTrace();
    void statesTheErrorOfWhatItStores_data();
    void statesTheErrorOfWhatItStores();
    void agreesWithThePlainAlgorithm_data() { statesTheErrorOfWhatItStores_data(); }
    void agreesWithThePlainAlgorithm();
    void halvesTheErrorOfImportanceAtFourBits();
    void isMeasuredByTheEncoderThatIsGiven();
    void roundsOnOneGridForTheWholeTensor();
    void columnBlockChangesLittle();
    void isTheSameForAnyNumberOfProcessors();
    void raisesTheDampingAndSaysSo();
    void refusesAHessianThatNoDampingHelps();
    void refusesAHessianThatIsNotFinite();
    void roundsDeadChannelsLikeOthers();
    void roundsWithoutAnyActivation();
    void keepsAllZeroRows();
    void roundsOneRow();
    void encodesFormatsWithoutGrid();
    void stopsWhenCancelled();
    void stopsWithinASecondOnAWideMatrix();
};

void TestGptq::roundsToTheNearestLevel()
{
    static constexpr std::array<float, 4> levels{ -4, -1, 0, 3 };
    const Grid grid{
        .groupSize = 4, .levels = levels, .uniform = false, .scales = nullptr, .storeCodes = nullptr
    };
    for (const float step : { 0.5f, -0.5f })
        for (int i = -400; i <= 400; ++i) {
            const float weight = 0.01f * float(i);
            const GridValue rounded = roundToGrid(grid, step, 0.25f, weight);
            QCOMPARE(rounded.value, step * levels[rounded.code] + 0.25f);
            for (const float level : levels)
                QVERIFY(std::abs(weight - rounded.value)
                    <= std::abs(weight - (step * level + 0.25f)) + 1e-6f);
        }
    QCOMPARE(roundToGrid(grid, 0.0f, 0.25f, 7.0f).value, 0.25f);
}

void TestGptq::outputErrorIsTheTrace()
{
    const SyntheticLayer layer = syntheticLayer(5, 600, 700, 11);
    const MatrixD H = hessianOf(layer.x);
    const Matrix rounded = (layer.W * 64.0f).array().round().matrix() / 64.0f;
    const MatrixD D = (layer.W - rounded).cast<double>();
    const double expected = reference::product(D, H).cwiseProduct(D).sum();
    QVERIFY(std::abs(outputError(layer.W, rounded, H) - expected) < 1e-4 * expected);
}

void TestGptq::statesTheErrorOfWhatItStores_data()
{
    QTest::addColumn<const Format*>("format");
    for (const Format* format : gridFormats())
        QTest::newRow(std::string(format->name).c_str()) << format;
}

void TestGptq::statesTheErrorOfWhatItStores()
{
    QFETCH(const Format*, format);
    const SyntheticLayer layer = syntheticLayer(70, gridColumns, 1500, 12);
    const MatrixD H = hessianOf(layer.x);
    const GptqResult result = gptqRound(layer.W, H, *format, {}, Progress());
    QCOMPARE(result.damping, 0.01);
    QCOMPARE(result.dampingRaises, 0);
    const Matrix stored = decodeMatrix(result.bytes, *format, 70, gridColumns);
    const double error = outputError(layer.W, stored, H);
    QVERIFY(std::abs(result.error - error) < 1e-3 * error);
    QVERIFY(result.error <= result.importanceError);
    QVERIFY(std::abs(result.energy - outputError(layer.W, Matrix::Zero(70, gridColumns), H))
        < 1e-4 * result.energy);
}

void TestGptq::agreesWithThePlainAlgorithm()
{
    QFETCH(const Format*, format);
    const SyntheticLayer layer = syntheticLayer(40, gridColumns, 1500, 13);
    const MatrixD H = hessianOf(layer.x);
    const GptqResult result = gptqRound(layer.W, H, *format, { .sweeps = 0 }, Progress());
    const double plain = plainGptqError(layer.W, H, *format);
    if (!result.keptImportance) // single codes at ties differ, the sum hardly
        QVERIFY2(std::abs(result.error - plain) < 0.01 * plain,
            qPrintable(QString("%1 against %2").arg(result.error).arg(plain)));
    else
        QVERIFY(plain > 0.99 * result.importanceError);
}

void TestGptq::halvesTheErrorOfImportanceAtFourBits()
{
    const SyntheticLayer layer = syntheticLayer(64, 512, 2000, 14);
    const GptqResult result = gptqRound(layer.W, hessianOf(layer.x), formats::q4_K, {}, Progress());
    QVERIFY(!result.keptImportance);
    QVERIFY2(result.error < 0.5 * result.importanceError,
        qPrintable(QString::number(result.error / result.importanceError)));
}

void TestGptq::isMeasuredByTheEncoderThatIsGiven()
{
    const SyntheticLayer layer = syntheticLayer(64, 512, 2000, 14);
    const GptqFactor factor = factorHessian(hessianOf(layer.x), {}, Progress());
    const auto importanceError = [&](Encoder encoder) {
        const GptqResult result
            = gptqRound(layer.W, layer.W, factor, formats::q4_K, {}, Progress(), encoder);
        const Matrix encoded = decodeMatrix(
            encodeMatrix(layer.W, formats::q4_K, factor.importance, encoder, Progress()),
            formats::q4_K, 64, 512);
        const double expected = outputError(layer.W, encoded, factor.H);
        return std::abs(result.importanceError - expected) < 1e-3 * expected ? expected : -1;
    };
    const double closest = importanceError(Encoder::Closest);
    QVERIFY(closest > 0);
    QVERIFY(closest < importanceError(Encoder::Ggml));
}

void TestGptq::roundsOnOneGridForTheWholeTensor()
{
    const SyntheticLayer layer = syntheticLayer(64, 512, 2000, 16);
    const Format& format
        = *formatForRows(findFormat(std::string_view("INT8_ASYM_TENSOR")), layer.W.cols());
    const GptqResult result = gptqRound(layer.W, hessianOf(layer.x), format, {}, Progress());
    QVERIFY(!result.keptImportance);
    QVERIFY(result.error < 0.8 * result.importanceError);
    const BlockScales first = format.grid->scales(result.bytes.data());
    for (std::size_t row = 1; row < 64; ++row) {
        const BlockScales scales
            = format.grid->scales(result.bytes.data() + row * format.rowBytes(512));
        QCOMPARE(scales.step[0], first.step[0]);
        QCOMPARE(scales.offset[0], first.offset[0]);
    }
}

void TestGptq::columnBlockChangesLittle()
{
    const SyntheticLayer layer = syntheticLayer(64, 512, 2000, 15);
    const MatrixD H = hessianOf(layer.x);
    const double error = gptqRound(layer.W, H, formats::q4_0, { .sweeps = 0 }, Progress()).error;
    for (const int columnBlock : { 1, 32, 100, 512, 4096 }) {
        const GptqOptions options{ .columnBlock = columnBlock, .sweeps = 0 };
        const double other = gptqRound(layer.W, H, formats::q4_0, options, Progress()).error;
        QVERIFY(std::abs(other - error) < 0.01 * error);
    }
}

void TestGptq::isTheSameForAnyNumberOfProcessors()
{
    const SyntheticLayer layer = syntheticLayer(200, 512, 800, 16);
    const MatrixD H = hessianOf(layer.x);
    const GptqResult all = gptqRound(layer.W, H, formats::q4_K, {}, Progress());
    const support::OneProcessor only;
    const GptqResult one = gptqRound(layer.W, H, formats::q4_K, {}, Progress());
    QVERIFY(one.bytes == all.bytes);
    QCOMPARE(one.error, all.error);
    QCOMPARE(one.energy, all.energy);
}

void TestGptq::raisesTheDampingAndSaysSo()
{
    const SyntheticLayer layer = syntheticLayer(8, 256, 400, 17);
    MatrixD H = hessianOf(layer.x);
    H.diagonal().array() -= 0.1 * H.diagonal().mean(); // no longer positive definite
    H.diagonal() = H.diagonal().cwiseMax(1e-6);
    const GptqResult result = gptqRound(layer.W, H, formats::q4_0, {}, Progress());
    QVERIFY(result.dampingRaises > 0);
    QVERIFY(result.damping > 0.01);
}

void TestGptq::refusesAHessianThatNoDampingHelps()
{
    const MatrixD H = -10.0 * MatrixD::Ones(32, 32) + 11.0 * MatrixD::Identity(32, 32);
    const Matrix W = Matrix::Ones(1, 32);
    QVERIFY_EXCEPTION_THROWN((void)gptqRound(W, H, formats::q4_0, {}, Progress()), Error);
}

void TestGptq::refusesAHessianThatIsNotFinite()
{
    MatrixD H = MatrixD::Identity(32, 32);
    H(3, 3) = std::numeric_limits<double>::infinity();
    const Matrix W = Matrix::Ones(1, 32);
    QVERIFY_EXCEPTION_THROWN((void)gptqRound(W, H, formats::q4_0, {}, Progress()), Error);
}

void TestGptq::roundsDeadChannelsLikeOthers()
{
    SyntheticLayer layer = syntheticLayer(20, 256, 600, 18);
    for (const int channel : { 0, 31, 32, 100, 255 })
        layer.x.col(channel).setZero();
    const GptqResult result = gptqRound(layer.W, hessianOf(layer.x), formats::q8_0, {}, Progress());
    QCOMPARE(result.deadChannels, 5);
    const Matrix stored = decodeMatrix(result.bytes, formats::q8_0, 20, 256);
    for (const int channel : { 0, 31, 32, 100, 255 })
        QVERIFY((stored - layer.W).col(channel).cwiseAbs().maxCoeff() < 0.005f);
}

void TestGptq::roundsWithoutAnyActivation()
{
    const SyntheticLayer layer = syntheticLayer(20, 256, 1, 19);
    const GptqResult result
        = gptqRound(layer.W, SymmetricMatrix(256), formats::q4_K, {}, Progress());
    QCOMPARE(result.deadChannels, 256);
    QCOMPARE(result.energy, 0.0);
    const Matrix stored = decodeMatrix(result.bytes, formats::q4_K, 20, 256);
    QVERIFY((stored - layer.W).norm() < 0.1f * layer.W.norm());
}

void TestGptq::keepsAllZeroRows()
{
    SyntheticLayer layer = syntheticLayer(6, gridColumns, 600, 20);
    layer.W.row(2).setZero();
    const MatrixD H = hessianOf(layer.x);
    for (const Format* format : gridFormats()) {
        const GptqResult result = gptqRound(layer.W, H, *format, {}, Progress());
        QVERIFY(decodeMatrix(result.bytes, *format, 6, gridColumns).row(2).isZero());
    }
}

void TestGptq::roundsOneRow()
{
    const SyntheticLayer layer = syntheticLayer(1, 32, 100, 21);
    const GptqResult result = gptqRound(layer.W, hessianOf(layer.x), formats::q4_0, {}, Progress());
    QCOMPARE(result.bytes.size(), std::size_t(18));
    QVERIFY(result.error <= result.importanceError);
}

void TestGptq::encodesFormatsWithoutGrid()
{
    const SyntheticLayer layer = syntheticLayer(3, 64, 100, 22);
    const GptqResult result = gptqRound(layer.W, hessianOf(layer.x), formats::f16, {}, Progress());
    QVERIFY(result.bytes == encodeMatrix(layer.W, formats::f16, {}, Progress()));
    QCOMPARE(result.error, result.importanceError);
}

void TestGptq::stopsWhenCancelled()
{
    const SyntheticLayer layer = syntheticLayer(64, 512, 600, 23);
    const MatrixD H = hessianOf(layer.x);
    std::stop_source stop;
    const Progress progress(stop.get_token(), [&](double done, const std::string&) {
        if (done > 0.5)
            stop.request_stop();
    });
    QVERIFY_EXCEPTION_THROWN((void)gptqRound(layer.W, H, formats::q4_0, {}, progress), Cancelled);
}

void TestGptq::stopsWithinASecondOnAWideMatrix()
{
    const SyntheticLayer layer = syntheticLayer(256, 2048, 600, 24);
    const MatrixD H = hessianOf(layer.x);
    std::chrono::steady_clock::time_point asked;
    for (const double when : { 0.1, 0.35, 0.7, 0.9 }) { // in the factor, the rounding, the sweeps
        std::stop_source stop;
        const Progress progress(stop.get_token(), [&](double done, const std::string&) {
            if (done > when && !stop.stop_requested()) {
                asked = std::chrono::steady_clock::now();
                stop.request_stop();
            }
        });
        QVERIFY_EXCEPTION_THROWN(
            (void)gptqRound(layer.W, H, formats::q4_K, {}, progress), Cancelled);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - asked;
        QVERIFY2(taken.count() < 1, qPrintable(QString("%1 s").arg(taken.count())));
    }
}

QTEST_GUILESS_MAIN(TestGptq)
#include "tst_gptq.moc"
