// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/format.h"

#include "core/base/text.h"
#include "core/formats/study.h"

#include <algorithm>

namespace core {

namespace {

    using namespace formats;

    constexpr std::array<const Format*, 21> table{ &f32, &f16, &bf16, &q8_0, &q6_K, &q5_1, &q5_0,
        &q5_K, &q4_1, &q4_0, &q4_K, &iq4_NL, &nvfp4, &iq4_XS, &mxfp4, &q3_K, &q2_K, &q2_0, &tq2_0,
        &tq1_0, &q1_0 };

    struct TypeName {
        std::uint32_t ggmlType;
        std::string_view name;
    };

    /// The ids of enum ggml_type (ggml/include/ggml.h) that have no entry in `table`.
    constexpr std::array typeNames{ TypeName{ 4, "Q4_2 (removed)" },
        TypeName{ 5, "Q4_3 (removed)" }, TypeName{ 9, "Q8_1" }, TypeName{ 15, "Q8_K" },
        TypeName{ 16, "IQ2_XXS" }, TypeName{ 17, "IQ2_XS" }, TypeName{ 18, "IQ3_XXS" },
        TypeName{ 19, "IQ1_S" }, TypeName{ 21, "IQ3_S" }, TypeName{ 22, "IQ2_S" },
        TypeName{ 24, "I8" }, TypeName{ 25, "I16" }, TypeName{ 26, "I32" }, TypeName{ 27, "I64" },
        TypeName{ 28, "F64" }, TypeName{ 29, "IQ1_M" }, TypeName{ 31, "Q4_0_4_4 (removed)" },
        TypeName{ 32, "Q4_0_4_8 (removed)" }, TypeName{ 33, "Q4_0_8_8 (removed)" },
        TypeName{ 36, "IQ4_NL_4_4 (removed)" }, TypeName{ 37, "IQ4_NL_4_8 (removed)" },
        TypeName{ 38, "IQ4_NL_8_8 (removed)" } };

} // namespace

std::span<const Format* const> allFormats() { return table; }

std::string formatNames()
{
    std::string names;
    for (const Format* format : table)
        names.append(names.empty() ? "" : ", ").append(format->name);
    return names + " or a study format like INT4_ASYM_G64";
}

std::string formatSpelling(std::string_view name)
{
    std::string upper(name);
    std::ranges::transform(upper, upper.begin(),
        [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    return upper;
}

const Format* findFormat(std::string_view name)
{
    const std::string spelling = formatSpelling(name);
    const auto found = std::ranges::find(table, spelling, &Format::name);
    return found == table.end() ? findStudyFormat(spelling) : *found;
}

const Format* findFormat(std::uint32_t ggmlType)
{
    const auto found = std::ranges::find(table, ggmlType, &Format::ggmlType);
    return found == table.end() ? nullptr : *found;
}

std::string ggmlTypeName(std::uint32_t ggmlType)
{
    if (const Format* format = findFormat(ggmlType))
        return std::string(format->name);
    const auto found = std::ranges::find(typeNames, ggmlType, &TypeName::ggmlType);
    return found == typeNames.end() ? text("unknown type ", ggmlType) : std::string(found->name);
}

} // namespace core
