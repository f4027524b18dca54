// SPDX-License-Identifier: GPL-3.0-or-later
#include "studyrows.h"
#include "tests/support/hardrows.h"

#include "core/base/parallel.h"
#include "core/formats/study.h"
#include "core/formats/tensorformat.h"

#include <QTest>

#include <cmath>
#include <cstring>
#include <set>
#include <vector>

/// The formats for study: names, sizes and worked numbers.
class TestStudy : public QObject {
    Q_OBJECT

private slots:
    void findsEveryNameAndNothingElse();
    void givesTheSameAddressForTheSameName();
    void takesGroupsThatDoNotDivideTheRowAsOneGroup();
    void countsTheBytesOfScales();
    void roundsTheWorkedRowToAsymmetricIntegers();
    void oneScaleARowLowersTheErrorAndOneAGroupMore();
    void aTensorsScaleIsStoredInEveryRowAndCountedOnce();
    void normalFloatHasTheQuantilesOfItsPaper();
    void doubleQuantizationSavesBitsForLittleError();
    void eightBitFloatsSaturate();
    void logarithmicLevelsArePowersOfTwo();
    void noIntegerIsFurtherThanHalfAStep();
};

using core::Format;
using namespace studyrows;

namespace {

float loadFloat(const std::byte* bytes)
{
    float value;
    std::memcpy(&value, bytes, sizeof(value));
    return value;
}

/// x with Φ(x) = p, by bisection.
double quantileOfNormal(double p)
{
    double low = -10;
    double high = 10;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
    }
    return low;
}

} // namespace

void TestStudy::findsEveryNameAndNothingElse()
{
    QVERIFY(core::studyFormats().size() > 30);
    std::set<std::string_view> names;
    for (const Format* format : core::studyFormats()) {
        QVERIFY(format && format->study);
        QCOMPARE(core::findFormat(format->name), format);
        QCOMPARE(format->ggmlType, core::noGgmlType);
        QVERIFY(names.insert(format->name).second);
    }
    for (const char* name : { "INT4_SYM_G2", "INT8_ASYM_G65536", "NF4_DQ_G128", "LOG3_TENSOR" })
        QVERIFY2(core::findFormat(std::string_view(name)), name);
    for (const char* name : { "INT5_SYM_G64", "INT4_G64", "INT4_SYM", "INT4_SYM_G0", "INT4_SYM_G1",
             "INT4_SYM_G064", "INT4_SYM_G-8", "INT4_SYM_G64 ", "INT4_SYM_G", "INT4_SYM_G65537",
             "INT4_SYM_G99999999999", "NF4", "NF4_CHANNEL", "FP8_E4M3_G64", "LOG4", "LOG5_G64",
             "TERNARY", "BINARY_ROW", "INT4_SYM_TENSOR_G64", "" })
        QVERIFY2(!core::findFormat(std::string_view(name)), name);
}

void TestStudy::givesTheSameAddressForTheSameName()
{
    std::vector<const Format*> found(64);
    core::parallelFor(found.size(), [&](std::size_t i) {
        const std::string name = "INT4_SYM_G" + std::to_string(1000 + i % 2);
        found[i] = core::findFormat(std::string_view(name));
    });
    for (std::size_t i = 2; i < found.size(); ++i)
        QCOMPARE(found[i], found[i % 2]);
    QVERIFY(found[0] != found[1]);
    QCOMPARE(&formatOf("INT4_SYM_CHANNEL", 96), &formatOf("INT4_SYM_CHANNEL", 96));
    QVERIFY(&formatOf("INT4_SYM_CHANNEL", 96) != &formatOf("INT4_SYM_CHANNEL", 192));
    // Asking again for the rows of one that is already for rows.
    QCOMPARE(core::formatForRows(&formatOf("INT4_SYM_CHANNEL", 96), 192),
        &formatOf("INT4_SYM_CHANNEL", 192));
    QCOMPARE(core::formatForRows(&core::formats::q4_K, 96), &core::formats::q4_K);
}

