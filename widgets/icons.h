// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGui/QIcon>

class QPalette;
class QColor;

namespace widgets {

/// Which colour of the application's palette an icon is drawn in.
enum class Ink { Text, Text2, Accent, OnAccent, Loss, Ok, Warn, Err };

/// The icon resources/icons/«name».svg, one line in the colour of `ink`. It is drawn anew when the
/// application's palette changes, sharp at every scale; disabled it takes the disabled colour.
/// Requires: the file exists (a test holds every use to it).
QIcon icon(const QString& name, Ink ink = Ink::Text);

/// The program's own, in colours that are the same everywhere, for its windows.
QIcon applicationIcon();

/// The colour of `ink` in `palette`.
QColor inkColor(Ink ink, const QPalette& palette);

} // namespace widgets
