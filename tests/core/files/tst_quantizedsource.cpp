// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/half.h"
#include "tests/core/files/quantizedfixture.h"
#include "tests/support/filebytes.h"

#include <QTest>

#include <algorithm>

using namespace quantizedfixture;
using core::QuantizedWeight;
using support::little;

namespace {

constexpr std::int64_t inputs = 128, outputs = 32, groups = 4;

/// GPTQ's tensors of a layer "a"; `codes` and `zeros` of (inputs, outputs) and (groups, outputs).
Entries gptqEntries(const Codes& codes, const Codes& zeros)
{
    std::string order;
    for (std::int64_t i = 0; i < codes.rows; ++i)
        order += little(std::int32_t(i * zeros.rows / codes.rows));
    return { wordsDownColumns("a.qweight", codes), wordsAlongRows("a.qzeros", zeros),
        halves("a.scales", { zeros.rows, outputs }, smallScales(std::size_t(zeros.rows * outputs))),
        { "a.g_idx", "I32", { codes.rows }, order },
        halves("a.bias", { outputs }, smallScales(outputs)) };
}

std::string gptqConfig(int bits, const char* more = "")
{
    return R"({"quant_method":"gptq","bits":)" + std::to_string(bits) + R"(,"group_size":32)" + more
        + "}";
}

support::SafetensorsEntry& named(Entries& entries, const std::string& name)
{
    return *std::find_if(
        entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == name; });
}

void without(Entries& entries, const std::string& name)
{
    std::erase_if(entries, [&](const auto& entry) { return entry.name == name; });
}

/// NF4's tensors of a weight of `rows` × 64 in blocks of 64.
Entries fourBitEntries(const Codes& codes, const std::string& more = "")
{
    support::SafetensorsEntry packed{ "a.weight", "U8", { codes.rows * codes.columns / 2, 1 }, {} };
    for (std::size_t i = 0; i < codes.values.size(); i += 2)
        packed.bytes += char(codes.values[i] << 4 | codes.values[i + 1]);
    std::vector<float> map;
    for (int i = 0; i < 16; ++i)
        map.push_back(float(i - 8) / 8);
    const std::string state = R"({"quant_type":"nf4","blocksize":64,"dtype":"bfloat16","shape":[)"
        + std::to_string(codes.rows) + "," + std::to_string(codes.columns) + "]" + more + "}";
    return { packed, floats("a.weight.quant_map", { 16 }, map),
        floats("a.weight.absmax", { codes.rows * codes.columns / 64 },
            smallScales(std::size_t(codes.rows * codes.columns / 64))),
        { "a.weight.quant_state.bitsandbytes__nf4", "U8", { std::int64_t(state.size()) }, state } };
}

} // namespace

class TestQuantizedSource : public QObject {
    Q_OBJECT
private slots:
    void readsGptq_data()
    {
        QTest::addColumn<int>("bits");
        for (const int bits : { 2, 3, 4, 8 })
            QTest::newRow(std::to_string(bits).c_str()) << bits;
    }

    void readsGptq()
    {
        QFETCH(int, bits);
        const Codes codes(inputs, outputs, bits, 1), zeros(groups, outputs, bits, 2);
        const auto found = sorted(gptqEntries(codes, zeros), gptqConfig(bits, R"(,"sym":false)"));
        QCOMPARE(found.weights.size(), std::size_t(1));
        QCOMPARE(found.others.size(), std::size_t(1)); // the bias
        const QuantizedWeight& weight = found.weights[0];
        QCOMPARE(weight.name, std::string("a.weight"));
        QCOMPARE(weight.shape, (std::vector<std::int64_t>{ outputs, inputs }));
        QCOMPARE(weight.rows->grid(), std::to_string(bits) + " bits, groups of 32, asymmetric");
        QCOMPARE(difference(weight,
                     [&](std::int64_t r, std::int64_t c) {
                         const std::int64_t g = c / 32;
                         const int zero = (zeros.at(g, r) + 1) & ((1 << bits) - 1);
                         return smallScale(g * outputs + r) * float(codes.at(c, r) - zero);
                     }),
            std::string());
        weight.rows->requireUnchanged();
    }

    void readsTheSecondVersionOfGptq()
    {
        const Codes codes(inputs, outputs, 4, 1), zeros(groups, outputs, 4, 2);
        const auto found
            = sorted(gptqEntries(codes, zeros), gptqConfig(4, R"(,"checkpoint_format":"gptq_v2")"));
        QCOMPARE(difference(found.weights.at(0),
                     [&](std::int64_t r, std::int64_t c) {
                         return smallScale(c / 32 * outputs + r)
                             * float(codes.at(c, r) - zeros.at(c / 32, r));
                     }),
            std::string());
    }