void TestStudy::takesGroupsThatDoNotDivideTheRowAsOneGroup()
{
    const Format& format = formatOf("INT4_ASYM_G64", 100);
    QCOMPARE(format.name, std::string_view("INT4_ASYM_CHANNEL"));
    QCOMPARE(format.blockSize, 100);
    QVERIFY(!formatOf("NF4_G64", 100).fits(100)); // knows no scale a row
    QVERIFY(!core::findFormat("INT4_SYM_CHANNEL")->fits(4096)); // not yet for any row
}

void TestStudy::countsTheBytesOfScales()
{
    const auto bits = [](std::string_view name, std::size_t columns) {
        return formatOf(name, columns).bitsPerWeight();
    };
    QCOMPARE(bits("INT4_SYM_G64", 1024), 4 + 16 / 64.0);
    QCOMPARE(bits("INT4_ASYM_G64", 1024), 4 + 24 / 64.0);
    QCOMPARE(bits("INT3_SYM_G128", 1024), 3 + 16 / 128.0);
    QCOMPARE(bits("INT2_ASYM_G32", 1024), 2 + 24 / 32.0);
    QCOMPARE(bits("INT8_SYM_CHANNEL", 576), 8 + 32 / 576.0);
    QCOMPARE(bits("INT8_ASYM_CHANNEL", 576), 8 + 40 / 576.0);
    QCOMPARE(bits("INT8_SYM_TENSOR", 576), 8.0);
    QCOMPARE(bits("INT3_SYM_CHANNEL", 5), (32 + 16) / 5.0); // 15 bits of codes take two bytes
    QCOMPARE(bits("NF4_G64", 4096), 4.5);
    QCOMPARE(bits("NF4_DQ_G64", 4096), 4 + 8 / 64.0 + 32 / 1024.0); // blocks of 16 groups
    QCOMPARE(bits("NF4_DQ_G64", 576), 4 + 8 / 64.0 + 32 / 576.0); // 9 groups are a row
    QCOMPARE(bits("FP8_E4M3", 576), 8.0);
    QCOMPARE(bits("FP8_E5M2_CHANNEL", 1000), 8 + 32 / 1000.0);
    QCOMPARE(bits("TERNARY_G64", 1024), (16 + 13 * 8) / 64.0); // five codes a byte
    QCOMPARE(bits("BINARY_G64", 1024), 1 + 16 / 64.0);
    QCOMPARE(formatOf("INT8_ASYM_TENSOR", 576).tensorBytes(10, 576), std::uint64_t(5760 + 5));
    QCOMPARE(formatOf("INT8_ASYM_CHANNEL", 576).tensorBytes(10, 576), std::uint64_t(5760 + 50));
    QCOMPARE(core::formats::q4_K.tensorBytes(3, 512), std::uint64_t(3 * 288));
}

void TestStudy::roundsTheWorkedRowToAsymmetricIntegers()
{
    const std::vector<float> row{ 0.10f, -0.30f, 0.70f, -1.00f, 0.50f };
    const Format& format = formatOf("INT8_ASYM_CHANNEL", row.size());
    const std::vector<std::byte> bytes = encode(format, row);
    const float step = loadFloat(bytes.data());
    QVERIFY(std::fabs(step - 0.00667f) < 0.000005f); // (0.70 + 1.00) / 255
    QCOMPARE(int(bytes[4]), 150); // the code of 0
    std::vector<int> codes;
    for (std::size_t i = 5; i < bytes.size(); ++i)
        codes.push_back(int(bytes[i]));
    QCOMPARE(codes, (std::vector<int>{ 165, 105, 255, 0, 225 }));
    const std::vector<float> back = decode(format, bytes);
    QVERIFY(std::fabs(back[0] - 0.10f) < 0.00001f);
    for (std::size_t i = 0; i < row.size(); ++i)
        QVERIFY(std::fabs(back[i] - row[i]) <= step / 2);
}

