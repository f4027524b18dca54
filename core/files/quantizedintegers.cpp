// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/integerrows.h"
#include "core/files/quantizedparts.h"

#include <algorithm>
#include <array>
#include <utility>

// Weights of integers: GPTQ, AWQ, compressed-tensors, bitsandbytes' INT8.
namespace core::quantized {

namespace {

    using Lines = PackedIntegers::Lines;
    using Coding = PackedIntegers::Coding;

    constexpr std::int64_t wordBits = 32;

    [[noreturn]] void failShape(const StoredTensor& tensor, const std::string& expected)
    {
        throw Error(text(tensor.file, ": tensor ", tensor.name.substr(0, 200), " has shape ",
            shapeText(tensor.shape), ", expected ", expected));
    }

    std::string described(const GroupedIntegers& grid, std::int64_t bits, const Facts& facts)
    {
        std::string words = text(bits, " bits, ");
        if (grid.groups > 1)
            words += text("groups of ", grid.groupSize);
        else
            words += weightCount(grid.scales.shape) == 1u && grid.rows > 1 ? "one scale"
                                                                           : "a scale for each row";
        if (facts.isSymmetric)
            words += *facts.isSymmetric ? ", symmetric" : ", asymmetric";
        if (facts.isByActivation && grid.groupOf)
            words += ", columns grouped by their activation";
        return words;
    }

    /// Gives `grid` its groups. Throws Error for a number of them that the columns do not have.
    void setGroups(GroupedIntegers& grid, std::int64_t groups, const Facts& facts)
    {
        const auto asked = facts.groupSize.value_or(0);
        grid.groups = groups;
        if (asked > 0 && (grid.columns + asked - 1) / asked == groups)
            grid.groupSize = asked;
        else if (groups >= 1 && grid.columns % groups == 0)
            grid.groupSize = grid.columns / groups;
        else
            failShape(grid.scales, text("scales of equal groups of ", grid.columns, " columns"));
    }

    QuantizedWeight made(GroupedIntegers grid, const std::string& stem)
    {
        QuantizedWeight weight{ stem + ".weight", { grid.rows, grid.columns }, nullptr,
            grid.codes.tensor().file };
        weight.rows = std::make_shared<const IntegerRows>(std::move(grid));
        return weight;
    }

    bool isWidth(std::int64_t bits) { return bits >= 1 && bits <= 8; }

    /// Bits of GPTQ's integers and the inputs that they are for.
    std::pair<std::int64_t, std::int64_t> gptqShape(
        const StoredTensor& qweight, const std::optional<StoredTensor>& groupOf, const Facts& facts)
    {
        const std::int64_t words = matrixShape(qweight).first;
        if (groupOf && groupOf->shape.size() == 1 && groupOf->shape[0] > 0) {
            const std::int64_t inputs = groupOf->shape[0];
            for (const std::int64_t bits : { 2, 3, 4, 8 })
                if ((inputs * bits + wordBits - 1) / wordBits == words)
                    return { bits, inputs };
            failShape(qweight, text("2, 3, 4 or 8 bits for each of ", inputs, " inputs"));
        }
        const std::int64_t bits = facts.bits.value_or(0);
        if (bits != 2 && bits != 3 && bits != 4 && bits != 8)
            throw Error(text(qweight.file, ": tensor ", qweight.name.substr(0, 200),
                " is GPTQ's and config.json says ", bits, " bits, expected 2, 3, 4 or 8"));
        return { bits, words * wordBits / bits };
    }

    QuantizedWeight gptqWeight(
        Parts& parts, const StoredTensor& qweight, const std::string& stem, const Facts& facts)
    {
        if (!facts.version.empty() && facts.version != "GPTQ" && facts.version != "GPTQ_V2")
            throw Error(text(qweight.file, ": the weights are GPTQ's in the layout ", facts.version,
                ", expected gptq or gptq_v2"));
        GroupedIntegers grid;
        grid.groupOf = parts.takeIfThere(stem + ".g_idx");
        const auto [bits, inputs] = gptqShape(qweight, grid.groupOf, facts);
        grid.rows = matrixShape(qweight).second;
        grid.columns = inputs;
        grid.orientation = GroupedIntegers::Orientation::ColumnsByRows;
        grid.scales = parts.take(stem + ".scales", qweight);
        const auto [groups, outputs] = matrixShape(grid.scales);
        if (outputs != grid.rows)
            failShape(grid.scales, text("scales for ", grid.rows, " outputs"));
        setGroups(grid, groups, facts);
        grid.codes = PackedIntegers(parts.take(qweight.name, qweight),
            { inputs, outputs, int(bits), Lines::Columns, Coding::Unsigned });
        grid.zeros = PackedIntegers(parts.take(stem + ".qzeros", qweight),
            { groups, outputs, int(bits), Lines::Rows, Coding::Unsigned });
        grid.zeroShift = facts.version == "GPTQ_V2" ? 0 : 1; // the first version stores zero − 1
        grid.description = described(grid, bits, facts);
        return made(std::move(grid), stem);
    }

    QuantizedWeight awqWeight(
        Parts& parts, const StoredTensor& qweight, const std::string& stem, const Facts& facts)
    {
        if (!facts.version.empty() && facts.version != "GEMM")
            throw Error(text(qweight.file, ": the weights are AWQ's in the layout ", facts.version,
                ", expected gemm"));
        constexpr int bits = 4;
        GroupedIntegers grid;
        grid.scales = parts.take(stem + ".scales", qweight);
        const auto [groups, outputs] = matrixShape(grid.scales);
        grid.rows = outputs;
        grid.columns = matrixShape(qweight).first;
        grid.orientation = GroupedIntegers::Orientation::ColumnsByRows;
        if (outputs % 8 != 0)
            failShape(grid.scales, "a multiple of 8 outputs, as AWQ packs them");
        setGroups(grid, groups, facts);
        grid.codes = PackedIntegers(parts.take(qweight.name, qweight),
            { grid.columns, outputs, bits, Lines::AwqRows, Coding::Unsigned });
        grid.zeros = PackedIntegers(parts.take(stem + ".qzeros", qweight),
            { groups, outputs, bits, Lines::AwqRows, Coding::Unsigned });
        grid.description = described(grid, bits, facts);
        return made(std::move(grid), stem);
    }

