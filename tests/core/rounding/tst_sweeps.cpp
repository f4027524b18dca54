// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/factors.h"
#include "core/rounding/encode.h"
#include "core/rounding/gptq.h"
#include "core/rounding/hessian.h"
#include "core/rounding/sweeps.h"
#include "syntheticlayer.h"
#include "tests/support/oneprocessor.h"

#include <QtTest>

using namespace core;

namespace {

/// A matrix rounded by its encoder, and what sweeping it needs.
struct Rounded {
    SyntheticLayer layer;
    GptqFactor factor;
    std::vector<std::byte> bytes;
    double error;

    Rounded(const Format& format, unsigned seed)
        : layer(syntheticLayer(70, 512, 1500, seed))
    {
        Hessian hessian(512);
        hessian.add(layer.x);
        factor = factorHessian(hessian.take(), {}, Progress());
        bytes = encodeMatrix(layer.W, format, factor.importance, Progress());
        error = errorNow(format);
    }
    double errorNow(const Format& format) const
    {
        return outputError(layer.W, decodeMatrix(bytes, format, 70, 512), factor.H);
    }
    SweepResult sweep(const Format& format, int sweeps)
    {
        return sweepRounded(layer.W, factor, format, sweeps, error, bytes, Progress());
    }
};

void addGridFormats()
{
    QTest::addColumn<const Format*>("format");
    for (const Format* format : allFormats())
        if (format->grid && format->fits(512))
            QTest::newRow(std::string(format->name).c_str()) << format;
}

} // namespace

class TestSweeps : public QObject {
    Q_OBJECT

private slots:
    void eachLowersTheErrorByWhatItSays_data() { addGridFormats(); }
    void eachLowersTheErrorByWhatItSays();
    void helpWhatGptqRounded();
    void noneChangesNothing();
    void endWhenLittleIsGained();
    void areTheSameForAnyNumberOfProcessors();
    void factorsAreWhereTheFormatHasThem_data() { addGridFormats(); }
    void factorsAreWhereTheFormatHasThem();
};

void TestSweeps::eachLowersTheErrorByWhatItSays()
{
    QFETCH(const Format*, format);
    Rounded rounded(*format, 41);
    double before = rounded.error;
    for (int i = 0; i < 2; ++i) {
        rounded.error = before;
        const SweepResult result = rounded.sweep(*format, 1);
        const double after = rounded.errorNow(*format);
        QVERIFY(result.gain > 0 && after < before);
        QVERIFY2(std::abs(before - after - result.gain) < 2e-3 * before,
            qPrintable(QString("%1 to %2, said %3").arg(before).arg(after).arg(result.gain)));
        before = after;
    }
}

void TestSweeps::helpWhatGptqRounded()
{
    for (const Format* format : { &formats::q4_0, &formats::q4_K, &formats::q2_K }) {
        const Rounded rounded(*format, 42);
        const auto errorWith = [&](int sweeps) {
            return gptqRound(
                rounded.layer.W, rounded.factor, *format, { .sweeps = sweeps }, Progress())
                .error;
        };
        const double none = errorWith(0), one = errorWith(1), three = errorWith(3);
        QVERIFY2(one < 0.99 * none && three <= one,
            qPrintable(QString("%1, %2, %3").arg(none).arg(one).arg(three)));
    }
}

void TestSweeps::noneChangesNothing()
{
    Rounded rounded(formats::q4_0, 43);
    const auto before = rounded.bytes;
    QCOMPARE(rounded.sweep(formats::q4_0, 0).sweeps, 0);
    QVERIFY(rounded.bytes == before);
    QCOMPARE(rounded.sweep(formats::f16, 3).sweeps, 0); // no grid
}

void TestSweeps::endWhenLittleIsGained()
{
    Rounded rounded(formats::q4_0, 44);
    const SweepResult result = rounded.sweep(formats::q4_0, 100);
    QVERIFY(result.sweeps > 1 && result.sweeps < 50);
}

void TestSweeps::areTheSameForAnyNumberOfProcessors()
{
    Rounded all(formats::q4_K, 45), one(formats::q4_K, 45);
    const SweepResult result = all.sweep(formats::q4_K, 2);
    const support::OneProcessor only;
    QCOMPARE(one.sweep(formats::q4_K, 2).gain, result.gain);
    QVERIFY(one.bytes == all.bytes);
}

void TestSweeps::factorsAreWhereTheFormatHasThem()
{
    QFETCH(const Format*, format);
    const auto factors = blockFactors(*format);
    if (!factors)
        return;
    const SyntheticLayer layer = syntheticLayer(1, 512, 1, 46);
    auto bytes = encodeMatrix(layer.W, *format, {}, Progress());
    std::byte* block = bytes.data();
    const BlockScales before = format->grid->scales(block);
    storeFactor(2 * loadFactor(block, factors->step), block, factors->step);
    const BlockScales doubled = format->grid->scales(block);
    for (std::size_t g = 0; g < 16; ++g) {
        QCOMPARE(doubled.step[g], 2 * before.step[g]);
        QCOMPARE(doubled.offset[g], before.offset[g]);
    }
    if (!factors->offset)
        return;
    storeFactor(2 * loadFactor(block, *factors->offset), block, *factors->offset);
    for (std::size_t g = 0; g < 16; ++g)
        QCOMPARE(format->grid->scales(block).offset[g], 2 * before.offset[g]);
}

QTEST_GUILESS_MAIN(TestSweeps)
#include "tst_sweeps.moc"
