// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/hardrows.h"

#include "core/formats/format.h"

#include <QTest>

#include <cmath>
#include <map>
#include <vector>

/// Every format's encoder and decoder, without ggml (tests/interop compares with it).
class TestEncoding : public QObject {
    Q_OBJECT

private slots:
    void keepsItsErrorBound_data();
    void keepsItsErrorBound();
    void importanceLowersTheWeightedError_data();
    void importanceLowersTheWeightedError();
    void encodesZerosAsZeros_data();
    void encodesZerosAsZeros();
    void encodesOneColumnOfBlocksAlone_data();
    void encodesOneColumnOfBlocksAlone();
    void givesTheBytesThatWereComparedWithGgml_data();
    void givesTheBytesThatWereComparedWithGgml();
    void pinsSmallBlocks();
};

using core::Format;

namespace {

void eachFormat()
{
    QTest::addColumn<const Format*>("format");
    for (const Format* format : core::allFormats())
        QTest::newRow(std::string(format->name).c_str()) << format;
}

std::vector<std::byte> encode(
    const Format& format, const std::vector<float>& row, const float* importance = nullptr)
{
    std::vector<std::byte> bytes(format.rowBytes(row.size()));
    format.encodeRow(row.data(), row.size(), importance, bytes.data());
    return bytes;
}

std::vector<float> decode(const Format& format, const std::vector<std::byte>& bytes)
{
    const std::size_t blocks = bytes.size() / std::size_t(format.blockBytes);
    std::vector<float> weights(blocks * std::size_t(format.blockSize));
    format.decodeBlocks(bytes.data(), blocks, weights.data());
    return weights;
}

/// √(Σ w·(a − b)² / Σ w·a²)
double relativeError(const std::vector<float>& a, const std::vector<float>& b, const float* weight)
{
    double error = 0;
    double size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double w = weight ? weight[i % hardrows::columns] : 1;
        error += w * std::pow(double(a[i]) - double(b[i]), 2);
        size += w * std::pow(double(a[i]), 2);
    }
    return std::sqrt(error / size);
}

/// FNV-1a, 64 bits.
std::uint64_t hash(std::uint64_t state, const std::vector<std::byte>& bytes)
{
    for (const std::byte byte : bytes)
        state = (state ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3;
    return state;
}

} // namespace

void TestEncoding::keepsItsErrorBound_data() { eachFormat(); }

void TestEncoding::keepsItsErrorBound()
{
    QFETCH(const Format*, format);
    const std::vector<float> weights = hardrows::normalWeights(256 * 1024);
    const double error = relativeError(weights, decode(*format, encode(*format, weights)), nullptr);
    qInfo("relative error %.3g, bound %.3g", error, double(format->errorBound));
    QVERIFY(error <= double(format->errorBound));
    QVERIFY2(error >= 0.85 * double(format->errorBound), "the bound says too little");
}

void TestEncoding::importanceLowersTheWeightedError_data() { eachFormat(); }

void TestEncoding::importanceLowersTheWeightedError()
{
    QFETCH(const Format*, format);
    const hardrows::Rows& importance = hardrows::importances().at(2);
    QCOMPARE(importance.name, std::string("spread"));
    std::vector<float> plain, weighted, original;
    const hardrows::Rows sample = hardrows::sampleWeights(64);
    for (std::size_t r = 0; r < sample.count(); ++r) {
        const std::vector<float> row(sample.row(r), sample.row(r) + hardrows::columns);
        const auto append = [](std::vector<float>& all, const std::vector<float>& more) {
            all.insert(all.end(), more.begin(), more.end());
        };
        append(original, row);
        append(plain, decode(*format, encode(*format, row)));
        append(weighted, decode(*format, encode(*format, row, importance.values.data())));
    }
    const double without = relativeError(original, plain, importance.values.data());
    const double with = relativeError(original, weighted, importance.values.data());
    if (format->importance == Format::Importance::Ignored)
        QCOMPARE(with, without);
    else
        QVERIFY2(with < 0.97 * without, qPrintable(QString("%1, %2").arg(with).arg(without)));
}

void TestEncoding::encodesZerosAsZeros_data() { eachFormat(); }

void TestEncoding::encodesZerosAsZeros()
{
    QFETCH(const Format*, format);
    const std::vector<float> zeros(hardrows::columns, 0.0f);
    for (const hardrows::Rows& importance : hardrows::importances())
        QCOMPARE(decode(*format, encode(*format, zeros, importance.values.data())), zeros);
}

void TestEncoding::encodesOneColumnOfBlocksAlone_data() { eachFormat(); }

