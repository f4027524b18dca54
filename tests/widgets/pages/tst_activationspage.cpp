// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/activations/activationspage.h"

#include "pagetest.h"
#include "tests/widgets/pictures.h"
#include "tests/widgets/sampledata.h"
#include "widgets/pages/activations/activationsanswer.h"
#include "widgets/plots/channelmap.h"
#include "widgets/plots/channelplot.h"

#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QTableWidget>

using namespace widgets;

class ActivationsPageTest : public PageTest {
    Q_OBJECT

private slots:
    void offersToMeasureWhileNothingIsMeasured()
    {
        ActivationsPage page;
        page.setSettings({ "/texts/calibration.txt", "calibration.txt", 64, 256 });
        page.setEstimate(2.4);
        settle(page, { 927, 760 });
        QSignalSpy measure(&page, &ActivationsPage::measureRequested);
        page.findChildren<QSpinBox*>().first()->setValue(32);
        page.triggerMainAction();
        QCOMPARE(measure.size(), 1);
        const auto settings = measure[0][0].value<ActivationSettings>();
        QCOMPARE(
            settings, (ActivationSettings{ "/texts/calibration.txt", "calibration.txt", 32, 256 }));
        takePictures(page, theme(), "activations-empty");
    }

    void isLockedWhileItRuns()
    {
        ActivationsPage page;
        page.setSettings({ "t", "t", 64, 256 });
        settle(page, { 927, 760 });
        page.setRunning(true);
        QSignalSpy measure(&page, &ActivationsPage::measureRequested);
        page.triggerMainAction();
        QCOMPARE(measure.size(), 0);
    }

    void namesTheChannelsThatStandOut()
    {
        ActivationsPage page;
        page.setMeasured(sampleData().activations);
        page.setSelection({ sampleData().select({ core::Role::AttnK, 2 }) });
        const auto standing = standingOut(*sampleData().activations.stats, 3);
        QVERIFY(!standing.empty());
        QVERIFY2(page.answer().contains(QString::number(standing.front().channel)),
            qPrintable(page.answer()));
        QVERIFY(page.answer().contains("the median"));
        takePictures(page, theme(), "activations");
    }

    void aHighThresholdLeavesNoOutlier()
    {
        ActivationsPage page;
        page.setThreshold(1000);
        page.setMeasured(sampleData().activations);
        QVERIFY2(page.answer().startsWith("No channel stands out above 1,000× the median"),
            qPrintable(page.answer()));
    }

    void staleNumbersDoNotEnterTheAnswer()
    {
        ActivationsPage page;
        MeasuredActivations stale = sampleData().activations;
        stale.stale = true;
        page.setMeasured(stale);
        QCOMPARE(page.answer(), "The values below were measured with other settings.");
    }

    void choosingAThresholdIsTold()
    {
        ActivationsPage page;
        page.setMeasured(sampleData().activations);
        settle(page, { 927, 760 });
        QSignalSpy chosen(&page, &ActivationsPage::thresholdChosen);
        auto* box = page.findChild<QComboBox*>();
        box->setCurrentIndex(box->findData(6.0));
        emit box->activated(box->currentIndex());
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toDouble(), 6.0);
    }

    void clickingTheMapMarksAChannel()
    {
        ActivationsPage page;
        page.setMeasured(sampleData().activations);
        QSignalSpy marked(&page, &ActivationsPage::channelMarked);
        emit page.findChild<ChannelMap*>()->cellChosen(3, 208);
        QCOMPARE(marked.size(), 1);
        QCOMPARE(marked[0][0].toInt(), 208);
    }

    void theMapIsRelativeToTheMedianOfEachDepth()
    {
        const core::ActivationStats& stats = *sampleData().activations.stats;
        const ChannelMapData data = channelMapData(stats, MapInput::Residual, 3);
        QCOMPARE(data.depths.size(), 9);
        QCOMPARE(data.channels, 256);
        const double expected = double(stats.residualAbsmax(4, 10)) / residualMedian(stats, 4);
        QVERIFY(qAbs(double(data.ratios[4 * 256 + 10]) - expected) < 1e-5 * expected);
    }

    void theLargestValuesShowTheirTokenInItsText()
    {
        ActivationsPage page;
        page.setMeasured(sampleData().activations);
        settle(page, { 927, 760 });
        auto* table = page.findChild<QTableWidget*>();
        QCOMPARE(table->rowCount(), 12); // three after each of four layers
        QSignalSpy marked(&page, &ActivationsPage::channelMarked);
        table->setCurrentCell(0, 0);
        emit table->cellClicked(0, 0);
        QCOMPARE(marked.size(), 1);
        QCOMPARE(marked[0][0].toInt(), table->item(0, 1)->text().toInt());
    }
};

QTEST_MAIN(ActivationsPageTest)
#include "tst_activationspage.moc"
