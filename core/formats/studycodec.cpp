// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/studycodec.h"

#include "core/formats/blockbytes.h"
#include "core/formats/studylevels.h"
#include "core/formats/studypacking.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace core::formats::study {

namespace {

    using Kind = Study::Kind;

    constexpr float largestHalf = 65504.0f;

    bool isSingle(const Study& study)
    {
        return study.sharing != Study::Sharing::Group || study.kind == Kind::NormalFloat
            || isEightBitFloat(study);
    }

    /// The least binary16 that is not below `step` >= 0: with a smaller one the largest weight
    /// would lie beyond the last level.
    float halfNotBelow(float step)
    {
        const std::uint16_t nearest = floatToHalf(std::min(step, largestHalf));
        const float value = halfToFloat(nearest);
        return value >= step || value >= largestHalf ? value
                                                     : halfToFloat(std::uint16_t(nearest + 1));
    }

    /// `scale` as its bytes will give it back.
    Study::Scale asStored(const Study& study, Study::Scale scale)
    {
        if (!isSingle(study))
            scale.step = halfNotBelow(scale.step);
        return scale;
    }

    void storeScale(const Study& study, Study::Scale scale, std::byte* block)
    {
        if (isSingle(study))
            std::memcpy(block, &scale.step, sizeof(float));
        else
            storeHalf(scale.step, block);
        if (study.kind == Kind::Asymmetric)
            block[isSingle(study) ? 4 : 2] = std::byte(scale.zero);
    }

    Study::Scale loadScale(const Study& study, const std::byte* block)
    {
        Study::Scale scale;
        if (isSingle(study))
            std::memcpy(&scale.step, block, sizeof(float));
        else
            scale.step = loadHalf(block);
        if (study.kind == Kind::Asymmetric)
            scale.zero = int(loadByte(block + (isSingle(study) ? 4 : 2)));
        return scale;
    }

    std::size_t nearestInteger(std::span<const float> levels, float x)
    {
        const float last = float(levels.size() - 1);
        return std::size_t(std::clamp(x - levels.front(), 0.0f, last) + 0.5f);
    }

    float offsetOf(Study::Scale scale)
    {
        return scale.zero != 0 ? -(scale.step * float(scale.zero)) : 0.0f;
    }

    WeightRange rangeOf(const float* x, std::size_t count)
    {
        WeightRange range;
        range.add(MatrixView(Eigen::Map<const Matrix>(x, 1, Eigen::Index(count))));
        return range;
    }

    /// The codes of a group, and what they come to.
    struct Rounded {
        Study::Scale scale;
        std::vector<std::uint8_t> codes;
        double error = 0; ///< Σ w·(x − x̂)²
        double levelX = 0, level2 = 0; ///< Σ w·level·x, Σ w·level²: their ratio is the best step
    };

    /// Rounds a group with a known scale. Errors are summed where `weight` is not null.
    Rounded roundWith(const Study& study, const float* x, std::size_t count, Study::Scale scale,
        const float* weight)
    {
        Rounded rounded{ scale, std::vector<std::uint8_t>(count) };
        const float offset = offsetOf(scale);
        for (std::size_t i = 0; i < count; ++i) {
            const float target = scale.step != 0.0f ? (x[i] - offset) / scale.step : 0.0f;
            const std::size_t code = isUniform(study) ? nearestInteger(study.levels, target)
                                                      : nearestLevel(study.levels, target);
            rounded.codes[i] = std::uint8_t(code);
            if (!weight)
                continue;
            const double level = double(study.levels[code]);
            const double miss = double(x[i]) - double(scale.step * study.levels[code] + offset);
            rounded.error += double(weight[i]) * miss * miss;
            rounded.levelX += double(weight[i]) * level * double(x[i]);
            rounded.level2 += double(weight[i]) * level * level;
        }
        return rounded;
    }

    WeightRange shrunk(WeightRange range, float share)
    {
        range.min *= share;
        range.max *= share;
        range.magnitudes *= double(share);
        return range;
    }

