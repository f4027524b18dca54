// SPDX-License-Identifier: GPL-3.0-or-later
// The word on the desktop when the queue is done: when it is due, and what reaches the desktop.
#include "app/window/desktopnotice.h"
#include "app/window/queuenotice.h"
#include "tests/app/presenters/queueparts.h"

#include <QApplication>
#include <QDBusMessage>
#include <QDBusVirtualObject>
#include <QProcess>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

using namespace app;

namespace {

/// Stands where a desktop shows notifications.
class FakeDesktop : public QDBusVirtualObject {
public:
    QString introspect(const QString&) const override { return {}; }
    bool handleMessage(const QDBusMessage& message, const QDBusConnection&) override
    {
        received.append(message);
        return true;
    }

    QList<QDBusMessage> received;
};

/// A bus of our own, as long as it lives; `address` is empty if none can be started.
struct PrivateBus {
    QProcess daemon;
    QString address;

    PrivateBus()
    {
        daemon.start("dbus-daemon", { "--session", "--nofork", "--print-address" });
        if (daemon.waitForStarted() && daemon.waitForReadyRead())
            address = QString::fromUtf8(daemon.readLine()).trimmed();
    }
    ~PrivateBus()
    {
        daemon.terminate();
        daemon.waitForFinished();
    }
};

} // namespace

class TestNotices : public QObject {
    Q_OBJECT

private slots:
    void tellsOnlyWhoWorksElsewhereAndOnlyOfLongWaits();
    void countsWhatWasDoneAndWhatFailed();
    void reachesTheDesktop();
    void saysNothingWithoutABus();
};

namespace {

struct Queue : QueueParts {
    QWidget window; // not shown, so not active
    QueueNotice notice{ controller, window };
};

} // namespace

void TestNotices::tellsOnlyWhoWorksElsewhereAndOnlyOfLongWaits()
{
    Queue queue;
    const QSignalSpy due(&queue.notice, &QueueNotice::due);
    emit queue.controller.allDone({ 1, 0, "Q4_K_M", 59 });
    QCOMPARE(due.count(), 0);
    emit queue.controller.allDone({ 1, 0, "Q4_K_M", 250 });
    QCOMPARE(due.count(), 1);
    QCOMPARE(due[0][0].toString(), QString("The queue is done"));
    QVERIFY2(due[0][1].toString().startsWith("Q4_K_M is done. It took 4"),
        qPrintable(due[0][1].toString()));
    queue.window.show();
    queue.window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&queue.window));
    emit queue.controller.allDone({ 1, 0, "Q4_K_M", 250 });
    QCOMPARE(due.count(), 1);
}

void TestNotices::countsWhatWasDoneAndWhatFailed()
{
    Queue queue;
    const QSignalSpy due(&queue.notice, &QueueNotice::due);
    emit queue.controller.allDone({ 3, 1, "Q4_K_M", 250 });
    const QString text = due.value(0).value(1).toString();
    QVERIFY2(text.startsWith("3 runs") && text.contains("1 run"), qPrintable(text));
    emit queue.controller.allDone({ 0, 2, "Q4_K_M", 250 });
    QVERIFY(due.value(1).value(1).toString().startsWith("2 runs"));
}

void TestNotices::reachesTheDesktop()
{
    if (QStandardPaths::findExecutable("dbus-daemon").isEmpty())
        QSKIP("dbus-daemon is not installed");
    const PrivateBus bus;
    QVERIFY(!bus.address.isEmpty());
    FakeDesktop desktop;
    QDBusConnection there = QDBusConnection::connectToBus(bus.address, "there");
    QVERIFY(there.registerVirtualObject("/org/freedesktop/Notifications", &desktop));
    QVERIFY(there.registerService("org.freedesktop.Notifications"));
    DesktopNotice(QDBusConnection::connectToBus(bus.address, "here"))
        .send("The queue is done", "A < B");
    QTRY_COMPARE(desktop.received.size(), 1);
    const QDBusMessage& message = desktop.received.front();
    QCOMPARE(message.member(), QString("Notify"));
    QCOMPARE(message.signature(), QString("susssasa{sv}i")); // as the desktop expects it
    QCOMPARE(message.arguments()[3].toString(), QString("The queue is done"));
    QCOMPARE(message.arguments()[4].toString(), QString("A &lt; B")); // may be read as markup
    QDBusConnection::disconnectFromBus("here");
    QDBusConnection::disconnectFromBus("there");
}

void TestNotices::saysNothingWithoutABus()
{
    const QDBusConnection none = QDBusConnection::connectToBus("unix:path=/nowhere", "none");
    QVERIFY(!none.isConnected());
    DesktopNotice(none).send("The queue is done", "text");
    QDBusConnection::disconnectFromBus("none");
}

QTEST_MAIN(TestNotices)
#include "tst_notices.moc"
