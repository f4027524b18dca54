// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/encode.h"
#include "core/rounding/hqq.h"
#include "syntheticlayer.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

using namespace core;

namespace {

/// Σ |W − Ŵ|^0.7
double lossOf(const std::vector<std::byte>& bytes, const Matrix& W, const Format& format)
{
    const Matrix rounded = decodeMatrix(bytes, format, W.rows(), W.cols());
    return (W - rounded).cast<double>().cwiseAbs().array().pow(0.7).sum();
}

/// Mostly small weights, in each block of 32 one that is ten times as large.
Matrix withOutliers()
{
    Matrix W = syntheticLayer(32, 256, 1, 101).W;
    for (Eigen::Index row = 0; row < W.rows(); ++row)
        for (Eigen::Index block = 0; block < 8; ++block)
            W(row, 32 * block + (row + 5 * block) % 32) *= 10;
    return W;
}

} // namespace

class TestHqq : public QObject {
    Q_OBJECT

private slots:
    void lowersTheLossOfEveryFormat_data();
    void lowersTheLossOfEveryFormat();
    void outliersDoNotSetTheStep();
    void roundsZerosToZeros();
    void formatsWithoutAGridAreEncoded();
    void isTheSameForAnyNumberOfProcessors();
    void stopsWhenCancelled();
};

void TestHqq::lowersTheLossOfEveryFormat_data()
{
    QTest::addColumn<QString>("name");
    for (const Format* format : allFormats())
        if (format->grid && format->fits(256)) {
            const QString name = QString::fromLatin1(format->name.data(), int(format->name.size()));
            QTest::newRow(qPrintable(name)) << name;
        }
}

void TestHqq::lowersTheLossOfEveryFormat()
{
    QFETCH(QString, name);
    const Format& format = *findFormat(name.toStdString());
    const bool weighs = format.importance == Format::Importance::Used;
    const std::vector<float> even(weighs ? 256 : 0, 1.0f);
    for (const Matrix& W : { syntheticLayer(16, 256, 1, 102).W, withOutliers() }) {
        const double hqq = lossOf(hqqRound(W, format, Progress()), W, format);
        const double plain = lossOf(encodeMatrix(W, format, even, Progress()), W, format);
        QVERIFY2(hqq <= plain * 1.0001, qPrintable(QString("%1 > %2").arg(hqq).arg(plain)));
    }
}

void TestHqq::outliersDoNotSetTheStep()
{
    const Matrix W = withOutliers();
    for (const Format* format : { &formats::q4_1, &formats::q4_0 }) {
        const double hqq = lossOf(hqqRound(W, *format, Progress()), W, *format);
        const double nearest = lossOf(encodeMatrix(W, *format, {}, Progress()), W, *format);
        QVERIFY2(hqq < nearest, qPrintable(QString("%1, %2").arg(hqq).arg(nearest)));
    }
}

void TestHqq::roundsZerosToZeros()
{
    const Matrix zeros = Matrix::Zero(2, 256);
    for (const Format* format : { &formats::q4_0, &formats::q4_1, &formats::q4_K })
        QVERIFY(decodeMatrix(hqqRound(zeros, *format, Progress()), *format, 2, 256) == zeros);
}

void TestHqq::formatsWithoutAGridAreEncoded()
{
    const Matrix W = withOutliers();
    QVERIFY(hqqRound(W, formats::f16, Progress()) == encodeMatrix(W, formats::f16, {}, Progress()));
}

void TestHqq::isTheSameForAnyNumberOfProcessors()
{
    const Matrix W = withOutliers();
    const auto all = hqqRound(W, formats::q4_K, Progress());
    const support::OneProcessor only;
    QVERIFY(hqqRound(W, formats::q4_K, Progress()) == all);
}

void TestHqq::stopsWhenCancelled()
{
    std::stop_source stop;
    stop.request_stop();
    QVERIFY_EXCEPTION_THROWN(
        (void)hqqRound(withOutliers(), formats::q4_0, Progress(stop.get_token(), {})), Cancelled);
}

QTEST_GUILESS_MAIN(TestHqq)
#include "tst_hqq.moc"
