// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/legend.h"
#include "widgets/plots/channelmap.h"
#include "widgets/plots/channelplot.h"
#include "widgets/plots/dumbbellplot.h"
#include "widgets/plots/heatmap.h"
#include "widgets/plots/heatscale.h"
#include "widgets/plots/histogramplot.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include "pictures.h"
#include "tests/widgets/pages/pagetest.h"

#include <QtGui/QClipboard>
#include <QtTest/QtTest>
#include <QtWidgets/QDialog>
#include <QtWidgets/QTableWidget>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>
#include <cmath>

using namespace widgets;

namespace {

/// `rows` × 7 cells whose values rise from cell to cell.
HeatMapData cells(int rows)
{
    HeatMapData data;
    data.what = "kurtosis";
    data.columns = QStringList{ "q", "k", "v", "output", "gate", "up", "down" };
    for (int row = 0; row < rows; ++row)
        data.rows.append(QString("Layer %1").arg(row));
    for (int i = 0; i < rows * 7; ++i) {
        data.values.push_back(i);
        data.labels.push_back(QString::number(i));
    }
    return data;
}

ChannelMapData depths(int count, int channels)
{
    ChannelMapData data;
    data.channels = channels;
    data.axisLabel = "channel";
    for (int depth = 0; depth < count; ++depth) {
        data.depths.append(QString::number(depth));
        for (int channel = 0; channel < channels; ++channel)
            data.ratios.push_back(1 + float(std::sin(channel * 0.37 + depth)) * 0.3f);
    }
    return data;
}

} // namespace

class PlotsTest : public PageTest {
    Q_OBJECT

private slots:
    void arrowKeysMoveTheFramedCellAndEnterChoosesIt()
    {
        HeatMap map("Kurtosis");
        map.setData(cells(4));
        map.setCurrent(2, 1);
        settle(map, { 400, 220 });
        QSignalSpy chosen(&map, &HeatMap::cellsChosen);
        QTest::keyClick(&map, Qt::Key_Right);
        QTest::keyClick(&map, Qt::Key_Up);
        QTest::keyClick(&map, Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toRect(), QRect(2, 1, 1, 1));
        QCOMPARE(map.accessibleDescription(), "Layer 1, v: kurtosis 9");
    }

