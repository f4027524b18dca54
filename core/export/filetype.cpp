// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/filetype.h"

#include <map>
#include <string_view>

namespace core {

namespace {

    std::uint32_t numberOf(const Format* format)
    {
        static const std::map<std::string_view, std::uint32_t> types = { { "F32", 0 }, { "F16", 1 },
            { "Q4_0", 2 }, { "Q4_1", 3 }, { "Q8_0", 7 }, { "Q5_0", 8 }, { "Q5_1", 9 },
            { "Q2_K", 10 }, { "Q3_K", 12 }, { "Q4_K", 15 }, { "Q5_K", 17 }, { "Q6_K", 18 },
            { "IQ2_XXS", 19 }, { "IQ2_XS", 20 }, { "IQ3_XXS", 23 }, { "IQ1_S", 24 },
            { "IQ4_NL", 25 }, { "IQ3_S", 26 }, { "IQ2_S", 29 /* its MOSTLY_IQ2_M */ },
            { "IQ4_XS", 30 }, { "IQ1_M", 31 }, { "BF16", 32 }, { "TQ1_0", 36 }, { "TQ2_0", 37 },
            { "MXFP4", 38 }, { "NVFP4", 39 }, { "Q1_0", 40 }, { "Q2_0", 41 } };
        const auto found = types.find(format->name);
        return found == types.end() ? 1024 /* "guessed" */ : found->second;
    }

    /// The format that holds most weights of the layers' matrices.
    const Format* commonFormat(
        const Checkpoint& checkpoint, const std::vector<const Format*>& formats)
    {
        std::map<const Format*, std::int64_t> weights;
        for (std::size_t i = 0; i < formats.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            if (isMatrix(tensor.place.role) && tensor.place.layer >= 0)
                weights[formats[i]] += tensor.weights();
        }
        const Format* common = &formats::f32;
        std::int64_t most = 0;
        for (const auto& [format, count] : weights) {
            if (count > most || (count == most && format->ggmlType < common->ggmlType)) {
                most = count;
                common = format;
            }
        }
        return common;
    }

} // namespace

std::uint32_t fileType(const Checkpoint& checkpoint, const std::vector<const Format*>& formats)
{
    return numberOf(commonFormat(checkpoint, formats));
}

} // namespace core