    void readsColumnsInTheOrderOfTheirActivation()
    {
        const Codes codes(inputs, outputs, 4, 1), zeros(groups, outputs, 4, 2);
        Entries entries = gptqEntries(codes, zeros);
        std::string order;
        for (std::int64_t i = 0; i < inputs; ++i)
            order += little(std::int32_t(i * 7 % groups));
        named(entries, "a.g_idx").bytes = order;
        const auto found = sorted(entries, gptqConfig(4, R"(,"desc_act":true,"sym":true)"));
        const QuantizedWeight& weight = found.weights.at(0);
        QCOMPARE(weight.rows->grid(),
            std::string("4 bits, groups of 32, symmetric, columns grouped by their activation"));
        QCOMPARE(difference(weight,
                     [&](std::int64_t r, std::int64_t c) {
                         const std::int64_t g = c * 7 % groups;
                         return smallScale(g * outputs + r)
                             * float(codes.at(c, r) - ((zeros.at(g, r) + 1) & 15));
                     }),
            std::string());
        QVERIFY(!weight.rows->exactFormat());
        named(entries, "a.g_idx").bytes.replace(40, 4, little(std::int32_t(4)));
        QCOMPARE(complaint(entries, gptqConfig(4)),
            std::string("tensor a.g_idx puts column 10 into group 4, expected 0 to 3"));
    }

    void readsAwq()
    {
        const Codes codes(inputs, outputs, 4, 3), zeros(groups, outputs, 4, 4);
        const Entries entries{ awqWords("a.qweight", codes), awqWords("a.qzeros", zeros),
            halves("a.scales", { groups, outputs }, smallScales(groups * outputs)) };
        const char* config = R"({"quant_method":"awq","bits":4,"group_size":32,)"
                             R"("zero_point":true,"version":"gemm"})";
        for (const char* quantization : { config, "{}" }) { // by its shapes alone, too
            const auto found = sorted(entries, quantization);
            QCOMPARE(difference(found.weights.at(0),
                         [&](std::int64_t r, std::int64_t c) {
                             return smallScale(c / 32 * outputs + r)
                                 * float(codes.at(c, r) - zeros.at(c / 32, r));
                         }),
                std::string());
        }
        QCOMPARE(sorted(entries, config).weights[0].rows->grid(),
            std::string("4 bits, groups of 32, asymmetric"));
        QCOMPARE(complaint(entries, R"({"quant_method":"awq","bits":4,"version":"gemv"})"),
            std::string("the weights are AWQ's in the layout GEMV, expected gemm"));
    }

    void convertsExactlyWhereAFormatFits()
    {
        const Codes codes(inputs, outputs, 4, 1);
        Codes zeros(groups, outputs, 4, 2);
        const auto exact = [&](int bits, const Codes& values) {
            const auto found = sorted(gptqEntries(values, zeros), gptqConfig(bits));
            const auto* format = found.weights.at(0).rows->exactFormat();
            return std::string(format ? format->name : "none") + " "
                + exactDifference(found.weights[0]);
        };
        QCOMPARE(exact(4, codes), std::string("Q4_1 "));
        zeros.values.assign(zeros.values.size(), 7); // zero point 8
        QCOMPARE(exact(4, codes), std::string("Q4_0 "));
        zeros = Codes(groups, outputs, 3, 2);
        QCOMPARE(exact(3, Codes(inputs, outputs, 3, 1)), std::string("Q4_0 "));
        zeros = Codes(groups, outputs, 8, 2);
        QCOMPARE(exact(8, Codes(inputs, outputs, 8, 1)), std::string("none no format"));
        zeros.values.assign(zeros.values.size(), 127);
        QCOMPARE(exact(8, Codes(inputs, outputs, 8, 1)), std::string("Q8_0 "));
    }

    /// Where scale·zero is no binary16, Q5_0 holds the weights, whose scale is the stored one.
    void convertsToQ5WhereTheMinimumIsNoHalf()
    {
        const Codes codes(inputs, outputs, 4, 1), zeros(groups, outputs, 4, 2);
        Entries entries = gptqEntries(codes, zeros);
        const float awkward = core::halfToFloat(0x2bfb); // 11 significant bits
        named(entries, "a.scales") = halves(
            "a.scales", { groups, outputs }, std::vector<float>(groups * outputs, awkward));
        const auto found = sorted(entries, gptqConfig(4));
        QCOMPARE(found.weights.at(0).rows->exactFormat(), &core::formats::q5_0);
        QCOMPARE(exactDifference(found.weights[0]), std::string());
        named(entries, "a.scales")
            = floats("a.scales", { groups, outputs }, std::vector<float>(groups * outputs, 0.1f));
        QVERIFY(!sorted(entries, gptqConfig(4)).weights.at(0).rows->exactFormat());
    }

