// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/exportnames.h"

#include <QFileInfo>
#include <QRegularExpression>

namespace app {

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

QString exportName(QStringList parts)
{
    static const QRegularExpression others(
        QStringLiteral("[^\\w.]+"), QRegularExpression::UseUnicodePropertiesOption);
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
