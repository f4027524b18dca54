// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/exportnames.h"

#include <QFileInfo>
#include <QRegularExpression>

namespace app {

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