    /// The scale of the least weighted error: the textbook's, shrunk ones that cut off the largest
    /// weights, and from the best of them on the best step for the codes found.
    Rounded search(const Study& study, const float* x, std::size_t count, const float* weight)
    {
        constexpr int tries = 24;
        constexpr float stride = 0.025f; // down to 0.4 of the range
        constexpr int refits = 3;
        const WeightRange range = rangeOf(x, count);
        const auto tried = [&](Study::Scale scale) {
            return roundWith(study, x, count, asStored(study, scale), weight);
        };
        Rounded best = tried(plainScale(study, range));
        const auto keepBetter = [&](Rounded rounded) {
            if (rounded.error < best.error)
                best = std::move(rounded);
        };
        for (int i = 1; i <= tries; ++i)
            keepBetter(tried(plainScale(study, shrunk(range, 1.0f - stride * float(i)))));
        if (study.kind == Kind::Asymmetric)
            return best;
        for (int i = 0; i < refits && best.level2 > 0 && best.levelX > 0; ++i)
            keepBetter(tried({ float(best.levelX / best.level2), 0 }));
        return best;
    }

    void encodeGroup(const Study& study, const float* x, const float* importance, std::byte* block)
    {
        const auto count = std::size_t(study.groupSize);
        Rounded rounded;
        if (study.fitted)
            rounded = roundWith(study, x, count, *study.fitted, nullptr);
        else if (importance && isSearched(study))
            rounded = search(study, x, count, importance);
        else
            rounded = roundWith(
                study, x, count, asStored(study, plainScale(study, rangeOf(x, count))), nullptr);
        storeScale(study, rounded.scale, block);
        storeCodes(study, rounded.codes.data(), block);
    }

    /// The steps of a block of NF4_DQ.
    void loadSteps(const Study& study, const std::byte* block, float* steps)
    {
        const float mean = loadHalf(block);
        const float unit = loadHalf(block + 2);
        const auto deviations = levelsOf(Kind::E4M3, 8);
        for (int g = 0; g < study.groups; ++g)
            steps[g] = mean + unit * valueOfByte(deviations, block[4 + g]);
    }

    void storeSteps(const Study& study, const float* steps, std::byte* block)
    {
        const auto deviations = levelsOf(Kind::E4M3, 8);
        float mean = 0.0f;
        for (int g = 0; g < study.groups; ++g)
            mean += steps[g] / float(study.groups);
        storeHalf(std::min(mean, largestHalf), block);
        mean = loadHalf(block);
        float largest = 0.0f;
        for (int g = 0; g < study.groups; ++g)
            largest = std::max(largest, std::fabs(steps[g] - mean));
        const float unit = halfNotBelow(largest / deviations.back());
        storeHalf(unit, block + 2);
        for (int g = 0; g < study.groups; ++g) {
            const float deviation = unit != 0.0f ? (steps[g] - mean) / unit : 0.0f;
            block[4 + g] = byteOfLevel(deviations, nearestLevel(deviations, deviation));
        }
    }

    void encodeDouble(const Study& study, const float* x, std::byte* block)
    {
        const auto size = std::size_t(study.groupSize);
        std::array<float, largestGroups> steps{};
        for (std::size_t g = 0; g < std::size_t(study.groups); ++g)
            steps[g] = plainScale(study, rangeOf(x + g * size, size)).step;
        storeSteps(study, steps.data(), block);
        loadSteps(study, block, steps.data());
        std::vector<std::uint8_t> codes;
        for (std::size_t g = 0; g < std::size_t(study.groups); ++g) {
            const Rounded rounded = roundWith(study, x + g * size, size, { steps[g], 0 }, nullptr);
            codes.insert(codes.end(), rounded.codes.begin(), rounded.codes.end());
        }
        storeCodes(study, codes.data(), block);
    }

    std::size_t weightsIn(const Study& study)
    {
        return std::size_t(study.groupSize) * std::size_t(study.groups);
    }

