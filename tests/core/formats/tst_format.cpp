// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/half.h"
#include "core/formats/float8.h"
#include "core/formats/format.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

/// The table of formats and the names of ids.
class TestFormat : public QObject {
    Q_OBJECT

private slots:
    void findsEveryFormatByItsNameAndId();
    void findsNothingElse();
    void offersOnlyWhatItCanRoundTo();
    void decodesNumbersOfPrograms();
    void decodesFloatsOfEightBits();
    void isSortedByBitsPerWeight();
    void countsBytes();
    void namesWhatItCannotRead();
    void namesRemovedTypes();
    void hasAGridWhereWeightsAreCodes();
};

using namespace core;

void TestFormat::findsEveryFormatByItsNameAndId()
{
    std::set<std::uint32_t> ids;
    for (const Format* format : allFormats()) {
        QCOMPARE(findFormat(format->name), format);
        QCOMPARE(findFormat(format->ggmlType), format);
        QCOMPARE(ggmlTypeName(format->ggmlType), std::string(format->name));
        QVERIFY(ids.insert(format->ggmlType).second);
    }
    QCOMPARE(findFormat("Q4_K"), &formats::q4_K);
    QCOMPARE(findFormat(30u), &formats::bf16);
}

void TestFormat::findsNothingElse()
{
    QCOMPARE(findFormat("q4_k"), &formats::q4_K);
    QCOMPARE(findFormat("bf16"), &formats::bf16);
    QVERIFY(!findFormat("Q4"));
    QVERIFY(!findFormat(""));
    QVERIFY(!findFormat(4u));
    QVERIFY(!findFormat(0xffffffffu));
}

void TestFormat::offersOnlyWhatItCanRoundTo()
{
    for (const Format* format : allFormats())
        QVERIFY2(format->canEncode(), format->name.data());
    for (const Format* format : storedFormats()) {
        const bool isOffered = std::ranges::find(allFormats(), format) != allFormats().end();
        QCOMPARE(format->canEncode(), isOffered);
        QCOMPARE(findFormat(format->name) != nullptr, isOffered);
        QCOMPARE(findStoredFormat(format->name), format);
        if (format->ggmlType != noGgmlType)
            QCOMPARE(findFormat(format->ggmlType), format);
    }
    QVERIFY(!QString::fromStdString(formatNames()).contains("IQ2_XXS"));
    QVERIFY(findStoredFormat("INT4_SYM_G32"));
}

void TestFormat::decodesNumbersOfPrograms()
{
    const auto decoded = [](const Format& format, const auto number) {
        float value = 0;
        format.decodeBlocks(reinterpret_cast<const std::byte*>(&number), 1, &value);
        return value;
    };
    QCOMPARE(decoded(formats::f64, 0.1), 0.1f);
    QCOMPARE(decoded(formats::i8, std::int8_t(-128)), -128.0f);
    QCOMPARE(decoded(formats::i16, std::int16_t(-300)), -300.0f);
    QCOMPARE(decoded(formats::i32, std::int32_t(-70000)), -70000.0f);
    QCOMPARE(decoded(formats::i64, std::int64_t(-1) << 40), -0x1p40f);
    QCOMPARE(decoded(formats::u8, std::uint8_t(255)), 255.0f);
    QCOMPARE(decoded(formats::u16, std::uint16_t(65535)), 65535.0f);
    QCOMPARE(decoded(formats::u32, std::uint32_t(1) << 31), 0x1p31f);
    QCOMPARE(decoded(formats::u64, std::uint64_t(1) << 63), 0x1p63f);
    QCOMPARE(decoded(formats::boolean, std::uint8_t(7)), 1.0f);
    QVERIFY(formats::i32.isWhole && formats::boolean.isWhole && !formats::f64.isWhole);
}

