// SPDX-License-Identifier: GPL-3.0-or-later
// How long the window's thread is busy at one go while a person does the whole job on a real model.
#include "app/controllers/activationcontroller.h"
#include "app/controllers/exportcontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/controllers/tensorscout.h"
#include "app/window/mainwindow.h"
#include "app/window/windowpages.h"
#include "widgets/pages/export/exportpage.h"
#include "widgets/table/tensortable.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <ctime>

using app::QuantizeController;

namespace {

namespace fs = std::filesystem;

const fs::path source = QUANTSCOPE_SOURCE_DIR;
constexpr int longJob = 900'000; ///< milliseconds
constexpr double mostBusy = 50; ///< milliseconds that a person does not notice

fs::path realModel()
{
    const QString named = qEnvironmentVariable("QUANTSCOPE_SMOLLM2");
    return named.isEmpty() ? source / "build/interop/SmolLM2-135M-Instruct.Q4_1.gguf"
                           : fs::path(named.toStdString());
}

/// Processor time of this thread, which other programs on the machine do not lengthen.
double busyMilliseconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

/// Remembers the event that kept the window's thread busy longest.
class MeasuredApplication : public QApplication {
public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override
    {
        if (m_depth > 0) // part of the one that is being measured
            return QApplication::notify(receiver, event);
        const QString what = QStringLiteral("%1 to %2")
                                 .arg(int(event->type()))
                                 .arg(QString::fromLatin1(receiver->metaObject()->className()));
        const double start = busyMilliseconds();
        ++m_depth;
        const bool result = QApplication::notify(receiver, event);
        --m_depth;
        const double busy = busyMilliseconds() - start;
        if (busy > m_longest) {
            m_longest = busy;
            m_what = what;
        }
        return result;
    }

    /// The longest since the last call, in milliseconds, and what it was.
    std::pair<double, QString> take()
    {
        const std::pair<double, QString> longest(m_longest, m_what);
        m_longest = 0;
        return longest;
    }

private:
    int m_depth = 0;
    double m_longest = 0;
    QString m_what;
};

} // namespace

class TestStalls : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<widgets::Theme> m_theme;
    QTemporaryDir m_folder;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<app::MainWindow> m_window;

    app::Session& session() { return m_window->session(); }
    bool isIdle()
    {
        return m_window->quantizeController().phase() == QuantizeController::Phase::Idle;
    }

    /// Runs one step as an event of its own, waits until `done`, and says what took longest.
    template<typename Step, typename Done>
    void step(const char* name, Step what, Done done)
    {
        auto& application = *static_cast<MeasuredApplication*>(qApp);
        application.take();
        QElapsedTimer clock;
        clock.start();
        bool begun = false;
        QTimer::singleShot(0, m_window.get(), [&] {
            what();
            begun = true;
        });
        QTRY_VERIFY_WITH_TIMEOUT(begun && done(), longJob);
        QTest::qWait(300); // what presenters put off
        const auto [longest, event] = application.take();
        qInfo("%-34s %8.2f s, longest event %6.1f ms (%s)", name, double(clock.elapsed()) / 1e3,
            longest, qPrintable(event));
        if (longest > mostBusy)
            m_stalls += QStringLiteral("%1: %2 ms").arg(name).arg(longest);
    }

    template<typename Step>
    void step(const char* name, Step what)
    {
        step(name, what, [] { return true; });
    }

    QStringList m_stalls;

