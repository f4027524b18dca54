// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/quantizedsource.h"
#include "tests/support/safetensorswriter.h"

#include <functional>
#include <string>
#include <vector>

/// Quantized weights as the tools store them, made from plain codes by slow, plain code.
namespace quantizedfixture {

using Entries = std::vector<support::SafetensorsEntry>;

/// Codes of `rows` × `columns`, the same in every run.
struct Codes {
    std::int64_t rows, columns;
    int bits;
    std::vector<int> values{};

    Codes(std::int64_t rows, std::int64_t columns, int bits, unsigned seed);
    int at(std::int64_t r, std::int64_t c) const { return values[std::size_t(r * columns + c)]; }
    int& at(std::int64_t r, std::int64_t c) { return values[std::size_t(r * columns + c)]; }
    Codes turned() const;
};

/// I32 words of each row's codes, bit after bit, as `name`.
support::SafetensorsEntry wordsAlongRows(const std::string& name, const Codes& codes);
/// The same of each column's: what AutoGPTQ's qweight is for codes of (inputs, outputs).
support::SafetensorsEntry wordsDownColumns(const std::string& name, const Codes& codes);
/// AWQ's words of (inputs, outputs).
support::SafetensorsEntry awqWords(const std::string& name, const Codes& codes);
/// A byte a code, signed or not.
support::SafetensorsEntry bytes(
    const std::string& name, const Codes& codes, const std::string& dtype, int less = 0);
/// Two codes a byte, the first in the lower half.
support::SafetensorsEntry nibbles(const std::string& name, const Codes& codes);

support::SafetensorsEntry floats(const std::string& name, const std::vector<std::int64_t>& shape,
    const std::vector<float>& values);
/// In F16: exact for what is used here.
support::SafetensorsEntry halves(const std::string& name, const std::vector<std::int64_t>& shape,
    const std::vector<float>& values);

/// One weight of each kind, of 32 outputs and 64 inputs, in 4 bits and groups of 32.
std::vector<Entries> everyKind();

/// Scales of few bits, so that they and their products with zero points are binary16.
std::vector<float> smallScales(std::size_t count);
float smallScale(std::int64_t index); ///< one of them

/// Writes, reads and sorts; `quantization` is the text of quantization_config.
core::QuantizedTensors sorted(const Entries& entries, const std::string& quantization);
/// What is complained of, behind the file's name.
std::string complaint(const Entries& entries, const std::string& quantization);

/// Where rows() and the expected weights differ first; empty: nowhere. Looks at all rows at once
/// and at the last two by themselves.
std::string difference(const core::QuantizedWeight& weight,
    const std::function<float(std::int64_t row, std::int64_t column)>& expected);
/// The same of what exactRows() decodes to; "no format" if there is none.
std::string exactDifference(const core::QuantizedWeight& weight);

} // namespace quantizedfixture
