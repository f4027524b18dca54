// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/spaces.h"

namespace core {

std::string replaceAll(std::string_view text, std::string_view what, std::string_view by)
{
    std::string result;
    result.reserve(text.size() + text.size() / 4);
    std::size_t begin = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, begin)) {
        result.append(text.substr(begin, at - begin)).append(by);
        begin = at + what.size();
    }
    return result.append(text.substr(begin));
}

} // namespace core
