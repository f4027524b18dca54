// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/study.h"

#include <tuple>

/// Bytes ↔ weights of the study formats, laid out in study.h. All are pure.
namespace core::formats::study {

/// The most groups a block has: what BlockScales holds.
constexpr int largestGroups = int(std::tuple_size_v<decltype(BlockScales::step)>);

bool isEightBitFloat(const Study& study);
bool isUniform(const Study& study); ///< whether levels are consecutive integers
/// Whether the scale is searched where importance is known. Those of NF4 and FP8 are the largest
/// magnitude by definition, and one scale for a tensor is too.
bool isSearched(const Study& study);
/// Bytes of a block's scales, zeros included, and of a whole block.
std::size_t scaleBytes(const Study& study);
std::size_t blockBytes(const Study& study);

/// The scale that textbooks give a group: its largest magnitude on the last level; ASYM its range
/// on all codes; BINARY the mean magnitude; TERNARY 1.5 times that.
Study::Scale plainScale(const Study& study, const WeightRange& range);

void decodeBlocks(const Study& study, const std::byte* bytes, std::size_t blocks, float* weights);
void encodeRows(const Study& study, const RowsToEncode& rows);
BlockScales scales(const Study& study, const std::byte* block);
void storeCodes(const Study& study, const std::uint8_t* codes, std::byte* block);

} // namespace core::formats::study
