// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinyquantized.h"

#include "core/base/half.h"
#include "core/files/json.h"
#include "core/formats/float8.h"
#include "tests/core/files/quantizedfixture.h"
#include "tests/support/filebytes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

namespace support {

using namespace quantizedfixture;
using core::formats::float8::e2m1;
using core::formats::float8::e4m3;

namespace {

    constexpr std::int64_t groupSize = 32;

    std::int64_t groupsOf(const TinyTensor& t) { return t.shape[1] / groupSize; }

    /// Weights on a grid: scale·(code − zero), a scale and a zero point for each group of a row.
    struct Gridded {
        Codes codes, zeros; ///< (rows, columns), (rows, groups)
        std::vector<float> scales; ///< (rows, groups)
        std::int64_t size; ///< of a group
        float weightAt(std::int64_t r, std::int64_t c) const
        {
            return scales[std::size_t(r * zeros.columns + c / size)]
                * float(codes.at(r, c) - zeros.at(r, c / size));
        }
    };

    enum class Zero { Middle, Any };

    Gridded onGrid(const TinyTensor& tensor, int bits, std::int64_t size, Zero zero)
    {
        const std::int64_t rows = tensor.shape[0], columns = tensor.shape[1];
        const int most = (1 << bits) - 1;
        Gridded grid{ { rows, columns, bits, 0 }, { rows, columns / size, bits, 0 }, {}, size };
        for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t g = 0; g < columns / size; ++g) {
                const float* w = tensor.weights.data() + r * columns + g * size;
                const auto [low, high] = std::minmax_element(w, w + size);
                const float top = std::max(-*low, *high);
                const float wide = zero == Zero::Middle ? top * 2 : *high - *low;
                const float scale = core::halfToFloat(core::floatToHalf(wide / float(most)));
                const int middle
                    = zero == Zero::Middle ? 1 << (bits - 1) : int(std::lround(-*low / scale));
                grid.zeros.at(r, g) = std::clamp(middle, 0, most);
                grid.scales.push_back(scale);
                for (std::int64_t i = 0; i < size; ++i)
                    grid.codes.at(r, g * size + i)
                        = std::clamp(int(std::lround(w[i] / scale)) + grid.zeros.at(r, g), 0, most);
            }
        return grid;
    }

    /// A tensor's parts and what they decode to.
    struct Made {
        Entries entries;
        std::vector<float> weights;
    };

    std::vector<float> weightsOf(
        const TinyTensor& tensor, const std::function<float(std::int64_t, std::int64_t)>& at)
    {
        std::vector<float> weights;
        for (std::int64_t r = 0; r < tensor.shape[0]; ++r)
            for (std::int64_t c = 0; c < tensor.shape[1]; ++c)
                weights.push_back(at(r, c));
        return weights;
    }

    std::vector<float> weightsOf(const TinyTensor& tensor, const Gridded& grid)
    {
        return weightsOf(
            tensor, [&](std::int64_t r, std::int64_t c) { return grid.weightAt(r, c); });
    }

    std::vector<float> turned(const std::vector<float>& values, std::int64_t rows)
    {
        const std::int64_t columns = std::int64_t(values.size()) / rows;
        std::vector<float> result;
        for (std::int64_t c = 0; c < columns; ++c)
            for (std::int64_t r = 0; r < rows; ++r)
                result.push_back(values[std::size_t(r * columns + c)]);
        return result;
    }

    enum class Order { Plain, Activation };

