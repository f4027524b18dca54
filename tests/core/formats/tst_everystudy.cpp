// SPDX-License-Identifier: GPL-3.0-or-later
// What every format for study must do.
#include "studyrows.h"
#include "tests/support/hardrows.h"

#include "core/formats/study.h"
#include "core/formats/tensorformat.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <vector>

class TestEveryStudy : public QObject {
    Q_OBJECT

private slots:
    void keepsItsErrorBound_data();
    void keepsItsErrorBound();
    void importanceLowersTheWeightedError_data();
    void importanceLowersTheWeightedError();
    void encodesZerosAndHardRows_data();
    void encodesZerosAndHardRows();
    void decodesEveryCodeToStepTimesLevelPlusOffset_data();
    void decodesEveryCodeToStepTimesLevelPlusOffset();
    void decodesHostileBytes_data();
    void decodesHostileBytes();
};

using core::Format;
using namespace studyrows;

namespace {

void eachOfferedFormat()
{
    QTest::addColumn<const Format*>("family");
    for (const Format* format : core::studyFormats())
        QTest::newRow(std::string(format->name).c_str()) << format;
}

} // namespace

void TestEveryStudy::keepsItsErrorBound_data() { eachOfferedFormat(); }

void TestEveryStudy::keepsItsErrorBound()
{
    // A scale for many weights is larger: groups of 64 are what the bound is stated for.
    QFETCH(const Format*, family);
    const std::vector<float> weights = hardrows::normalWeights(256 * 64);
    std::vector<float> back;
    const Format& format = formatOf(family->name, 64);
    for (std::size_t i = 0; i < weights.size(); i += 64) {
        const std::vector<float> row(
            weights.begin() + std::ptrdiff_t(i), weights.begin() + std::ptrdiff_t(i) + 64);
        const std::vector<float> part = decode(format, encode(format, row));
        back.insert(back.end(), part.begin(), part.end());
    }
    const double error = relativeError(weights, back);
    qInfo("relative error %.3g, bound %.3g", error, double(format.errorBound));
    QVERIFY(error <= double(format.errorBound));
    QVERIFY2(error >= 0.85 * double(format.errorBound), "the bound says too little");
}

void TestEveryStudy::importanceLowersTheWeightedError_data() { eachOfferedFormat(); }

void TestEveryStudy::importanceLowersTheWeightedError()
{
    QFETCH(const Format*, family);
    const hardrows::Rows& importance = hardrows::importances().at(2);
    const hardrows::Rows sample = hardrows::sampleWeights(16);
    double with = 0;
    double without = 0;
    for (std::size_t r = 0; r < sample.count(); ++r) {
        const std::vector<float> row(sample.row(r), sample.row(r) + hardrows::columns);
        const float* weight = importance.values.data();
        without += relativeError(row, rounded(family->name, row), weight);
        with += relativeError(row, rounded(family->name, row, weight), weight);
    }
    if (family->importance == Format::Importance::Ignored)
        QCOMPARE(with, without);
    else
        QVERIFY2(with < without, qPrintable(QString("%1, %2").arg(with).arg(without)));
}

void TestEveryStudy::encodesZerosAndHardRows_data() { eachOfferedFormat(); }

void TestEveryStudy::encodesZerosAndHardRows()
{
    QFETCH(const Format*, family);
    const std::vector<float> zeros(hardrows::columns, 0.0f);
    for (const hardrows::Rows& importance : hardrows::importances())
        QCOMPARE(rounded(family->name, zeros,
                     importance.values.empty() ? nullptr : importance.values.data()),
            zeros);
    for (const hardrows::Rows& rows : hardrows::weights()) {
        for (std::size_t r = 0; r < std::min<std::size_t>(2, rows.count()); ++r) {
            const std::vector<float> row(rows.row(r), rows.row(r) + hardrows::columns);
            for (const float weight : rounded(family->name, row))
                QVERIFY2(std::isfinite(weight) || rows.name == "the largest float",
                    rows.name.c_str()); // rounded up it is infinite
        }
    }
}

void TestEveryStudy::decodesEveryCodeToStepTimesLevelPlusOffset_data() { eachOfferedFormat(); }

void TestEveryStudy::decodesEveryCodeToStepTimesLevelPlusOffset()
{
    QFETCH(const Format*, family);
    const hardrows::Rows sample = hardrows::sampleWeights(1);
    const Format& format = formatOf(family->name, sample.values.size());
    if (!format.grid) {
        QVERIFY(format.study->sharing == core::Study::Sharing::Nothing);
        return;
    }
    std::vector<std::byte> bytes = encode(format, sample.values);
    const auto size = std::size_t(format.blockSize);
    const std::size_t levels = format.grid->levels.size();
    QCOMPARE(format.blockSize % format.grid->groupSize, 0);
    for (std::size_t at = 0; at < bytes.size(); at += std::size_t(format.blockBytes)) {
        std::byte* block = bytes.data() + at;
        const core::BlockScales before = format.grid->scales(block);
        std::vector<std::uint8_t> codes(size);
        for (std::size_t i = 0; i < size; ++i)
            codes[i] = std::uint8_t((at + i) * 31 % levels);
        format.grid->storeCodes(codes.data(), block);
        const core::BlockScales scales = format.grid->scales(block);
        QVERIFY(before.step == scales.step && before.offset == scales.offset);
        std::vector<float> weights(size);
        format.decodeBlocks(block, 1, weights.data());
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t g = i / std::size_t(format.grid->groupSize);
            QCOMPARE(weights[i], scales.step[g] * format.grid->levels[codes[i]] + scales.offset[g]);
        }
    }
}

void TestEveryStudy::decodesHostileBytes_data() { eachOfferedFormat(); }

void TestEveryStudy::decodesHostileBytes()
{
    QFETCH(const Format*, family);
    const Format& format = formatOf(family->name, 192);
    const std::size_t rows = 300;
    std::vector<std::byte> bytes = hardrows::randomBytes(rows * format.rowBytes(192));
    std::vector<float> weights = decode(format, bytes);
    QCOMPARE(weights.size(), rows * 192);
    std::fill(bytes.begin(), bytes.end(), std::byte(0xff)); // scales are NaN, codes the largest
    weights = decode(format, bytes);
    QVERIFY(std::isnan(weights.front()) && std::isnan(weights.back()));
}

QTEST_APPLESS_MAIN(TestEveryStudy)
#include "tst_everystudy.moc"
