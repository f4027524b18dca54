// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/rounding/awq.h"
#include "core/rounding/encode.h"
#include "core/rounding/hessian.h"
#include "syntheticlayer.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

#include <numeric>

using namespace core;

namespace {

constexpr int inputs = 256;

/// Two matrices that read one input with outlier channels.
struct Readers {
    SyntheticLayer layer = syntheticLayer(64, inputs, 800, 71);
    Matrix other = 3 * syntheticLayer(48, inputs, 1, 72).W;
    MatrixD H = hessianOf(layer.x);
    std::vector<int> groups = ownGroups();

    static MatrixD hessianOf(const Matrix& x)
    {
        Hessian hessian(x.cols());
        hessian.add(x);
        return hessian.take().dense();
    }
    static std::vector<int> ownGroups()
    {
        std::vector<int> groups(inputs);
        std::iota(groups.begin(), groups.end(), 0);
        return groups;
    }
    std::vector<ScaledReader> all(const Format& format, ScaledReader::Rounding rounding) const
    {
        return { { &layer.W, &format, rounding }, { &other, &format, rounding } };
    }
};

/// E / tr(W H Wᵀ) of importance-weighted rounding of W·s, as a model computes with it.
double relativeError(const Matrix& W, const Vector& scales, const MatrixD& H, const Format& format)
{
    const Eigen::RowVectorXf s = scales.transpose();
    std::vector<float> importance;
    for (Eigen::Index j = 0; j < W.cols(); ++j)
        importance.push_back(float(H(j, j)) / (s[j] * s[j]));
    const Matrix scaled = W.array().rowwise() * s.array();
    Matrix rounded = decodeMatrix(
        encodeMatrix(scaled, format, importance, Progress()), format, W.rows(), W.cols());
    rounded.array().rowwise() /= s.array();
    return outputError(W, rounded, H) / outputError(W, Matrix::Zero(W.rows(), W.cols()), H);
}

double errorOf(
    const std::vector<std::byte>& bytes, const Matrix& W, const MatrixD& H, const Format& format)
{
    return outputError(W, decodeMatrix(bytes, format, W.rows(), W.cols()), H);
}

std::vector<float> diagonalOf(const MatrixD& H)
{
    const Eigen::VectorXf diagonal = H.diagonal().cast<float>();
    return { diagonal.begin(), diagonal.end() };
}

} // namespace

class TestAwq : public QObject {
    Q_OBJECT

private slots:
    void scalesLowerTheErrorThatTheyState_data();
    void scalesLowerTheErrorThatTheyState();
    void findsTheBestOfAllTenths();
    void scalesLowerTheErrorOfGptqToo();
    void channelsOfAGroupShareOneScale();
    void leavesWhatScalesDoNotHelp();
    void deadChannelsKeepFiniteScales();
    void refusesAHessianThatIsNotFinite();
    void isTheSameForAnyNumberOfProcessors();
    void scaledHessianIsThatOfTheScaledInputs();
    void clippingNeverHasALargerError_data();
    void clippingNeverHasALargerError();
    void clippingTriesEveryBound();
    void clippedBytesAreTheSameForAnyNumberOfProcessors();
    void roundsZerosToZeros();
    void stopsWhenCancelled();
};

void TestAwq::scalesLowerTheErrorThatTheyState_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : { "Q4_0", "Q4_1", "Q4_K", "Q2_K" })
        QTest::newRow(name) << QString(name);
}

void TestAwq::scalesLowerTheErrorThatTheyState()
{
    QFETCH(QString, name);
    const Format& format = *findFormat(name.toStdString());
    const Readers r;
    const auto readers = r.all(format, ScaledReader::Rounding::Importance);
    const ScaleChoice choice = searchScales(readers, r.H, r.groups, {}, Progress());
    QVERIFY(choice.scales.size() == inputs && choice.activationPower > 0);
    QVERIFY(choice.errorAfter < 0.95 * choice.errorBefore);
    const Vector none = Vector::Ones(inputs);
    double before = 0, after = 0;
    for (const ScaledReader& reader : readers) {
        before += relativeError(*reader.W, none, r.H, format);
        after += relativeError(*reader.W, choice.scales, r.H, format);
    }
    QVERIFY(std::abs(choice.errorBefore - before) < 1e-4 * before);
    QVERIFY(std::abs(choice.errorAfter - after) < 1e-4 * after);
    const double logs = double(choice.scales.array().log().mean());
    QVERIFY(std::abs(logs) < 1e-3); // geometric mean 1
}

