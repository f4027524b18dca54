// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"

#include <QString>

#include <vector>

class QComboBox;

namespace widgets {

/// Formats that belong together, under one title: "K formats".
struct FormatGroup {
    QString title;
    std::vector<const core::Format*> formats; ///< most bits first
};

/// All formats in the groups that a list shows, none empty. Pure.
std::vector<FormatGroup> formatGroups();

/// What a format is, in one line: "Super-blocks of 256: 8 groups of 32, 6-bit scales and minimums."
/// Pure.
QString formatLine(const core::Format* format);

/// "Q4_K · 4.50 bits", "as in the file".
QString formatEntry(const core::Format* format);

/// Appends every format, under its group's title, with its line as tooltip and itself as data.
void addFormats(QComboBox& list);

/// Appends formats::source, which keeps a tensor as it is.
void addAsInFile(QComboBox& list);

/// What a preset is called: its name, but for the one that keeps every tensor as it is.
QString presetTitle(const QString& name);

/// Appends a line that cannot be chosen.
void addTitle(QComboBox& list, const QString& title);

/// The line of `list` that holds `format`, null included; −1 if none does.
int lineOfFormat(const QComboBox& list, const core::Format* format);

/// Chooses `format`, null included, appended if the list lacks it (a study format of a size that
/// is not offered).
void chooseFormat(QComboBox& list, const core::Format* format);

} // namespace widgets