void TestEncoding::encodesOneColumnOfBlocksAlone()
{
    // A row of one block; and without importance a block does not depend on its neighbours.
    QFETCH(const Format*, format);
    const auto size = std::size_t(format->blockSize);
    const hardrows::Rows sample = hardrows::sampleWeights(1);
    const std::vector<std::byte> whole = encode(*format, sample.values);
    for (std::size_t block = 0; block < sample.values.size() / size; ++block) {
        const float* first = sample.values.data() + block * size;
        const std::vector<std::byte> alone = encode(*format, { first, first + size });
        QVERIFY(std::equal(alone.begin(), alone.end(),
            whole.begin() + std::ptrdiff_t(block) * format->blockBytes));
    }
}

void TestEncoding::givesTheBytesThatWereComparedWithGgml_data() { eachFormat(); }

void TestEncoding::givesTheBytesThatWereComparedWithGgml()
{
    QFETCH(const Format*, format);
    const hardrows::Rows sample = hardrows::sampleWeights(64);
    std::vector<float> importance(hardrows::columns);
    for (std::size_t i = 0; i < importance.size(); ++i)
        importance[i] = float(1 + i * 7919 % 101) / 16; // exact, whatever the mathematics library
    std::uint64_t state = 0xcbf29ce484222325;
    for (std::size_t r = 0; r < sample.count(); ++r) {
        const std::vector<float> row(sample.row(r), sample.row(r) + hardrows::columns);
        state = hash(state, encode(*format, row));
        state = hash(state, encode(*format, row, importance.data()));
    }
    // Taken when tst_ggmlformats passed; to add a format, run that and copy what is said here.
    const std::map<std::string_view, std::uint64_t> known{
        { "F32", 0xff8cb0c87d2ce6f9 },
        { "F16", 0xdb8acf8180b5d6f5 },
        { "BF16", 0xfb0b2d6fe23c02f9 },
        { "Q8_0", 0xc2e4172094835885 },
        { "Q6_K", 0x1f7d4afe03ea8abf },
        { "Q5_1", 0xe6b82960dd19dab4 },
        { "Q5_0", 0x17e3d8e18efeba07 },
        { "Q5_K", 0x17cf851f141c38b6 },
        { "Q4_1", 0x967241d46bf96271 },
        { "Q4_0", 0x6c874c5866fe4333 },
        { "Q4_K", 0x32cb0092d46e2559 },
        { "Q2_K", 0xada8db61fc386497 },
        { "IQ4_NL", 0x240fe798d7812a91 },
        { "IQ4_XS", 0x588a5052e50c2a5c },
        { "NVFP4", 0x0298ce09c8290819 },
        { "MXFP4", 0xf64ebabb75ddbcb5 },
        { "Q2_0", 0x2781a3b156f852a9 },
        { "TQ2_0", 0xa3068581d82490b9 },
        { "TQ1_0", 0xe73db9e44d5e117d },
        { "Q1_0", 0x78be5902a11ac1e5 },
        { "Q3_K", 0xbee36ee566ecfc8b },
    };
    const auto found = known.find(format->name);
    QVERIFY2(found != known.end() && found->second == state,
        qPrintable(QString("%1 0x%2")
                       .arg(QString::fromUtf8(format->name.data(), qsizetype(format->name.size())))
                       .arg(state, 16, 16, QChar('0'))));
}

void TestEncoding::pinsSmallBlocks()
{
    std::vector<float> row(32);
    for (std::size_t i = 0; i < 32; ++i)
        row[i] = float(int(i) - 16) / 2; // −8, −7.5 … 7.5
    const auto hex = [&](const Format& format) {
        const std::vector<std::byte> bytes = encode(format, row);
        return QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size()))
            .toHex();
    };
    // d = 1: code of −8 is 0, of −7.5 (half up) 1, …; in the upper halves those of 0, 0.5 …
    QCOMPARE(hex(core::formats::q4_0),
        QByteArray("003c")
            + "8091"
              "91a2"
              "a2b3"
              "b3c4"
              "c4d5"
              "d5e6"
              "e6f7"
              "f7f8");
    // d = 0.5: codes 0 … 15 have no bit 4, codes 16 … 31 have it.
    QCOMPARE(hex(core::formats::q5_0),
        QByteArray("0038") + "0000ffff" + "00112233445566778899aabbccddeeff");
    // d = 15.5/31 = 0.5, m = −8
    QCOMPARE(hex(core::formats::q5_1),
        QByteArray("0038"
                   "00c8")
            + "0000ffff" + "00112233445566778899aabbccddeeff");
    // d = 15.5/15, m = −8: code i is the nearest to 15·i/31
    QCOMPARE(hex(core::formats::q4_1),
        QByteArray("223c"
                   "00c8")
            + "80809191a2a2b3b3c4c4d5d5e6e6f7f7");
}

QTEST_APPLESS_MAIN(TestEncoding)
#include "tst_encoding.moc"
