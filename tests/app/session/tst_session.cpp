// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/formatchoices.h"
#include "app/presenters/runrows.h"
#include "app/session/session.h"
#include "core/export/ggufexport.h"
#include "core/quant/quantize.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using app::Session;

namespace {

std::filesystem::path sampleFolder()
{
    return std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources" / "sample";
}

std::vector<core::Device> devices()
{
    return { { "Slow", 1e9, 1e9, "test" }, { "Fast", 1e10, 1e9, "test" } };
}

int tensorNamed(const Session& session, const std::string& name)
{
    const auto& tensors = session.checkpoint()->tensors();
    const auto found = std::find_if(tensors.begin(), tensors.end(),
        [&name](const core::Tensor& tensor) { return tensor.name == name; });
    return found == tensors.end() ? -1 : int(found - tensors.begin());
}

} // namespace

class TestSession : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<Session> m_session;

    const core::Format* planned(const std::string& name) const
    {
        return m_session->recipe().plan()[std::size_t(tensorNamed(*m_session, name))].format;
    }

    std::uint64_t bytes() const
    {
        return core::exportedBytes(*m_session->checkpoint(), m_session->recipe().plan(), {});
    }

private slots:
    void init()
    {
        m_session = std::make_unique<Session>(devices());
        m_session->open(
            app::openModel(sampleFolder(), sampleFolder(), { app::SessionStore({}), nullptr }, {}));
    }

    void opensTheSampleWithItsOwnTexts()
    {
        QVERIFY(m_session->isOpen());
        QCOMPARE(m_session->calibration().file, sampleFolder() / "calibration.txt");
        QCOMPARE(m_session->evaluation().file, sampleFolder() / "evaluation.txt");
        QCOMPARE(m_session->calibration().length, 256); // what the sample was trained for
        QCOMPARE(m_session->model().tokenizerWorks, std::optional(true));
        QCOMPARE(m_session->model().fileBytes,
            std::uint64_t(std::filesystem::file_size(sampleFolder() / "model.safetensors")));
        QCOMPARE(m_session->weightStatsMissing(), int(m_session->checkpoint()->tensors().size()));
    }

    void assignsAFormatToManyTensorsAndTakesItBack()
    {
        const auto* before = planned("blk.1.ffn_up.weight");
        QSignalSpy changed(&m_session->recipe(), &app::RecipeEditor::changed);
        const auto bytesBefore = bytes();
        m_session->recipe().assign({ tensorNamed(*m_session, "blk.0.ffn_up.weight"),
                                       tensorNamed(*m_session, "blk.1.ffn_up.weight") },
            &core::formats::q2_K);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(planned("blk.0.ffn_up.weight"), &core::formats::q2_K);
        QCOMPARE(planned("blk.1.ffn_up.weight"), &core::formats::q2_K);
        QVERIFY(planned("blk.2.ffn_up.weight") != &core::formats::q2_K);
        QVERIFY(bytes() < bytesBefore);
        QUndoStack& undo = m_session->recipe().undoStack();
        QCOMPARE(undo.count(), 1);
        undo.undo();
        QCOMPARE(planned("blk.1.ffn_up.weight"), before);
        QCOMPARE(bytes(), bytesBefore);
        undo.redo();
        QCOMPARE(planned("blk.1.ffn_up.weight"), &core::formats::q2_K);
    }

    void replacesAnEarlierChoiceOfTheSameTensor()
    {
        const int tensor = tensorNamed(*m_session, "blk.0.attn_q.weight");
        const auto rules = m_session->recipe().recipe().rules.size();
        m_session->recipe().assign({ tensor }, &core::formats::q2_K);
        m_session->recipe().assign({ tensor }, &core::formats::q8_0);
        QCOMPARE(planned("blk.0.attn_q.weight"), &core::formats::q8_0);
        QCOMPARE(m_session->recipe().recipe().rules.size(), rules + 1);
    }

    void makesNoUndoStepOfWhatChangesNothing()
    {
        const int tensor = tensorNamed(*m_session, "blk.0.attn_q.weight");
        m_session->recipe().assign({ tensor }, &core::formats::q2_K);
        m_session->recipe().assign({ tensor }, &core::formats::q2_K);
        m_session->recipe().assign(
            { tensorNamed(*m_session, "blk.0.attn_norm.weight") }, &core::formats::q2_K);
        m_session->recipe().setTreatment(m_session->recipe().recipe().treatment());
        QCOMPARE(m_session->recipe().undoStack().count(), 1);
    }

    void foreseesWhatAssigningWouldGive()
    {
        const int tensor = tensorNamed(*m_session, "token_embd.weight");
        const auto looked = m_session->recipe().planIfAssigned({ tensor }, &core::formats::q4_0);
        QCOMPARE(looked[std::size_t(tensor)].format, &core::formats::q4_0);
        QVERIFY(planned("token_embd.weight") != &core::formats::q4_0);
        m_session->recipe().assign({ tensor }, &core::formats::q4_0);
        QCOMPARE(core::exportedBytes(*m_session->checkpoint(), looked, {}), bytes());
    }

    void keepsTensorsAsInTheFile()
    {
        const int tensor = tensorNamed(*m_session, "blk.0.attn_q.weight");
        m_session->recipe().assign({ tensor }, &core::formats::source);
        QVERIFY(m_session->recipe().plan()[std::size_t(tensor)].keeps);
        QCOMPARE(m_session->recipe().undoStack().undoText(), "Assign as in the file to 1 tensors");
        m_session->recipe().assign({ tensor }, &core::formats::source);
        QCOMPARE(m_session->recipe().undoStack().count(), 1);
        m_session->usePreset("source");
        QCOMPARE(m_session->recipe().title(), "As in the file");
        for (const core::PlannedTensor& planned : m_session->recipe().plan())
            QVERIFY(planned.keeps || !core::isMatrix(planned.place.role));
    }

    void aQuantizedModelStartsAsInTheFile()
    {
        const auto sample = m_session->checkpoint();
        const core::QuantizedModel rounded = core::quantize(
            sample, core::presetRecipe("Q4_0", *sample, core::Method::RoundToNearest), {}, {}, {});
        const QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("quantized.gguf").toStdString();
        core::exportGguf(*rounded.checkpoint, { file }, {}, {});
        m_session->open(
            app::openModel(file, sampleFolder(), { app::SessionStore({}), nullptr }, {}));
        QCOMPARE(m_session->recipe().title(), "As in the file");
        QVERIFY(std::all_of(m_session->recipe().plan().begin(), m_session->recipe().plan().end(),
            [](const core::PlannedTensor& planned) { return planned.keeps; }));
    }

    void plansAnotherFormatWhereARangeDoesNotFit()
    {
        m_session->usePreset("Q8_0");
        const int tensor = tensorNamed(*m_session, "blk.1.ffn_up.weight");
        const std::uint64_t before = bytes();
        auto preview = std::make_shared<core::RoundingPreview>();
        preview->fault = core::RangeFault{ core::RangeFault::Kind::TooSmall, 1e-9f };
        preview->wider = &core::formats::bf16;
        QSignalSpy changed(&m_session->recipe(), &app::RecipeEditor::changed);
        m_session->previews().insert(tensor, &core::formats::q8_0, preview);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(planned("blk.1.ffn_up.weight"), &core::formats::bf16);
        QVERIFY(bytes() > before);
        m_session->usePreset("Q6_K");
        QCOMPARE(planned("blk.1.ffn_up.weight"), &core::formats::q6_K);
        m_session->usePreset("Q8_0");
        QCOMPARE(planned("blk.1.ffn_up.weight"), &core::formats::bf16);
    }

    void usesPresetsAsOneUndoStep()
    {
        m_session->usePreset("Q8_0");
        QCOMPARE(planned("blk.3.ffn_down.weight"), &core::formats::q8_0);
        QCOMPARE(m_session->recipe().title(), "Q8_0");
        m_session->recipe().undoStack().undo();
        QVERIFY(planned("blk.3.ffn_down.weight") != &core::formats::q8_0);
    }

    void forgetsEverythingOfTheModelBefore()
    {
        m_session->usePreset("Q8_0");
        m_session->setWeightStats(0, std::make_shared<core::TensorStats>());
        m_session->runs().add({});
        m_session->previews().insert(
            0, &core::formats::q4_0, std::make_shared<core::RoundingPreview>());
        QSignalSpy changed(m_session.get(), &Session::modelChanged);
        m_session->open(
            app::openModel(sampleFolder(), sampleFolder(), { app::SessionStore({}), nullptr }, {}));
        QCOMPARE(changed.count(), 1);
        QVERIFY(!m_session->weightStats(0));
        QVERIFY(m_session->runs().runs().empty());
        QVERIFY(!m_session->recipe().undoStack().canUndo());
        QVERIFY(!m_session->previews().find(0, &core::formats::q4_0));
    }

    void pinsTheLastTwoRuns()
    {
        app::RunList& runs = m_session->runs();
        const int first = runs.add({});
        const int second = runs.add({});
        QCOMPARE(runs.pinnedA()->number, first);
        QCOMPARE(runs.pinnedB()->number, second);
        runs.pinA(second); // they swap
        QCOMPARE(runs.pinnedA()->number, second);
        QCOMPARE(runs.pinnedB()->number, first);
        runs.remove(first);
        QVERIFY(!runs.pinnedB());
    }

    void neverShowsALossMeasuredOfAnotherRecipe()
    {
        app::Run run;
        run.recipe = m_session->recipe().recipe();
        run.plan = m_session->recipe().plan();
        run.calibration = m_session->calibration();
        const int number = m_session->runs().add(std::move(run));
        QVERIFY(app::presentRun(*m_session));
        m_session->recipe().assign({ 0 }, &core::formats::q2_K);
        QVERIFY(!app::presentRun(*m_session));
        m_session->useRecipeOf(number);
        QVERIFY(app::presentRun(*m_session));
        app::TextSettings other = m_session->calibration();
        other.count += 1;
        m_session->setCalibration(other);
        QVERIFY(!app::presentRun(*m_session));
    }

    void marksLossMeasuredOnAnotherTextOrWithOtherArithmeticAsStale()
    {
        app::Run run;
        run.recipe = m_session->recipe().recipe();
        run.plan = m_session->recipe().plan();
        const int number = m_session->runs().add(std::move(run));
        core::Evaluation evaluation;
        evaluation.against = core::Comparison{};
        m_session->runs().setEvaluation(number, evaluation, m_session->evaluationSettings());
        QVERIFY(!app::runRows(*m_session)[1].stale);
        app::TextSettings other = m_session->evaluation();
        other.count = 3;
        m_session->setEvaluation(other);
        QVERIFY(app::runRows(*m_session)[1].stale);
        m_session->runs().setEvaluation(number, evaluation, m_session->evaluationSettings());
        QVERIFY(!app::runRows(*m_session)[1].stale);
        core::SimulationOptions simulation;
        simulation.arithmetic = core::SimulationOptions::Arithmetic::Integers;
        m_session->setSimulation(simulation);
        QVERIFY(app::runRows(*m_session)[1].stale);
        m_session->runs().setEvaluation(number, evaluation, m_session->evaluationSettings());
        app::TextSettings calibration = m_session->calibration();
        calibration.count += 1;
        m_session->setCalibration(calibration); // each token's own range needs no text
        QVERIFY(!app::runRows(*m_session)[1].stale);
        simulation.integers.outlierThreshold = 6;
        m_session->setSimulation(simulation);
        m_session->runs().setEvaluation(number, evaluation, m_session->evaluationSettings());
        calibration.count += 1;
        m_session->setCalibration(calibration);
        QVERIFY(app::runRows(*m_session)[1].stale);
    }

    void countsTheBandwidthOfTheChosenDevice()
    {
        const auto bytes = core::bytesPerToken(*m_session->checkpoint(), m_session->context());
        QCOMPARE(core::tokensPerSecond(m_session->device(), bytes), 1e9 / double(bytes));
        m_session->setDevice(1);
        QCOMPARE(core::tokensPerSecond(m_session->device(), bytes), 1e10 / double(bytes));
        m_session->setDevice(7); // there is none
        QCOMPARE(m_session->deviceIndex(), 1);
        QCOMPARE(core::tokensPerSecond(nullptr, bytes), 0.0);
    }

    void stepsThroughTheFormatsOfTheRuler()
    {
        QCOMPARE(app::formatOfBits(4), &core::formats::q4_K);
        QCOMPARE(app::formatOfBits(8), &core::formats::q8_0);
        QCOMPARE(app::formatOfBits(7), nullptr);
        QCOMPARE(app::steppedFormat(&core::formats::q2_K, -1), &core::formats::q2_K);
        QCOMPARE(app::steppedFormat(&core::formats::q6_K, 1), &core::formats::q8_0);
        QCOMPARE(app::steppedFormat(&core::formats::q8_0, 1), &core::formats::q8_0);
        QCOMPARE(app::steppedFormat(&core::formats::f16, -1), &core::formats::q8_0);
    }
};

QTEST_GUILESS_MAIN(TestSession)
#include "tst_session.moc"