    Made gptq(const TinyTensor& tensor, const std::string& stem, int bits, Order order)
    {
        TinyTensor sorted = tensor; // columns of a group beside each other
        const std::int64_t rows = tensor.shape[0], columns = tensor.shape[1];
        const auto place = [&](std::int64_t c) {
            return order == Order::Plain ? c : (c * 37 + 5) % columns; // 37 is odd
        };
        for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t c = 0; c < columns; ++c)
                sorted.weights[std::size_t(r * columns + place(c))]
                    = tensor.weights[std::size_t(r * columns + c)];
        const Gridded grid = onGrid(sorted, bits, groupSize, Zero::Middle);
        Codes codes = grid.codes;
        std::string groups;
        for (std::int64_t c = 0; c < columns; ++c) {
            groups += little(std::int32_t(place(c) / groupSize));
            for (std::int64_t r = 0; r < rows; ++r)
                codes.at(r, c) = grid.codes.at(r, place(c));
        }
        Codes zeros = grid.zeros;
        for (int& zero : zeros.values)
            --zero; // as the first version stores them
        return {
            { wordsDownColumns(stem + ".qweight", codes.turned()),
                wordsAlongRows(stem + ".qzeros", zeros.turned()),
                halves(stem + ".scales", { groupsOf(tensor), rows }, turned(grid.scales, rows)),
                { stem + ".g_idx", "I32", { columns }, groups } },
            weightsOf(
                tensor, [&](std::int64_t r, std::int64_t c) { return grid.weightAt(r, place(c)); })
        };
    }

    Made awq(const TinyTensor& tensor, const std::string& stem)
    {
        const Gridded grid = onGrid(tensor, 4, groupSize, Zero::Any);
        const std::int64_t rows = tensor.shape[0];
        return { { awqWords(stem + ".qweight", grid.codes.turned()),
                     awqWords(stem + ".qzeros", grid.zeros.turned()),
                     halves(
                         stem + ".scales", { groupsOf(tensor), rows }, turned(grid.scales, rows)) },
            weightsOf(tensor, grid) };
    }

    Made compressed(const TinyTensor& tensor, const std::string& stem)
    {
        const Gridded grid = onGrid(tensor, 4, groupSize, Zero::Middle);
        return {
            { wordsAlongRows(stem + ".weight_packed", grid.codes),
                halves(stem + ".weight_scale", { tensor.shape[0], groupsOf(tensor) }, grid.scales),
                { stem + ".weight_shape", "I64", { 2 },
                    little(tensor.shape[0]) + little(tensor.shape[1]) } },
            weightsOf(tensor, grid)
        };
    }

    Made int8(const TinyTensor& tensor, const std::string& stem)
    {
        const Gridded grid = onGrid(tensor, 8, tensor.shape[1], Zero::Middle);
        return { { bytes(stem + ".weight", grid.codes, "I8", 128),
                     halves(stem + ".weight_scale", { tensor.shape[0], 1 }, grid.scales) },
            weightsOf(tensor, grid) };
    }

    Made bitsAndBytesInt8(const TinyTensor& tensor, const std::string& stem)
    {
        const Gridded grid = onGrid(tensor, 8, tensor.shape[1], Zero::Middle);
        std::vector<float> largest = grid.scales;
        for (float& each : largest)
            each *= 127.03f; // a 127th of it is no half
        return { { bytes(stem + ".weight", grid.codes, "I8", 128),
                     floats(stem + ".SCB", { tensor.shape[0] }, largest) },
            weightsOf(tensor, [&](std::int64_t r, std::int64_t c) {
                return largest[std::size_t(r)] * (1.0f / 127.0f) * float(grid.codes.at(r, c) - 128);
            }) };
    }

    /// The index of the number in `levels` that is closest to `value`.
    int closest(std::span<const float> levels, float value)
    {
        int best = 0;
        for (std::size_t i = 1; i < levels.size(); ++i)
            if (std::abs(levels[i] - value) < std::abs(levels[std::size_t(best)] - value))
                best = int(i);
        return best;
    }

    float largestOf(const TinyTensor& tensor, std::int64_t first, std::int64_t count)
    {
        float largest = 0;
        for (std::int64_t i = first; i < first + count; ++i)
            largest = std::max(largest, std::abs(tensor.weights[std::size_t(i)]));
        return largest;
    }

    Made nf4(const TinyTensor& tensor)
    {
        constexpr std::int64_t size = 64;
        std::vector<float> map, scales, weights;
        for (int i = 0; i < 16; ++i)
            map.push_back(float(i - 8) / 8 + 0.01f * float(i % 3));
        const auto count = std::int64_t(tensor.weights.size());
        SafetensorsEntry packed{ tensor.name, "U8", { count / 2, 1 },
            std::string(count / 2, '\0') };
        for (std::int64_t i = 0; i < count; ++i) {
            if (i % size == 0)
                scales.push_back(largestOf(tensor, i, size));
            const int code = closest(map, tensor.weights[std::size_t(i)] / scales.back());
            packed.bytes[std::size_t(i / 2)] |= char(i % 2 == 0 ? code << 4 : code);
            weights.push_back(map[std::size_t(code)] * scales.back());
        }
        const std::string state = R"({"quant_type":"nf4","blocksize":64,"shape":[)"
            + std::to_string(tensor.shape[0]) + "," + std::to_string(tensor.shape[1]) + "]}";
        return { { packed, floats(tensor.name + ".quant_map", { 16 }, map),
                     floats(tensor.name + ".absmax", { count / size }, scales),
                     { tensor.name + ".quant_state.bitsandbytes__nf4", "U8",
                         { std::int64_t(state.size()) }, state } },
            weights };
    }

    Made fp8(const TinyTensor& tensor)
    {
        constexpr std::int64_t block = 32;
        const std::int64_t columns = tensor.shape[1], across = (columns + block - 1) / block;
        const std::int64_t down = (tensor.shape[0] + block - 1) / block;
        std::vector<float> finite(e4m3.begin(), e4m3.begin() + 127), scales;
        for (std::int64_t i = 0; i < down * across; ++i)
            scales.push_back(0.001f * float(1 + i));
        SafetensorsEntry packed{ tensor.name, "F8_E4M3", tensor.shape, {} };
        auto weights = weightsOf(tensor, [&](std::int64_t r, std::int64_t c) {
            const float scale = scales[std::size_t(r / block * across + c / block)];
            const float w = tensor.weights[std::size_t(r * columns + c)] / scale;
            const int code = closest(finite, std::abs(w)) | (w < 0 ? 128 : 0);
            packed.bytes += char(code);
            return e4m3[std::size_t(code)] * scale;
        });
        return { { packed, floats(tensor.name + "_scale_inv", { down, across }, scales) },
            std::move(weights) };
    }

    /// FP4 numbers with what scaleOf gives for the largest of each group: a byte and its value.
    Made fp4(const TinyTensor& tensor, const std::string& stem, const std::string& name,
        std::int64_t size, const SafetensorsEntry& like,
        const std::function<std::pair<int, float>(float)>& scaleOf)
    {
        Codes codes(tensor.shape[0], tensor.shape[1], 4, 0);
        SafetensorsEntry scales = like;
        scales.name = stem + ".weight_scale";
        scales.shape = { tensor.shape[0], tensor.shape[1] / size };
        float value = 0;
        auto weights = weightsOf(tensor, [&](std::int64_t r, std::int64_t c) {
            const std::int64_t at = r * tensor.shape[1] + c;
            if (c % size == 0) {
                const auto [byte, scale] = scaleOf(largestOf(tensor, at, size));
                scales.bytes += char(byte);
                value = scale;
            }
            codes.at(r, c) = closest(e2m1, tensor.weights[std::size_t(at)] / value);
            return e2m1[std::size_t(codes.at(r, c))] * value;
        });
        return { { nibbles(stem + name, codes), scales }, std::move(weights) };
    }

    Made mxfp4(const TinyTensor& tensor, const std::string& stem)
    {
        return fp4(tensor, stem, ".weight_packed", 32, { {}, "U8", {}, {} }, [](float largest) {
            const int exponent = int(std::floor(std::log2(largest))) - 2;
            return std::pair(exponent + 127, std::ldexp(1.0f, exponent));
        });
    }

    Made nvfp4(const TinyTensor& tensor, const std::string& stem, float factor)
    {
        const std::vector<float> finite(e4m3.begin(), e4m3.begin() + 127);
        Made made = fp4(tensor, stem, ".weight", 16, { {}, "F8_E4M3", {}, {} }, [&](float largest) {
            const int code = std::max(1, closest(finite, largest / 6 / factor));
            return std::pair(code, finite[std::size_t(code)] * factor);
        });
        made.entries.push_back(floats(stem + ".weight_scale_2", {}, { factor }));
        return made;
    }

    struct Kind {
        std::string name;
        std::string config; ///< quantization_config
        std::function<Made(const TinyTensor&, const std::string& stem)> make;
    };

    const std::vector<Kind>& kinds()
    {
        using T = const TinyTensor&;
        using S = const std::string&;
        const std::string int4 = R"("bits":4,"group_size":32)";
        static const std::vector<Kind> all{
            { "gptq", R"({"quant_method":"gptq","sym":true,)" + int4 + "}",
                [](T t, S stem) { return gptq(t, stem, 4, Order::Plain); } },
            { "gptq-8", R"({"quant_method":"gptq","sym":true,"bits":8,"group_size":32})",
                [](T t, S stem) { return gptq(t, stem, 8, Order::Plain); } },
            { "gptq-act-order",
                R"({"quant_method":"gptq","sym":true,"desc_act":true,)" + int4 + "}",
                [](T t, S stem) { return gptq(t, stem, 4, Order::Activation); } },
            { "awq", R"({"quant_method":"awq","zero_point":true,"version":"gemm",)" + int4 + "}",
                awq },
            { "compressed", R"({"quant_method":"compressed-tensors","format":"pack-quantized"})",
                compressed },
            { "compressed-int8",
                R"({"quant_method":"compressed-tensors","format":"int-quantized"})", int8 },
            { "bitsandbytes-int8", R"({"quant_method":"bitsandbytes","load_in_8bit":true})",
                bitsAndBytesInt8 },
            { "nf4", R"({"quant_method":"bitsandbytes","load_in_4bit":true})",
                [](T t, S) { return nf4(t); } },
            { "fp8", R"({"quant_method":"fp8","weight_block_size":[32,32]})",
                [](T t, S) { return fp8(t); } },
            { "mxfp4", R"({"quant_method":"compressed-tensors"})", mxfp4 },
            { "nvfp4", R"({"quant_method":"modelopt"})",
                [](T t, S stem) { return nvfp4(t, stem, 1); } },
            { "nvfp4-scaled", R"({"quant_method":"modelopt"})",
                [](T t, S stem) { return nvfp4(t, stem, 0x1.8p-6f); } },
        };
        return all;
    }

    Entries plain(const TinyTensor& tensor)
    {
        return { floats(tensor.name, tensor.shape, tensor.weights) };
    }

} // namespace

std::vector<std::string> quantizedKinds()
{
    std::vector<std::string> names;
    for (const Kind& kind : kinds())
        names.push_back(kind.name);
    return names;
}

NamedWeights writeTinyQuantized(
    const TinyModel& model, const std::string& kindName, const std::filesystem::path& folder)
{
    writeTinyModel(model, folder);
    const auto kind = std::ranges::find(kinds(), kindName, &Kind::name);
    NamedWeights weights;
    Entries entries;
    for (const TinyTensor& tensor : tinyTensors(model)) {
        const bool isRounded = tensor.name.ends_with("_proj.weight");
        Made made = isRounded ? kind->make(tensor, tensor.name.substr(0, tensor.name.size() - 7))
                              : Made{ plain(tensor), tensor.weights };
        entries.insert(entries.end(), made.entries.begin(), made.entries.end());
        if (isRounded)
            weights[tensor.name] = std::move(made.weights);
    }
    writeFile(folder / "model.safetensors", safetensorsBytes(entries));
    core::Json config = core::readJson(folder / "config.json");
    config["quantization_config"] = core::parseJson(kind->config, "quantization_config");
    writeFile(folder / "config.json", core::jsonText(config, 2));
    return weights;
}

} // namespace support
