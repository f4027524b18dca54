// SPDX-License-Identifier: GPL-3.0-or-later
// The main job in the window, on a real model, up to the real llama.cpp running what was exported.
#include "app/controllers/activationcontroller.h"
#include "app/controllers/exportcontroller.h"
#include "app/controllers/quantizecontroller.h"
#include "app/window/mainwindow.h"
#include "app/window/windowpages.h"
#include "core/files/textfile.h"
#include "core/simulate/ggmlarithmetic.h"
#include "core/stats/outliers.h"
#include "tests/interop/bothsides.h"
#include "tests/interop/interopfiles.h"
#include "widgets/pages/export/exportpage.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

using app::QuantizeController;

namespace {

namespace fs = std::filesystem;

constexpr int longJob = 1'800'000; ///< milliseconds
constexpr int chunks = 20;
constexpr int context = 512;
constexpr int calibrationSequences = 16;

} // namespace

class TestRealJob : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase() { m_window.reset(); }
    void activationsAreMeasured();
    void isQuantizedExportedAndRun_data();
    void isQuantizedExportedAndRun();

private:
    app::Session& session() { return m_window->session(); }
    /// Waits until `done` and says how long it took.
    template<typename Done>
    void wait(const char* what, Done done)
    {
        QElapsedTimer clock;
        clock.start();
        QTRY_VERIFY_WITH_TIMEOUT(done(), longJob);
        qInfo("%-28s %8.2f s", what, double(clock.elapsed()) / 1e3);
    }
    app::TextSettings text(int count) const { return { m_text, context, count }; }

    fs::path m_text;
    QTemporaryDir m_folder;
    std::unique_ptr<widgets::Theme> m_theme;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<app::MainWindow> m_window;
};

void TestRealJob::initTestCase()
{
    NEEDS_INTEROP(interop::llamaFolder() / "libllama.v0.5.0.so");
    NEEDS_INTEROP(interop::smolLm2());
    m_text = interop::sharedFile("text/wiki.test.raw");
    NEEDS_SHARED(m_text);
    m_theme = std::make_unique<widgets::Theme>(*qApp);
    m_settings
        = std::make_unique<QSettings>(m_folder.filePath("settings.ini"), QSettings::IniFormat);
    const fs::path resources = fs::path(QUANTSCOPE_SOURCE_DIR) / "resources";
    m_window = std::make_unique<app::MainWindow>(*m_settings, *m_theme,
        core::readDevices(resources / "devices.json"),
        app::WindowFolders{
            resources, m_folder.path().toStdString(), m_folder.path().toStdString() });
    m_window->show();
    m_window->open(interop::smolLm2());
    wait("open", [this] { return session().isOpen(); });
    session().setCalibration(text(calibrationSequences));
    session().setEvaluation(text(chunks));
}

void TestRealJob::activationsAreMeasured()
{
    m_window->activationController().measure();
    wait("measure activations", [this] { return session().activations().stats != nullptr; });
    double largest = 0;
    std::size_t outliers = 0;
    for (std::size_t i = 0; i < session().checkpoint()->tensors().size(); ++i)
        if (const core::InputStats* stats = session().inputStats(int(i))) {
            largest = std::max(largest, double(std::ranges::max(stats->absmax)));
            outliers += core::outlierChannels(stats->absmax, session().threshold()).channels.size();
        }
    qInfo("largest activation %g, %zu outlier channels", largest, outliers);
    QVERIFY(largest > 1000); // its massive activations
    QVERIFY(outliers > 0);
}

void TestRealJob::isQuantizedExportedAndRun_data()
{
    QTest::addColumn<bool>("hasFallbacks"); // rows of 576 are no whole number of blocks of 256
    QTest::newRow("Q4_0") << false;
    QTest::newRow("Q4_K") << true;
}

void TestRealJob::isQuantizedExportedAndRun()
{
    QFETCH(bool, hasFallbacks);
    session().usePreset(QTest::currentDataTag());
    session().recipe().setTreatment({ core::Method::Gptq });
    QuantizeController& quantize = m_window->quantizeController();
    quantize.quantize();
    QVERIFY(quantize.phase() != QuantizeController::Phase::Idle);
    wait("quantize and evaluate",
        [&] { return quantize.phase() == QuantizeController::Phase::Idle; });
    const std::shared_ptr<const app::Run> run = session().runs().last();
    QVERIFY(run && run->evaluation && run->evaluation->chunks == chunks);
    const auto fallbacks = std::ranges::count_if(
        run->plan, [](const core::PlannedTensor& planned) { return planned.fellBack(); });
    QCOMPARE(fallbacks > 0, hasFallbacks);
    const core::Comparison& against = *run->evaluation->against;
    qInfo("%lld fallbacks, quantized in %.0f s, perplexity %.3f (%.3f), KLD %.4f, top-1 %.4f",
        static_cast<long long>(fallbacks), run->seconds, run->evaluation->perplexity,
        against.referencePerplexity, against.kldMean, against.sameTop1);

    widgets::ExportPage& page = *m_window->pages().exporting;
    widgets::ExportSettings settings = page.settings();
    settings.folder = m_folder.path();
    page.setSettings(settings);
    emit page.exportRequested();
    wait("export", [&] {
        return session().exportedRun() == run->number && !m_window->exportController().isRunning();
    });
    const fs::path gguf = session().exported()->file;
    const interop::TextChunks same{ core::readTextFile(m_text), context, chunks };
    const double simulated = interop::ourLossAsLlama(*run->model, same);
    QElapsedTimer clock;
    clock.start();
    const double theirs
        = interop::llamaLoss(interop::LlamaLibrary::load(interop::llamaFolder()), gguf, same);
    qInfo("llama.cpp on %s: perplexity %.3f in %.1f s; ln differs by %+.5f from full precision, "
          "by %+.5f from activations in 8 bits",
        gguf.filename().c_str(), std::exp(theirs), double(clock.elapsed()) / 1e3,
        theirs - run->evaluation->meanLoss, theirs - simulated);
    QCOMPARE(interop::disagreement("ln(perplexity), as run", simulated, theirs, 3e-3), QString());
}

QTEST_MAIN(TestRealJob)
#include "tst_realjob.moc"
