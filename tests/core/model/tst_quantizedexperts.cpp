// SPDX-License-Identifier: GPL-3.0-or-later
// gpt-oss as it is published: stacks of experts in MXFP4, with outputs as rows, where its BF16
// checkpoints have inputs.
#include "core/files/json.h"
#include "core/formats/float8.h"
#include "core/model/checkpoint.h"
#include "tests/core/files/quantizedfixture.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinyarchitecture.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace core;
using namespace quantizedfixture;

namespace {

/// Sizes of the tiny gpt-oss that MXFP4's groups of 32 divide.
std::int64_t wider(std::int64_t dimension)
{
    static const std::map<std::int64_t, std::int64_t> sizes{ { 40, 64 }, { 24, 32 }, { 48, 64 } };
    const auto found = sizes.find(dimension);
    return found == sizes.end() ? dimension : found->second;
}

/// The same model twice: with stacks in F32 (matrices, inputs, outputs), and in MXFP4.
struct Twice {
    Entries plain, quantized;
};

void addStack(
    Twice& twice, const std::string& name, const std::vector<std::int64_t>& shape, unsigned seed)
{
    const std::int64_t matrices = shape[0], inputs = shape[1], outputs = shape[2];
    const Codes codes(matrices * outputs, inputs, 4, seed);
    const Codes scaleCodes(matrices * outputs, inputs / 32, 2, seed + 1);
    auto blocks = nibbles(name + "_blocks", codes);
    blocks.shape = { matrices, outputs, inputs / 32, 16 };
    auto scales = bytes(name + "_scales", scaleCodes, "U8", -120); // 2⁻⁷ … 2⁻⁴
    scales.shape = { matrices, outputs, inputs / 32 };
    std::vector<float> weights;
    for (std::int64_t matrix = 0; matrix < matrices; ++matrix)
        for (std::int64_t in = 0; in < inputs; ++in)
            for (std::int64_t out = 0; out < outputs; ++out) {
                const std::int64_t row = matrix * outputs + out;
                weights.push_back(std::ldexp(formats::float8::e2m1[std::size_t(codes.at(row, in))],
                    scaleCodes.at(row, in / 32) + 120 - 127));
            }
    twice.plain.push_back(floats(name, shape, weights));
    twice.quantized.push_back(std::move(blocks));
    twice.quantized.push_back(std::move(scales));
}

Twice tinyGptOss(const support::TinyArchitecture& tiny)
{
    Twice twice;
    unsigned seed = 1;
    for (const support::TinyTensor& tensor : tiny.tensors) {
        std::vector<std::int64_t> shape = tensor.shape;
        std::ranges::transform(shape, shape.begin(), wider);
        if (shape.size() == 3) {
            addStack(twice, tensor.name, shape, seed += 2);
            continue;
        }
        std::mt19937 generator(++seed);
        std::vector<float> weights(std::size_t(*weightCount(shape)));
        for (float& weight : weights)
            weight = float(generator() % 1000) / 1000 - 0.5f;
        twice.plain.push_back(floats(tensor.name, shape, weights));
        twice.quantized.push_back(twice.plain.back());
    }
    return twice;
}

std::shared_ptr<const Checkpoint> opened(
    const std::filesystem::path& folder, const Json& config, const Entries& entries)
{
    support::writeFile(folder / "config.json", jsonText(config));
    support::writeFile(folder / "model.safetensors", support::safetensorsBytes(entries));
    return Checkpoint::open(folder);
}

} // namespace

class TestQuantizedExperts : public QObject {
    Q_OBJECT
private slots:
    void stacksInMxfp4AreThoseInFullPrecision()
    {
        const auto tiny = support::tinyArchitecture("gpt-oss");
        Json config = parseJson(tiny.config, "config");
        for (const char* key : { "hidden_size", "intermediate_size" })
            config[key] = wider(config[key].get<std::int64_t>());
        const Twice twice = tinyGptOss(tiny);
        const support::TemporaryFolder plainFolder, quantizedFolder;
        const auto plain = opened(plainFolder.path(), config, twice.plain);
        config["quantization_config"] = { { "quant_method", "mxfp4" } };
        const auto quantized = opened(quantizedFolder.path(), config, twice.quantized);
        QVERIFY2(quantized->isComputed(), quantized->config().notComputed.c_str());
        QCOMPARE(quantized->tensors().size(), plain->tensors().size());
        int stacks = 0;
        for (const Tensor& tensor : quantized->tensors()) {
            QVERIFY2(decode(tensor) == decode(*plain->find(tensor.name)), tensor.name.c_str());
            if (tensor.shape.size() < 3)
                continue;
            ++stacks;
            const Format& format = *exactFormat(tensor);
            QCOMPARE(&format, &formats::mxfp4);
            const auto bytes = bytesIn(format, tensor);
            Matrix taken(tensor.rows, tensor.columns);
            format.decodeBlocks(
                bytes.data(), bytes.size() / std::size_t(format.blockBytes), taken.data());
            QVERIFY(taken == decode(tensor));
        }
        QCOMPARE(stacks, 9); // gate, up and down of three layers
    }
};

QTEST_APPLESS_MAIN(TestQuantizedExperts)
#include "tst_quantizedexperts.moc"
