// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/files/quantizedfixture.h"

#include "core/base/half.h"
#include "core/base/text.h"
#include "core/files/safetensors.h"
#include "tests/support/filebytes.h"

#include <nlohmann/json.hpp>

#include <random>

namespace quantizedfixture {

using support::little;
using support::SafetensorsEntry;

namespace {

    void setBits(std::vector<std::uint32_t>& words, std::size_t first, std::size_t step, int bit,
        int bits, int value)
    {
        for (int b = 0; b < bits; ++b)
            if (value >> b & 1)
                words[first + std::size_t((bit + b) / 32) * step] |= 1u << (bit + b) % 32;
    }

    SafetensorsEntry wordsEntry(const std::string& name, std::vector<std::int64_t> shape,
        const std::vector<std::uint32_t>& words)
    {
        SafetensorsEntry entry{ name, "I32", std::move(shape), {} };
        for (const std::uint32_t word : words)
            entry.bytes += little(word);
        return entry;
    }

    std::string firstDifference(const core::Matrix& found, const core::Matrix& expected)
    {
        for (Eigen::Index r = 0; r < found.rows(); ++r)
            for (Eigen::Index c = 0; c < found.cols(); ++c)
                if (found(r, c) != expected(r, c))
                    return core::text("row ", r, ", column ", c, ": ", found(r, c), ", expected ",
                        expected(r, c));
        return {};
    }

} // namespace

Codes::Codes(std::int64_t rowCount, std::int64_t columnCount, int bitCount, unsigned seed)
    : rows(rowCount)
    , columns(columnCount)
    , bits(bitCount)
{
    std::mt19937 generator(seed);
    for (std::int64_t i = 0; i < rows * columns; ++i)
        values.push_back(int(generator() >> 8 & ((1u << bits) - 1)));
}

Codes Codes::turned() const
{
    Codes result(columns, rows, bits, 0);
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < columns; ++c)
            result.at(c, r) = at(r, c);
    return result;
}

SafetensorsEntry wordsAlongRows(const std::string& name, const Codes& codes)
{
    const std::int64_t width = (codes.columns * codes.bits + 31) / 32;
    std::vector<std::uint32_t> words(std::size_t(codes.rows * width));
    for (std::int64_t r = 0; r < codes.rows; ++r)
        for (std::int64_t c = 0; c < codes.columns; ++c)
            setBits(
                words, std::size_t(r * width), 1, int(c) * codes.bits, codes.bits, codes.at(r, c));
    return wordsEntry(name, { codes.rows, width }, words);
}

SafetensorsEntry wordsDownColumns(const std::string& name, const Codes& codes)
{
    const std::int64_t height = (codes.rows * codes.bits + 31) / 32;
    std::vector<std::uint32_t> words(std::size_t(height * codes.columns));
    for (std::int64_t r = 0; r < codes.rows; ++r)
        for (std::int64_t c = 0; c < codes.columns; ++c)
            setBits(words, std::size_t(c), std::size_t(codes.columns), int(r) * codes.bits,
                codes.bits, codes.at(r, c));
    return wordsEntry(name, { height, codes.columns }, words);
}

SafetensorsEntry awqWords(const std::string& name, const Codes& codes)
{
    constexpr int order[] = { 0, 2, 4, 6, 1, 3, 5, 7 }; // AutoAWQ: awq/utils/packing_utils.py
    std::vector<std::uint32_t> words(std::size_t(codes.rows * codes.columns / 8));
    for (std::int64_t r = 0; r < codes.rows; ++r)
        for (std::int64_t word = 0; word < codes.columns / 8; ++word)
            for (int i = 0; i < 8; ++i)
                words[std::size_t(r * (codes.columns / 8) + word)]
                    |= std::uint32_t(codes.at(r, word * 8 + order[i])) << 4 * i;
    return wordsEntry(name, { codes.rows, codes.columns / 8 }, words);
}

SafetensorsEntry bytes(
    const std::string& name, const Codes& codes, const std::string& dtype, int less)
{
    SafetensorsEntry entry{ name, dtype, { codes.rows, codes.columns }, {} };
    for (const int value : codes.values)
        entry.bytes += char(value - less);
    return entry;
}

SafetensorsEntry nibbles(const std::string& name, const Codes& codes)
{
    SafetensorsEntry entry{ name, "U8", { codes.rows, codes.columns / 2 }, {} };
    for (std::size_t i = 0; i < codes.values.size(); i += 2)
        entry.bytes += char(codes.values[i] | codes.values[i + 1] << 4);
    return entry;
}

SafetensorsEntry floats(const std::string& name, const std::vector<std::int64_t>& shape,
    const std::vector<float>& values)
{
    SafetensorsEntry entry{ name, "F32", shape, {} };
    for (const float value : values)
        entry.bytes += little(value);
    return entry;
}

