// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/shrinkcontroller.h"

#include "app/jobs/readfiles.h"
#include "app/session/exportnames.h"
#include "widgets/notcomputed.h"

#include <QFileInfo>
#include <QPointer>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace app {

namespace {

    bool isSame(const core::Recipe& a, const core::Recipe& b)
    {
        return core::recipeToJson(a) == core::recipeToJson(b);
    }

    core::GgufExportOptions optionsFor(
        const core::Checkpoint& checkpoint, const core::Recipe& recipe)
    {
        core::GgufExportOptions options;
        options.modelName = exportModelName(checkpoint).toStdString();
        options.recipe = core::recipeText(recipe);
        return options;
    }

    /// The file of that grade, once it is known that there is room for it. For the worker.
    std::optional<core::SmallerFile> found(const core::Checkpoint& checkpoint,
        const core::SensitivityTable& losses, core::Grade grade, const core::ExportTarget& target)
    {
        auto file = core::smallerFile(checkpoint, losses, grade);
        if (file)
            core::checkExportTarget(checkpoint, target,
                core::planGguf(
                    checkpoint, file->mix.plan, optionsFor(checkpoint, file->mix.recipe)));
        return file;
    }

} // namespace

ShrinkController::ShrinkController(Session& session, const ShrinkParts& parts, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_parts(parts)
{
    connect(&session, &Session::modelChanged, this, [this] {
        if (m_chain && m_chain->session == m_session.id())
            return;
        m_chain.reset();
        m_stoppedAt = Step::None;
        emit changed();
    });
    connect(&m_parts.quick, &Jobs::failed, this,
        [this](JobId id, const QString&, const QString& reason) {
            if (isAt(Step::Finding) && m_chain->job == id)
                fail(reason);
        });
    connectLosses();
    connectRuns();
    connectExport();
}

// A controller that ends tells so before it tells why: what follows waits until both are told.

void ShrinkController::connectLosses()
{
    connect(&m_parts.losses, &LossController::failed, this, [this](const QString& reason) {
        if (isAt(Step::Predicting))
            fail(reason);
    });
    connect(&m_parts.jobs, &Jobs::cancelled, this, [this] {
        if (isAt(Step::Predicting) || isAt(Step::Writing))
            stop();
    });
    connect(
        &m_parts.losses, &LossController::runningChanged, this,
        [this] {
            if (isAt(Step::Predicting) && !m_parts.losses.isRunning())
                find();
        },
        Qt::QueuedConnection);
}

void ShrinkController::connectRuns()
{
    using Phase = QuantizeController::Phase;
    connect(&m_parts.quantize, &QuantizeController::quantized, this, [this](int run) {
        const auto made = m_session.runs().find(run);
        if (!isAt(Step::Rounding) || !made || !isSame(made->recipe, m_chain->recipe))
            return;
        m_chain->run = run;
        if (m_parts.quantize.phase() == Phase::Idle) // no text runs through the model
            write();
        else
            go(Step::Measuring);
    });
    connect(&m_parts.quantize, &QuantizeController::evaluated, this, [this](int run) {
        if (isAt(Step::Measuring) && m_chain->run == run)
            write();
    });
    connect(
        &m_parts.quantize, &QuantizeController::failed, this, [this](Phase, const QString& reason) {
            const QueuedRun* queued = m_chain ? m_parts.queue.find(m_chain->queued) : nullptr;
            if (isAt(Step::Rounding) && queued && queued->state == QueuedRun::State::Failed)
                fail(reason);
            else if (isAt(Step::Measuring) && !queued)
                fail(reason);
        });
    connect(&m_parts.queue, &RunQueue::changed, this, &ShrinkController::checkQueue,
        Qt::QueuedConnection);
}

void ShrinkController::connectExport()
{
    connect(&m_parts.exporting, &ExportController::failed, this, [this](const QString& reason) {
        if (isAt(Step::Writing))
            fail(reason);
    });
    connect(
        &m_parts.exporting, &ExportController::runningChanged, this,
        [this] {
            if (isAt(Step::Writing) && !m_parts.exporting.isRunning())
                settleWriting();
        },
        Qt::QueuedConnection);
}

QString ShrinkController::whyNot() const
{
    if (!m_session.isOpen())
        return tr("No model is open.");
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    if (!core::isExportable(checkpoint))
        return checkpoint.isComputed() ? tr("The model has no tokenizer, and a GGUF needs one.")
                                       : tr("No GGUF can be made of this model (%1).")
                                             .arg(widgets::notComputedReason(checkpoint.config()));
    const bool reads = core::smallerRecipe(checkpoint).method == core::Method::Gptq;
    if (reads && m_session.calibration().file.empty())
        return tr("A calibration text is needed.");
    if (m_parts.exporting.isRunning())
        return tr("Another file is being written.");
    return {};
}

bool ShrinkController::predictsFirst() const
{
    const auto& losses = m_session.losses();
    return m_session.isOpen() && (!losses || core::isRough(*losses))
        && core::whyNotPredicted(*m_session.checkpoint()).empty();
}

void ShrinkController::make(core::Grade grade)
{
    if (m_chain || !whyNot().isEmpty())
        return;
    m_chain.emplace();
    m_chain->session = m_session.id();
    m_chain->grade = grade;
    m_stoppedAt = Step::None;
    go(Step::Predicting);
    if (m_parts.losses.isRunning())
        return; // what is asked for already
    if (predictsFirst() && m_parts.losses.whyNot().isEmpty())
        return m_parts.losses.measure();
    if (!m_session.losses())
        return m_parts.losses.guess();
    find();
}

void ShrinkController::go(Step step)
{
    m_chain->step = step;
    emit changed();
}

void ShrinkController::find()
{
    if (!m_session.losses())
        return stop();
    go(Step::Finding);
    const core::ExportTarget target{ freeFile(), core::Existing::Keep,
        readFiles(m_session, m_parts.queue) };
    m_chain->job = m_parts.quick.start(
        tr("Finding a mix"),
        [checkpoint = m_session.checkpoint(), losses = m_session.losses(), grade = m_chain->grade,
            target](const core::Progress&) { return found(*checkpoint, *losses, grade, target); },
        [guard = QPointer(this), session = m_session.id()](
            const std::optional<core::SmallerFile>& file) {
            if (guard && guard->isAt(Step::Finding) && session == guard->m_session.id())
                guard->takeFound(file);
        });
}

void ShrinkController::takeFound(const std::optional<core::SmallerFile>& file)
{
    if (!file)
        return fail(tr("Predicted on the text, no file of that grade is smaller."));
    assign(file->mix.recipe);
    round();
}

void ShrinkController::assign(const core::Recipe& recipe)
{
    m_chain->recipe = recipe;
    if (!isSame(m_session.recipe().recipe(), recipe))
        m_session.recipe().replace(
            recipe, tr("Assign %1", "a recipe").arg(QString::fromStdString(recipe.name)));
}

std::shared_ptr<const Run> ShrinkController::finishedRun() const
{
    const auto run = m_session.runs().matching(m_chain->recipe);
    const bool isSameText
        = run && run->calibration == m_session.calibration() && run->imatrix == m_session.imatrix();
    return isSameText ? run : nullptr;
}

void ShrinkController::round()
{
    if (const auto run = finishedRun()) {
        m_chain->run = run->number;
        const bool isMeasured
            = run->evaluation && run->measuredWith == m_session.evaluationSettings();
        if (isMeasured || !m_parts.quantize.whyNotEvaluate().isEmpty())
            return write();
        return measure(run->number);
    }
    if (const QString whyNot = m_parts.quantize.whyNotQuantize(); !whyNot.isEmpty())
        return fail(whyNot);
    go(Step::Rounding);
    m_parts.quantize.quantize();
    const auto queued = std::ranges::find_if(m_parts.queue.runs(), [this](const QueuedRun& run) {
        return run.session == m_chain->session && run.measuredRun == 0
            && isSame(run.recipe, m_chain->recipe);
    });
    m_chain->queued = queued == m_parts.queue.runs().end() ? 0 : queued->id;
}

void ShrinkController::measure(int run)
{
    go(Step::Measuring);
    m_parts.quantize.evaluate(run);
    const auto queued = std::ranges::find(m_parts.queue.runs(), run, &QueuedRun::measuredRun);
    m_chain->queued = queued == m_parts.queue.runs().end() ? 0 : queued->id;
}

void ShrinkController::checkQueue()
{
    if (!isAt(Step::Rounding) && !isAt(Step::Measuring))
        return;
    const QueuedRun* queued = m_parts.queue.find(m_chain->queued);
    if (!queued || queued->state == QueuedRun::State::Interrupted)
        stop();
}

std::filesystem::path ShrinkController::freeFile() const
{
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    QDir folder(exportFolder(checkpoint));
    if (const core::GgufExportReport* last = m_session.exported()) {
        const QFileInfo parent(QString::fromStdString(last->file.parent_path().string()));
        if (parent.isDir() && parent.isWritable())
            folder.setPath(parent.filePath());
    }
    const core::Recipe& recipe = m_chain->recipe;
    const QString name
        = exportName({ exportModelName(checkpoint), QString::fromStdString(recipe.name),
            QString::fromStdString(core::treatmentName(recipe.treatment())) });
    const core::SourceFiles read = readFiles(m_session, m_parts.queue);
    const QString free = folder.exists(name) || read.find(folder.filePath(name).toStdString())
        ? freeName(folder, name, read)
        : name;
    return folder.filePath(free).toStdString();
}

void ShrinkController::write()
{
    go(Step::Writing);
    m_chain->file = freeFile();
    const core::ExportTarget target{ m_chain->file, core::Existing::Keep,
        readFiles(m_session, m_parts.queue) };
    m_parts.exporting.exportRun(
        m_chain->run, target, optionsFor(*m_session.checkpoint(), m_chain->recipe));
    if (m_chain && !m_parts.exporting.isRunning()) // another model's file holds the place
        fail(tr("Another file is being written."));
}

void ShrinkController::settleWriting()
{
    const core::GgufExportReport* report = m_session.exported();
    if (!report || report->file != m_chain->file)
        return stop();
    m_chain.reset();
    emit changed();
}

void ShrinkController::cancel()
{
    if (!m_chain)
        return;
    const QueuedRun* queued = m_parts.queue.find(m_chain->queued);
    if (queued && queued->state == QueuedRun::State::Waiting)
        m_parts.queue.remove(queued->id);
    else
        m_parts.jobs.cancel();
    if (isAt(Step::Finding))
        stop();
}

void ShrinkController::stop()
{
    m_stoppedAt = m_chain->step;
    m_chain.reset();
    emit changed();
}

void ShrinkController::fail(const QString& reason)
{
    stop();
    emit failed(reason);
}

} // namespace app
