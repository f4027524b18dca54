// SPDX-License-Identifier: GPL-3.0-or-later
// What nothing may replace, also while another model is in front.
#include "app/controllers/filecontroller.h"
#include "app/jobs/readfiles.h"
#include "app/jobs/runqueue.h"
#include "app/session/session.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <QSignalSpy>
#include <QTest>
#include <QWidget>

#include <nlohmann/json.hpp>

using app::QueuedRun;
using app::RunQueue;
using app::Session;
using support::TemporaryFolder;
namespace fs = std::filesystem;

class TestReadFiles : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<TemporaryFolder>();
        for (const char* name : { "front", "other" }) {
            fs::create_directory(*m_folder / name);
            support::writeTinyModel({}, *m_folder / name);
        }
        for (const char* name : { "text.txt", "imatrix.gguf", "held.quantscope" })
            support::writeFile(*m_folder / name, "some words");
        m_saver = std::make_unique<app::Saver>();
        m_queue = std::make_unique<RunQueue>(*m_folder / "queue.json", *m_saver);
        m_session = std::make_unique<Session>(std::vector<core::Device>{});
        open("front");
    }

    void modelAndTextsOfARunThatIsLinedUpAreRead()
    {
        QVERIFY(!isRead("other/model.safetensors") && !isRead("text.txt"));
        QueuedRun run;
        run.model = *m_folder / "other";
        run.calibration.file = *m_folder / "text.txt";
        run.imatrix = *m_folder / "imatrix.gguf";
        run.evaluation.text.file = *m_folder / "held.quantscope";
        const int id = m_queue->add(run);
        for (const char* file :
            { "other/model.safetensors", "other/config.json", "other/tokenizer.json", "text.txt",
                "imatrix.gguf", "held.quantscope", "front/model.safetensors" })
            QVERIFY2(isRead(file), file);
        m_queue->remove(id);
        QVERIFY(!isRead("other/model.safetensors") && !isRead("text.txt"));
    }

    void aModelThatAJobStillWorksOnIsRead()
    {
        auto work = m_session->checkpoint(); // as a job holds it
        open("other");
        QVERIFY(isRead("front/model.safetensors") && isRead("other/model.safetensors"));
        work.reset();
        QVERIFY(!isRead("front/model.safetensors") && isRead("other/model.safetensors"));
    }

    void aSessionIsNotSavedOverATextOfTheQueue()
    {
        QueuedRun run;
        run.evaluation.text.file = *m_folder / "held.quantscope";
        m_queue->add(run);
        app::Jobs quick;
        QWidget window;
        app::FileController files(quick, *m_session, *m_queue, window);
        QSignalSpy failed(&files, &app::FileController::failed);
        files.saveSession(
            QString::fromStdString((*m_folder / "held.quantscope").string()), core::Json::object());
        QVERIFY(failed.wait());
        QVERIFY2(failed[0][0].toString().contains("the evaluation text of a run in the queue"),
            qPrintable(failed[0][0].toString()));
        QCOMPARE(support::readFile(*m_folder / "held.quantscope"), std::string("some words"));
    }

private:
    void open(const char* name)
    {
        m_session->open(app::openModel(
            *m_folder / name, *m_folder / name, { app::SessionStore({}), nullptr }, {}));
    }

    bool isRead(const char* file) const
    {
        return app::readFiles(*m_session, *m_queue).find(*m_folder / file).has_value();
    }

    std::unique_ptr<TemporaryFolder> m_folder;
    std::unique_ptr<app::Saver> m_saver;
    std::unique_ptr<RunQueue> m_queue;
    std::unique_ptr<Session> m_session;
};

QTEST_MAIN(TestReadFiles)
#include "tst_readfiles.moc"
