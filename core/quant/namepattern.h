// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace core {

/// Whether `name` has the form of `pattern`, in which * stands for any characters and ? for one.
bool hasForm(std::string_view name, std::string_view pattern);

} // namespace core
