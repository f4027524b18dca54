// SPDX-License-Identifier: GPL-3.0-or-later
// The plots that runs are points or lines of.
#include "widgets/plots/driftplot.h"
#include "widgets/plots/sizelossplot.h"
#include "widgets/theme.h"

#include "pictures.h"
#include "tests/widgets/pages/pagetest.h"

#include <QtTest/QtTest>

#include <algorithm>
#include <cmath>

using namespace widgets;

namespace {

/// Whether nothing is drawn on the outermost pixels.
bool hasFreeEdge(const BasePlot& plot)
{
    const QImage image = plot.image(1);
    const QRgb background = image.pixel(0, 0);
    for (int x = 0; x < image.width(); ++x)
        if (image.pixel(x, 0) != background || image.pixel(x, image.height() - 1) != background)
            return false;
    for (int y = 0; y < image.height(); ++y)
        if (image.pixel(0, y) != background || image.pixel(image.width() - 1, y) != background)
            return false;
    return true;
}

} // namespace

class RunPlotsTest : public PageTest {
    Q_OBJECT

private slots:
    void noLabelOfASmallPlotIsCutByItsEdge()
    {
        std::vector<core::Drift> drift;
        for (int depth = 0; depth < 65; ++depth)
            drift.push_back({ .depth = depth, .relativeError = 0.001 * depth });
        DriftPlot lines("Drift by layer");
        lines.setLines({ { "A", 0, drift }, { "B", 1, drift } });
        SizeLossPlot points("Size against loss");
        points.setPoints({ { .run = 1, .label = "Q4_K_M, GPTQ", .bytes = 2.9e6, .kld = 0.005 },
            { .run = 2, .label = "Q2_K, GPTQ", .bytes = 2.1e6, .kld = 0.2 } });
        points.setRecipeBytes(2.9e6);
        for (BasePlot* plot : { static_cast<BasePlot*>(&lines), static_cast<BasePlot*>(&points) })
            for (const QSize size : { QSize(420, 180), QSize(300, 180), QSize(260, 150) }) {
                settle(*plot, size);
                keepPicture(*plot, "small-" + plot->name() + QString::number(size.width()));
                QVERIFY2(hasFreeEdge(*plot), qPrintable(plot->name()));
            }
    }

    void aNameThatCrossesTheRecipesLineInterruptsIt()
    {
        SizeLossPlot plot("Size against loss");
        plot.setPoints({ { .run = 1,
            .label = "Q4_K_M, importance-weighted, GPTQ",
            .bytes = 2.9e6,
            .kld = 0.005 } });
        plot.setRecipeBytes(2.9e6);
        settle(plot, { 400, 300 }); // too narrow for the name beside the line
        keepPicture(plot, "size-loss-narrow");
        const QImage image = plot.image(1);
        int longest = 0; // of the line's columns, without the line
        for (int x = 0; x < image.width(); ++x) {
            int last = 0;
            for (int y = 0; y < image.height(); ++y) {
                if (image.pixelColor(x, y).hsvSaturation() < 100) // the line is blue
                    continue;
                if (last > 0)
                    longest = std::max(longest, y - last - 1);
                last = y;
            }
        }
        QVERIFY(longest >= QFontMetrics(textFont(12)).height() - 2);
    }

    void theNameOfTheRecipesLineGivesWayToLabels()
    {
        using Kind = SizeLossPoint::Kind;
        SizeLossPlot plot("Size against loss");
        std::vector<SizeLossPoint> points;
        const auto add = [&points](const char* label, double bytes, double kld) {
            points.push_back({ int(points.size()), label, bytes, kld, Kind::Predicted });
        };
        add("Q2_K", 2.16e6, 0.048);
        add("Q3_K_S", 2.36e6, 0.022);
        add("Q3_K_M", 2.52e6, 0.014);
        add("Q4_K_M", 2.89e6, 0.0046);
        add("Q5_K_M", 3.24e6, 0.0015);
        add("Q6_K", 3.84e6, 0.0004);
        add("Q8_0", 4.6e6, 0.00007);
        points[1].note = "recommended";
        plot.setPoints(points);
        plot.setRecipeBytes(2.89e6);
        settle(plot, { 556, 190 });
        keepPicture(plot, "size-loss-crowded");
        const QByteArray svg = plot.svg();
        for (const SizeLossPoint& point : points)
            QVERIFY2(svg.contains('>' + point.label.toUtf8() + '<'), qPrintable(point.label));
        QVERIFY(svg.contains(">this recipe<"));
    }

    void theLineOfMixesAndTheRecipeCanBeClicked()
    {
        SizeLossPlot plot("Size against loss");
        plot.setPoints({ { .run = 0,
                             .label = "Q3_K_M",
                             .bytes = 2e6,
                             .kld = 0.1,
                             .kind = SizeLossPoint::Kind::Predicted,
                             .note = "recommended" },
            { .run = 1,
                .label = "Q6_K",
                .bytes = 4e6,
                .kld = 0.001,
                .kind = SizeLossPoint::Kind::Predicted } });
        plot.setMixes({ { 2e6, 0.01 }, { 3e6, 0.003 }, { 4e6, 0.0005 } });
        plot.setRecipeBytes(3.5e6);
        plot.setRecipeLoss(0.02);
        settle(plot, { 500, 400 });
        QSignalSpy mix(&plot, &SizeLossPlot::mixChosen);
        QSignalSpy preset(&plot, &SizeLossPlot::predictedChosen);
        QWidget* surface = plot.findChildren<QWidget*>(Qt::FindDirectChildrenOnly).first();
        QSet<int> sizes; // that clicks down the whole plot choose
        for (int y = 0; y < plot.height(); y += 4)
            for (int x = 0; x < plot.width(); x += 8)
                QTest::mouseClick(surface, Qt::LeftButton, {}, { x, y });
        for (const auto& chosen : mix)
            sizes += int(std::lround(chosen[0].toDouble() / 1e5));
        QVERIFY(sizes.contains(25) && sizes.contains(30));
        QVERIFY(sizes.contains(35)); // the recipe's, exactly
        QVERIFY(!preset.isEmpty());
        QCOMPARE(plot.table().rows[3].front(), "Q3_K_M, recommended");
    }
};

QTEST_MAIN(RunPlotsTest)
#include "tst_runplots.moc"