    void arrowKeysMoveTheMarkedRowAndEnterChoosesIt()
    {
        DumbbellPlot plot("Output error by tensor");
        plot.setMethodName("GPTQ");
        plot.setRows({ { "Layer 0  q", "blk.0.attn_q", 0.05, 0.04, true },
            { "k", "blk.0.attn_k", 0.03, 0.02, false }, { "v", "blk.0.attn_v", {}, {}, false } });
        settle(plot, { 400, 220 });
        QSignalSpy chosen(&plot, &DumbbellPlot::rowChosen);
        QTest::keyClick(&plot, Qt::Key_Return); // nothing is marked yet
        QTest::keyClick(&plot, Qt::Key_Down);
        QTest::keyClick(&plot, Qt::Key_Down);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toInt(), 1);
        QCOMPARE(plot.accessibleDescription().replace(QChar(0xA0), ' '),
            "blk.0.attn_k: GPTQ 2.0 %, importance-weighted 3.0 %");
        for (int i = 0; i < 5; ++i)
            QTest::keyClick(&plot, Qt::Key_Down);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(chosen[1][0].toInt(), 2); // the last row stays
        keepPicture(plot, "dumbbell-marked");
    }

    void aLegendThatDoesNotFitGoesOnInTheNextLine()
    {
        QWidget page;
        auto* column = new QVBoxLayout(&page);
        auto* legend = new Legend;
        legend->setEntries({ { &Tokens::original, "preset, predicted", Legend::Mark::Hollow },
            { &Tokens::accent, "this recipe", Legend::Mark::Diamond } });
        column->addWidget(legend);
        column->addStretch(1);
        settle(page, { 400, 100 });
        QCOMPARE(legend->height(), 20);
        settle(page, { 180, 100 });
        QCOMPARE(legend->height(), 40);
        settle(page, { 400, 100 });
        QCOMPARE(legend->height(), 20);
    }

    void aLowPlotHasFewerTicksOnItsHeight()
    {
        core::Histogram histogram;
        histogram.minimum = -1;
        histogram.maximum = 1;
        histogram.counts = { 1, 300, 1'000'000, 300, 1 };
        HistogramPlot plot("Input", "input value", "values");
        plot.setHistogram(histogram, "kurtosis 3");
        const auto texts = [&plot](int height) {
            settle(plot, { 400, height });
            return plot.svg().count("<text");
        };
        QVERIFY(texts(120) + 3 <= texts(320));
    }

    void draggingChoosesABlock()
    {
        HeatMap map("Kurtosis");
        map.setData(cells(4));
        settle(map, { 400, 220 });
        QSignalSpy chosen(&map, &HeatMap::cellsChosen);
        QWidget* surface = map.findChildren<QWidget*>(Qt::FindDirectChildrenOnly).first();
        QTest::mousePress(surface, Qt::LeftButton, {}, { 100, 60 });
        QMouseEvent move(QEvent::MouseMove, QPointF(390, 180),
            surface->mapToGlobal(QPointF(390, 180)), Qt::LeftButton, Qt::LeftButton,
            Qt::NoModifier);
        QCoreApplication::sendEvent(surface, &move);
        QTest::mouseRelease(surface, Qt::LeftButton, {}, { 390, 180 });
        QCOMPARE(chosen.size(), 1);
        const QRect block = chosen[0][0].toRect();
        QVERIFY(block.width() > 2 && block.height() > 2);
        QVERIFY(QRect(0, 0, 7, 4).contains(block));
    }

    void aTallMapAndAnEmptyOneAreDrawn()
    {
        HeatMap map("Kurtosis");
        map.setData({});
        settle(map, { 400, 220 });
        QVERIFY(map.table().rows.empty());
        map.setData(cells(30));
        settle(map, { 400, 220 });
        keepPicture(map, "plot-heatmap-30-layers");
        QCOMPARE(map.table().rows.size(), std::size_t(30));
    }

    void manyLayersStandSideBySide()
    {
        HeatMap map("Kurtosis");
        map.setData(cells(120));
        settle(map, { 400, 220 });
        keepPicture(map, "plot-heatmap-120-layers");
        map.setCurrent(60, 2);
        QSignalSpy chosen(&map, &HeatMap::cellsChosen);
        QTest::keyClick(&map, Qt::Key_Right); // the next layer
        QTest::keyClick(&map, Qt::Key_Down); // the next role
        QTest::keyClick(&map, Qt::Key_Return);
        QCOMPARE(chosen[0][0].toRect(), QRect(3, 61, 1, 1));
        QWidget* surface = map.findChildren<QWidget*>(Qt::FindDirectChildrenOnly).first();
        QTest::mouseClick(surface, Qt::LeftButton, {}, { 390, 30 }); // at the upper right
        const QRect cell = chosen[1][0].toRect();
        QVERIFY(cell.left() <= 1 && cell.top() > 110);
        QCOMPARE(map.table().rows.size(), std::size_t(120));
    }

    void oneTensorDoesNotRuleAScale()
    {
        std::vector<double> values(210, 1.0);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = 0.5 + double(i % 20) / 10;
        values[100] = 4000;
        const HeatScale scale(values, HeatScale::Kind::FromZero);
        QVERIFY(scale.to() < 3);
        QCOMPARE(scale.most(), 4000.0);
        QCOMPARE(scale.shareOf(4000), 1.0);
        QVERIFY(scale.shareOf(2.4) - scale.shareOf(0.5) > 0.5);
        QVERIFY(std::isnan(scale.shareOf(qQNaN())));
        const HeatScale few({ { 0.01, 0.02, 5 } }, HeatScale::Kind::Ratios);
        QCOMPARE(few.to(), 0.02);
        const HeatScale even({ { 1, 2, 3 } }, HeatScale::Kind::Ratios);
        QCOMPARE(even.to(), 3.0);
    }

    void titlesAreThinnedInRoundSteps()
    {
        QStringList titles;
        for (int i = 0; i < 30; ++i)
            titles.append(QString::number(i));
        QCOMPARE(thinned(titles, 1), titles);
        const QStringList thin = thinned(titles, 4);
        QCOMPARE(thin.count(QString()), 24);
        QCOMPARE(thin[25], "25");
    }

    void theScaleOfAMapMayBeLogarithmicAndHaveHoles()
    {
        HeatMap map("KLD");
        HeatMapData data = cells(2);
        data.scale = HeatMapData::Scale::Loss;
        data.spread = HeatScale::Kind::Ratios;
        data.values[0] = 0;
        data.values[1] = qQNaN();
        data.text = [](double value) { return QString::number(value); };
        map.setData(data);
        settle(map, { 400, 160 });
        keepPicture(map, "plot-heatmap-loss");
        QCOMPARE(map.table().rows[0][2], "nan");
    }

    void aNarrowOutlierSurvivesManyChannels()
    {
        ChannelMap map("Channels");
        ChannelMapData data = depths(61, 4096);
        data.ratios[30 * 4096 + 1000] = 40;
        data.named = { 1000, 1010, 4095 };
        map.setData(data);
        settle(map, { 600, 260 });
        keepPicture(map, "plot-channelmap-4096");
        const QImage image = map.image(1);
        bool dark = false;
        const QColor most = lightTokens().magnitude[4];
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                dark = dark || QColor(image.pixel(x, y)) == most;
        QVERIFY(dark);
    }

    void anOutlierIsAboveTheThresholdTimesTheMedian()
    {
        ChannelPlot plot("Input channels");
        std::vector<float> absmax(512, 1.f);
        absmax[29] = 3.7f;
        absmax[208] = 2.9f;
        plot.setChannels(absmax, 3, "input channel");
        settle(plot, { 440, 220 });
        QCOMPARE(plot.outliers().channels, std::vector<int>{ 29 });
        QSignalSpy chosen(&plot, &ChannelPlot::channelChosen);
        QTest::keyClick(&plot, Qt::Key_Right);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toInt(), 0);
        plot.setMarked(100);
        settle(plot, { 440, 220 });
        keepPicture(plot, "plot-channels");
    }

    void aChannelPlotWithoutChannelsIsEmpty()
    {
        ChannelPlot plot("Input channels");
        plot.setChannels({}, 3, "input channel");
        settle(plot, { 440, 220 });
        QTest::keyClick(&plot, Qt::Key_Right);
        QVERIFY(plot.table().rows.empty());
    }

    void theDataGoesToClipboardAndCsv()
    {
        HistogramPlot plot("Input of a", "value", "values");
        plot.setHistogram({ 0, 2, { 3, 5 } }, "kurtosis 0.0");
        settle(plot, { 300, 200 });
        QCOMPARE(plot.csv(), QByteArray("From,To,Count\n0,1,3\n1,2,5\n"));
        QTest::keySequence(&plot, QKeySequence::Copy);
        QCOMPARE(QGuiApplication::clipboard()->text(), QString::fromUtf8(plot.csv()));
        QVERIFY(plot.png().startsWith("\x89PNG"));
        QVERIFY(plot.svg().contains("</svg>"));
    }

    void savingIsLeftToTheApp()
    {
        HistogramPlot plot("Input of a", "value", "values");
        QSignalSpy save(&plot, &BasePlot::saveRequested);
        QTest::keySequence(&plot, QKeySequence::Save);
        QCOMPARE(save.size(), 1);
    }

    void theDataIsAlsoATable()
    {
        HistogramPlot plot("Input of a", "value", "values");
        plot.setHistogram({ 0, 2, { 3, 5 } }, {});
        plot.showData();
        auto* table = plot.findChild<QDialog*>()->findChild<QTableWidget*>();
        QCOMPARE(table->rowCount(), 2);
        QCOMPARE(table->item(1, 2)->text(), "5");
    }

    void aPresentationDrawsThickerAndWithoutGridAndGivesItBack()
    {
        HistogramPlot plot("Input of a", "value", "values");
        plot.setHistogram({ -1, 1, { 1, 4, 9, 4, 1 } }, "kurtosis 0.0");
        settle(plot, { 400, 300 });
        const QImage usual = plot.image(1);
        plot.setDrawing(BasePlot::Drawing::Presented);
        const QImage presented = plot.image(1);
        QVERIFY(presented != usual);
        const QRgb grid = tokensOf(plot.palette()).grid.rgb();
        const auto pixels = [grid](const QImage& image) {
            int count = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    count += image.pixel(x, y) == grid;
            return count;
        };
        QVERIFY(pixels(usual) > 100);
        QCOMPARE(pixels(presented), 0);
        plot.setDrawing(BasePlot::Drawing::Usual);
        QVERIFY(plot.image(1) == usual);
    }

    void plotsFollowThePalette()
    {
        HeatMap map("Kurtosis");
        map.setData(cells(4));
        settle(map, { 400, 220 });
        theme().setLightness(Lightness::Dark);
        settle(map, { 400, 220 });
        QCOMPARE(map.image(1).pixelColor(1, 1), darkTokens().base);
        theme().setLightness(Lightness::Light);
    }
};

QTEST_MAIN(PlotsTest)
#include "tst_plots.moc"