void TestStudy::oneScaleARowLowersTheErrorAndOneAGroupMore()
{
    // Rows of ranges from 1 down to 1/32, and inside each a quarter that is larger than the rest.
    constexpr Eigen::Index columns = 256;
    core::Matrix W(6, columns);
    const std::vector<float> normal = hardrows::normalWeights(std::size_t(W.size()));
    for (Eigen::Index i = 0; i < W.rows(); ++i)
        for (Eigen::Index j = 0; j < columns; ++j)
            W(i, j) = normal[std::size_t(i * columns + j)] * std::ldexp(1.0f, -int(i))
                * (j < columns / 4 ? 1.0f : 0.2f);
    // The mean over rows of each row's relative error: small rows count like large ones.
    const auto error = [&](std::string_view name) {
        const Format& format = formatOf(name, std::size_t(columns));
        const core::TensorFormat own(format, W);
        double sum = 0;
        for (Eigen::Index i = 0; i < W.rows(); ++i) {
            const std::vector<float> row(W.row(i).data(), W.row(i).data() + columns);
            std::vector<std::byte> bytes(format.rowBytes(row.size()));
            own.format().encodeRow(row.data(), row.size(), nullptr, bytes.data());
            sum += relativeError(row, decode(format, bytes));
        }
        return sum / double(W.rows());
    };
    for (const char* kind : { "INT8_SYM", "INT8_ASYM", "INT4_SYM", "INT4_ASYM", "INT3_SYM",
             "INT3_ASYM", "INT2_ASYM", "LOG4", "TERNARY", "BINARY" }) {
        const double tensor = error(std::string(kind) + "_TENSOR");
        const double channel = error(std::string(kind) + "_CHANNEL");
        const double group = error(std::string(kind) + "_G32");
        qInfo("%s: tensor %.4f, channel %.4f, groups of 32 %.4f", kind, tensor, channel, group);
        QVERIFY2(channel < tensor, kind);
        QVERIFY2(group < channel, kind);
    }
}

void TestStudy::aTensorsScaleIsStoredInEveryRowAndCountedOnce()
{
    core::Matrix W(3, 8);
    W.setConstant(0.25f);
    W(1, 2) = -2.54f;
    const Format& format = formatOf("INT8_SYM_TENSOR", 8);
    const core::TensorFormat own(format, W);
    QVERIFY(core::TensorFormat::needsRange(format));
    QVERIFY(!core::TensorFormat::needsRange(own.format()));
    for (Eigen::Index i = 0; i < W.rows(); ++i) {
        std::vector<std::byte> bytes(format.rowBytes(8));
        own.format().encodeRow(W.row(i).data(), 8, nullptr, bytes.data());
        QCOMPARE(loadFloat(bytes.data()), 2.54f / 127);
        QVERIFY(std::fabs(decode(format, bytes)[0] - 0.25f) <= 0.01f);
    }
    const core::TensorFormat other(core::formats::q8_0, W);
    QCOMPARE(&other.format(), &core::formats::q8_0);
}

void TestStudy::normalFloatHasTheQuantilesOfItsPaper()
{
    // QLoRA, section 3 and its implementation: 8 quantiles of the normal distribution up from 0 on
    // the positive side, 7 below it, the outermost at 0.9677083, divided by the largest.
    constexpr double outermost = 0.9677083;
    std::vector<double> quantiles{ 0 };
    for (int i = 0; i < 8; ++i)
        quantiles.push_back(quantileOfNormal(outermost + (0.5 - outermost) * i / 8));
    for (int i = 0; i < 7; ++i)
        quantiles.push_back(-quantileOfNormal(outermost + (0.5 - outermost) * i / 7));
    std::sort(quantiles.begin(), quantiles.end());
    const auto levels = core::findFormat("NF4_G64")->study->levels;
    QCOMPARE(levels.size(), quantiles.size());
    for (std::size_t i = 0; i < levels.size(); ++i)
        QVERIFY(std::fabs(double(levels[i]) - quantiles[i] / quantiles.back()) < 1e-6);
}

