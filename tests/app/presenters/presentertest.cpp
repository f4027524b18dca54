// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/presenters/presentertest.h"

#include "core/files/atomicfile.h"
#include "core/files/gguf.h"
#include "tests/support/tinyarchitecture.h"

#include <QApplication>
#include <QLocale>

#include <algorithm>
#include <fstream>

void PresenterTest::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    m_theme = std::make_unique<widgets::Theme>(*qApp);
}

void PresenterTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_settings
        = std::make_unique<QSettings>(m_folder->filePath("settings.ini"), QSettings::IniFormat);
    m_pace = std::make_unique<app::Pace>(*m_settings);
    m_session = std::make_unique<app::Session>(
        std::vector<core::Device>{ { "Slow", 1e9, 1e9, "test" }, { "Fast", 1e10, 1e9, "test" } });
    m_selection = std::make_unique<app::Selection>();
    m_jobs = std::make_unique<app::Jobs>();
    m_saver = std::make_unique<app::Saver>();
    m_keeper = std::make_unique<app::SessionKeeper>(*m_session, *m_saver, places().store);
    m_queue = std::make_unique<app::RunQueue>(folder() / "queue.json", *m_saver);
    m_quantize = std::make_unique<app::QuantizeController>(
        *m_jobs, *m_session, *m_keeper, *m_queue, *m_pace, nullptr);
    attach();
}

void PresenterTest::cleanup()
{
    m_jobs->cancel();
    detach();
    m_quantize.reset();
    m_jobs.reset();
    m_queue.reset();
    m_keeper.reset();
    m_saver.reset();
    m_selection.reset();
    m_session.reset();
}

std::filesystem::path PresenterTest::folder() const { return m_folder->path().toStdString(); }

app::SessionPlaces PresenterTest::places() const
{
    return { app::SessionStore(folder() / "sessions"), nullptr };
}

std::filesystem::path PresenterTest::newFolder()
{
    const std::filesystem::path path = folder() / ("model" + std::to_string(++m_opened));
    std::filesystem::create_directories(path);
    for (const char* name : { "calibration.txt", "evaluation.txt" }) {
        std::ofstream text(path / name);
        for (int line = 0; line < 400; ++line)
            text << "the quick brown fox jumps over the lazy dog " << line << '\n';
    }
    return path;
}

void PresenterTest::open(const support::TinyModel& model)
{
    const std::filesystem::path path = newFolder();
    support::writeTinyModel(model, path);
    m_session->open(app::openModel(path, path, places(), {}));
}

void PresenterTest::openArchitecture(const std::string& name)
{
    const std::filesystem::path path = newFolder();
    support::writeTinyArchitecture(name, path);
    m_session->open(app::openModel(path, path, places(), {}));
}

void PresenterTest::reopen()
{
    const std::filesystem::path path = m_session->checkpoint()->path();
    m_session->open(app::openModel(path, path, places(), {}));
}

std::vector<int> PresenterTest::selectSix(support::TinyModel model)
{
    model.layers = 6;
    open(model);
    m_session->usePreset("Q8_0");
    std::vector<int> tensors;
    for (int layer = 0; layer < 6; ++layer)
        tensors.push_back(tensor(core::Role::FfnUp, layer));
    m_selection->setTensors(tensors);
    return tensors;
}

void PresenterTest::openGguf(const support::TinyModel& model)
{
    const std::filesystem::path path = newFolder(), file = path / "tiny.gguf";
    support::writeTinyGguf(model, file);
    m_session->open(app::openModel(file, path, places(), {}));
}

void PresenterTest::openUnknown()
{
    const std::filesystem::path path = newFolder(), file = path / "mamba.gguf";
    core::GgufMetadata metadata;
    metadata.set("general.architecture", std::string("mamba"));
    metadata.set("general.name", std::string("Tiny Mamba"));
    metadata.set("mamba.block_count", std::uint32_t(2));
    std::vector<core::GgufTensorInfo> tensors;
    for (const char* name : { "token_embd.weight", "blk.0.ssm_in.weight", "blk.0.ssm_x.weight",
             "blk.1.ssm_in.weight", "blk.1.ssm_x.weight" })
        tensors.push_back({ name, &core::formats::f32, { 64, 256 } });
    tensors.push_back({ "blk.0.attn_norm.weight", &core::formats::f32, { 256 } });
    core::AtomicFile beside(file, core::Existing::Keep);
    core::writeGguf(beside.output(), metadata, tensors,
        [&](std::size_t i) {
            std::vector<float> values(tensors[i].shape.size() == 1 ? 256 : 64 * 256);
            for (std::size_t at = 0; at < values.size(); ++at)
                values[at] = float((at * 37 + i * 11) % 101) / 50.f - 1.f;
            const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
            return core::GgufBytes(
                std::vector<std::byte>(bytes, bytes + values.size() * sizeof(float)));
        },
        {});
    beside.commit();
    m_session->open(app::openModel(file, path, places(), {}));
}

int PresenterTest::tensor(core::Role role, int layer) const
{
    const auto& tensors = m_session->checkpoint()->tensors();
    const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const auto& tensor) {
        return tensor.place.role == role && tensor.place.layer == layer;
    });
    return int(found - tensors.begin());
}

void PresenterTest::preview(int tensor, const core::Format* format, double error)
{
    auto preview = std::make_shared<core::RoundingPreview>();
    preview->format = format;
    preview->outputError = error;
    m_session->previews().insert(tensor, format, std::move(preview));
}

void PresenterTest::predictQ8Loss(int tensor)
{
    const core::Tensor& subject = m_session->checkpoint()->tensors()[std::size_t(tensor)];
    auto table = std::make_shared<core::SensitivityTable>();
    table->sequences = 8;
    table->tensors.push_back({ subject.name, subject.place.role,
        { { &core::formats::q8_0, core::Method::Importance, 100, {}, 0.01, 0.002 } } });
    m_session->setLosses(table);
}

int PresenterTest::addRun(double kld)
{
    app::Run run;
    run.recipe = m_session->recipe().recipe();
    run.plan = m_session->recipe().plan();
    run.calibration = m_session->calibration();
    run.title = "Q4_K";
    const int number = m_session->runs().add(std::move(run));
    core::Evaluation evaluation;
    evaluation.perplexity = 12.5;
    evaluation.against = core::Comparison{};
    evaluation.against->kldMean = kld;
    evaluation.against->kldError = kld / 1000;
    m_session->runs().setEvaluation(number, evaluation, m_session->evaluationSettings());
    return number;
}
