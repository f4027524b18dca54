// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/chattemplate.h"

#include "core/base/text.h"
#include "core/files/lenientjson.h"
#include "core/files/textfile.h"
#include "core/tokenizer/tokenizerjson.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <system_error>
#include <utility>

namespace core {

namespace fs = std::filesystem;

namespace {

    constexpr const char* key = "tokenizer.chat_template";

    struct Found {
        Json templates; ///< a string, a list of {"name", "template"}, or null
        std::vector<std::string> faults;
    };

    /// chat_template.jinja, with what lies in additional_chat_templates beside it.
    Found templatesInFiles(const fs::path& folder)
    {
        Found found;
        const auto read = [&](const fs::path& file) {
            OptionalText content = readOptionalText(file);
            if (!content.fault.empty())
                found.faults.push_back(content.fault);
            return content.fault.empty() ? Json(std::move(content.text)) : Json();
        };
        found.templates = read(folder / "chat_template.jinja");
        std::vector<fs::path> more;
        std::error_code none; // no such folder
        for (const auto& entry : fs::directory_iterator(folder / "additional_chat_templates", none))
            if (entry.path().extension() == ".jinja")
                more.push_back(entry.path());
        if (more.empty())
            return found;
        std::sort(more.begin(), more.end());
        Json list = Json::array({ { { "name", "default" }, { "template", found.templates } } });
        for (const fs::path& file : more)
            list.push_back({ { "name", file.stem().string() }, { "template", read(file) } });
        found.templates = std::move(list);
        return found;
    }

    Found findTemplate(const fs::path& folder, const Json& tokenizerConfig)
    {
        if (const Json& own = memberOrNull(tokenizerConfig, "chat_template"); !own.is_null())
            return { own, {} };
        if (fs::exists(folder / "chat_template.jinja"))
            return templatesInFiles(folder);
        LenientJson read = readOptionalJson(folder / "chat_template.json");
        Found found{ memberOrNull(read.value, "chat_template"), {} };
        if (!read.fault.empty())
            found.faults.push_back(read.fault);
        return found;
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
    GgufMetadata& metadata, const fs::path& folder, const Json& tokenizerConfig)
{
    const auto [found, faults] = findTemplate(folder, tokenizerConfig);
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
    return faults;
}

} // namespace core
