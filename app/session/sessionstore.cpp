// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/sessionstore.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/atomicfile.h"
#include "core/files/shelf.h"

#include <QDateTime>

#include <nlohmann/json.hpp>

#include <functional>
#include <system_error>
#include <utility>

namespace app {

namespace fs = std::filesystem;
using core::Json;

namespace {

    std::string documentText(const Json& document) { return core::jsonText(document, 1) + "\n"; }

    /// Calls change(path) for every path in the document: texts, models, matrices, exports.
    void changePaths(Json& value, const std::function<fs::path(const fs::path&)>& change)
    {
        if (value.is_array())
            for (Json& item : value)
                changePaths(item, change);
        if (!value.is_object())
            return;
        for (auto& [key, member] : value.items()) {
            const bool isPath = key == "path" || key == "file" || key == "imatrix";
            if (isPath && member.is_string() && !member.get_ref<const std::string&>().empty())
                member = change(member.get<std::string>()).string();
            else
                changePaths(member, change);
        }
    }

    bool leavesTheFolder(const fs::path& relative)
    {
        return relative.empty() || *relative.begin() == "..";
    }

} // namespace

SessionStore::SessionStore(fs::path folder)
    : m_folder(std::move(folder))
{
}

QString SessionStore::idOf(const fs::path& model)
{
    std::error_code none; // not there: its name as it is
    fs::path whole = fs::weakly_canonical(model, none);
    if (none || whole.empty())
        whole = fs::absolute(model, none).lexically_normal();
    return QString::fromStdString(core::Shelf::keyOf(whole.string())).left(16);
}

fs::path SessionStore::fileOf(const QString& id) const
{
    return m_folder / (id.toStdString() + extension);
}

std::optional<Json> SessionStore::load(const QString& id) const
{
    std::error_code none;
    if (!fs::exists(fileOf(id), none))
        return std::nullopt;
    return core::readJson(fileOf(id));
}

void SessionStore::save(const QString& id, const Json& document) const
{
    std::error_code error; // writing says what is wrong
    fs::create_directories(m_folder, error);
    core::writeFileAtomically(fileOf(id), documentText(document));
}

fs::path SessionStore::setAside(const QString& id) const
{
    const QString when = QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-hhmmss"));
    fs::path aside = fileOf(id + u'-' + when);
    std::error_code none; // two in a second: the number tells them apart
    for (int i = 2; fs::exists(aside, none); ++i)
        aside = fileOf(id + u'-' + when + u'-' + QString::number(i));
    fs::rename(fileOf(id), aside, none);
    return aside;
}

void SessionStore::writeFile(const fs::path& file, const Json& document)
{
    Json written = document;
    const fs::path folder = fs::absolute(file).parent_path();
    changePaths(written, [&folder](const fs::path& path) {
        const fs::path relative = path.lexically_relative(folder);
        return leavesTheFolder(relative) ? path : relative;
    });
    core::writeFileAtomically(file, documentText(written));
}

Json SessionStore::readFile(const fs::path& file)
{
    Json document = core::readJson(file);
    const fs::path folder = fs::absolute(file).parent_path();
    changePaths(document, [&folder](const fs::path& path) {
        return path.is_relative() ? (folder / path).lexically_normal() : path;
    });
    return document;
}

} // namespace app
