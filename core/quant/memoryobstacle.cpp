// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/memoryobstacle.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace core {

namespace {

    std::string gigabytes(double bytes) { return text(std::ceil(bytes / 1e8) / 10, " GB"); }

    struct Need {
        double bytes;
        const char* what;
        const char* less; ///< what needs less
    };

} // namespace

double heldMemory(const RunMemory& memory, double before)
{
    return before + memory.total() - memory.source - memory.kept;
}

std::string memoryObstacle(const RunMemory& memory, double before, double most)
{
    const double needed = heldMemory(memory, before);
    if (needed <= most)
        return {};
    const std::array needs{
        Need{ memory.sums, "what GPTQ or AWQ gathers of an input",
            "rounding by importance or to nearest" },
        Need{ memory.states + memory.activations, "hidden states of the text",
            "a shorter calibration text" },
        Need{ memory.weights + memory.rounding, "weights of a layer as floats",
            "rounding by importance or to nearest" },
    };
    const Need& largest = *std::ranges::max_element(needs, {}, &Need::bytes);
    return text("rounding needs ", gigabytes(needed), " of memory at its peak, ",
        gigabytes(largest.bytes), " of it for ", largest.what, ", and this machine has ",
        gigabytes(most), ": ", largest.less, " needs less");
}

} // namespace core
