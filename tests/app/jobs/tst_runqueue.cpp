// SPDX-License-Identifier: GPL-3.0-or-later
// The order of what is lined up, and what of it comes back at the next start of the program.
#include "app/jobs/runqueue.h"
#include "core/formats/format.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QtCore/qfloat16.h>

#include <nlohmann/json.hpp>

#include <fstream>

using app::QueuedRun;
using app::RunQueue;
using app::Saver;
using State = app::QueuedRun::State;
namespace fs = std::filesystem;

class TestRunQueue : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_saver = std::make_unique<Saver>();
        start();
    }

    void whatIsAddedWaitsAtTheEnd();
    void movesToAPlaceAndNotBeyondTheEnds();
    void removesAllButTheActiveOne();
    void anInterruptedRunGoesOnBeforeThoseThatWait();
    void nothingBeginsWhileItIsHeld();
    void allThatWasInterruptedGoesOnInItsOrder();
    void comesBackInterruptedWithAllThatWasAskedFor();
    void staysHeldAfterARestart();
    void readsAQueueOfBeforeItCouldBeHeld();
    void aDamagedFileIsSetAside_data();
    void aDamagedFileIsSetAside();

private:
    fs::path file() const { return m_folder->filePath("queue.json").toStdString(); }

    void start() { m_queue = std::make_unique<RunQueue>(file(), *m_saver); }
    void restart()
    {
        m_saver->finish();
        start();
    }

    int add(const char* title)
    {
        QueuedRun run;
        run.title = title;
        run.session = "0123456789abcdef";
        run.model = "/models/" + std::string(title);
        run.recipe.format = &core::formats::q4_K;
        return m_queue->add(std::move(run));
    }

    QStringList titles() const
    {
        QStringList list;
        for (const QueuedRun& run : m_queue->runs())
            list += run.title;
        return list;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Saver> m_saver;
    std::unique_ptr<RunQueue> m_queue;
};

void TestRunQueue::whatIsAddedWaitsAtTheEnd()
{
    QSignalSpy changed(m_queue.get(), &RunQueue::changed);
    QVERIFY(!m_queue->next());
    const int first = add("a");
    add("b");
    QCOMPARE(titles(), QStringList({ "a", "b" }));
    QCOMPARE(m_queue->next()->id, first);
    QCOMPARE(m_queue->waiting(), 2);
    QCOMPARE(changed.count(), 2);
}

void TestRunQueue::movesToAPlaceAndNotBeyondTheEnds()
{
    const int a = add("a");
    add("b");
    const int c = add("c");
    m_queue->move(c, 0);
    QCOMPARE(titles(), QStringList({ "c", "a", "b" }));
    m_queue->move(a, 9);
    QCOMPARE(titles(), QStringList({ "c", "b", "a" }));
    m_queue->move(a, -3);
    QCOMPARE(titles(), QStringList({ "a", "c", "b" }));
    m_queue->move(77, 0); // there is none
    QCOMPARE(titles(), QStringList({ "a", "c", "b" }));
    restart();
    QCOMPARE(titles(), QStringList({ "a", "c", "b" }));
}

void TestRunQueue::removesAllButTheActiveOne()
{
    const int a = add("a");
    const int b = add("b");
    m_queue->setState(a, State::Running);
    QCOMPARE(m_queue->active()->id, a);
    m_queue->remove(a);
    m_queue->remove(b);
    QCOMPARE(titles(), QStringList({ "a" }));
    m_queue->finish(a);
    QVERIFY(m_queue->runs().empty());
    QVERIFY(!m_queue->active());
}

void TestRunQueue::anInterruptedRunGoesOnBeforeThoseThatWait()
{
    const int a = add("a");
    add("b");
    const int c = add("c");
    m_queue->setState(a, State::Failed, "no space");
    m_queue->setState(c, State::Interrupted);
    QCOMPARE(m_queue->next()->title, QString("b"));
    m_queue->resume(c);
    QCOMPARE(m_queue->next()->title, QString("c"));
    m_queue->resume(a);
    QCOMPARE(m_queue->next()->title, QString("a"));
    QCOMPARE(m_queue->find(a)->reason, QString());
    QCOMPARE(m_queue->waiting(), 3);
}

