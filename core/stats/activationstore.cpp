// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/activationstore.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bytereader.h"

#include <array>
#include <cstdint>

namespace core {

namespace {

    constexpr std::uint32_t version = 1;
    constexpr std::array figures{ &Moments::minimum, &Moments::maximum, &Moments::mean,
        &Moments::deviation, &Moments::skew, &Moments::kurtosis };
    constexpr std::array counts{ &Moments::count, &Moments::zeros, &Moments::nonFinite };
    constexpr std::array channelFigures{ &InputStats::absmax, &InputStats::meanAbs,
        &InputStats::meanSquare };

    class Writer {
    public:
        template<typename T>
        void number(T value)
        {
            all(std::span<const T>(&value, 1));
        }
        template<typename T>
        void all(std::span<const T> values)
        {
            const auto bytes = std::as_bytes(values);
            m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
        }
        std::vector<std::byte> take() { return std::move(m_bytes); }

    private:
        std::vector<std::byte> m_bytes;
    };

    void write(Writer& out, const InputStats& input)
    {
        out.number(std::uint32_t(input.input));
        out.number(std::int32_t(input.layer));
        for (const auto count : counts)
            out.number(input.moments.*count);
        for (const auto figure : figures)
            out.number(input.moments.*figure);
        out.number(input.histogram.minimum);
        out.number(input.histogram.maximum);
        out.number(std::uint32_t(input.histogram.counts.size()));
        out.all(std::span<const std::uint64_t>(input.histogram.counts));
        out.number(std::uint32_t(input.absmax.size()));
        for (const auto values : channelFigures)
            out.all(std::span<const float>(input.*values));
    }

    template<typename T>
    std::vector<T> readAll(ByteReader& in, std::uint64_t count, const char* what)
    {
        in.count(count, sizeof(T), what);
        std::vector<T> values(count);
        for (T& value : values)
            value = in.number<T>(what);
        return values;
    }

    InputStats readInput(ByteReader& in)
    {
        InputStats input;
        const auto which = in.number<std::uint32_t>("input");
        if (which > std::uint32_t(LinearInput::Head))
            throw Error(text(in.place(), ": has an input of kind ", which, ", expected at most ",
                int(LinearInput::Head)));
        input.input = LinearInput(which);
        input.layer = in.number<std::int32_t>("layer");
        for (const auto count : counts)
            input.moments.*count = in.number<std::uint64_t>("moments");
        for (const auto figure : figures)
            input.moments.*figure = in.number<double>("moments");
        input.histogram.minimum = in.number<double>("histogram");
        input.histogram.maximum = in.number<double>("histogram");
        input.histogram.counts
            = readAll<std::uint64_t>(in, in.number<std::uint32_t>("bins"), "histogram");
        const auto channels = in.number<std::uint32_t>("channels");
        for (const auto values : channelFigures)
            input.*values = readAll<float>(in, channels, "channels");
        return input;
    }

    Matrix readMatrix(ByteReader& in)
    {
        const auto rows = in.number<std::uint32_t>("rows");
        const auto columns = in.number<std::uint32_t>("columns");
        const auto values = readAll<float>(in, std::uint64_t(rows) * columns, "residual stream");
        return Eigen::Map<const Matrix>(values.data(), rows, columns);
    }

} // namespace

std::vector<std::byte> activationStatsToBytes(const ActivationStats& stats)
{
    Writer out;
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
