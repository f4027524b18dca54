// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/interned.h"
#include "core/base/text.h"
#include "core/formats/studycodec.h"
#include "core/formats/studylevels.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

namespace core {

namespace {

    using Kind = Study::Kind;
    using Sharing = Study::Sharing;

    constexpr int wholeRow = std::numeric_limits<int>::max(); ///< as a size of blocks: fits no row
    constexpr int largestGroup = 1 << 16;

    /// What the beginning of a name says.
    struct Family {
        std::string_view name;
        Kind kind;
        int bits;
        /// Error of normal weights in groups of 64, relative to their root mean square.
        float errorBound;
    };
    constexpr std::array families{
        Family{ "INT8_SYM", Kind::Symmetric, 8, 0.0063f },
        Family{ "INT8_ASYM", Kind::Asymmetric, 8, 0.0057f },
        Family{ "INT4_SYM", Kind::Symmetric, 4, 0.115f },
        Family{ "INT4_ASYM", Kind::Asymmetric, 4, 0.096f },
        Family{ "INT3_SYM", Kind::Symmetric, 3, 0.27f },
        Family{ "INT3_ASYM", Kind::Asymmetric, 3, 0.205f },
        Family{ "INT2_SYM", Kind::Symmetric, 2, 0.75f },
        Family{ "INT2_ASYM", Kind::Asymmetric, 2, 0.48f },
        Family{ "NF4_DQ", Kind::DoubleNormalFloat, 4, 0.097f },
        Family{ "NF4", Kind::NormalFloat, 4, 0.097f },
        Family{ "FP8_E4M3", Kind::E4M3, 8, 0.027f },
        Family{ "FP8_E5M2", Kind::E5M2, 8, 0.054f },
        Family{ "LOG4", Kind::Logarithmic, 4, 0.197f },
        Family{ "LOG3", Kind::Logarithmic, 3, 0.238f },
        Family{ "TERNARY", Kind::Ternary, 2, 0.45f },
        Family{ "BINARY", Kind::Binary, 1, 0.61f },
    };

    /// What a name says.
    struct Parsed {
        const Family* family;
        Sharing sharing;
        int groupSize; ///< 0 where rows share
    };

    bool allows(Kind kind, Sharing sharing)
    {
        const bool isFloat = kind == Kind::E4M3 || kind == Kind::E5M2;
        const bool isNormalFloat = kind == Kind::NormalFloat || kind == Kind::DoubleNormalFloat;
        return isFloat      ? sharing != Sharing::Group
            : isNormalFloat ? sharing == Sharing::Group
                            : sharing != Sharing::Nothing;
    }

    /// "_TENSOR", "_CHANNEL", "_G64" or nothing.
    std::optional<Parsed> parseEnd(const Family& family, std::string_view end)
    {
        Parsed parsed{ &family, Sharing::Nothing, 0 };
        if (end == "_TENSOR") {
            parsed.sharing = Sharing::Tensor;
        } else if (end == "_CHANNEL") {
            parsed.sharing = Sharing::Channel;
        } else if (end.starts_with("_G")) {
            const char* last = end.data() + end.size();
            const auto [stop, error] = std::from_chars(end.data() + 2, last, parsed.groupSize);
            if (error != std::errc() || stop != last || end[2] == '0' || parsed.groupSize < 2
                || parsed.groupSize > largestGroup)
                return std::nullopt;
            parsed.sharing = Sharing::Group;
        } else if (!end.empty()) {
            return std::nullopt;
        }
        return allows(family.kind, parsed.sharing) ? std::optional(parsed) : std::nullopt;
    }

    std::optional<Parsed> parse(std::string_view name)
    {
        for (const Family& family : families)
            if (name.starts_with(family.name))
                if (const auto parsed = parseEnd(family, name.substr(family.name.size())))
                    return parsed;
        return std::nullopt;
    }

    /// The largest number of groups up to BlockScales' that divides those of a row.
    int groupsInBlock(std::int64_t groupsInRow)
    {
        int groups = formats::study::largestGroups;
        while (groupsInRow % groups != 0)
            --groups;
        return groups;
    }

    bool dependsOnRows(const Parsed& parsed)
    {
        return parsed.sharing == Sharing::Tensor || parsed.sharing == Sharing::Channel
            || parsed.family->kind == Kind::DoubleNormalFloat;
    }

    /// The parameters of `parsed` for rows of `columns` weights. Requires: groups divide the row.
    Study studyOf(const Parsed& parsed, std::int64_t columns)
    {
        const Family& family = *parsed.family;
        Study study{ family.kind, parsed.sharing, family.bits, parsed.groupSize, 1,
            formats::study::levelsOf(family.kind, family.bits) };
        if (parsed.sharing == Sharing::Nothing)
            study.groupSize = 1;
        else if (parsed.sharing != Sharing::Group)
            study.groupSize = int(columns);
        else if (family.kind == Kind::DoubleNormalFloat && columns > 0)
            study.groups = groupsInBlock(columns / parsed.groupSize);
        return study;
    }

