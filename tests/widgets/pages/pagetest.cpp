// SPDX-License-Identifier: GPL-3.0-or-later
#include "pagetest.h"

#include <QtCore/QLocale>
#include <QtWidgets/QApplication>

void PageTest::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    m_theme = std::make_unique<widgets::Theme>(*qApp);
    m_theme->setLightness(widgets::Lightness::Light);
}