void TestAwq::findsTheBestOfAllTenths()
{
    const Readers r;
    const std::vector<ScaledReader> reader{ { &r.layer.W, &formats::q4_0,
        ScaledReader::Rounding::Importance } };
    const ScaleChoice choice = searchScales(reader, r.H, r.groups, {}, Progress());
    const Eigen::ArrayXd activation = r.H.diagonal().array().sqrt();
    const Eigen::ArrayXd weight
        = r.layer.W.cast<double>().colwise().norm().transpose().array() / std::sqrt(64.0);
    double smallest = 1;
    for (int i = 0; i <= 10; ++i)
        for (const double beta : { 0.0, 1 - i / 10.0 }) {
            Eigen::ArrayXd logs = i / 10.0 * activation.log() - beta * weight.log();
            logs -= logs.mean();
            smallest = std::min(smallest,
                relativeError(r.layer.W, logs.exp().matrix().cast<float>(), r.H, formats::q4_0));
        }
    QVERIFY(choice.errorAfter < 1.001 * smallest && choice.errorAfter > 0.9 * smallest);
}

void TestAwq::scalesLowerTheErrorOfGptqToo()
{
    const Readers r;
    const ScaleChoice choice = searchScales(
        r.all(formats::q4_0, ScaledReader::Rounding::Gptq), r.H, r.groups, {}, Progress());
    QVERIFY(choice.scales.size() == inputs);
    const auto gptqError = [&](const Matrix& W, const Vector& scales) {
        const Matrix scaled = W.array().rowwise() * scales.transpose().array();
        const GptqResult result = gptqRound(
            scaled, scaledHessian(r.H, scales), formats::q4_0, GptqOptions(), Progress());
        return result.error / result.energy;
    };
    double before = 0, after = 0;
    for (const Matrix* W : { &r.layer.W, &r.other }) {
        before += gptqError(*W, Vector::Ones(inputs));
        after += gptqError(*W, choice.scales);
    }
    QVERIFY(std::abs(choice.errorBefore - before) < 1e-3 * before);
    // What is damped differs: here the scaled Hessian's mean, in the search the unscaled one's.
    QVERIFY(std::abs(choice.errorAfter - after) < 0.2 * after);
    QVERIFY(after < before);
}

void TestAwq::channelsOfAGroupShareOneScale()
{
    const Readers r;
    std::vector<int> groups;
    for (int channel = 0; channel < inputs; ++channel)
        groups.push_back(channel % 64);
    const ScaleChoice choice = searchScales(
        r.all(formats::q4_0, ScaledReader::Rounding::Importance), r.H, groups, {}, Progress());
    QVERIFY(choice.scales.size() == inputs);
    for (int channel = 64; channel < inputs; ++channel)
        QCOMPARE(choice.scales[channel], choice.scales[channel % 64]);
}

void TestAwq::leavesWhatScalesDoNotHelp()
{
    const Readers r;
    const MatrixD even = MatrixD::Identity(inputs, inputs);
    Matrix W = syntheticLayer(64, inputs, 1, 73).W;
    for (Eigen::Index j = 0; j < W.cols(); ++j)
        W.col(j) /= W.col(j).norm();
    const std::vector<ScaledReader> reader{ { &W, &formats::q4_0,
        ScaledReader::Rounding::Importance } };
    const ScaleChoice choice = searchScales(reader, even, r.groups, {}, Progress());
    QCOMPARE(choice.scales.size(), Eigen::Index(0));
    QCOMPARE(choice.errorAfter, choice.errorBefore);
}

void TestAwq::deadChannelsKeepFiniteScales()
{
    Readers r;
    r.layer.x.col(9).setZero();
    r.layer.W.col(17).setZero();
    const MatrixD H = Readers::hessianOf(r.layer.x);
    for (const auto rounding :
        { ScaledReader::Rounding::Importance, ScaledReader::Rounding::Gptq }) {
        const ScaleChoice choice
            = searchScales(r.all(formats::q4_0, rounding), H, r.groups, {}, Progress());
        QVERIFY(choice.scales.size() == inputs);
        QVERIFY(choice.scales.allFinite() && choice.scales.minCoeff() > 0);
    }
}

void TestAwq::refusesAHessianThatIsNotFinite()
{
    Readers r;
    r.H(3, 3) = std::numeric_limits<double>::infinity();
    QVERIFY_EXCEPTION_THROWN(
        (void)searchScales(r.all(formats::q4_0, ScaledReader::Rounding::Importance), r.H, r.groups,
            {}, Progress()),
        Error);
}

void TestAwq::isTheSameForAnyNumberOfProcessors()
{
    const Readers r;
    const auto readers = r.all(formats::q4_1, ScaledReader::Rounding::Gptq);
    const ScaleChoice all = searchScales(readers, r.H, r.groups, {}, Progress());
    const support::OneProcessor only;
    const ScaleChoice one = searchScales(readers, r.H, r.groups, {}, Progress());
    QVERIFY(one.scales == all.scales);
    QCOMPARE(one.errorAfter, all.errorAfter);
}

