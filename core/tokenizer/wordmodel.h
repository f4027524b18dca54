// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

namespace core {

/// What makes ids of a word; a word is what nothing is merged across. Immutable; safe to use from
/// several threads.
class WordModel {
public:
    virtual ~WordModel() = default;

    /// Appends the ids of `word`, which is not empty.
    virtual void encode(std::string_view word, std::vector<int>& tokens) const = 0;
};

} // namespace core
