// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/rulergroups.h"
#include "widgets/plots/rulerplot.h"

#include "pictures.h"
#include "tests/widgets/pages/pagetest.h"

#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QMenu>

using namespace widgets;

class RulerPlotTest : public PageTest {
    Q_OBJECT

private slots:
    void aRightClickOpensTheMenuOfAPlot()
    {
        RulerPlot plot("Ruler");
        plot.resize(400, 400);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        // As the window system sends it: to the widget under the mouse.
        const QPoint at = plot.rect().center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, plot.mapToGlobal(at));
        QCoreApplication::sendEvent(plot.childAt(at), &event);
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        QVERIFY(menu);
        QStringList entries;
        for (const QAction* action : menu->actions())
            entries += action->text();
        for (const char* entry : { "Copy", "Save...", "Show data", "Levels in the histogram" })
            QVERIFY2(entries.contains(entry), entry);
        QSignalSpy saves(&plot, &BasePlot::saveRequested);
        menu->actions()[entries.indexOf("Save...")]->trigger();
        QCOMPARE(saves.count(), 1);
        menu->close();
    }

    void theRulersMenuChoosesTheGroupOfAnyWeight()
    {
        core::Histogram histogram{ -1, 1, { 1, 4, 9, 4, 1 } };
        auto preview = std::make_shared<core::RoundingPreview>();
        preview->binError.assign(5, 0.001f);
        preview->clippedCounts.assign(5, 0);
        preview->binWeights.assign(5, { 3, 40 });
        preview->finest = { 0.01, { -0.1f, 0, 0.1f } };
        preview->typical = preview->coarsest = { 0.02, { -0.2f, 0, 0.2f } };
        RulerPlot ruler("Ruler");
        ruler.setDetail(RulerPlot::Detail::Full);
        ruler.setData(histogram, preview);
        settle(ruler, { 700, 400 });
        core::WeightPlace wanted;
        connect(&ruler, &RulerPlot::groupWanted, this,
            [&](core::WeightPlace place) { wanted = place; });
        const auto entries = [&] {
            QTest::qWait(0);
            const QPoint at = ruler.rect().center();
            QContextMenuEvent event(QContextMenuEvent::Mouse, at, ruler.mapToGlobal(at));
            QCoreApplication::sendEvent(&ruler, &event);
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            return menu ? menu->actions().first()->menu()->actions() : QList<QAction*>();
        };
        ruler.show();
        QVERIFY(QTest::qWaitForWindowExposed(&ruler));
        const auto close = [] { QApplication::activePopupWidget()->close(); };
        const auto named = [&](const QString& text) -> QAction* {
            for (QAction* action : entries())
                if (action->text().startsWith(text))
                    return action;
            return nullptr;
        };
        QVERIFY(named("Of the typical group")->isChecked());
        close();
        named("Of a weight near")->trigger();
        close();
        QCOMPARE(wanted.row, 3);
        QCOMPARE(wanted.column, 40);
        ruler.setGroupOf(wanted, { 0.05, { -0.5f, -0.25f, 0.25f } });
        QVERIFY(named("Row 3, column 40")->isChecked());
        close();
        keepPicture(ruler, "plot-ruler-group");
        ruler.setData(histogram, std::make_shared<core::RoundingPreview>(*preview));
        QVERIFY(named("Of the typical group")->isChecked()); // another tensor or format
        close();
    }

    void theRulersHistogramKeepsItsHeight()
    {
        RulerPlot plot("Ruler");
        plot.setDetail(RulerPlot::Detail::Full);
        QVERIFY(plot.minimumSizeHint().height() > 160 + 3 * 18 + 56);
        plot.setDetail(RulerPlot::Detail::Small);
        QVERIFY(plot.minimumSizeHint().height() < 200);
    }

    void theRulerShowsAFormatWithoutGrid()
    {
        core::Histogram histogram{ -1, 1, { 1, 4, 9, 4, 1 } };
        auto preview = std::make_shared<core::RoundingPreview>();
        preview->binError = { 0.f, 0.001f, 0.001f, 0.001f, 0.f };
        preview->clippedCounts = { 0, 0, 0, 0, 0 };
        RulerPlot ruler("Ruler");
        ruler.setData(histogram, preview);
        settle(ruler, { 700, 300 });
        keepPicture(ruler, "plot-ruler-no-grid");
        QCOMPARE(ruler.table().rows.size(), std::size_t(5));
        QCOMPARE(ruler.table().rows[1][4], "0.001");
    }

    void aFormatWithoutGridMayFollowAChosenGroup()
    {
        const core::Histogram histogram{ -1, 1, { 1, 4, 9, 4, 1 } };
        core::RoundingPreview preview;
        preview.finest = preview.typical = preview.coarsest = { 0.01, { -0.1f, 0, 0.1f } };
        RulerPlot ruler("Ruler");
        ruler.setData(histogram, std::make_shared<core::RoundingPreview>(preview));
        ruler.findChild<RulerGroups*>()->choose(RulerGroups::Group::Finest);
        ruler.setData(histogram, std::make_shared<core::RoundingPreview>());
        settle(ruler, { 700, 300 });
        QCOMPARE(ruler.table().rows.size(), std::size_t(5));
    }
};

QTEST_MAIN(RulerPlotTest)
#include "tst_rulerplot.moc"
