// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/study.h"

/// The codes of the study formats in their bytes, laid out in study.h.
namespace core::formats::study {

std::size_t packedBytes(const Study& study, std::size_t count);

void packCodes(const Study& study, std::span<const std::uint8_t> codes, std::byte* bytes);

/// The levels that the codes stand for; a code without a level stands for the last one.
void unpackLevels(const Study& study, const std::byte* bytes, std::span<float> levels);

} // namespace core::formats::study