SafetensorsEntry halves(const std::string& name, const std::vector<std::int64_t>& shape,
    const std::vector<float>& values)
{
    SafetensorsEntry entry{ name, "F16", shape, {} };
    for (const float value : values)
        entry.bytes += little(core::floatToHalf(value));
    return entry;
}

std::vector<Entries> everyKind()
{
    constexpr std::int64_t in = 64, out = 32, groups = 2;
    const Codes codes(out, in, 4, 1), zeros(out, groups, 4, 2);
    const Codes eight(out, in, 8, 3), scales(out, in / 16, 6, 4);
    const auto scaleOf = [&](const char* name, std::int64_t rows, std::int64_t columns) {
        return halves(name, { rows, columns }, smallScales(std::size_t(rows * columns)));
    };
    std::string order;
    for (std::int64_t i = 0; i < in; ++i)
        order += little(std::int32_t(i / 32));
    const std::string state = R"({"quant_type":"nf4","blocksize":64,"shape":[32,64]})";
    auto blocks = nibbles("e.up_blocks", codes);
    blocks.shape = { 2, out / 2, groups, 16 };
    auto blockScales = bytes("e.up_scales", zeros, "U8");
    blockScales.shape = { 2, out / 2, groups };
    auto packed = nibbles("a.weight", codes);
    packed.shape = { out * in / 2, 1 };
    return {
        { wordsDownColumns("a.qweight", codes.turned()), wordsAlongRows("a.qzeros", zeros.turned()),
            scaleOf("a.scales", groups, out), { "a.g_idx", "I32", { in }, order } },
        { awqWords("a.qweight", codes.turned()), awqWords("a.qzeros", zeros.turned()),
            scaleOf("a.scales", groups, out) },
        { wordsAlongRows("a.weight_packed", codes), scaleOf("a.weight_scale", out, groups),
            wordsDownColumns("a.weight_zero_point", zeros),
            { "a.weight_shape", "I64", { 2 }, little(out) + little(in) } },
        { bytes("a.weight", eight, "I8", 128), floats("a.SCB", { out }, smallScales(out)) },
        { bytes("a.weight", eight, "F8_E4M3"),
            floats("a.weight_scale_inv", { 1, 1 }, smallScales(1)) },
        { packed, floats("a.weight.quant_map", { 16 }, smallScales(16)),
            floats("a.weight.absmax", { out }, smallScales(out)),
            { "a.weight.quant_state.bitsandbytes__nf4", "U8", { std::int64_t(state.size()) },
                state } },
        { blocks, blockScales },
        { nibbles("a.weight", codes), bytes("a.weight_scale", scales, "F8_E4M3"),
            floats("a.weight_scale_2", {}, { 0.25f }) },
    };
}

std::vector<float> smallScales(std::size_t count)
{
    std::vector<float> scales(count);
    for (std::size_t i = 0; i < count; ++i)
        scales[i] = smallScale(std::int64_t(i));
    return scales;
}

float smallScale(std::int64_t index) { return float(1 + index % 31) * 0x1p-10f; }

core::QuantizedTensors sorted(const Entries& entries, const std::string& quantization)
{
    const support::TemporaryFolder folder;
    support::writeFile(folder / "m.safetensors", support::safetensorsBytes(entries));
    const auto config = core::parseJson(R"({"quantization_config":)" + quantization + "}", "c");
    return core::quantizedTensors(
        core::readSafetensors(folder / "m.safetensors"), config, "config.json");
}

std::string complaint(const Entries& entries, const std::string& quantization)
{
    const std::string message = support::messageOf([&] {
        for (const core::QuantizedWeight& weight : sorted(entries, quantization).weights)
            weight.rows->rows(0, weight.rows->rowCount());
    });
    const std::string name = "m.safetensors: ";
    const std::size_t at = message.find(name);
    return at == std::string::npos ? message : message.substr(at + name.size());
}

std::string difference(const core::QuantizedWeight& weight,
    const std::function<float(std::int64_t row, std::int64_t column)>& expected)
{
    const std::int64_t rows = weight.rows->rowCount(), columns = weight.rows->columnCount();
    core::Matrix wanted(rows, columns);
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < columns; ++c)
            wanted(r, c) = expected(r, c);
    const std::string whole = firstDifference(weight.rows->rows(0, rows), wanted);
    return whole.empty() ? firstDifference(weight.rows->rows(rows - 2, 2), wanted.bottomRows(2))
                         : whole;
}

std::string exactDifference(const core::QuantizedWeight& weight)
{
    const core::Format* format = weight.rows->exactFormat();
    if (!format)
        return "no format";
    const std::int64_t rows = weight.rows->rowCount();
    const auto encoded = weight.rows->exactRows(*format, 1, rows - 1);
    core::Matrix decoded(rows - 1, weight.rows->columnCount());
    format->decodeBlocks(
        encoded.data(), encoded.size() / std::size_t(format->blockBytes), decoded.data());
    decoded *= weight.rows->tensorScale();
    return firstDifference(decoded, weight.rows->rows(1, rows - 1));
}

} // namespace quantizedfixture