void TestFormat::decodesFloatsOfEightBits()
{
    using namespace formats::float8;
    QCOMPARE(e4m3[0x01], 0x1p-9f); // the smallest; then the smallest normal, 1, the largest
    QCOMPARE(e4m3[0x08], 0x1p-6f);
    QCOMPARE(e4m3[0x38], 1.0f);
    QCOMPARE(e4m3[0x7e], 448.0f);
    QCOMPARE(e4m3[0xc1], -2.25f);
    QVERIFY(std::isnan(e4m3[0x7f]) && std::isnan(e4m3[0xff]));
    for (std::size_t code = 0; code < 256; ++code) { // the upper byte of a binary16
        const float half = halfToFloat(std::uint16_t(code << 8));
        QVERIFY(e5m2[code] == half || (std::isnan(e5m2[code]) && std::isnan(half)));
    }
    QCOMPARE(e8m0[0], 0x1p-127f);
    QCOMPARE(e8m0[127], 1.0f);
    QCOMPARE(e8m0[254], 0x1p127f);
    QVERIFY(std::isnan(e8m0[255]));
    std::array<float, 2> decoded;
    const std::array bytes{ std::byte(0x38), std::byte(0xc1) };
    formats::f8_E4M3.decodeBlocks(bytes.data(), 2, decoded.data());
    QCOMPARE(decoded[0], 1.0f);
    QCOMPARE(decoded[1], -2.25f);
}

void TestFormat::isSortedByBitsPerWeight()
{
    const auto all = allFormats();
    for (std::size_t i = 1; i < all.size(); ++i)
        QVERIFY(all[i]->bitsPerWeight() <= all[i - 1]->bitsPerWeight());
}

void TestFormat::countsBytes()
{
    QCOMPARE(formats::q4_K.bitsPerWeight(), 4.5);
    QCOMPARE(formats::q2_K.bitsPerWeight(), 2.625);
    QCOMPARE(formats::q8_0.rowBytes(576), std::size_t(18 * 34));
    QVERIFY(formats::q8_0.fits(576));
    QVERIFY(!formats::q4_K.fits(576));
    QVERIFY(formats::f16.fits(7));
}

void TestFormat::namesWhatItCannotRead()
{
    QCOMPARE(ggmlTypeName(16), std::string("IQ2_XXS"));
    QCOMPARE(ggmlTypeName(39), std::string("MXFP4"));
    QCOMPARE(ggmlTypeName(26), std::string("I32"));
    QCOMPARE(ggmlTypeName(142), std::string("IQ2_TN (of ik_llama.cpp)"));
    QCOMPARE(ggmlTypeName(144), std::string("IQ4_KS (of ik_llama.cpp)"));
    QCOMPARE(ggmlTypeName(77), std::string("unknown type 77"));
}

void TestFormat::namesRemovedTypes()
{
    for (const std::uint32_t id : { 4u, 5u, 31u, 32u, 33u, 36u, 37u, 38u }) {
        QVERIFY(!findFormat(id));
        QVERIFY(QString::fromStdString(ggmlTypeName(id)).endsWith(" (removed)"));
    }
    QCOMPARE(ggmlTypeName(4), std::string("Q4_2 (removed)"));
}

void TestFormat::hasAGridWhereWeightsAreCodes()
{
    for (const Format* format : allFormats()) {
        if (!format->grid) {
            QCOMPARE(format->blockSize, 1);
            continue;
        }
        QCOMPARE(format->blockSize % format->grid->groupSize, 0);
        QVERIFY(format->blockSize / format->grid->groupSize <= int(BlockScales{}.step.size()));
        const auto levels = format->grid->levels;
        bool consecutive = true;
        for (std::size_t i = 1; i < levels.size(); ++i) {
            QVERIFY(levels[i] > levels[i - 1]);
            consecutive &= levels[i] == levels[i - 1] + 1;
        }
        QCOMPARE(format->grid->uniform, consecutive);
    }
}

QTEST_APPLESS_MAIN(TestFormat)
#include "tst_format.moc"