    /// The shape that compressed-tensors stores beside packed integers.
    std::pair<std::int64_t, std::int64_t> storedShape(const StoredTensor& shape)
    {
        requireStoredAs(shape, { &formats::i64, &formats::i32 });
        requireShape(shape, { 2 });
        const auto numbers = decodedValues(shape, 0, 2);
        constexpr float largest = 0x1p24f; // up to which floats are exact
        if (numbers[0] < 1 || numbers[1] < 1 || numbers[0] > largest || numbers[1] > largest)
            throw Error(text(shape.file, ": tensor ", shape.name.substr(0, 200), " says ",
                numbers[0], " rows and ", numbers[1], " columns, expected at least 1 of each"));
        return { std::int64_t(numbers[0]), std::int64_t(numbers[1]) };
    }

    std::int64_t packedBits(const StoredTensor& packed, std::int64_t columns, const Facts& facts)
    {
        const std::int64_t words = matrixShape(packed).second;
        const auto fits = [&](std::int64_t bits) {
            return isWidth(bits) && (columns * bits + wordBits - 1) / wordBits == words;
        };
        if (const auto said = std::ranges::find_if(facts.bitsOfGroups, fits);
            said != facts.bitsOfGroups.end())
            return *said;
        for (const std::int64_t bits : { 4, 8, 2, 3, 6, 5, 7, 1 })
            if (fits(bits))
                return bits;
        failShape(packed, text("1 to 8 bits for each of ", columns, " columns"));
    }

    /// Scales and zero points of compressed-tensors, (rows, groups) or one of each.
    void takeScales(Parts& parts, const StoredTensor& codes, const std::string& stem, int bits,
        const Facts& facts, GroupedIntegers& grid)
    {
        grid.scales = parts.take(stem + ".weight_scale", codes);
        const bool isMatrix = grid.scales.shape.size() == 2;
        setGroups(grid, isMatrix ? grid.scales.shape[1] : 1, facts);
        const auto zeros = parts.takeIfThere(stem + ".weight_zero_point");
        if (!zeros)
            return;
        if (zeros->format == &formats::i32)
            grid.zeros = PackedIntegers(
                *zeros, { grid.rows, grid.groups, bits, Lines::Columns, Coding::Offset });
        else if (weightCount(zeros->shape) == 1u)
            grid.fixedZero = int(std::clamp(decodedValues(*zeros, 0, 1).front(), -128.0f, 127.0f));
        else
            grid.zeros = PackedIntegers(
                *zeros, { grid.rows, grid.groups, 8, Lines::Rows, Coding::Signed });
    }

} // namespace

QuantizedWeight gptqOrAwqWeight(
    Parts& parts, const StoredTensor& qweight, const std::string& stem, const Facts& facts)
{
    const StoredTensor* scales = parts.find(stem + ".scales");
    const bool isTold = facts.method == "AWQ" || facts.method == "GPTQ";
    const bool isAwq = isTold ? facts.method == "AWQ"
                              : scales && scales->shape.size() == 2 && qweight.shape.size() == 2
            && scales->shape[1] != qweight.shape[1];
    return isAwq ? awqWeight(parts, qweight, stem, facts) : gptqWeight(parts, qweight, stem, facts);
}

QuantizedWeight packedWeight(
    Parts& parts, const StoredTensor& packed, const std::string& stem, const Facts& facts)
{
    GroupedIntegers grid;
    const StoredTensor shape = parts.take(stem + ".weight_shape", packed);
    std::tie(grid.rows, grid.columns) = storedShape(shape);
    const int bits = int(packedBits(packed, grid.columns, facts));
    grid.codes = PackedIntegers(parts.take(packed.name, packed),
        { grid.rows, grid.columns, bits, Lines::Rows, Coding::Offset });
    grid.groupOf = parts.takeIfThere(stem + ".weight_g_idx");
    takeScales(parts, packed, stem, bits, facts, grid);
    Facts own = facts;
    own.isByActivation = true;
    if (!own.isSymmetric)
        own.isSymmetric = !grid.zeros && grid.fixedZero == 0;
    grid.description = described(grid, bits, own);
    return made(std::move(grid), stem);
}

QuantizedWeight int8Weight(Parts& parts, const StoredTensor& weight, const std::string& stem)
{
    GroupedIntegers grid;
    std::tie(grid.rows, grid.columns) = matrixShape(weight);
    grid.codes = PackedIntegers(parts.take(weight.name, weight),
        { grid.rows, grid.columns, 8, Lines::Rows, Coding::Signed });
    if (parts.find(stem + ".SCB")) { // bitsandbytes: the largest of a row, which is code 127
        grid.scales = parts.take(stem + ".SCB", weight);
        grid.scaleFactor = 1.0f / 127.0f;
        setGroups(grid, 1, {});
        parts.takeIfThere(stem + ".weight_format");
    } else {
        takeScales(parts, weight, stem, 8, {}, grid);
    }
    Facts facts;
    facts.isSymmetric = !grid.zeros && grid.fixedZero == 0;
    grid.description = described(grid, 8, facts);
    return made(std::move(grid), stem);
}

} // namespace core::quantized