    /// A study format and what it points to.
    struct Entry {
        Entry(const std::string& ownName, const Parsed& parsed, std::int64_t columns)
            : name(ownName)
            , study(studyOf(parsed, columns))
            , grid{ study.groupSize, study.levels, formats::study::isUniform(study),
                { formats::study::scales, study }, { formats::study::storeCodes, study } }
            , format{ .name = name,
                .ggmlType = noGgmlType,
                .blockSize = study.groupSize * study.groups,
                .blockBytes = int(formats::study::blockBytes(study)),
                .importance = formats::study::isSearched(study) ? Format::Importance::Used
                                                                : Format::Importance::Ignored,
                .grid = parsed.sharing == Sharing::Nothing ? nullptr : &grid,
                .errorBound = parsed.family->errorBound,
                .decodeBlocks = { formats::study::decodeBlocks, study },
                .encodeRows = { formats::study::encodeRows, study },
                .study = &study,
                .sharedBytes
                = parsed.sharing == Sharing::Tensor ? int(formats::study::scaleBytes(study)) : 0 }
        {
            if (columns > 0 || !dependsOnRows(parsed))
                return;
            format.blockSize = wholeRow; // and the bits of the codes alone
            format.blockBytes = int(double(study.bits) / 8 * wholeRow);
            format.sharedBytes = 0;
        }
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;

        std::string name;
        Study study;
        Grid grid;
        Format format;
    };

    const Format* formatOf(const std::string& name, const Parsed& parsed, std::int64_t columns)
    {
        static Interned<std::pair<std::string, std::int64_t>, Entry> entries;
        return &entries.get({ name, columns }, name, parsed, columns).format;
    }

    std::vector<const Format*> offeredFormats()
    {
        std::vector<const Format*> formats;
        for (const char* name :
            { "INT8_SYM_TENSOR", "INT8_SYM_CHANNEL", "INT8_SYM_G64", "INT8_ASYM_TENSOR",
                "INT8_ASYM_CHANNEL", "INT8_ASYM_G64", "FP8_E4M3", "FP8_E4M3_TENSOR",
                "FP8_E4M3_CHANNEL", "FP8_E5M2", "FP8_E5M2_TENSOR", "FP8_E5M2_CHANNEL", "NF4_G64",
                "NF4_DQ_G64", "INT4_SYM_TENSOR", "INT4_SYM_CHANNEL", "INT4_SYM_G64",
                "INT4_ASYM_TENSOR", "INT4_ASYM_CHANNEL", "INT4_ASYM_G64", "LOG4_CHANNEL",
                "LOG4_G64", "INT3_SYM_TENSOR", "INT3_SYM_CHANNEL", "INT3_SYM_G64",
                "INT3_ASYM_TENSOR", "INT3_ASYM_CHANNEL", "INT3_ASYM_G64", "LOG3_CHANNEL",
                "LOG3_G64", "INT2_SYM_TENSOR", "INT2_SYM_CHANNEL", "INT2_SYM_G64",
                "INT2_ASYM_TENSOR", "INT2_ASYM_CHANNEL", "INT2_ASYM_G64", "TERNARY_TENSOR",
                "TERNARY_CHANNEL", "TERNARY_G64", "BINARY_TENSOR", "BINARY_CHANNEL", "BINARY_G64" })
            formats.push_back(findStudyFormat(name));
        return formats;
    }

} // namespace

const Format* findStudyFormat(std::string_view name)
{
    const auto parsed = parse(name);
    return parsed ? formatOf(std::string(name), *parsed, 0) : nullptr;
}

std::span<const Format* const> studyFormats()
{
    static const std::vector<const Format*> formats = offeredFormats();
    return formats;
}

const Format* formatForRows(const Format* format, std::int64_t columns)
{
    if (!format->study || columns <= 0 || columns >= wholeRow / 8)
        return format;
    std::string name(format->name);
    auto parsed = *parse(name);
    if (parsed.sharing == Sharing::Group && columns % parsed.groupSize != 0) {
        name = text(parsed.family->name, "_CHANNEL");
        const auto ofRow = parse(name);
        if (!ofRow)
            return format;
        parsed = *ofRow;
    }
    return dependsOnRows(parsed) ? formatOf(name, parsed, columns) : format;
}

bool isSameFormat(const Format* a, const Format* b)
{
    return a == b || (a && b && a->name == b->name);
}

} // namespace core