void TestRunQueue::nothingBeginsWhileItIsHeld()
{
    const int a = add("a");
    add("b");
    m_queue->setState(a, State::Running);
    m_queue->hold();
    QVERIFY(!m_queue->next());
    QCOMPARE(m_queue->active()->id, a); // goes on
    m_queue->release();
    QCOMPARE(m_queue->next()->title, QString("b"));
    m_queue->hold();
    m_queue->setState(a, State::Interrupted);
    m_queue->resume(a); // that it is to go on was said just now
    QCOMPARE(m_queue->next()->id, a);
}

void TestRunQueue::allThatWasInterruptedGoesOnInItsOrder()
{
    add("a");
    const int b = add("b");
    m_queue->setState(b, State::Failed, "no space");
    add("c");
    restart();
    m_queue->hold();
    QCOMPARE(m_queue->waiting(), 0);
    m_queue->resumeAll();
    QCOMPARE(titles(), QStringList({ "a", "b", "c" }));
    QCOMPARE(m_queue->waiting(), 2); // what failed would fail again
    QCOMPARE(m_queue->next()->title, QString("a"));
}

void TestRunQueue::comesBackInterruptedWithAllThatWasAskedFor()
{
    QueuedRun run;
    run.session = "s";
    run.model = "/models/a";
    run.modelName = "A";
    run.recipe.format = &core::formats::q5_K;
    run.recipe.method = core::Method::Gptq;
    run.title = "Q5_K";
    run.calibration = { "/text", 128, 9 };
    run.imatrix = "/imatrix";
    run.evaluation.text = { "/other", 64, 3 };
    run.measuredRun = 4;
    const int id = m_queue->add(run);
    m_queue->setState(id, State::Running);
    m_queue->setParts(id, 19, 32);
    restart();
    QCOMPARE(m_queue->runs().size(), std::size_t(1));
    QVERIFY(!m_queue->next()); // nothing begins by itself
    const QueuedRun& back = m_queue->runs().front();
    QVERIFY(back.state == State::Interrupted);
    QCOMPARE(back.partsDone, 19);
    QCOMPARE(back.parts, 32);
    QCOMPARE(back.session, run.session);
    QCOMPARE(back.model, run.model);
    QCOMPARE(back.modelName, run.modelName);
    QCOMPARE(core::recipeToJson(back.recipe), core::recipeToJson(run.recipe));
    QCOMPARE(back.title, run.title);
    QCOMPARE(back.calibration, run.calibration);
    QCOMPARE(back.imatrix, run.imatrix);
    QCOMPARE(back.evaluation, run.evaluation);
    QCOMPARE(back.measuredRun, 4);
}

void TestRunQueue::staysHeldAfterARestart()
{
    add("a");
    m_queue->hold();
    restart();
    QVERIFY(m_queue->isHeld());
}

void TestRunQueue::readsAQueueOfBeforeItCouldBeHeld()
{
    std::ofstream(file()) << R"({"queue": []})";
    restart();
    QVERIFY(!m_queue->isHeld());
    QCOMPARE(m_queue->note(), QString());
}

void TestRunQueue::aDamagedFileIsSetAside_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("cut") << QByteArray(R"({"queue": [{"session": "s")");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("something else") << QByteArray("[1, 2]");
    QTest::newRow("a run without a model") << QByteArray(R"({"queue": [{"session": "s"}]})");
    QTest::newRow("held by a word") << QByteArray(R"({"queue": [], "held": "yes"})");
}

void TestRunQueue::aDamagedFileIsSetAside()
{
    QFETCH(QByteArray, content);
    std::ofstream(file()) << content.toStdString();
    restart();
    QVERIFY(m_queue->runs().empty());
    QVERIFY2(m_queue->note().contains("queue.json.damaged"), qPrintable(m_queue->note()));
    QVERIFY(!fs::exists(file()));
    QCOMPARE(fs::file_size(file().string() + ".damaged"), std::uintmax_t(content.size()));
    QCOMPARE(add("a"), 1); // a new one begins
    restart();
    QCOMPARE(titles(), QStringList({ "a" }));
    QCOMPARE(m_queue->note(), QString());
}

QTEST_MAIN(TestRunQueue)
#include "tst_runqueue.moc"
