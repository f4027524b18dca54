// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/exportnames.h"

#include "core/files/json.h"
#include "core/files/shelf.h"
#include "core/quant/plan.h"

#include <QFileInfo>
#include <QRegularExpression>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace app {

namespace {

    constexpr int tagLength = 6; ///< 24 bits: a hundred files of a model differ

    bool isPresetAsItIs(const core::Recipe& recipe, const core::Checkpoint& checkpoint)
    {
        if (std::ranges::count(core::presetNames(), recipe.name) == 0)
            return false;
        core::Recipe preset = core::presetRecipe(recipe.name, checkpoint, recipe.method);
        preset.scaling = recipe.scaling; // as the method, a part of the file's name
        return core::recipeToJson(preset) == core::recipeToJson(recipe);
    }

} // namespace

QString exportModelName(const core::Checkpoint& checkpoint)
{
    const QString name = QString::fromStdString(checkpoint.config().name);
    return name.isEmpty() ? QStringLiteral("model") : name;
}

QString exportFolder(const core::Checkpoint& checkpoint)
{
    const QFileInfo model(QString::fromStdString(checkpoint.path().string()));
    const QFileInfo folder(model.isDir() ? model.filePath() : model.path());
    return folder.isWritable() ? folder.absoluteFilePath() : QDir::homePath();
}

QString recipeTag(const core::Recipe& recipe, const core::Checkpoint& checkpoint)
{
    if (isPresetAsItIs(recipe, checkpoint))
        return {};
    core::Recipe nameless = recipe;
    nameless.name.clear();
    return QString::fromStdString(core::Shelf::keyOf(core::recipeToJson(nameless))).left(tagLength);
}

QString exportName(QStringList parts)
{
    static const QRegularExpression others(
        QStringLiteral("[^\\w.]+"), QRegularExpression::UseUnicodePropertiesOption);
    parts.removeAll(QString());
    parts.replaceInStrings(others, QStringLiteral("-"));
    return parts.join(QLatin1Char('-')) + QStringLiteral(".gguf");
}

QString freeName(const QDir& folder, const QString& name, const core::SourceFiles& read)
{
    const QFileInfo taken(name);
    const QString suffix = taken.suffix().isEmpty() ? QString() : QLatin1Char('.') + taken.suffix();
    for (int number = 2;; ++number) {
        const QString free
            = taken.completeBaseName() + QLatin1Char('-') + QString::number(number) + suffix;
        if (!folder.exists(free) && !read.find(folder.filePath(free).toStdString()))
            return free;
    }
}

} // namespace app
