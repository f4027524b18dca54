// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pages/page.h"
#include "widgets/plots/baseplot.h"
#include "widgets/theme.h"

/// Draws `page` as the right side of a window of 1440×900, of 1100×760, and of 720×450 at 200 %,
/// light and dark, into the folder that QUANTSCOPE_TEST_PICTURES names; does nothing where it is
/// not set. For eyes.
void takePictures(widgets::Page& page, widgets::Theme& theme, const QString& name);

/// The plot as PNG in that folder; does nothing where it is not set.
void keepPicture(const widgets::BasePlot& plot, const QString& name);

/// Gives a hidden widget the size it would be shown in and lets layouts and plots settle.
void settle(QWidget& widget, QSize size);
