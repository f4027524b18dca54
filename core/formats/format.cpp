// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/format.h"

#include "core/base/text.h"
#include "core/formats/study.h"

#include <algorithm>

namespace core {

namespace {

    using namespace formats;

    /// Those with an encoder first.
    constexpr std::array<const Format*, 43> table{ &f32, &f16, &bf16, &q8_0, &q6_K, &q5_1, &q5_0,
        &q5_K, &q4_1, &q4_0, &q4_K, &iq4_NL, &nvfp4, &iq4_XS, &mxfp4, &q3_K, &q2_K, &q2_0, &tq2_0,
        &tq1_0, &q1_0, /* only read: */ &iq3_S, &iq3_XXS, &iq2_S, &iq2_XS, &iq2_XXS, &iq1_M, &iq1_S,
        &q8_1, &q8_K, &f64, &i8, &i16, &i32, &i64, &u8, &u16, &u32, &u64, &boolean, &f8_E4M3,
        &f8_E5M2, &f8_E8M0 };
    constexpr std::size_t withEncoder = 21;

    struct TypeName {
        std::uint32_t ggmlType;
        std::string_view name;
    };

    /// Ids of enum ggml_type (ggml/include/ggml.h) that were removed, and those that ik_llama.cpp
    /// has beside them: its formats, and the same with rows interleaved by fours and eights.
    constexpr std::array typeNames{ TypeName{ 4, "Q4_2 (removed)" },
        TypeName{ 5, "Q4_3 (removed)" }, TypeName{ 31, "Q4_0_4_4 (removed)" },
        TypeName{ 32, "Q4_0_4_8 (removed)" }, TypeName{ 33, "Q4_0_8_8 (removed)" },
        TypeName{ 36, "IQ4_NL_4_4 (removed)" }, TypeName{ 37, "IQ4_NL_4_8 (removed)" },
        TypeName{ 38, "IQ4_NL_8_8 (removed)" }, TypeName{ 133, "Q6_0" }, TypeName{ 134, "IQ1_BN" },
        TypeName{ 135, "IQ2_BN" }, TypeName{ 137, "IQ2_K" }, TypeName{ 138, "IQ3_K" },
        TypeName{ 139, "IQ4_K" }, TypeName{ 140, "IQ5_K" }, TypeName{ 141, "IQ6_K" },
        TypeName{ 142, "IQ2_TN" }, TypeName{ 143, "IQ1_TN" }, TypeName{ 144, "IQ4_KS" },
        TypeName{ 145, "IQ2_KS" }, TypeName{ 146, "IQ4_KSS" }, TypeName{ 148, "Q8_K32" },
        TypeName{ 151, "Q8_KV" }, TypeName{ 152, "IQ5_KS" }, TypeName{ 153, "IQ2_KT" },
        TypeName{ 154, "IQ3_KT" }, TypeName{ 155, "IQ4_KT" }, TypeName{ 156, "IQ3_KS" },
        TypeName{ 157, "IQ2_KL" }, TypeName{ 158, "IQ1_KT" }, TypeName{ 202, "Q4_0_R8" },
        TypeName{ 206, "Q5_0_R4" }, TypeName{ 208, "Q8_0_R8" }, TypeName{ 210, "Q2_K_R4" },
        TypeName{ 211, "Q3_K_R4" }, TypeName{ 212, "Q4_K_R4" }, TypeName{ 213, "Q5_K_R4" },
        TypeName{ 214, "Q6_K_R4" }, TypeName{ 216, "IQ2_XXS_R4" }, TypeName{ 217, "IQ2_XS_R4" },
        TypeName{ 218, "IQ3_XXS_R4" }, TypeName{ 219, "IQ1_S_R4" }, TypeName{ 220, "IQ4_NL_R4" },
        TypeName{ 221, "IQ3_S_R4" }, TypeName{ 222, "IQ2_S_R4" }, TypeName{ 223, "IQ4_XS_R8" },
        TypeName{ 229, "IQ1_M_R4" }, TypeName{ 230, "BF16_R16" }, TypeName{ 233, "Q6_0_R4" },
        TypeName{ 335, "IQ2_BN_R4" }, TypeName{ 337, "IQ2_K_R4" }, TypeName{ 338, "IQ3_K_R4" },
        TypeName{ 339, "IQ4_K_R4" }, TypeName{ 340, "IQ5_K_R4" }, TypeName{ 344, "IQ4_KS_R4" },
        TypeName{ 352, "IQ5_KS_R4" }, TypeName{ 397, "Q8_K_R16" }, TypeName{ 398, "Q8_KV_R8" },
        TypeName{ 399, "Q8_K_R8" } };

    constexpr std::uint32_t firstOfIkLlama = 97; ///< lower ids are ggml's

    const Format* named(std::span<const Format* const> formats, std::string_view spelling)
    {
        const auto found = std::ranges::find(formats, spelling, &Format::name);
        return found == formats.end() ? findStudyFormat(spelling) : *found;
    }

} // namespace

std::span<const Format* const> allFormats() { return std::span(table).first<withEncoder>(); }

std::span<const Format* const> storedFormats() { return table; }

std::string formatNames()
{
    std::string names;
    for (const Format* format : allFormats())
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
    return named(allFormats(), formatSpelling(name));
}

const Format* findStoredFormat(std::string_view name)
{
    return named(storedFormats(), formatSpelling(name));
}

const Format* findFormat(std::uint32_t ggmlType)
{
    const auto found = std::ranges::find(table, ggmlType, &Format::ggmlType);
    return ggmlType == noGgmlType || found == table.end() ? nullptr : *found;
}

std::string ggmlTypeName(std::uint32_t ggmlType)
{
    if (const Format* format = findFormat(ggmlType))
        return std::string(format->name);
    const auto found = std::ranges::find(typeNames, ggmlType, &TypeName::ggmlType);
    if (found == typeNames.end())
        return text("unknown type ", ggmlType);
    return text(found->name, ggmlType >= firstOfIkLlama ? " (of ik_llama.cpp)" : "");
}

} // namespace core
