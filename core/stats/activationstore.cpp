// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/activationstore.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bytereader.h"
#include "core/stats/statsbytes.h"

#include <array>
#include <cstdint>

namespace core {

namespace {

    constexpr std::uint32_t version = 1;
    constexpr std::array channelFigures{ &InputStats::absmax, &InputStats::meanAbs,
        &InputStats::meanSquare };

    void write(StatsWriter& out, const InputStats& input)
    {
        out.number(std::uint32_t(input.input));
        out.number(std::int32_t(input.layer));
        out.moments(input.moments);
        out.histogram(input.histogram);
        out.number(std::uint32_t(input.absmax.size()));
        for (const auto values : channelFigures)
            out.all(std::span<const float>(input.*values));
    }

    InputStats readInput(ByteReader& in)
    {
        InputStats input;
        const auto which = in.number<std::uint32_t>("input");
        if (which > std::uint32_t(LinearInput::PerLayerOutput))
            throw Error(text(in.place(), ": has an input of kind ", which, ", expected at most ",
                int(LinearInput::PerLayerOutput)));
        input.input = LinearInput(which);
        input.layer = in.number<std::int32_t>("layer");
        input.moments = readMoments(in);
        input.histogram = readHistogram(in);
        const auto channels = in.number<std::uint32_t>("channels");
        for (const auto values : channelFigures)
            input.*values = readNumbers<float>(in, channels, "channels");
        return input;
    }

    Matrix readMatrix(ByteReader& in)
    {
        const auto rows = in.number<std::uint32_t>("rows");
        const auto columns = in.number<std::uint32_t>("columns");
        const auto values
            = readNumbers<float>(in, std::uint64_t(rows) * columns, "residual stream");
        return Eigen::Map<const Matrix>(values.data(), rows, columns);
    }

} // namespace

std::vector<std::byte> activationStatsToBytes(const ActivationStats& stats)
{
    StatsWriter out;
    out.number(version);
    out.number(std::int32_t(stats.sequences));
    out.number(std::int32_t(stats.length));
    out.number(std::uint32_t(stats.inputs.size()));
    for (const InputStats& input : stats.inputs)
        write(out, input);
    out.number(std::uint32_t(stats.residualAbsmax.rows()));
    out.number(std::uint32_t(stats.residualAbsmax.cols()));
    out.all(std::span<const float>(
        stats.residualAbsmax.data(), std::size_t(stats.residualAbsmax.size())));
    out.number(std::uint32_t(stats.largest.size()));
    for (const LargeValue& value : stats.largest) {
        out.number(std::int32_t(value.depth));
        out.number(std::int32_t(value.channel));
        out.number(value.value);
        for (const int number : { value.sequence, value.position, value.token })
            out.number(std::int32_t(number));
    }
    return out.take();
}

ActivationStats activationStatsFromBytes(std::span<const std::byte> bytes, const std::string& place)
{
    ByteReader in(bytes, place);
    if (const auto found = in.number<std::uint32_t>("version"); found != version)
        throw Error(text(place, ": has version ", found, ", expected ", version));
    ActivationStats stats;
    stats.sequences = in.number<std::int32_t>("sequences");
    stats.length = in.number<std::int32_t>("length");
    constexpr std::size_t leastInput = 100; // bytes of one without channels and bins
    const auto inputs = in.count(in.number<std::uint32_t>("inputs"), leastInput, "inputs");
    for (std::uint64_t i = 0; i < inputs; ++i)
        stats.inputs.push_back(readInput(in));
    stats.residualAbsmax = readMatrix(in);
    constexpr std::size_t valueBytes = 24;
    const auto largest = in.count(in.number<std::uint32_t>("values"), valueBytes, "values");
    for (std::uint64_t i = 0; i < largest; ++i) {
        LargeValue value;
        value.depth = in.number<std::int32_t>("depth");
        value.channel = in.number<std::int32_t>("channel");
        value.value = in.number<float>("value");
        value.sequence = in.number<std::int32_t>("sequence");
        value.position = in.number<std::int32_t>("position");
        value.token = in.number<std::int32_t>("token");
        stats.largest.push_back(value);
    }
    return stats;
}

} // namespace core