void TestStudy::doubleQuantizationSavesBitsForLittleError()
{
    const std::vector<float> row = hardrows::normalWeights(4096);
    const double plain = relativeError(row, rounded("NF4_G64", row));
    const double doubled = relativeError(row, rounded("NF4_DQ_G64", row));
    QVERIFY2(doubled < 1.02 * plain, qPrintable(QString("%1, %2").arg(doubled).arg(plain)));
    QVERIFY(formatOf("NF4_DQ_G64", 4096).bitsPerWeight() < 4.16);
}

void TestStudy::eightBitFloatsSaturate()
{
    const std::vector<float> row{ 500.0f, -1e30f, 448.0f, 0x1p-9f, 0x1p-11f, 1.0f, 1.0625f, -0.3f };
    QCOMPARE(rounded("FP8_E4M3", row),
        (std::vector<float>{ 448, -448, 448, 0x1p-9f, 0, 1, 1, -0.3125f }));
    const std::vector<float> wide{ 60000.0f, -1e30f, 57344.0f, 0x1p-16f, 0x1p-18f, 1.0f, 1.2f };
    QCOMPARE(rounded("FP8_E5M2", wide),
        (std::vector<float>{ 57344, -57344, 57344, 0x1p-16f, 0, 1, 1.25f }));
    QCOMPARE(int(encode(formatOf("FP8_E4M3", 1), { 500 })[0]), 0x7e);
    QCOMPARE(int(encode(formatOf("FP8_E5M2", 1), { -1e9f })[0]), 0xfb);
    QCOMPARE(int(encode(formatOf("FP8_E4M3", 1), { 1.0f })[0]), 0x38);
    // With a scale the largest weight becomes the largest number.
    const std::vector<float> scaled = rounded("FP8_E4M3_CHANNEL", { 0.02f, -0.01f, 0.004f });
    QCOMPARE(scaled[0], 0.02f);
    QVERIFY(std::fabs(scaled[1] + 0.01f) < 0.01f / 16);
}

void TestStudy::logarithmicLevelsArePowersOfTwo()
{
    for (const Format* format : { core::findFormat("LOG4_G64"), core::findFormat("LOG3_G64") }) {
        const auto levels = format->study->levels;
        QCOMPARE(levels.size(), (std::size_t(1) << format->study->bits) - 1);
        for (const float level : levels)
            QVERIFY(level == 0
                || std::exp2(std::round(std::log2(std::fabs(level)))) == std::fabs(level));
    }
    QCOMPARE(rounded("LOG4_CHANNEL", { 1.0f, -0.55f, 0.3f, 0.001f, 0.02f }),
        (std::vector<float>{ 1, -0.5f, 0.25f, 0, 0x1p-6f }));
}

void TestStudy::noIntegerIsFurtherThanHalfAStep()
{
    const hardrows::Rows sample = hardrows::sampleWeights(16);
    for (const Format* family : core::studyFormats()) {
        const bool isInteger = family->study->kind == core::Study::Kind::Symmetric
            || family->study->kind == core::Study::Kind::Asymmetric;
        for (std::size_t r = 0; isInteger && r < sample.count(); ++r) {
            const std::vector<float> row(sample.row(r), sample.row(r) + hardrows::columns);
            const Format& format = formatOf(family->name, row.size());
            const std::vector<std::byte> bytes = encode(format, row);
            const std::vector<float> back = decode(format, bytes);
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::size_t block = i / std::size_t(format.blockSize);
                const float step
                    = format.grid->scales(bytes.data() + block * std::size_t(format.blockBytes))
                          .step[0];
                QVERIFY2(std::fabs(row[i] - back[i]) <= 0.5001f * step, family->name.data());
            }
        }
    }
}

QTEST_APPLESS_MAIN(TestStudy)
#include "tst_study.moc"
