// SPDX-License-Identifier: GPL-3.0-or-later
#include "studyrows.h"

#include "core/formats/study.h"
#include "core/formats/tensorformat.h"

#include <cmath>

namespace studyrows {

using core::Format;

namespace {

    core::MatrixView asRow(const std::vector<float>& row)
    {
        return Eigen::Map<const core::Matrix>(row.data(), 1, Eigen::Index(row.size()));
    }

} // namespace

const Format& formatOf(std::string_view name, std::size_t columns)
{
    const Format* format = core::findFormat(name);
    return *core::formatForRows(format, std::int64_t(columns));
}

std::vector<std::byte> encode(
    const Format& format, const std::vector<float>& row, const float* importance)
{
    std::vector<std::byte> bytes(format.rowBytes(row.size()));
    const core::TensorFormat own(format, asRow(row));
    own.format().encodeRow(row.data(), row.size(), importance, bytes.data());
    return bytes;
}

std::vector<float> decode(const Format& format, const std::vector<std::byte>& bytes)
{
    const std::size_t blocks = bytes.size() / std::size_t(format.blockBytes);
    std::vector<float> weights(blocks * std::size_t(format.blockSize));
    format.decodeBlocks(bytes.data(), blocks, weights.data());
    return weights;
}

std::vector<float> rounded(
    std::string_view name, const std::vector<float>& row, const float* importance)
{
    const Format& format = formatOf(name, row.size());
    return decode(format, encode(format, row, importance));
}

double relativeError(const std::vector<float>& a, const std::vector<float>& b, const float* weight)
{
    double error = 0;
    double size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double w = weight ? weight[i] : 1;
        error += w * std::pow(double(a[i]) - double(b[i]), 2);
        size += w * std::pow(double(a[i]), 2);
    }
    return std::sqrt(error / size);
}

} // namespace studyrows
