// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/half.h"

#include <QTest>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

class TestHalf : public QObject {
    Q_OBJECT

private slots:
    void readsEveryFiniteHalfAsItsValue();
    void readsInfinitiesAndNans();
    void writesEveryHalfBackAsItself();
    void roundsToTheNearestAndTiesToEven();
    void overflowsToInfinity();
    void roundsSubnormals();
    void keepsNans();
    void roundsBfloat16ToTheNearestAndTiesToEven();
    void convertsRowsAsSingleValues();
};

using namespace core;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

} // namespace

void TestHalf::readsEveryFiniteHalfAsItsValue()
{
    for (unsigned i = 0; i <= 0xffff; ++i) {
        const int exponent = int(i >> 10 & 0x1f);
        const int mantissa = int(i & 0x3ff);
        if (exponent == 0x1f)
            continue;
        const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24)
                                               : std::ldexp(1024 + mantissa, exponent - 25);
        const double value = i & 0x8000 ? -magnitude : magnitude;
        QVERIFY(double(halfToFloat(std::uint16_t(i))) == value);
        QCOMPARE(std::signbit(halfToFloat(std::uint16_t(i))), (i & 0x8000) != 0);
    }
}

void TestHalf::readsInfinitiesAndNans()
{
    QCOMPARE(halfToFloat(0x7c00), infinity);
    QCOMPARE(halfToFloat(0xfc00), -infinity);
    QVERIFY(std::isnan(halfToFloat(0x7c01)));
    QVERIFY(std::isnan(halfToFloat(0xffff)));
}

void TestHalf::writesEveryHalfBackAsItself()
{
    for (unsigned i = 0; i <= 0xffff; ++i) {
        const float value = halfToFloat(std::uint16_t(i));
        if (!std::isnan(value))
            QCOMPARE(unsigned(floatToHalf(value)), i);
    }
}

void TestHalf::roundsToTheNearestAndTiesToEven()
{
    // Between 1 and 2 a half's last place is 2⁻¹⁰.
    QCOMPARE(floatToHalf(1.0f + 0x1p-11f), std::uint16_t(0x3c00));
    QCOMPARE(floatToHalf(1.0f + 0x1p-11f + 0x1p-23f), std::uint16_t(0x3c01));
    QCOMPARE(floatToHalf(1.0f + 0x3p-11f), std::uint16_t(0x3c02));
    QCOMPARE(floatToHalf(-1.0f - 0x3p-11f), std::uint16_t(0xbc02));
}

void TestHalf::overflowsToInfinity()
{
    QCOMPARE(floatToHalf(65519.996f), std::uint16_t(0x7bff));
    QCOMPARE(floatToHalf(65520.0f), std::uint16_t(0x7c00));
    QCOMPARE(floatToHalf(-1e30f), std::uint16_t(0xfc00));
    QCOMPARE(floatToHalf(infinity), std::uint16_t(0x7c00));
}

void TestHalf::roundsSubnormals()
{
    QCOMPARE(floatToHalf(0x1p-24f), std::uint16_t(0x0001));
    QCOMPARE(floatToHalf(0x1p-25f), std::uint16_t(0x0000)); // halfway to zero, which is even
    QCOMPARE(floatToHalf(0x1.8p-24f), std::uint16_t(0x0002)); // halfway between 1 and 2
    QCOMPARE(floatToHalf(0x1.000002p-25f), std::uint16_t(0x0001));
    QCOMPARE(floatToHalf(0x1.ffep-15f), std::uint16_t(0x0400)); // rounds up to the first normal
    QCOMPARE(floatToHalf(-1e-40f), std::uint16_t(0x8000));
}

void TestHalf::keepsNans()
{
    const std::array<std::uint32_t, 4> nans{ 0x7f800001, 0x7fc00000, 0xff800001, 0xffffffff };
    for (const std::uint32_t bits : nans) {
        const float nan = std::bit_cast<float>(bits);
        QVERIFY(std::isnan(halfToFloat(floatToHalf(nan))));
        QVERIFY(std::isnan(bfloat16ToFloat(floatToBfloat16(nan))));
    }
}

void TestHalf::roundsBfloat16ToTheNearestAndTiesToEven()
{
    QCOMPARE(floatToBfloat16(1.0f), std::uint16_t(0x3f80));
    QCOMPARE(floatToBfloat16(1.0f + 0x1p-8f), std::uint16_t(0x3f80));
    QCOMPARE(floatToBfloat16(1.0f + 0x3p-8f), std::uint16_t(0x3f82));
    QCOMPARE(floatToBfloat16(-1.0f - 0x1.01p-8f), std::uint16_t(0xbf81));
    QCOMPARE(floatToBfloat16(std::numeric_limits<float>::max()), std::uint16_t(0x7f80));
    QCOMPARE(floatToBfloat16(1e-40f), std::uint16_t(0x0001)); // subnormals are kept
    QCOMPARE(bfloat16ToFloat(0x0001), 0x1p-133f);
}

void TestHalf::convertsRowsAsSingleValues()
{
    std::vector<float> values;
    for (std::uint64_t bits = 0; bits <= 0xffffffff; bits += 1000003)
        if (const float value = std::bit_cast<float>(std::uint32_t(bits)); !std::isnan(value))
            values.push_back(value);
    std::vector<std::byte> bytes(2 * values.size() + 1);
    std::byte* unaligned = bytes.data() + 1;
    std::vector<float> back(values.size());

    floatsToHalves(values.data(), values.size(), unaligned);
    halvesToFloats(unaligned, values.size(), back.data());
    for (std::size_t i = 0; i < values.size(); ++i)
        QCOMPARE(back[i], halfToFloat(floatToHalf(values[i])));

    floatsToBfloat16s(values.data(), values.size(), unaligned);
    bfloat16sToFloats(unaligned, values.size(), back.data());
    for (std::size_t i = 0; i < values.size(); ++i)
        QCOMPARE(back[i], bfloat16ToFloat(floatToBfloat16(values[i])));
}

QTEST_APPLESS_MAIN(TestHalf)
#include "tst_half.moc"
