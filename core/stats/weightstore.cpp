// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/weightstore.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/stats/statsbytes.h"

#include <cstdint>

namespace core {

namespace {

    constexpr std::uint32_t weightsVersion = 1;

    TensorStats readTensorStats(ByteReader& in, const Tensor& tensor)
    {
        TensorStats stats;
        stats.moments = readMoments(in);
        stats.histogram = readHistogram(in);
        const auto rows = in.number<std::uint64_t>("rows");
        const auto columns = in.number<std::uint64_t>("columns");
        if (rows != std::uint64_t(tensor.rows) || columns != std::uint64_t(tensor.columns))
            throw Error(text(in.place(), ": ", tensor.name, " is ", rows, " x ", columns,
                ", expected ", tensor.rows, " x ", tensor.columns));
        stats.inputAbsmax = readNumbers<float>(in, columns, "inputs");
        stats.outputAbsmax = readNumbers<float>(in, rows, "outputs");
        stats.nonFiniteRow = in.number<std::int64_t>("row");
        stats.nonFiniteColumn = in.number<std::int64_t>("column");
        return stats;
    }

} // namespace

std::vector<std::byte> weightStatsToBytes(std::span<const TensorStats> stats)
{
    StatsWriter out;
    out.number(weightsVersion);
    out.number(std::uint32_t(stats.size()));
    for (const TensorStats& tensor : stats) {
        out.moments(tensor.moments);
        out.histogram(tensor.histogram);
        out.number(std::uint64_t(tensor.outputAbsmax.size()));
        out.number(std::uint64_t(tensor.inputAbsmax.size()));
        out.all(std::span<const float>(tensor.inputAbsmax));
        out.all(std::span<const float>(tensor.outputAbsmax));
        out.number(tensor.nonFiniteRow);
        out.number(tensor.nonFiniteColumn);
    }
    return out.take();
}

std::vector<TensorStats> weightStatsFromBytes(
    std::span<const std::byte> bytes, const Checkpoint& checkpoint, const std::string& place)
{
    ByteReader in(bytes, place);
    if (const auto found = in.number<std::uint32_t>("version"); found != weightsVersion)
        throw Error(text(place, ": has version ", found, ", expected ", weightsVersion));
    const auto tensors = in.number<std::uint32_t>("tensors");
    if (tensors != checkpoint.tensors().size())
        throw Error(
            text(place, ": has ", tensors, " tensors, expected ", checkpoint.tensors().size()));
    std::vector<TensorStats> stats;
    for (const Tensor& tensor : checkpoint.tensors())
        stats.push_back(readTensorStats(in, tensor));
    return stats;
}

} // namespace core
