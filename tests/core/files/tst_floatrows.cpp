// SPDX-License-Identifier: GPL-3.0-or-later
// Weights that other tools stored as small floats with scales: FP8, MXFP4, NVFP4.
#include "core/formats/float8.h"
#include "tests/core/files/quantizedfixture.h"

#include <QTest>

#include <cmath>

using namespace quantizedfixture;
using core::QuantizedWeight;

class TestFloatRows : public QObject {
    Q_OBJECT
private slots:
    void readsFloat8()
    {
        using core::formats::float8::e4m3;
        const Codes codes(200, 150, 7, 10); // positive numbers; none is NaN …
        Codes finite = codes;
        for (int& value : finite.values)
            value = value == 127 ? 0 : value;
        const auto weight = bytes("a.weight", finite, "F8_E4M3");
        const auto check = [&](const char* name, const std::vector<std::int64_t>& shape,
                               const std::string& grid, const auto& scaleOf) {
            const std::size_t count = std::size_t(*core::weightCount(shape));
            const auto found = sorted({ weight, floats(name, shape, smallScales(count)),
                                          floats("a.input_scale", {}, { 1 }) },
                R"({"quant_method":"fp8","weight_block_size":[128,128]})");
            QCOMPARE(found.leftOut, std::vector<std::string>{ "a.input_scale" });
            QCOMPARE(found.weights.at(0).rows->grid(), grid);
            QCOMPARE(difference(found.weights[0],
                         [&](std::int64_t r, std::int64_t c) {
                             return e4m3[std::size_t(finite.at(r, c))] * smallScale(scaleOf(r, c));
                         }),
                std::string());
        };
        check("a.weight_scale_inv", { 2, 2 }, "FP8 E4M3, blocks of 128 × 128",
            [](std::int64_t r, std::int64_t c) { return r / 128 * 2 + c / 128; });
        check("a.weight_scale", { 200, 1 }, "FP8 E4M3, a scale for each row",
            [](std::int64_t r, std::int64_t) { return r; });
        check("a.weight_scale", {}, "FP8 E4M3, one scale",
            [](std::int64_t, std::int64_t) { return 0; });
        QCOMPARE(complaint({ weight, floats("a.weight_scale", { 3, 2 }, smallScales(6)) }, "{}"),
            std::string("tensor a.weight_scale has shape [3, 2], expected [2, 2]"));
    }

    void readsMxfp4OfGptOss()
    {
        const Codes codes(3 * 4, 64, 4, 11), scaleCodes(3 * 4, 2, 8, 12);
        auto blocks = nibbles("e.gate_up_proj_blocks", codes);
        blocks.shape = { 3, 4, 2, 16 };
        auto scales = bytes("e.gate_up_proj_scales", scaleCodes, "U8");
        scales.shape = { 3, 4, 2 };
        for (char& scale : scales.bytes)
            scale = char((scale & 31) + 110);
        const auto found = sorted({ blocks, scales }, R"({"quant_method":"mxfp4"})");
        const QuantizedWeight& weight = found.weights.at(0);
        QCOMPARE(weight.name, std::string("e.gate_up_proj"));
        QCOMPARE(weight.shape, (std::vector<std::int64_t>{ 3, 4, 64 }));
        QCOMPARE(difference(weight,
                     [&](std::int64_t r, std::int64_t c) {
                         const int exponent = int((scaleCodes.at(r, c / 32) & 31) + 110) - 127;
                         return std::ldexp(
                             core::formats::float8::e2m1[std::size_t(codes.at(r, c))], exponent);
                     }),
            std::string());
        QCOMPARE(weight.rows->exactFormat(), &core::formats::mxfp4);
        QCOMPARE(exactDifference(weight), std::string());
    }

    void readsNvfp4OfBothKinds()
    {
        using namespace core::formats::float8;
        const Codes codes(6, 128, 4, 13), scaleCodes(6, 8, 6, 14);
        const auto scales = bytes("a.weight_scale", scaleCodes, "F8_E4M3");
        const auto check = [&](const Entries& entries, float factor) {
            const auto found = sorted(entries, R"({"quant_method":"modelopt"})");
            QVERIFY(found.others.empty());
            QCOMPARE(difference(found.weights.at(0),
                         [&](std::int64_t r, std::int64_t c) {
                             return e2m1[std::size_t(codes.at(r, c))]
                                 * e4m3[std::size_t(scaleCodes.at(r, c / 16))] * factor;
                         }),
                std::string());
            QCOMPARE(found.weights[0].rows->tensorScale(), factor);
            QCOMPARE(found.weights[0].rows->exactFormat(), &core::formats::nvfp4);
            QCOMPARE(exactDifference(found.weights[0]), std::string());
        };
        check({ nibbles("a.weight", codes), scales, floats("a.weight_scale_2", {}, { 0.25f }) },
            0.25f);
        check({ nibbles("a.weight_packed", codes), scales,
                  floats("a.weight_global_scale", { 1 }, { 8.0f }) },
            0.125f);
    }
};

QTEST_APPLESS_MAIN(TestFloatRows)
#include "tst_floatrows.moc"
