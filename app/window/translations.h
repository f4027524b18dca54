// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QCoreApplication;

namespace app {

/// Loads the texts of the system's language, and English plural forms under them. Numbers and
/// dates follow the locale either way.
void installTranslations(QCoreApplication& application);

} // namespace app
