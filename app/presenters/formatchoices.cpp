// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/formatchoices.h"

#include <algorithm>
#include <string>

namespace app {

namespace {

    /// What + and − go through: llama.cpp's common formats, fewest bits first.
    std::vector<const core::Format*> steps()
    {
        std::vector<const core::Format*> formats;
        for (const char* name :
            { "Q2_K", "Q3_K", "Q4_0", "Q4_K", "Q5_0", "Q5_K", "Q6_K", "Q8_0" }) {
            if (const core::Format* format = core::findFormat(std::string_view(name)))
                formats.push_back(format);
        }
        return formats;
    }

} // namespace

std::vector<const core::Format*> rulerFormats()
{
    std::vector<const core::Format*> formats;
    for (const core::Format* format : core::allFormats()) {
        if (format->grid)
            formats.push_back(format);
    }
    std::reverse(formats.begin(), formats.end());
    return formats;
}

const core::Format* formatOfBits(int bits)
{
    if (bits == 8)
        return core::findFormat(std::string_view("Q8_0"));
    const std::string name = "Q" + std::to_string(bits) + "_K";
    return core::findFormat(std::string_view(name));
}

const core::Format* steppedFormat(const core::Format* format, int by)
{
    const std::vector<const core::Format*> formats = steps();
    // The first with at least as many bits: where a format outside the ruler would stand.
    const auto at = std::find_if(formats.begin(), formats.end(), [format](const auto* each) {
        return each == format || each->bitsPerWeight() > format->bitsPerWeight();
    });
    const auto index = int(at - formats.begin());
    const bool inside = at != formats.end() && *at == format;
    const int next = inside || by < 0 ? index + by : index;
    return formats[std::size_t(std::clamp(next, 0, int(formats.size()) - 1))];
}

} // namespace app
