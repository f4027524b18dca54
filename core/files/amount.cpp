// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/amount.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <cassert>
#include <iomanip>
#include <sstream>

namespace core {

namespace {

    struct Unit {
        const char* name;
        double bytes;
    };

    Unit unitOf(std::uint64_t bytes)
    {
        Unit unit{ "bytes", 1 };
        for (const char* name : { "kB", "MB", "GB", "TB", "PB", "EB" }) {
            if (double(bytes) < 999.5 * unit.bytes)
                break;
            unit = { name, unit.bytes * 1000 };
        }
        return unit;
    }

    std::string fixed(double value, int decimals)
    {
        std::ostringstream out;
        out << std::fixed << std::setprecision(decimals) << value;
        return out.str();
    }

    /// Decimals that show `value` with three digits; a whole number of bytes has none.
    int decimalsOf(double value, const Unit& unit)
    {
        return unit.bytes == 1 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    }

} // namespace

std::string amountText(std::uint64_t bytes)
{
    const Unit unit = unitOf(bytes);
    const double value = double(bytes) / unit.bytes;
    return text(fixed(value, decimalsOf(value, unit)), " ", unit.name);
}

std::string partText(std::uint64_t have, std::uint64_t whole)
{
    assert(have < whole);
    const Unit unit = unitOf(whole);
    const double all = double(whole) / unit.bytes;
    const double some = double(have) / unit.bytes;
    const int enough = decimalsOf(all, unit);
    for (int decimals = enough; decimals <= enough + 2; ++decimals) {
        if (fixed(some, decimals) != fixed(all, decimals))
            return text(fixed(some, decimals), " of ", fixed(all, decimals), " ", unit.name);
    }
    return text(have, " of ", whole, " bytes");
}

void failIncomplete(const std::string& place, std::uint64_t have, std::uint64_t whole)
{
    throw Error(text(place, ": holds ", partText(have, whole), ": the download is not complete"));
}

} // namespace core