void TestAwq::scaledHessianIsThatOfTheScaledInputs()
{
    const Readers r;
    Vector scales(inputs);
    for (int channel = 0; channel < inputs; ++channel)
        scales[channel] = std::exp2(float(channel % 7) - 3);
    const Matrix x = r.layer.x.array().rowwise() / scales.transpose().array();
    const MatrixD expected = Readers::hessianOf(x);
    QVERIFY((scaledHessian(r.H, scales).dense() - expected).norm() < 1e-6 * expected.norm());
}

void TestAwq::clippingNeverHasALargerError_data()
{
    QTest::addColumn<QString>("name");
    for (const Format* format : allFormats())
        if (format->grid && inputs % format->blockSize == 0) {
            const QString name = QString::fromLatin1(format->name.data(), int(format->name.size()));
            QTest::newRow(qPrintable(name)) << name;
        }
}

void TestAwq::clippingNeverHasALargerError()
{
    QFETCH(QString, name);
    const Format& format = *findFormat(name.toStdString());
    const Readers r;
    const bool weighs = format.importance == Format::Importance::Used;
    const auto importance = weighs ? diagonalOf(r.H) : std::vector<float>();
    const Matrix W = r.layer.W.topRows(24);
    const double clipped = errorOf(
        clippedRound(W, r.H, format, importance, Encoder::Ggml, Progress()), W, r.H, format);
    const double plain = errorOf(encodeMatrix(W, format, importance, Progress()), W, r.H, format);
    QVERIFY2(clipped <= plain, qPrintable(QString("%1 > %2").arg(clipped).arg(plain)));
    if (&format == &formats::q4_0 || &format == &formats::q4_1)
        QVERIFY(clipped < 0.99 * plain);
}

void TestAwq::clippingTriesEveryBound()
{
    // One block of Q4_0 with H diagonal: the error of what is stored is the smallest there is.
    const SyntheticLayer layer = syntheticLayer(1, 32, 400, 74);
    const MatrixD H = Readers::hessianOf(layer.x).diagonal().asDiagonal();
    const auto importance = diagonalOf(H);
    double smallest = std::numeric_limits<double>::infinity();
    for (int percent = 100; percent >= 55; percent -= 5) {
        const float bound = float(percent) / 100 * layer.W.cwiseAbs().maxCoeff();
        const Matrix clipped = layer.W.cwiseMax(-bound).cwiseMin(bound);
        smallest = std::min(smallest,
            errorOf(encodeMatrix(clipped, formats::q4_0, importance, Progress()), layer.W, H,
                formats::q4_0));
    }
    const double found
        = errorOf(clippedRound(layer.W, H, formats::q4_0, importance, Encoder::Ggml, Progress()),
            layer.W, H, formats::q4_0);
    QVERIFY(std::abs(found - smallest) < 1e-5 * smallest);
}

void TestAwq::clippedBytesAreTheSameForAnyNumberOfProcessors()
{
    const Readers r;
    const auto all = clippedRound(r.layer.W, r.H, formats::q4_1, {}, Encoder::Ggml, Progress());
    const support::OneProcessor only;
    QVERIFY(clippedRound(r.layer.W, r.H, formats::q4_1, {}, Encoder::Ggml, Progress()) == all);
}

void TestAwq::roundsZerosToZeros()
{
    const Readers r;
    const Matrix zeros = Matrix::Zero(3, inputs);
    const auto bytes = clippedRound(zeros, r.H, formats::q4_K, {}, Encoder::Ggml, Progress());
    QVERIFY(decodeMatrix(bytes, formats::q4_K, 3, inputs) == zeros);
    const std::vector<ScaledReader> reader{ { &zeros, &formats::q4_0,
        ScaledReader::Rounding::Importance } };
    const ScaleChoice choice = searchScales(reader, r.H, r.groups, {}, Progress());
    QCOMPARE(choice.scales.size(), Eigen::Index(0));
}

void TestAwq::stopsWhenCancelled()
{
    const Readers r;
    std::stop_source stop;
    stop.request_stop();
    const Progress progress(stop.get_token(), {});
    QVERIFY_EXCEPTION_THROWN(
        (void)searchScales(
            r.all(formats::q4_0, ScaledReader::Rounding::Importance), r.H, r.groups, {}, progress),
        Cancelled);
    QVERIFY_EXCEPTION_THROWN(
        (void)clippedRound(r.layer.W, r.H, formats::q4_0, {}, Encoder::Ggml, progress), Cancelled);
}

QTEST_GUILESS_MAIN(TestAwq)
#include "tst_awq.moc"
