// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar/jobarea.h"

#include "tests/widgets/pages/pagetest.h"
#include "widgets/label.h"

#include <QtTest/QtTest>
#include <QtWidgets/QPushButton>

using widgets::JobArea;

class JobAreaTest : public PageTest {
    Q_OBJECT

private slots:
    void namesTheModelOfAJobThatIsNotTheOpenOnes()
    {
        JobArea area;
        area.setJob({ "GPTQ: Q4_K_M", {}, "layer 2 of 4", 0.5, 3.0, false });
        QVERIFY(has(area, "GPTQ: Q4_K_M"));
        area.setJob({ "GPTQ: Q4_K_M", "SmolLM2", "layer 2 of 4", 0.5, 3.0, false });
        QVERIFY(has(area, "GPTQ: Q4_K_M  ·  SmolLM2"));
    }

    void aButtonOpensTheQueueWhileSomethingIsLinedUp()
    {
        JobArea area;
        area.resize(500, 72);
        area.show();
        QPushButton* queue = nullptr;
        for (auto* button : area.findChildren<QPushButton*>())
            if (button->toolTip() == "Show the queue")
                queue = button;
        QVERIFY(queue && !queue->isVisible());
        area.setQueue("2 waiting");
        QVERIFY(queue->isVisible());
        QCOMPARE(queue->text(), QString("2 waiting ▾"));
        QCOMPARE(queue->accessibleName(), QString("Queue: 2 waiting"));
        const QSignalSpy opened(&area, &JobArea::queueRequested);
        queue->setFocus(); // without a mouse
        QTest::keyClick(queue, Qt::Key_Space);
        QCOMPARE(opened.count(), 1);
        area.setCompact(true);
        QVERIFY(queue->isVisible());
        area.setQueue({});
        QVERIFY(!queue->isVisible());
    }

private:
    static bool has(const JobArea& area, const QString& text)
    {
        const auto labels = area.findChildren<widgets::Label*>();
        return std::any_of(labels.begin(), labels.end(),
            [&text](const auto* label) { return label->text() == text; });
    }
};

QTEST_MAIN(JobAreaTest)
#include "tst_jobarea.moc"
