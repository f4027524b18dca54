// SPDX-License-Identifier: GPL-3.0-or-later
// What the queue's window says of what is lined up, and what it makes of what is asked for there.
#include "app/presenters/queuepresenter.h"

#include "app/presenters/queuerows.h"
#include "core/formats/format.h"
#include "tests/app/presenters/queueparts.h"
#include "widgets/bar/jobarea.h"
#include "widgets/bar/queuelist.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QListWidget>
#include <QPushButton>
#include <QTest>

using namespace app;
using State = QueuedRun::State;

class TestQueuePresenter : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { m_theme = std::make_unique<widgets::Theme>(*qApp); }
    void init() { m_parts = std::make_unique<Parts>(); }
    void cleanup() { m_parts.reset(); }

    void saysHowFarEachRunIs_data();
    void saysHowFarEachRunIs();
    void saysWhatWaits();
    void movesAndRemovesInTheQueue();
    void pausingHoldsTheQueueAndGoingOnReleasesIt();

private:
    /// What is added fails at once, for its model is not there, unless the queue is held.
    struct Parts : QueueParts {
        widgets::QueueList list;
        widgets::JobArea area;
        QueuePresenter presenter{ list, area, queue, controller, jobs };

        Parts() { queue.hold(); }

        int add(const char* title)
        {
            QueuedRun run;
            run.title = title;
            run.modelName = "Tiny";
            run.session = "nobody's";
            run.model = place / "no model";
            run.recipe.format = &core::formats::q4_K;
            run.recipe.method = core::Method::Gptq;
            return queue.add(std::move(run));
        }

        QStringList shown() const
        {
            QStringList texts;
            const auto* rows = list.findChild<QListWidget*>();
            for (int i = 0; i < rows->count(); ++i)
                texts += rows->item(i)->data(Qt::AccessibleTextRole).toString();
            return texts;
        }

        QString button() const
        {
            for (const auto* one : area.findChildren<QPushButton*>())
                if (one->toolTip() == "Show the queue")
                    return one->text();
            return {};
        }
    };

    std::unique_ptr<widgets::Theme> m_theme;
    std::unique_ptr<Parts> m_parts;
};

void TestQueuePresenter::saysHowFarEachRunIs_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<int>("measured");
    QTest::addColumn<int>("done");
    QTest::addColumn<int>("parts");
    QTest::addColumn<int>("held");
    QTest::addColumn<QString>("text");
    const auto row = [](const char* text, State state, int done = 0, int parts = 0,
                         int measured = 0, Held held = Held::No) {
        QTest::newRow(text) << int(state) << measured << done << parts << int(held)
                            << QString(text);
    };
    row("waits", State::Waiting);
    row("waits to be measured", State::Waiting, 0, 0, 2);
    row("running", State::Running);
    row("running, 0 of 6 layers", State::Running, 1, 8);
    row("running, 3 of 6 layers", State::Running, 4, 8);
    row("running, 6 of 6 layers", State::Running, 8, 8);
    row("paused, 3 of 6 layers", State::Running, 4, 8, 0, Held::Yes);
    row("paused", State::Running, 0, 0, 0, Held::Yes);
    row("measuring what was lost", State::Measuring, 8, 8);
    row("paused while measuring what was lost", State::Measuring, 8, 8, 0, Held::Yes);
    row("interrupted: 18 of 30 layers are done", State::Interrupted, 19, 32);
    row("interrupted: no layer is done", State::Interrupted, 1, 32);
    row("interrupted before what was lost was measured", State::Interrupted, 0, 0, 3);
    row("failed: no space", State::Failed, 19, 32);
}

void TestQueuePresenter::saysHowFarEachRunIs()
{
    QFETCH(int, state);
    QFETCH(int, measured);
    QFETCH(int, done);
    QFETCH(int, parts);
    QFETCH(int, held);
    QFETCH(QString, text);
    QueuedRun run;
    run.title = "Q4_K_M";
    run.recipe.format = &core::formats::q4_K;
    run.recipe.method = core::Method::Gptq;
    run.state = State(state);
    run.measuredRun = measured;
    run.partsDone = done;
    run.parts = parts;
    run.reason = "no space";
    const widgets::QueueRow row = queueRow(run, Held(held));
    QCOMPARE(row.state, text);
    QCOMPARE(row.title, QString("Q4_K_M by GPTQ"));
}

void TestQueuePresenter::saysWhatWaits()
{
    QCOMPARE(m_parts->button(), QString());
    const int a = m_parts->add("a");
    m_parts->add("b");
    QCOMPARE(m_parts->button(), QString("2 waiting ▾"));
    QCOMPARE(m_parts->shown(), QStringList({ "a by GPTQ, Tiny: waits", "b by GPTQ, Tiny: waits" }));
    m_parts->queue.setState(a, State::Running);
    QCOMPARE(m_parts->button(), QString("1 waiting ▾"));
    m_parts->queue.setState(a, State::Interrupted);
    m_parts->queue.remove(m_parts->queue.runs()[1].id);
    QCOMPARE(m_parts->button(), QString("1 interrupted ▾"));
    m_parts->queue.setState(a, State::Failed, "no space");
    QCOMPARE(m_parts->button(), QString("Queue ▾"));
}

void TestQueuePresenter::movesAndRemovesInTheQueue()
{
    const int a = m_parts->add("a");
    m_parts->add("b");
    emit m_parts->list.moveRequested(a, 1);
    QCOMPARE(m_parts->shown().last(), QString("a by GPTQ, Tiny: waits"));
    emit m_parts->list.removeRequested(a);
    QCOMPARE(m_parts->shown(), QStringList("b by GPTQ, Tiny: waits"));
}

void TestQueuePresenter::pausingHoldsTheQueueAndGoingOnReleasesIt()
{
    m_parts->add("a");
    QVERIFY(!m_parts->controller.isBusy());
    QVERIFY(m_parts->controller.isPaused());
    emit m_parts->list.goOnRequested();
    QVERIFY(m_parts->controller.isBusy());
    QTRY_VERIFY(!m_parts->controller.isBusy()); // its model is not there
    QVERIFY2(m_parts->shown().first().startsWith("a by GPTQ, Tiny: failed: "),
        qPrintable(m_parts->shown().first()));
    emit m_parts->list.pauseRequested();
    QVERIFY(m_parts->queue.isHeld());
    m_parts->add("b");
    QVERIFY(!m_parts->controller.isBusy());
    emit m_parts->list.resumeRequested(m_parts->queue.runs().front().id);
    QVERIFY(m_parts->controller.isBusy()); // and the queue goes on after it
    QTRY_VERIFY(!m_parts->controller.isBusy());
    QVERIFY(m_parts->shown().last().contains("failed"));
}

QTEST_MAIN(TestQueuePresenter)
#include "tst_queuepresenter.moc"
