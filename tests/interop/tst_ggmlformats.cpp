// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/interop/ggmllibrary.h"
#include "tests/interop/interopfiles.h"
#include "tests/support/hardrows.h"

#include "core/base/half.h"
#include "core/simulate/ggmlarithmetic.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <optional>

/// Every format against ggml itself: the encoders byte for byte, the decoders bit for bit.
class TestGgmlFormats : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void agreesAboutEveryBlock();
    void convertsEveryHalf();
    void convertsFloatsToHalves();
    void encodesByteForByte_data();
    void encodesByteForByte();
    void decodesEveryByteBitForBit_data();
    void decodesEveryByteBitForBit();
    void roundsActivationsAsItsProcessorCode();

private:
    std::optional<interop::GgmlLibrary> m_ggml;
};

using core::Format;

namespace {

bool sameBits(float a, float b)
{
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// Where two encodings of `format` differ first; empty if they do not.
QString difference(
    const Format& format, const std::vector<std::byte>& ours, const std::vector<std::byte>& ggmls)
{
    for (std::size_t i = 0; i < ours.size(); ++i) {
        if (ours[i] != ggmls[i])
            return QString("block %1, byte %2: %3, ggml has %4")
                .arg(i / std::size_t(format.blockBytes))
                .arg(i % std::size_t(format.blockBytes))
                .arg(int(ours[i]))
                .arg(int(ggmls[i]));
    }
    return {};
}

} // namespace

void TestGgmlFormats::initTestCase()
{
    NEEDS_INTEROP(interop::llamaFolder() / "libggml-base.so");
    m_ggml.emplace(interop::llamaFolder());
}

void TestGgmlFormats::agreesAboutEveryBlock()
{
    for (const Format* format : core::storedFormats()) {
        if (format->ggmlType == core::noGgmlType)
            continue;
        const int type = int(format->ggmlType);
        QCOMPARE(
            QString(m_ggml->typeName(type)).toUpper().toStdString(), std::string(format->name));
        QCOMPARE(m_ggml->blockSize(type), std::int64_t(format->blockSize));
        QCOMPARE(m_ggml->blockBytes(type), std::size_t(format->blockBytes));
    }
}

void TestGgmlFormats::convertsEveryHalf()
{
    for (unsigned i = 0; i <= 0xffff; ++i) {
        const auto stored = std::uint16_t(i);
        const bool same = sameBits(core::halfToFloat(stored), m_ggml->halfToFloat(stored))
            && sameBits(core::bfloat16ToFloat(stored), m_ggml->bfloat16ToFloat(stored));
        if (!same)
            QFAIL(qPrintable(QString::number(i, 16)));
    }
}

void TestGgmlFormats::convertsFloatsToHalves()
{
    // A prime stride meets every exponent and, near each, every kind of mantissa.
    for (std::uint64_t i = 0; i <= 0xffffffff; i += 257) {
        const float value = std::bit_cast<float>(std::uint32_t(i));
        const bool same = core::floatToHalf(value) == m_ggml->floatToHalf(value)
            && core::floatToBfloat16(value) == m_ggml->floatToBfloat16(value);
        if (!same)
            QFAIL(qPrintable(QString::number(i, 16)));
    }
    // Every half, the midpoints between neighbours and what lies just beside them.
    for (std::uint32_t i = 0; i <= 0xffff; ++i) {
        const std::uint32_t exact
            = std::bit_cast<std::uint32_t>(m_ggml->halfToFloat(std::uint16_t(i)));
        for (const std::uint32_t bits :
            { exact - 1, exact, exact + 1, exact + 0x0fff, exact + 0x1000, exact + 0x1001 }) {
            const float value = std::bit_cast<float>(bits);
            QCOMPARE(core::floatToHalf(value), m_ggml->floatToHalf(value));
        }
    }
}

void TestGgmlFormats::encodesByteForByte_data()
{
    QTest::addColumn<const Format*>("format");
    for (const Format* format : core::allFormats())
        QTest::newRow(std::string(format->name).c_str()) << format;
}

void TestGgmlFormats::encodesByteForByte()
{
    QFETCH(const Format*, format);
    constexpr std::size_t columns = hardrows::columns;
    for (const hardrows::Rows& rows : hardrows::weights()) {
        for (const hardrows::Rows& importance : hardrows::importances()) {
            const float* weighting = importance.values.empty() ? nullptr : importance.values.data();
            std::vector<std::byte> ours(rows.count() * format->rowBytes(columns));
            for (std::size_t r = 0; r < rows.count(); ++r)
                format->encodeRow(
                    rows.row(r), columns, weighting, ours.data() + r * format->rowBytes(columns));
            const QString differs = difference(
                *format, ours, m_ggml->encode(*format, rows.values, columns, importance.values));
            QVERIFY2(differs.isEmpty(),
                qPrintable(QString("%1, importance %2: %3")
                               .arg(rows.name.c_str(), importance.name.c_str(), differs)));
        }
    }
}

void TestGgmlFormats::decodesEveryByteBitForBit_data()
{
    QTest::addColumn<const Format*>("format");
    for (const Format* format : core::storedFormats()) {
        const bool isGgmls = format->ggmlType != core::noGgmlType;
        const bool hasDecoder = format->blockSize > 1 || format->canEncode(); // of ggml's
        if (isGgmls && hasDecoder && format != &core::formats::q8_1)
            QTest::newRow(std::string(format->name).c_str()) << format;
    }
}

void TestGgmlFormats::decodesEveryByteBitForBit()
{
    QFETCH(const Format*, format);
    const auto decode = m_ggml->decoder(*format);
    if (!decode)
        QSKIP("ggml has no decoder for F32: it is a copy");
    // Random bytes: every code and scale, halves that are subnormal, infinite or NaN included.
    const std::size_t blocks = format->blockSize == 1 ? 70000 : 2000;
    const std::vector<std::byte> bytes
        = hardrows::randomBytes(blocks * std::size_t(format->blockBytes));
    const std::size_t count = blocks * std::size_t(format->blockSize);
    std::vector<float> ours(count);
    std::vector<float> ggmls(count);
    format->decodeBlocks(bytes.data(), blocks, ours.data());
    decode(bytes.data(), ggmls.data(), std::int64_t(count));
    for (std::size_t i = 0; i < count; ++i) {
        // Which NaN comes out of arithmetic with one is the compiler's choice.
        const bool bothNan = std::isnan(ours[i]) && std::isnan(ggmls[i]) && format->isQuantized();
        if (!bothNan && !sameBits(ours[i], ggmls[i]))
            QFAIL(qPrintable(
                QString("weight %1: %2, ggml has %3").arg(i).arg(ours[i]).arg(ggmls[i])));
    }
}

void TestGgmlFormats::roundsActivationsAsItsProcessorCode()
{
    constexpr std::uint32_t f32 = 0, f16 = 1, q8Zero = 8, q8One = 9, q8K = 15, bf16 = 30;
    const auto sameAs = [](const Format& rounding, std::vector<float>& row) {
        std::vector<std::byte> bytes(rounding.rowBytes(row.size()));
        rounding.encodeRow(row.data(), row.size(), nullptr, bytes.data());
        rounding.decodeBlocks(
            bytes.data(), row.size() / std::size_t(rounding.blockSize), row.data());
    };
    for (const Format* format : core::allFormats()) {
        std::vector<float> ours = hardrows::normalWeights(hardrows::columns);
        ours[100] = 300; // one massive activation
        std::vector<float> ggmls = ours;
        core::roundAsGgml(*format, ours);
        switch (m_ggml->partner(*format)) {
        case f32:
            break;
        case f16:
            sameAs(core::formats::f16, ggmls);
            break;
        case bf16:
            sameAs(core::formats::bf16, ggmls);
            break;
        case q8Zero:
        case q8One: // the same codes and scale, and the sum of the codes
            sameAs(core::formats::q8_0, ggmls);
            break;
        case q8K:
            m_ggml->roundToQ8K(ggmls);
            break;
        default:
            QFAIL(qPrintable(QString::number(m_ggml->partner(*format))));
        }
        QVERIFY2(ours == ggmls, std::string(format->name).c_str());
    }
}

QTEST_APPLESS_MAIN(TestGgmlFormats)
#include "tst_ggmlformats.moc"
