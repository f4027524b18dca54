// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QCoreApplication;
class QString;

namespace app {

/// Loads the texts of `language` ("de"; empty: the system's), and English plural forms under them.
/// Numbers and dates follow the system's locale, or the language where it is not the system's.
/// To be called once, before anything is shown.
void installTranslations(QCoreApplication& application, const QString& language);

} // namespace app
