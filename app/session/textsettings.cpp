// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/textsettings.h"

#include "core/files/textfile.h"

#include <QCoreApplication>
#include <QStringList>

#include <nlohmann/json.hpp>

namespace app {

QString textDescription(const TextSettings& text)
{
    const QString name = QString::fromStdString(text.file.filename().string());
    if (text.count == 0)
        return QCoreApplication::translate("app::TextSettings", "%1, all of it in %2 tokens each")
            .arg(name)
            .arg(text.length);
    return QCoreApplication::translate("app::TextSettings", "%1, %2 × %3 tokens")
        .arg(name)
        .arg(text.count)
        .arg(text.length);
}

QString TextNotes::of(const TextSettings& text)
{
    if (text.file == m_file)
        return m_notes;
    m_file = text.file;
    QStringList lines;
    if (!text.file.empty())
        for (const std::string& note : core::textNotes(text.file))
            lines += QString::fromStdString(note);
    return m_notes = lines.join(u'\n');
}

core::Json textToJson(const TextSettings& text)
{
    return { { "file", text.file.string() }, { "length", text.length }, { "count", text.count } };
}

TextSettings textFromJson(const core::Json& json, const std::string& place)
{
    return { core::jsonValue<std::string>(json, "file", place),
        int(core::jsonValue<std::int64_t>(json, "length", place)),
        int(core::jsonValue<std::int64_t>(json, "count", place)) };
}

std::vector<std::vector<int>> readSequences(
    const core::Checkpoint& checkpoint, const TextSettings& text)
{
    return core::tokenSequences(
        checkpoint.tokenizer(), core::readTextFile(text.file), text.length, text.count);
}

} // namespace app
