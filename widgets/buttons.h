// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>

class QDialog;
class QDialogButtonBox;
class QPushButton;
class QWidget;

namespace widgets {

/// A button 26 high with a verb and, if named, an icon before it.
QPushButton* makeButton(
    const QString& text, const QString& iconName = {}, QWidget* parent = nullptr);

/// The one button of a page or message that does what it is for: filled with the accent, bold.
QPushButton* makePrimaryButton(
    const QString& text, const QString& iconName = {}, QWidget* parent = nullptr);

/// Borderless text in the accent's colour that acts when clicked, reachable by Tab.
QPushButton* makeLinkButton(const QString& text, QWidget* parent = nullptr);

/// *OK* and *Cancel* of `dialog`, which accept and reject it.
QDialogButtonBox* makeDialogButtons(QDialog* dialog);

} // namespace widgets
