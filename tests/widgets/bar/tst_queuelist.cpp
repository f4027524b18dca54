// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar/queuelist.h"

#include "tests/widgets/pages/pagetest.h"

#include <QtTest/QtTest>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QListWidget>
#include <QtWidgets/QPushButton>

using widgets::QueueList;
using widgets::QueueRow;
using Kind = widgets::QueueRow::Kind;

namespace {

std::vector<QueueRow> rows()
{
    return { { Kind::Active, 7, "Q4_K_M by GPTQ", "SmolLM2", "running, 3 of 6 layers" },
        { Kind::Waiting, 3, "Q5_K by GPTQ", "SmolLM2", "waits" },
        { Kind::Interrupted, 9, "Q2_K by HQQ", "Llama", "interrupted: 1 of 6 layers are done" },
        { Kind::Failed, 4, "Q6_K by AWQ", "Llama", "failed: no space" } };
}

} // namespace

class QueueListTest : public PageTest {
    Q_OBJECT

private slots:
    void init()
    {
        m_queue = std::make_unique<QueueList>();
        m_list = m_queue->findChild<QListWidget*>();
        m_queue->setRows(rows());
        m_queue->show();
    }

    void cleanup() { m_queue.reset(); }

    void showsEachRunWithItsModelAndState()
    {
        QCOMPARE(m_list->count(), 4);
        QCOMPARE(spoken(1), QString("Q5_K by GPTQ, SmolLM2: waits"));
        QVERIFY(!m_queue->grab().toImage().isNull());
        m_queue->setRows({});
        QVERIFY(!m_list->isVisible()); // a sentence stands there
    }

    void keysMoveRemoveAndResume()
    {
        const QSignalSpy moved(m_queue.get(), &QueueList::moveRequested);
        const QSignalSpy removed(m_queue.get(), &QueueList::removeRequested);
        const QSignalSpy resumed(m_queue.get(), &QueueList::resumeRequested);
        const QSignalSpy paused(m_queue.get(), &QueueList::pauseRequested);
        m_list->setCurrentRow(2);
        QTest::keyClick(m_list, Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(moved.value(0), QList<QVariant>({ 9, 1 }));
        QTest::keyClick(m_list, Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(moved.value(1), QList<QVariant>({ 9, 3 }));
        QTest::keyClick(m_list, Qt::Key_Delete);
        QCOMPARE(removed.value(0), QList<QVariant>({ 9 }));
        QTest::keyClick(m_list, Qt::Key_Return);
        QCOMPARE(resumed.value(0), QList<QVariant>({ 9 }));
        m_list->setCurrentRow(1);
        QTest::keyClick(m_list, Qt::Key_Return); // it waits already
        QCOMPARE(resumed.count(), 1);
        QCOMPARE(paused.count(), 0); // no button takes the key instead
    }

    void theActiveRunStaysWhereItIs()
    {
        const QSignalSpy moved(m_queue.get(), &QueueList::moveRequested);
        const QSignalSpy removed(m_queue.get(), &QueueList::removeRequested);
        m_list->setCurrentRow(0);
        QTest::keyClick(m_list, Qt::Key_Down, Qt::AltModifier);
        QTest::keyClick(m_list, Qt::Key_Delete);
        QCOMPARE(moved.count() + removed.count(), 0);
        for (const char* text : { "Resume", "Move up", "Move down", "Remove" })
            QVERIFY2(!button(text)->isEnabled(), text);
        QVERIFY(!m_list->item(0)->flags().testFlag(Qt::ItemIsDragEnabled));
        QVERIFY(m_list->item(1)->flags().testFlag(Qt::ItemIsDragEnabled));
    }

    void buttonsDoTheSameAsKeys()
    {
        const QSignalSpy moved(m_queue.get(), &QueueList::moveRequested);
        const QSignalSpy resumed(m_queue.get(), &QueueList::resumeRequested);
        m_list->setCurrentRow(3);
        QVERIFY(!button("Move down")->isEnabled()); // the last
        button("Move up")->click();
        QCOMPARE(moved.value(0), QList<QVariant>({ 4, 2 }));
        button("Resume")->click(); // what failed may be tried again
        QCOMPARE(resumed.value(0), QList<QVariant>({ 4 }));
    }

    void draggingAsksForAMoveAndShowsItOnceItIsDone()
    {
        QSignalSpy moved(m_queue.get(), &QueueList::moveRequested);
        m_list->model()->moveRow({}, 1, {}, 4); // what a drop below the last does
        QTRY_COMPARE(moved.count(), 1);
        QCOMPARE(moved[0], QList<QVariant>({ 3, 3 }));
        QCOMPARE(spoken(1), QString("Q5_K by GPTQ, SmolLM2: waits")); // nobody moved it yet
        m_list->model()->moveRow({}, 3, {}, 1);
        QTRY_COMPARE(moved.count(), 2);
        QCOMPARE(moved[1], QList<QVariant>({ 4, 1 }));
    }

    void theChosenRunStaysChosenWhereverItGoes()
    {
        m_list->setCurrentRow(2);
        std::vector<QueueRow> changed = rows();
        changed[0].state = "running, 4 of 6 layers";
        m_queue->setRows(changed);
        QCOMPARE(m_list->currentRow(), 2);
        QVERIFY(spoken(0).endsWith("4 of 6 layers"));
        std::swap(changed[1], changed[2]);
        m_queue->setRows(changed);
        QCOMPARE(m_list->currentRow(), 1);
        changed.erase(changed.begin() + 1);
        m_queue->setRows(changed);
        QCOMPARE(m_list->currentRow(), 1); // what came after it
    }

    void pausesAndGoesOn()
    {
        const QSignalSpy paused(m_queue.get(), &QueueList::pauseRequested);
        const QSignalSpy on(m_queue.get(), &QueueList::goOnRequested);
        button("Pause")->click();
        QCOMPARE(paused.count(), 1);
        m_queue->setFlow({ true, true });
        button("Go on")->click();
        QCOMPARE(on.count(), 1);
        QCOMPARE(paused.count(), 1);
    }

    void holdsAfterTheActiveRun()
    {
        const QSignalSpy held(m_queue.get(), &QueueList::holdRequested);
        const QSignalSpy released(m_queue.get(), &QueueList::releaseRequested);
        auto* hold = m_queue->findChild<QCheckBox*>();
        hold->click();
        QCOMPARE(held.count(), 1);
        m_queue->setFlow({ false, true });
        QVERIFY(hold->isChecked());
        hold->click();
        QCOMPARE(released.count(), 1);
        m_queue->setRows({ rows()[1] }); // nothing is active
        QVERIFY(!hold->isEnabled());
    }

    void resumesAllThatWasInterrupted()
    {
        const QSignalSpy all(m_queue.get(), &QueueList::resumeAllRequested);
        button("Resume all")->click();
        QCOMPARE(all.count(), 1);
        m_queue->setRows({ rows()[1], rows()[3] });
        QVERIFY(!button("Resume all")->isEnabled());
    }

private:
    QString spoken(int row) const
    {
        return m_list->item(row)->data(Qt::AccessibleTextRole).toString();
    }

    QPushButton* button(const QString& text) const
    {
        for (auto* one : m_queue->findChildren<QPushButton*>())
            if (one->text() == text)
                return one;
        qFatal("no button %s", qPrintable(text));
    }

    std::unique_ptr<QueueList> m_queue;
    QListWidget* m_list = nullptr;
};

QTEST_MAIN(QueueListTest)
#include "tst_queuelist.moc"
