// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/ggmlarithmetic.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/parallel.h"
#include "core/base/text.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr std::size_t narrowBlock = 32, wideBlock = 256;

    /// What activations become beside a matrix of `format`; null: blocks of 256 in 8 bits, which no
    /// file stores.
    const Format* roundingOf(const Format& format)
    {
        if (!format.isQuantized())
            return format.canEncode() ? &format : &formats::f32;
        return std::size_t(format.blockSize) == wideBlock ? nullptr : &formats::q8_0;
    }

    void encodeAndDecode(const Format& format, std::span<float> row)
    {
        std::vector<std::byte> bytes(format.rowBytes(row.size()));
        format.encodeRow(row.data(), row.size(), nullptr, bytes.data());
        format.decodeBlocks(bytes.data(), row.size() / std::size_t(format.blockSize), row.data());
    }

    /// 32 values over a scale in half precision. As ggml's code for x86 and ARM: halves go to the
    /// even number, and values are multiplied by 127 / largest, not by the stored scale's inverse.
    void roundNarrowBlock(std::span<float> block)
    {
        float largest = 0;
        for (const float value : block)
            largest = std::max(largest, std::abs(value));
        const float scale = halfToFloat(floatToHalf(largest / 127.0f));
        const float inverse = largest > 0 ? 127.0f / largest : 0.0f;
        for (float& value : block)
            value = scale * std::nearbyint(inverse * value);
    }

    /// 256 values over a float scale that puts the one of largest magnitude at −127.
    void roundWideBlock(std::span<float> block)
    {
        const float extreme
            = *std::ranges::max_element(block, {}, [](float value) { return std::abs(value); });
        if (extreme == 0)
            return;
        const float inverse = -127.0f / extreme;
        const float scale = 1 / inverse;
        for (float& value : block)
            value = scale * std::min(127.0f, std::nearbyint(inverse * value));
    }

    const Format& formatAt(const Checkpoint& model, Place place)
    {
        const Tensor& tensor = *model.find(place);
        if (tensor.format->study)
            throw Error(text(model.path().string(), ": ", tensor.name, " has format ",
                tensor.format->name, ", expected one that llama.cpp computes with"));
        return *exactFormat(tensor); // what its file will have
    }

    /// The format of the matrices that read `input`, or another that rounds it alike.
    const Format* formatAt(const Checkpoint& model, LinearInput input, int layer)
    {
        const std::vector<Role> roles = readersOf(model, input, layer);
        const Format& first = formatAt(model, { roles.front(), layer });
        for (const Role role : std::span(roles).subspan(1)) {
            const Format& other = formatAt(model, { role, layer });
            if (roundingOf(other) != roundingOf(first))
                throw Error(text(model.path().string(), ": ", ggufName({ roles.front(), layer }),
                    " is ", first.name, " and ", ggufName({ role, layer }), " is ", other.name,
                    "; llama.cpp rounds their common input differently for each, expected formats "
                    "that share a rounding"));
        }
        return &first;
    }

} // namespace

void roundAsGgml(const Format& format, std::span<float> row)
{
    assert(format.fits(row.size()) && !format.study);
    const Format* rounding = roundingOf(format);
    if (rounding && !rounding->isQuantized())
        return encodeAndDecode(*rounding, row);
    if (rounding) {
        for (std::size_t first = 0; first < row.size(); first += narrowBlock)
            roundNarrowBlock(row.subspan(first, narrowBlock));
        return;
    }
    for (std::size_t first = 0; first < row.size(); first += wideBlock)
        roundWideBlock(row.subspan(first, wideBlock));
}

GgmlArithmetic::GgmlArithmetic(const Checkpoint& model)
{
    model.requireComputed();
    for (int layer = 0; layer < model.config().layers; ++layer)
        for (const LinearInput input :
            { LinearInput::Attention, LinearInput::AttentionOutput, LinearInput::FeedForward,
                LinearInput::Down, LinearInput::Experts, LinearInput::ExpertsDown,
                LinearInput::SharedDown, LinearInput::LatentQuery, LinearInput::HeadQuery,
                LinearInput::HeadContext, LinearInput::PerLayer, LinearInput::PerLayerOutput })
            if (!readersOf(model, input, layer).empty())
                m_formats[{ layer, input }] = formatAt(model, input, layer);
    m_formats[{ -1, LinearInput::Head }] = &formatAt(model, model.head().place);
}

void GgmlArithmetic::roundInput(
    LinearInput input, int layer, MatrixBlock x, const Progress& progress) const
{
    const auto found = m_formats.find({ layer, input });
    if (found == m_formats.end())
        return; // only a router reads it, in full precision
    const Format& format = *found->second;
    constexpr Index rowsATask = 64;
    parallelFor(std::size_t((x.rows() + rowsATask - 1) / rowsATask), [&](std::size_t task) {
        progress.checkCancelled();
        const Index first = Index(task) * rowsATask;
        for (Index row = first; row < std::min(first + rowsATask, x.rows()); ++row)
            roundAsGgml(format, { x.row(row).data(), std::size_t(x.cols()) });
    });
}

} // namespace core
