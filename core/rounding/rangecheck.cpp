// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/rounding/rangecheck.h"

#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/base/vectormath.h"
#include "core/formats/tensorformat.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace core {

namespace {

    using Index = Eigen::Index;

    constexpr std::size_t floatsJudgedTogether = 256; // where a block is one weight
    constexpr std::size_t tileWeights = 1 << 16; // of one task: over 10 µs
    constexpr int roomyExponent = 3; // magnitudes from 8 on: every format's scales have room there
    constexpr double lostShare = 0.25; // of the energy that the format could keep
    constexpr double carriesNothing = 0x1p-80; // of the matrix's mean square
    constexpr double timesTheError = 2; // that the format has where there is room
    constexpr double errorThatMatters = 0.01; // of the matrix

    std::size_t judgedTogether(const Format& format)
    {
        return format.blockSize > 1 ? std::size_t(format.blockSize) : floatsJudgedTogether;
    }

    /// `w` times the power of two that brings `magnitude`, its largest, to 2^exponent or above.
    std::vector<float> broughtTo(int exponent, const float* w, std::size_t count, float magnitude)
    {
        const int by = exponent - std::ilogb(magnitude);
        std::vector<float> scaled(count);
        std::transform(w, w + count, scaled.begin(),
            [by](float weight) { return float(std::ldexp(double(weight), by)); });
        return scaled;
    }

    /// Weights much like normally distributed ones, always the same, largest magnitude 1.
    std::vector<float> typicalWeights(std::size_t count)
    {
        std::vector<float> w(count);
        std::uint32_t state = 1;
        for (float& weight : w) {
            weight = 0;
            for (int i = 0; i < 4; ++i) { // four uniform numbers
                state = state * 1664525u + 1013904223u; // Numerical Recipes' generator
                weight += float(state >> 8) * 0x1p-24f - 0.5f;
            }
        }
        const float largest = vectormath::largestMagnitude(w.data(), count);
        for (float& weight : w)
            weight /= largest;
        return w;
    }

} // namespace

std::string rangeText(const RangeFault& fault, const Format& format)
{
    return fault.kind == RangeFault::Kind::TooLarge
        ? text("values up to ", fault.value, " are too large for ", format.name)
        : text("values of at most ", fault.value, " are too small for ", format.name);
}

void RangeCheck::Sums::add(const Sums& other)
{
    energy += other.energy;
    weights += other.weights;
    error += other.error;
    comfortable += other.comfortable;
    largestRounded = std::max(largestRounded, other.largestRounded);
    notFinite = std::max(notFinite, other.notFinite);
    if (other.lostSquare > lostSquare) {
        lostSquare = other.lostSquare;
        lost = other.lost;
    }
}

RangeCheck::RangeCheck(const Format& format)
    : m_format(format)
{
    findRoom();
}

/// Finds the magnitudes between which typical weights are rounded as well as anywhere.
void RangeCheck::findRoom()
{
    constexpr double asWell = 1.3; // times the squared error
    const std::vector<float> w = typicalWeights(judgedTogether(m_format));
    const double error
        = errorsOf(broughtTo(roomyExponent, w.data(), w.size(), 1).data(), w.size()).error
        * std::exp2(-2 * roomyExponent);
    const auto hasRoom = [&](int exponent) {
        const auto scaled = broughtTo(exponent, w.data(), w.size(), 1);
        const Errors errors = errorsOf(scaled.data(), scaled.size());
        return errors.isFinite && errors.error * std::exp2(-2.0 * exponent) <= asWell * error;
    };
    int least = roomyExponent;
    while (least > -140 && !m_format.study && hasRoom(least - 1))
        --least;
    int most = roomyExponent;
    while (most < 126 && hasRoom(most + 1))
        ++most;
    m_least
        = m_format.study ? 0 : std::ldexp(1.0f, least + 1); // other shapes ask for a little more
    m_most = std::ldexp(1.0f, most - 2);
}

RangeCheck::Errors RangeCheck::errorsOf(const float* w, std::size_t count) const
{
    const TensorFormat own(m_format, Eigen::Map<const Matrix>(w, 1, Index(count)));
    std::vector<std::byte> bytes(m_format.rowBytes(count));
    own.format().encodeRow(w, count, nullptr, bytes.data());
    std::vector<float> decoded(count);
    m_format.decodeBlocks(bytes.data(), count / std::size_t(m_format.blockSize), decoded.data());
    Errors errors;
    for (std::size_t i = 0; i < count; ++i) {
        const double difference = double(w[i]) - double(decoded[i]);
        errors.isFinite = errors.isFinite && std::isfinite(decoded[i]);
        errors.energy += double(w[i]) * double(w[i]);
        errors.error += difference * difference;
    }
    return errors;
}

