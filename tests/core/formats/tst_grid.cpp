// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/hardrows.h"

#include "core/formats/format.h"

#include <QTest>

#include <cmath>
#include <vector>

/// Every quantized format's grid: what its scales mean, and that codes can be replaced.
class TestGrid : public QObject {
    Q_OBJECT

private slots:
    void decodesEveryCodeToStepTimesLevelPlusOffset_data();
    void decodesEveryCodeToStepTimesLevelPlusOffset();
    void storesTheCodesOfAnEncodedBlockBack_data();
    void storesTheCodesOfAnEncodedBlockBack();
    void leavesTheScalesWhenCodesAreStored_data();
    void leavesTheScalesWhenCodesAreStored();
};

using core::BlockScales;
using core::Format;

namespace {

void eachQuantizedFormat()
{
    QTest::addColumn<const Format*>("format");
    for (const Format* format : core::allFormats())
        if (format->grid)
            QTest::newRow(std::string(format->name).c_str()) << format;
}

std::vector<std::byte> encodedSample(const Format& format)
{
    const hardrows::Rows sample = hardrows::sampleWeights(64);
    const std::size_t rowBytes = format.rowBytes(hardrows::columns);
    std::vector<std::byte> bytes(sample.count() * rowBytes);
    for (std::size_t r = 0; r < sample.count(); ++r)
        format.encodeRow(sample.row(r), hardrows::columns, nullptr, bytes.data() + r * rowBytes);
    return bytes;
}

/// The weight that decodes from `code` in group g.
float weightOf(const Format& format, const BlockScales& scales, std::size_t g, std::size_t code)
{
    return scales.step[g] * format.grid->levels[code] + scales.offset[g];
}

std::vector<float> decodeBlock(const Format& format, const std::byte* block)
{
    std::vector<float> weights(std::size_t(format.blockSize));
    format.decodeBlocks(block, 1, weights.data());
    return weights;
}

/// The codes of a block, found from its weights. Groups with a step of 0 give codes of 0.
std::vector<std::uint8_t> codesOf(const Format& format, const std::byte* block)
{
    const BlockScales scales = format.grid->scales(block);
    const std::vector<float> weights = decodeBlock(format, block);
    std::vector<std::uint8_t> codes(weights.size(), 0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const std::size_t g = i / std::size_t(format.grid->groupSize);
        for (std::size_t code = 0; code < format.grid->levels.size() && scales.step[g] != 0; ++code)
            if (weightOf(format, scales, g, code) == weights[i])
                codes[i] = std::uint8_t(code);
    }
    return codes;
}

bool allStepsDiffer(const Format& format, const std::byte* block)
{
    const BlockScales scales = format.grid->scales(block);
    const auto groups = std::size_t(format.blockSize / format.grid->groupSize);
    for (std::size_t g = 0; g < groups; ++g)
        if (weightOf(format, scales, g, 0) == weightOf(format, scales, g, 1))
            return false;
    return true;
}

} // namespace

void TestGrid::decodesEveryCodeToStepTimesLevelPlusOffset_data() { eachQuantizedFormat(); }

void TestGrid::decodesEveryCodeToStepTimesLevelPlusOffset()
{
    QFETCH(const Format*, format);
    std::vector<std::byte> bytes = encodedSample(*format);
    const auto size = std::size_t(format->blockSize);
    const std::size_t levels = format->grid->levels.size();
    std::size_t next = 0; // deals all codes to all places
    for (std::size_t at = 0; at < bytes.size(); at += std::size_t(format->blockBytes)) {
        std::vector<std::uint8_t> codes(size);
        for (std::uint8_t& code : codes)
            code = std::uint8_t(next++ * 31 % levels);
        next += 7;
        std::byte* block = bytes.data() + at;
        format->grid->storeCodes(codes.data(), block);
        const BlockScales scales = format->grid->scales(block);
        const std::vector<float> weights = decodeBlock(*format, block);
        for (std::size_t i = 0; i < size; ++i)
            QCOMPARE(weights[i],
                weightOf(*format, scales, i / std::size_t(format->grid->groupSize), codes[i]));
    }
}

void TestGrid::storesTheCodesOfAnEncodedBlockBack_data() { eachQuantizedFormat(); }

void TestGrid::storesTheCodesOfAnEncodedBlockBack()
{
    QFETCH(const Format*, format);
    const std::vector<std::byte> bytes = encodedSample(*format);
    const std::ptrdiff_t size = format->blockBytes;
    int compared = 0;
    for (auto at = bytes.begin(); at != bytes.end(); at += size) {
        std::vector<std::byte> block(at, at + size);
        if (!allStepsDiffer(*format, block.data()))
            continue; // codes of a group without a step cannot be told from its weights
        const std::vector<std::uint8_t> codes = codesOf(*format, block.data());
        const std::vector<std::uint8_t> zeros(codes.size(), 0);
        format->grid->storeCodes(zeros.data(), block.data());
        format->grid->storeCodes(codes.data(), block.data());
        QVERIFY(std::equal(block.begin(), block.end(), at));
        ++compared;
    }
    QVERIFY(compared > 100);
}

void TestGrid::leavesTheScalesWhenCodesAreStored_data() { eachQuantizedFormat(); }

void TestGrid::leavesTheScalesWhenCodesAreStored()
{
    QFETCH(const Format*, format);
    std::vector<std::byte> block = encodedSample(*format);
    const BlockScales before = format->grid->scales(block.data());
    const std::vector<std::uint8_t> highest(
        std::size_t(format->blockSize), std::uint8_t(format->grid->levels.size() - 1));
    format->grid->storeCodes(highest.data(), block.data());
    const BlockScales after = format->grid->scales(block.data());
    QVERIFY(before.step == after.step);
    QVERIFY(before.offset == after.offset);
}

QTEST_APPLESS_MAIN(TestGrid)
#include "tst_grid.moc"