    void readsPackedIntegersOfCompressedTensors()
    {
        for (const int bits : { 4, 8, 3 }) {
            const Codes codes(outputs, inputs, bits, 5), zeros(outputs, groups, bits, 6);
            Entries entries{ wordsAlongRows("a.weight_packed", codes),
                halves("a.weight_scale", { outputs, groups }, smallScales(outputs * groups)),
                wordsDownColumns("a.weight_zero_point", zeros),
                { "a.weight_shape", "I64", { 2 }, little(outputs) + little(inputs) } };
            const std::string config
                = R"({"quant_method":"compressed-tensors","format":"pack-quantized",)"
                  R"("config_groups":{"group_0":{"weights":{"num_bits":)"
                + std::to_string(bits) + R"(,"group_size":32,"symmetric":false}}}})";
            const auto found = sorted(entries, config);
            const QuantizedWeight& weight = found.weights.at(0);
            QVERIFY(found.others.empty());
            QCOMPARE(weight.rows->grid(), std::to_string(bits) + " bits, groups of 32, asymmetric");
            QCOMPARE(difference(weight,
                         [&](std::int64_t r, std::int64_t c) {
                             return smallScale(r * groups + c / 32)
                                 * float(codes.at(r, c) - zeros.at(r, c / 32));
                         }),
                std::string());
            if (bits == 4)
                QCOMPARE(exactDifference(weight), std::string());
            without(entries, "a.weight_zero_point");
            QCOMPARE(difference(sorted(entries, "{}").weights.at(0),
                         [&](std::int64_t r, std::int64_t c) {
                             return smallScale(r * groups + c / 32)
                                 * float(codes.at(r, c) - (1 << (bits - 1)));
                         }),
                std::string());
        }
    }

    void readsBytesOfCompressedTensors()
    {
        const Codes codes(outputs, inputs, 8, 7);
        const Entries entries{ bytes("a.weight", codes, "I8", 128),
            halves("a.weight_scale", { outputs, 1 }, smallScales(outputs)) };
        const auto found = sorted(entries, "{}");
        QCOMPARE(found.weights.at(0).rows->grid(),
            std::string("8 bits, a scale for each row, symmetric"));
        QCOMPARE(difference(found.weights[0],
                     [&](std::int64_t r, std::int64_t c) {
                         return smallScale(r) * float(codes.at(r, c) - 128);
                     }),
            std::string());
        QCOMPARE(found.weights[0].rows->exactFormat(), &core::formats::q8_0);
        QCOMPARE(exactDifference(found.weights[0]), std::string());
    }

    void readsInt8OfBitsAndBytes()
    {
        const Codes codes(outputs, inputs, 8, 7);
        const Entries entries{ bytes("a.weight", codes, "I8", 128),
            floats("a.SCB", { outputs }, smallScales(outputs)),
            { "a.weight_format", "U8", {}, std::string(1, '\0') } };
        const auto found = sorted(entries, R"({"quant_method":"bitsandbytes"})");
        QVERIFY(found.others.empty());
        QCOMPARE(difference(found.weights.at(0),
                     [&](std::int64_t r, std::int64_t c) {
                         return smallScale(r) * (1.0f / 127.0f) * float(codes.at(r, c) - 128);
                     }),
            std::string());
    }

    void readsFourBitsOfBitsAndBytes()
    {
        const Codes codes(8, 64, 4, 8);
        const auto found = sorted(fourBitEntries(codes), R"({"quant_method":"bitsandbytes"})");
        QVERIFY(found.others.empty());
        QCOMPARE(found.weights.at(0).rows->grid(), std::string("NF4, blocks of 64"));
        QCOMPARE(difference(found.weights[0],
                     [&](std::int64_t r, std::int64_t c) {
                         return float(codes.at(r, c) - 8) / 8 * smallScale(r);
                     }),
            std::string());
    }

