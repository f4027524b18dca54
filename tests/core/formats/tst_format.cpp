// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/format.h"

#include <QTest>

#include <set>

/// The table of formats and the names of ids.
class TestFormat : public QObject {
    Q_OBJECT

private slots:
    void findsEveryFormatByItsNameAndId();
    void findsNothingElse();
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
