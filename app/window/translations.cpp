// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/translations.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTranslator>

namespace app {

void installTranslations(QCoreApplication& application, const QString& language)
{
    if (const QLocale chosen(language);
        !language.isEmpty() && chosen.language() != QLocale().language())
        QLocale::setDefault(chosen);
    const auto install = [&application](const QLocale& locale) {
        auto* translator = new QTranslator(&application);
        if (translator->load(locale, QStringLiteral("quantscope"), QStringLiteral("_"),
                QStringLiteral(":/translations")))
            QCoreApplication::installTranslator(translator);
    };
    install(QLocale(QLocale::English)); // "%n tensors" as "1 tensor", "2 tensors"
    if (QLocale().language() != QLocale::English)
        install(QLocale());
}

} // namespace app
