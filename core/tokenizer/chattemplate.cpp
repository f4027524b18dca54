// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/chattemplate.h"

#include "core/base/text.h"
#include "core/files/lenientjson.h"
#include "core/files/textfile.h"
#include "core/tokenizer/tokenizerjson.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace core {

namespace {

    constexpr const char* key = "tokenizer.chat_template";

    LenientJson findTemplate(const std::filesystem::path& folder, const Json& tokenizerConfig)
    {
        if (const Json& own = memberOrNull(tokenizerConfig, "chat_template"); !own.is_null())
            return { own, {} };
        if (const auto file = folder / "chat_template.jinja"; std::filesystem::exists(file)) {
            OptionalText read = readOptionalText(file);
            return { read.fault.empty() ? Json(std::move(read.text)) : Json(), read.fault };
        }
        LenientJson read = readOptionalJson(folder / "chat_template.json");
        return { memberOrNull(read.value, "chat_template"), std::move(read.fault) };
    }

    /// A name that may be part of a key: other characters than ASCII letters and digits become _.
    std::string keyName(std::string name)
    {
        std::replace_if(
            name.begin(), name.end(), [](unsigned char c) { return c > 127 || !std::isalnum(c); },
            '_');
        return name;
    }

} // namespace

std::vector<std::string> addChatTemplate(
    GgufMetadata& metadata, const std::filesystem::path& folder, const Json& tokenizerConfig)
{
    const auto [found, fault] = findTemplate(folder, tokenizerConfig);
    if (found.is_string())
        metadata.set(key, found.get<std::string>());
    std::vector<std::string> names;
    for (const Json& choice : found.is_array() ? found : Json::array()) {
        const Json& name = memberOrNull(choice, "name");
        const Json& body = memberOrNull(choice, "template");
        if (!name.is_string() || !body.is_string())
            continue;
        if (name == "default") {
            metadata.set(key, body.get<std::string>());
            continue;
        }
        names.push_back(keyName(name.get<std::string>()));
        metadata.set(text(key, ".", names.back()), body.get<std::string>());
    }
    if (!names.empty())
        metadata.set("tokenizer.chat_templates", GgufArray(std::move(names)));
    return fault.empty() ? std::vector<std::string>() : std::vector{ fault };
}

} // namespace core