    void encodeRow(const Study& study, const float* weights, std::size_t columns,
        const float* importance, std::byte* bytes)
    {
        if (study.sharing == Study::Sharing::Nothing) {
            for (std::size_t i = 0; i < columns; ++i)
                bytes[i] = byteOfLevel(study.levels, nearestLevel(study.levels, weights[i]));
            return;
        }
        const std::size_t size = blockBytes(study);
        const std::size_t step = weightsIn(study);
        assert(step > 0 && columns % step == 0);
        for (std::size_t i = 0; i < columns; i += step, bytes += size) {
            if (study.kind == Kind::DoubleNormalFloat)
                encodeDouble(study, weights + i, bytes);
            else
                encodeGroup(study, weights + i, importance ? importance + i : nullptr, bytes);
        }
    }

} // namespace

bool isEightBitFloat(const Study& study)
{
    return study.kind == Kind::E4M3 || study.kind == Kind::E5M2;
}

bool isUniform(const Study& study)
{
    return study.kind == Kind::Symmetric || study.kind == Kind::Asymmetric
        || study.kind == Kind::Ternary;
}

bool isSearched(const Study& study)
{
    return study.kind != Kind::NormalFloat && study.kind != Kind::DoubleNormalFloat
        && !isEightBitFloat(study) && study.sharing != Study::Sharing::Tensor;
}

std::size_t scaleBytes(const Study& study)
{
    if (study.sharing == Study::Sharing::Nothing)
        return 0;
    if (study.kind == Kind::DoubleNormalFloat)
        return 4 + std::size_t(study.groups);
    return (isSingle(study) ? 4 : 2) + (study.kind == Kind::Asymmetric ? 1 : 0);
}

std::size_t blockBytes(const Study& study)
{
    return scaleBytes(study) + packedBytes(study, weightsIn(study));
}

Study::Scale plainScale(const Study& study, const WeightRange& range)
{
    const float mean = range.count > 0 ? float(range.magnitudes / double(range.count)) : 0.0f;
    switch (study.kind) {
    case Kind::Asymmetric: {
        const float last = study.levels.back();
        const float step = range.max / last - range.min / last;
        const float zero = step > 0 ? std::round(-range.min / step) : 0.0f;
        return { step, int(std::clamp(zero, 0.0f, last)) };
    }
    case Kind::Ternary: // Li, Liu: "Ternary Weight Networks" (2016): a threshold, half of the step,
        return { 1.5f * mean, 0 }; // of 0.75 times the mean magnitude, the best for normal weights
    case Kind::Binary: // Rastegari et al.: "XNOR-Net" (2016), equation 6
        return { mean, 0 };
    default:
        return { std::max(range.max, -range.min) / study.levels.back(), 0 };
    }
}

void decodeBlocks(const Study& study, const std::byte* bytes, std::size_t blocks, float* weights)
{
    if (study.sharing == Study::Sharing::Nothing)
        return unpackLevels(study, bytes, { weights, blocks });
    const std::size_t size = blockBytes(study);
    const auto groupSize = std::size_t(study.groupSize);
    for (std::size_t b = 0; b < blocks; ++b, bytes += size) {
        const BlockScales own = scales(study, bytes);
        unpackLevels(study, bytes + scaleBytes(study), { weights, weightsIn(study) });
        for (std::size_t g = 0; g < std::size_t(study.groups); ++g, weights += groupSize)
            for (std::size_t i = 0; i < groupSize; ++i)
                weights[i] = own.step[g] * weights[i] + own.offset[g];
    }
}

void encodeRows(const Study& study, const RowsToEncode& r)
{
    for (std::size_t row = 0; row < r.rows; ++row)
        encodeRow(study, r.weights + row * r.stride, r.columns, r.importance,
            r.bytes + row * r.byteStride);
}

BlockScales scales(const Study& study, const std::byte* block)
{
    BlockScales scales;
    if (study.kind == Kind::DoubleNormalFloat) {
        loadSteps(study, block, scales.step.data());
    } else {
        const Study::Scale stored = loadScale(study, block);
        scales.step[0] = stored.step;
        scales.offset[0] = offsetOf(stored);
    }
    return scales;
}

void storeCodes(const Study& study, const std::uint8_t* codes, std::byte* block)
{
    packCodes(study, { codes, weightsIn(study) }, block + scaleBytes(study));
}

} // namespace core::formats::study
