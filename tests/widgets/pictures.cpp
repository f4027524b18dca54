// SPDX-License-Identifier: GPL-3.0-or-later
#include "pictures.h"

#include <QtCore/QDir>
#include <QtGui/QImage>
#include <QtTest/QtTest>

namespace {

void takePicture(
    widgets::Page& page, int windowWidth, QSize size, double ratio, const QString& file)
{
    page.setBreakpoint(widgets::breakpointFor(windowWidth));
    for (widgets::BasePlot* plot : page.findChildren<widgets::BasePlot*>())
        plot->setPixelRatio(ratio);
    settle(page, size);
    QImage image(size * ratio, QImage::Format_ARGB32);
    image.setDevicePixelRatio(ratio);
    page.render(&image);
    QVERIFY(image.save(file));
}

} // namespace

void settle(QWidget& widget, QSize size)
{
    widget.show();
    for (int i = 0; i < 3; ++i) { // layouts, then the plots' margins, then their labels
        widget.resize(size); // again: what has gone since lets it be smaller
        QCoreApplication::sendPostedEvents();
        QCoreApplication::processEvents();
    }
}

void takePictures(widgets::Page& page, widgets::Theme& theme, const QString& name)
{
    const QString folder = qEnvironmentVariable("QUANTSCOPE_TEST_PICTURES");
    if (folder.isEmpty())
        return;
    QDir().mkpath(folder);
    for (const widgets::Lightness lightness :
        { widgets::Lightness::Light, widgets::Lightness::Dark }) {
        theme.setLightness(lightness);
        const QString ink = lightness == widgets::Lightness::Light ? "light" : "dark";
        const QDir dir(folder);
        takePicture(page, 1440, { 927, 760 }, 1, dir.filePath(name + '-' + ink + ".png"));
        takePicture(page, 1100, { 699, 620 }, 1, dir.filePath(name + '-' + ink + "-medium.png"));
        takePicture(page, 720, { 487, 358 }, 2, dir.filePath(name + '-' + ink + "-200.png"));
    }
    theme.setLightness(widgets::Lightness::Light);
}

void keepPicture(const widgets::BasePlot& plot, const QString& name)
{
    const QString folder = qEnvironmentVariable("QUANTSCOPE_TEST_PICTURES");
    if (!folder.isEmpty())
        QVERIFY(plot.image(1).save(folder + '/' + name + ".png"));
}