private slots:
    void initTestCase()
    {
        if (!fs::exists(realModel()))
            QSKIP("no real model: see CONTRIBUTING.md");
        m_theme = std::make_unique<widgets::Theme>(*qApp);
        m_settings
            = std::make_unique<QSettings>(m_folder.filePath("settings.ini"), QSettings::IniFormat);
        const fs::path resources = source / "resources";
        m_window = std::make_unique<app::MainWindow>(*m_settings, *m_theme,
            core::readDevices(resources / "devices.json"),
            app::WindowFolders{
                resources, m_folder.path().toStdString(), m_folder.path().toStdString() });
        m_window->show();
        QTest::qWait(500); // fonts and icons are loaded once
    }

    void cleanupTestCase() { m_window.reset(); }

    void noEventKeepsTheWindowBusyForLong()
    {
        const auto scouted = [this] { return m_window->scout().isIdle(); };
        step(
            "open", [this] { m_window->open(realModel()); }, [this] { return session().isOpen(); });
        for (const widgets::PageId page : { widgets::PageId::Weights, widgets::PageId::Activations,
                 widgets::PageId::Precision, widgets::PageId::Quantize, widgets::PageId::Compare,
                 widgets::PageId::Export, widgets::PageId::Model })
            step("show a page", [this, page] { m_window->showPage(page); });
        step(
            "measure weights", [] {}, scouted);
        step(
            "select one tensor",
            [this] {
                m_window->selection().choose({ { core::Role::AttnK, 15 } });
            },
            scouted);
        step(
            "select all tensors", [this] { m_window->table().selectAllShown(); }, scouted);
        changeTheRecipe();
        measureAndQuantize();
        changeTheLooks();
        QVERIFY2(m_stalls.isEmpty(), qPrintable(m_stalls.join(u'\n')));
    }

private:
    void changeTheRecipe()
    {
        const auto scouted = [this] { return m_window->scout().isIdle(); };
        for (const widgets::PageId page :
            { widgets::PageId::Weights, widgets::PageId::Precision }) {
            m_window->showPage(page);
            step("look at a format",
                [this] { m_window->selection().look(core::findFormat("Q4_1")); });
            step("assign a format to all tensors", [this] {
                session().recipe().assign(
                    m_window->selection().tensors(), core::findFormat("Q5_0"));
            });
            step("undo", [this] { session().recipe().undoStack().undo(); });
        }
        step(
            "use a preset", [this] { session().usePreset("Q4_0"); }, scouted);
        step("filter the table", [this] { m_window->table().setFilterText("ffn layer 3-20"); });
        step("show the whole table", [this] { m_window->table().setFilterText({}); });
    }

    void measureAndQuantize()
    {
        app::TextSettings text = session().calibration();
        text.count = 2;
        session().setCalibration(text);
        text = session().evaluation();
        text.count = 2;
        session().setEvaluation(text);
        m_window->showPage(widgets::PageId::Activations);
        step(
            "measure activations", [this] { m_window->activationController().measure(); },
            [this] { return !m_window->activationController().isRunning(); });
        step(
            "see their results", [] {}, [this] { return m_window->scout().isIdle(); });
        m_window->showPage(widgets::PageId::Quantize);
        session().recipe().setTreatment({ core::Method::Gptq });
        step(
            "quantize and evaluate", [this] { m_window->quantizeController().quantize(); },
            [this] { return isIdle() && !session().runs().runs().empty(); });
        for (const widgets::PageId page : { widgets::PageId::Compare, widgets::PageId::Export })
            step("show the results", [this, page] { m_window->showPage(page); });
        widgets::ExportPage& page = *m_window->pages().exporting;
        widgets::ExportSettings settings = page.settings();
        settings.folder = m_folder.path();
        page.setSettings(settings);
        step(
            "export", [&page] { emit page.exportRequested(); },
            [this] { return session().exported() && !m_window->exportController().isRunning(); });
    }

    void changeTheLooks()
    {
        for (const widgets::PageId page :
            { widgets::PageId::Weights, widgets::PageId::Activations }) {
            m_window->showPage(page);
            step("resize", [this] { m_window->resize(1100, 700); });
            step("resize back", [this] { m_window->resize(1440, 900); });
        }
        step("close", [this] { m_window->close(); });
    }
};

int main(int argc, char* argv[])
{
    MeasuredApplication application(argc, argv);
    TestStalls test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_stalls.moc"