void RangeCheck::lookAt(const float* w, std::size_t count, Sums& sums) const
{
    const double energy = vectormath::sumOfSquares(w, count);
    sums.energy += energy;
    sums.weights += double(count);
    const float magnitude = vectormath::largestMagnitude(w, count);
    if (magnitude == 0 || (magnitude >= m_least && magnitude <= m_most))
        return;
    const Errors errors = errorsOf(w, count);
    if (!errors.isFinite) {
        sums.notFinite = std::max(sums.notFinite, magnitude);
        return;
    }
    if (m_format.study)
        return;
    const auto roomy = broughtTo(roomyExponent, w, count, magnitude);
    const Errors comfortable = errorsOf(roomy.data(), count);
    const double possible = energy * std::min(1.0, comfortable.error / comfortable.energy);
    sums.error += errors.error;
    sums.comfortable += possible;
    sums.largestRounded = std::max(sums.largestRounded, magnitude);
    const double square = energy / double(count);
    if (errors.error - possible > lostShare * (energy - possible) && square > sums.lostSquare) {
        sums.lostSquare = square;
        sums.lost = magnitude;
    }
}

void RangeCheck::add(const MatrixView& W) { add(MatrixRows::of(W), Progress()); }

void RangeCheck::add(const MatrixRows& W, const Progress& progress)
{
    assert(m_format.fits(W.columns));
    const std::size_t together = judgedTogether(m_format);
    const std::size_t step
        = std::max<std::size_t>(1, tileWeights / std::max<std::size_t>(1, W.columns));
    std::vector<Sums> tiles((W.rows + step - 1) / step);
    parallelFor(tiles.size(), progress, [&](std::size_t tile) {
        const std::size_t first = tile * step;
        const std::size_t count = std::min(step, W.rows - first);
        std::vector<float> room;
        const MatrixRows::Rows rows = W.at(first, count, room);
        for (std::size_t row = 0; rows.weights && row < count; ++row) {
            const float* w = rows.weights + row * rows.stride;
            for (std::size_t j = 0; j < W.columns; j += together)
                lookAt(w + j, std::min(together, W.columns - j), tiles[tile]);
        }
    });
    for (const Sums& tile : tiles)
        m_sums.add(tile);
}

std::optional<RangeFault> RangeCheck::fault() const
{
    using Kind = RangeFault::Kind;
    const auto kindOf = [](float magnitude) {
        return magnitude < std::ldexp(1.0f, roomyExponent) ? Kind::TooSmall : Kind::TooLarge;
    };
    if (m_sums.notFinite > 0)
        return RangeFault{ Kind::TooLarge, m_sums.notFinite };
    if (m_sums.lostSquare * m_sums.weights > carriesNothing * m_sums.energy)
        return RangeFault{ kindOf(m_sums.lost), m_sums.lost };
    if (m_sums.error > timesTheError * timesTheError * m_sums.comfortable
        && m_sums.error - m_sums.comfortable > errorThatMatters * errorThatMatters * m_sums.energy)
        return RangeFault{ kindOf(m_sums.largestRounded), m_sums.largestRounded };
    return std::nullopt;
}

RowResult rowResult(const float* weights, const float* rounded, std::size_t columns)
{
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    return rowResult(
        weights, rounded, columns, unknown, vectormath::sumOfSquares(weights, columns));
}

RowResult rowResult(const float* weights, const float* rounded, std::size_t columns,
    double difference, double energy)
{
    RowResult row;
    row.energy = energy;
    row.isFinite = std::isfinite(difference) || vectormath::allFinite(rounded, columns);
    row.isZero = std::all_of(rounded, rounded + columns, [](float w) { return w == 0; });
    if (!row.isFinite || row.isZero)
        row.magnitude = vectormath::largestMagnitude(weights, columns);
    return row;
}

std::optional<RangeFault> faultOfRows(std::span<const RowResult> rows)
{
    double all = 0;
    for (const RowResult& row : rows)
        all += row.energy;
    for (const RowResult& row : rows) {
        if (!row.isFinite)
            return RangeFault{ RangeFault::Kind::TooLarge, row.magnitude };
        if (row.isZero && row.energy * double(rows.size()) > carriesNothing * all)
            return RangeFault{ RangeFault::Kind::TooSmall, row.magnitude };
    }
    return std::nullopt;
}

std::optional<RangeFault> faultOfResult(const MatrixView& W, const MatrixView& rounded)
{
    std::vector<RowResult> rows(std::size_t(W.rows()));
    parallelFor(rows.size(), [&](std::size_t row) {
        rows[row] = rowResult(
            W.row(Index(row)).data(), rounded.row(Index(row)).data(), std::size_t(W.cols()));
    });
    return faultOfRows(rows);
}

const Format* wideFormat(const MatrixView& W)
{
    RangeCheck check(formats::bf16);
    check.add(W);
    return check.fault() ? &formats::f32 : &formats::bf16;
}

} // namespace core
