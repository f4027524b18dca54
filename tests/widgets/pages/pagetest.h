// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QtCore/QObject>

#include <memory>

/// A test that shows widgets: numbers as in US English, the light theme.
class PageTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();

protected:
    widgets::Theme& theme() { return *m_theme; }

private:
    std::unique_ptr<widgets::Theme> m_theme;
};
