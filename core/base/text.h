// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sstream>
#include <string>

namespace core {

/// Everything in `parts` written one after the other, as operator<< writes it.
/// For error messages; g++ 12 has no <format>.
template<typename... Parts>
std::string text(const Parts&... parts)
{
    std::ostringstream out;
    (out << ... << parts);
    return out.str();
}

} // namespace core
