// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace core {

/// The `normalizer` of a tokenizer.json: what a text becomes before it is cut. Immutable.
class TextNormalizer {
public:
    /// Null: nothing changes. Throws Error naming `place` for steps that are unknown or damaged.
    TextNormalizer(const Json& normalizer, const std::string& place);

    /// `text` is valid UTF-8, the result too.
    std::string operator()(std::string_view text) const;
    bool empty() const { return m_steps.empty(); }

private:
    using Step = std::function<std::string(std::string)>;

    void add(const Json& step, const std::string& place);

    std::vector<Step> m_steps;
};

/// The bytes that base64 `text` (RFC 4648) stands for; what is none of its characters ends it.
std::string bytesOfBase64(std::string_view text);

} // namespace core