    void readsScalesOfBitsAndBytesThatAreQuantized()
    {
        const Codes codes(8, 64, 4, 8), scaleCodes(8, 1, 8, 9);
        Entries entries = fourBitEntries(codes, R"(,"nested_blocksize":4,"nested_offset":0.25)");
        std::vector<float> map;
        for (int i = 0; i < 256; ++i)
            map.push_back(float(i - 128) / 128);
        named(entries, "a.weight.absmax") = bytes("a.weight.absmax", scaleCodes, "U8");
        named(entries, "a.weight.absmax").shape = { 8 };
        entries.push_back(floats("a.weight.nested_quant_map", { 256 }, map));
        entries.push_back(floats("a.weight.nested_absmax", { 2 }, { 0.5f, 2.0f }));
        const auto found = sorted(entries, "{}");
        QCOMPARE(
            found.weights.at(0).rows->grid(), std::string("NF4, blocks of 64, scales in 8 bits"));
        QCOMPARE(difference(found.weights[0],
                     [&](std::int64_t r, std::int64_t c) {
                         const float scale
                             = float(scaleCodes.at(r, 0) - 128) / 128 * (r < 4 ? 0.5f : 2.0f)
                             + 0.25f;
                         return float(codes.at(r, c) - 8) / 8 * scale;
                     }),
            std::string());
    }

    void leavesOrdinaryTensorsAlone()
    {
        const auto found
            = sorted({ floats("a.weight", { 2 }, { 1, 2 }), { "b.weight", "F8_E4M3", { 1 }, "x" },
                         { "c.k_scale", "F32", {}, "abcd" } },
                "{}");
        QVERIFY(found.weights.empty());
        QCOMPARE(found.others.size(), std::size_t(3));
    }

    void saysWhichPartIsMissing()
    {
        const Codes codes(inputs, outputs, 4, 1), zeros(groups, outputs, 4, 2);
        for (const char* name : { "a.qzeros", "a.scales" }) {
            Entries entries = gptqEntries(codes, zeros);
            without(entries, name);
            QCOMPARE(complaint(entries, gptqConfig(4)),
                std::string("tensor a.qweight is part of a quantized weight, expected tensor ")
                    + name + " beside it");
        }
        Entries entries = gptqEntries(codes, zeros);
        without(entries, "a.g_idx");
        QCOMPARE(complaint(entries, gptqConfig(4)), std::string("no error"));
        QCOMPARE(complaint(entries, R"({"quant_method":"gptq"})"),
            std::string("tensor a.qweight is GPTQ's and config.json says 0 bits, expected 2, 3, 4 "
                        "or 8"));
        QCOMPARE(
            complaint(gptqEntries(codes, zeros), gptqConfig(4, R"(,"checkpoint_format":"marlin")")),
            std::string("the weights are GPTQ's in the layout MARLIN, expected gptq or gptq_v2"));
    }

    void refusesPartsThatDoNotFit()
    {
        const Codes codes(inputs, outputs, 4, 1), zeros(groups, outputs, 4, 2);
        Entries entries = gptqEntries(codes, zeros);
        named(entries, "a.qzeros").shape = { 2, 8 };
        QCOMPARE(complaint(entries, gptqConfig(4)),
            std::string("tensor a.qzeros has shape [2, 8], expected [4, 4]"));
        entries = gptqEntries(codes, zeros);
        named(entries, "a.scales").shape = { 8, 16 };
        QCOMPARE(complaint(entries, gptqConfig(4)),
            std::string("tensor a.scales has shape [8, 16], expected scales for 32 outputs"));
        entries = gptqEntries(codes, zeros);
        named(entries, "a.qweight").dtype = "F32";
        QCOMPARE(complaint(entries, gptqConfig(4)),
            std::string("tensor a.qweight is stored as F32, expected I32 or U32"));
        entries = fourBitEntries(Codes(8, 64, 4, 8));
        named(entries, "a.weight.absmax").shape = { 2, 4 };
        QCOMPARE(complaint(entries, "{}"), std::string("no error")); // as many
        std::string& state = named(entries, "a.weight.quant_state.bitsandbytes__nf4").bytes;
        state.replace(state.find("[8,64]"), 6, "[9,64]");
        QCOMPARE(complaint(entries, "{}"),
            std::string("tensor a.weight has shape [256, 1], expected 288 numbers"));
        state.replace(state.find("[9,64]"), 6, "[9,-4]");
        QVERIFY(complaint(entries, "{}").ends_with(": shape is [9,-4], expected rows and columns"));
    }

    void refusesAStrangeConfig()
    {
        QCOMPARE(complaint({}, R"({"bits":"four"})"),
            std::string("config.json: quantization_config: bits is \"four\", expected a whole "
                        "number"));
        QCOMPARE(complaint({}, R"({"weight_block_size":[0,128]})"),
            std::string("config.json: quantization_config: weight_block_size is [0,128], expected "
                        "two numbers of at least 1"));
    }
};

QTEST_APPLESS_MAIN(TestQuantizedSource)
#include "tst_quantizedsource.moc"
