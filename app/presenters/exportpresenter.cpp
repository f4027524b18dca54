// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/exportpresenter.h"

#include "app/jobs/readfiles.h"
#include "app/presenters/runrows.h"
#include "app/session/exportnames.h"
#include "widgets/format.h"
#include "widgets/models/tensormodel.h"
#include "widgets/notcomputed.h"
#include "widgets/pages/export/exportpage.h"

#include <QDir>
#include <QFileInfo>
#include <QStorageInfo>

#include <algorithm>
#include <map>
#include <utility>

namespace app {

namespace {

    constexpr int theRecipe = -1;

} // namespace

ExportPresenter::ExportPresenter(widgets::ExportPage& page, widgets::TensorModel& table,
    Session& session, Selection& selection, QuantizeController& quantize,
    ExportController& controller, Jobs& jobs, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_table(table)
    , m_session(session)
    , m_quantize(quantize)
    , m_controller(controller)
{
    connectSession();
    connectPage();
    connectRun();
    connect(&page, &widgets::ExportPage::placesSelected, &selection, &Selection::choose);
    connect(&page, &widgets::ExportPage::cancelRequested, &jobs, &Jobs::cancel);
}

void ExportPresenter::connectSession()
{
    connect(&m_session, &Session::modelChanged, this, [this] {
        m_source = theRecipe;
        m_sourceChosen = false;
        const core::Checkpoint& checkpoint = *m_session.checkpoint();
        m_suggestedName.clear();
        m_page.setSettings({ exportFolder(checkpoint), {}, exportModelName(checkpoint), {} });
    });
    // Opening a model sends all four: what a file would hold is planned once, after them.
    m_fillSoon.setSingleShot(true);
    const auto soon = [this] { m_fillSoon.start(); };
    connect(&m_session, &Session::modelChanged, this, soon);
    connect(&m_session.runs(), &RunList::changed, this, soon);
    connect(&m_session.recipe(), &RecipeEditor::changed, this, soon);
    connect(&m_session, &Session::textsChanged, this, soon);
    connect(&m_fillSoon, &QTimer::timeout, this, &ExportPresenter::fillSources);
    connect(&m_session, &Session::deviceChanged, this, &ExportPresenter::fillExpectation);
    connect(&m_session, &Session::exportedChanged, this, [this] {
        m_showsReport = m_showsReport && !isWritten(); // a new one is shown again
        showReport();
        if (!m_session.exported())
            return;
        fillChecks();
        fillTable();
    });
}

void ExportPresenter::connectPage()
{
    using widgets::ExportPage;
    connect(&m_page, &ExportPage::sourceChosen, this, [this](int source) {
        m_source = source;
        m_sourceChosen = true;
        showSource();
    });
    connect(&m_page, &ExportPage::settingsChanged, this, [this] {
        if (m_page.settings().fileName == m_proposedName)
            m_suggestedName = m_proposedName; // ours as well: it follows the source
        fillPlan();
        fillChecks();
        fillTable();
        showReport();
    });
    connect(&m_page, &ExportPage::exportRequested, this, &ExportPresenter::startExport);
}

void ExportPresenter::connectRun()
{
    connect(&m_controller, &ExportController::runningChanged, this,
        [this] { m_page.setRunning(m_controller.isRunning()); });
    connect(&m_controller, &ExportController::failed, this,
        [this](const QString& reason) { m_page.setError(reason); });
    connect(&m_quantize, &QuantizeController::quantized, this, [this](int run) {
        if (!m_exportNext)
            return;
        const core::ExportTarget target = *std::exchange(m_exportNext, std::nullopt);
        exportSource(run, target);
    });
    const auto stopped = [this] {
        if (m_exportNext)
            m_page.setRunning(false);
        m_exportNext.reset();
    };
    connect(&m_quantize, &QuantizeController::cancelled, this, stopped);
    connect(&m_quantize, &QuantizeController::failed, this,
        [this, stopped](QuantizeController::Phase, const QString& reason) {
            if (m_exportNext)
                m_page.setError(reason);
            stopped();
        });
}

std::shared_ptr<const Run> ExportPresenter::run() const
{
    return m_source > 0 ? m_session.runs().find(m_source) : nullptr;
}

std::optional<core::GgufPlan> ExportPresenter::plan() const
{
    if (!m_session.isOpen() || !whyNoPlan().empty())
        return std::nullopt;
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    return m_source == 0 ? core::planGguf(checkpoint, options())
                         : core::planGguf(checkpoint, planned(), options());
}

std::vector<core::PlannedTensor> ExportPresenter::planned() const
{
    const auto finished = run();
    return finished ? finished->plan : m_session.recipe().plan();
}

std::string ExportPresenter::whyNoPlan() const
{
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    return m_source == 0 ? core::whyNotExported(checkpoint)
                         : core::whyNotExported(checkpoint, planned());
}

QString ExportPresenter::sourceTitle() const
{
    if (m_source == 0)
        return QStringLiteral("original");
    const auto finished = run();
    return finished ? finished->title : m_session.recipe().title();
}

core::Recipe ExportPresenter::sourceRecipe() const
{
    const auto finished = run();
    return finished ? finished->recipe : m_session.recipe().recipe();
}

core::GgufExportOptions ExportPresenter::options() const
{
    const widgets::ExportSettings settings = m_page.settings();
    core::GgufExportOptions options;
    options.modelName = settings.modelName.toStdString();
    options.license = settings.license.toStdString();
    if (m_source == 0)
        return options;
    options.recipe = core::recipeText(sourceRecipe());
    return options;
}

void ExportPresenter::suggest()
{
    widgets::ExportSettings settings = m_page.settings();
    if (settings.fileName != m_suggestedName && !settings.fileName.isEmpty())
        return; // the user's own
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    QStringList parts{ exportModelName(checkpoint), sourceTitle() };
    if (m_source != 0) {
        const core::Recipe recipe = sourceRecipe();
        parts += QString::fromStdString(core::treatmentName(recipe.treatment()));
        parts += recipeTag(recipe, checkpoint);
    }
    m_suggestedName = exportName(parts);
    const QDir folder(settings.folder);
    const core::SourceFiles read = target().read;
    if (read.find(folder.filePath(m_suggestedName).toStdString()))
        m_suggestedName = freeName(folder, m_suggestedName, read);
    settings.fileName = m_suggestedName;
    m_page.setSettings(settings);
}

void ExportPresenter::fillSources()
{
    if (!m_session.isOpen())
        return;
    std::vector<widgets::RunRow> rows = runRows(m_session);
    const auto present = presentRun(m_session);
    if (m_source > 0 && !run())
        m_sourceChosen = false;
    if (!m_sourceChosen || (present && m_source == theRecipe))
        m_source = present ? present->number : theRecipe;
    if (!present) {
        widgets::RunRow row;
        row.number = theRecipe;
        row.title = m_session.recipe().title();
        row.method = methodTitle(m_session.recipe().recipe().treatment());
        row.fileBytes = core::exportedBytes(*m_session.checkpoint(), m_session.recipe().plan(),
            { {}, {}, core::recipeText(m_session.recipe().recipe()) });
        row.isRecipe = true;
        rows.insert(rows.begin() + 1, row);
    }
    m_page.setSources(rows, m_source);
    showSource();
}

void ExportPresenter::showSource()
{
    suggest();
    fillPlan();
    fillChecks();
    fillTable();
    fillExpectation();
    showReport();
}

void ExportPresenter::fillPlan()
{
    m_plan = plan();
    QString reason;
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    if (!core::isExportable(checkpoint) && !checkpoint.isComputed())
        reason = tr("No GGUF can be made of this model (%1).")
                     .arg(widgets::notComputedReason(checkpoint.config()));
    else if (!core::isExportable(checkpoint))
        reason = tr("The model has no tokenizer, and a GGUF needs one.");
    else if (!m_plan && m_source != 0 && core::hasStudyFormat(planned()))
        reason = tr("The recipe has formats for study, which no kind of file can hold.");
    else if (!m_plan)
        reason = QString::fromStdString(whyNoPlan());
    m_page.setPlan(m_plan, reason);
}

void ExportPresenter::fillChecks()
{
    const widgets::ExportSettings settings = m_page.settings();
    const QDir folder(settings.folder);
    widgets::ExportChecks checks;
    checks.folderExists = !settings.folder.isEmpty() && folder.exists();
    checks.hasName = !settings.fileName.trimmed().isEmpty();
    if (checks.folderExists && checks.hasName)
        checks.existing = existingFile(target());
    m_proposedName = checks.existing.freeName;
    if (checks.folderExists)
        checks.freeBytes = double(QStorageInfo(folder).bytesAvailable());
    const auto finished = run();
    const auto& planned = finished ? finished->plan : m_session.recipe().plan();
    if (m_source != 0)
        checks.fallbacks = int(std::count_if(planned.begin(), planned.end(),
            [](const core::PlannedTensor& tensor) { return tensor.fellBack(); }));
    checks.hasTokenizer
        = m_session.checkpoint()->hasTokenizer() || m_session.checkpoint()->isGguf();
    checks.hasChatTemplate
        = m_session.checkpoint()->metadata().find("tokenizer.chat_template") != nullptr;
    if (finished && finished->evaluation && finished->evaluation->against)
        checks.measured
            = tr("KLD %1").arg(widgets::kldText(finished->evaluation->against->kldMean));
    m_page.setChecks(checks);
}

void ExportPresenter::fillTable()
{
    const bool written = isWritten();
    std::map<core::Place, std::size_t> numbers; // in the file
    for (std::size_t i = 0; m_plan && i < m_plan->places.size(); ++i)
        numbers.insert_or_assign(m_plan->places[i], i);
    const widgets::TensorModel::Together together(m_table);
    for (int tensor = 0; tensor < m_table.tensorCount(); ++tensor) {
        std::optional<widgets::ExportFacts> facts;
        if (const auto found = numbers.find(m_table.row(tensor).place); found != numbers.end())
            facts = { m_plan->tensors[found->second].format, m_plan->layout.offsets[found->second],
                m_plan->layout.sizes[found->second], written };
        m_table.setExported(tensor, facts);
    }
}

void ExportPresenter::fillExpectation()
{
    const auto finished = run();
    if (!finished || !finished->evaluation) {
        m_page.setExpectation({});
        return;
    }
    const QString perplexity = widgets::perplexityText(finished->evaluation->perplexity);
    const core::Device* device = m_session.device();
    if (!device) {
        m_page.setExpectation(tr("Expected there: perplexity %1.").arg(perplexity));
        return;
    }
    const double speed = core::tokensPerSecond(
        device, core::bytesPerToken(*m_session.checkpoint(), finished->plan, m_session.context()));
    m_page.setExpectation(tr("Expected there: perplexity %1, up to %2 tok/s on %3.")
                              .arg(perplexity, widgets::tokensPerSecondText(speed),
                                  QString::fromStdString(device->name)));
}

void ExportPresenter::fillNow()
{
    if (!m_fillSoon.isActive())
        return;
    m_fillSoon.stop();
    fillSources();
}

core::ExportTarget ExportPresenter::target() const
{
    const widgets::ExportSettings settings = m_page.settings();
    core::ExportTarget target{ QDir(settings.folder).filePath(settings.fileName).toStdString(),
        m_page.existing(), readFiles(m_session, m_quantize.queue()) };
    target.read.add(m_session.recipeFile(), "the recipe");
    return target;
}

widgets::ExistingFile ExportPresenter::existingFile(const core::ExportTarget& target) const
{
    using Kind = widgets::ExistingFile::Kind;
    const QFileInfo file(QString::fromStdString(target.file.string()));
    const bool isRead = target.read.find(target.file).has_value();
    if (!isRead && !file.exists())
        return {};
    return { isRead ? Kind::Read : Kind::Other,
        freeName(file.dir(), file.fileName(), target.read) };
}

bool ExportPresenter::isWritten() const
{
    const core::GgufExportReport* written = m_session.exported();
    return written && m_session.exportedRun() == m_source && written->file == target().file
        && QFileInfo(QString::fromStdString(written->file.string())).size()
        == qint64(written->bytes);
}

void ExportPresenter::showReport()
{
    if (isWritten() == m_showsReport)
        return;
    m_showsReport = !m_showsReport;
    m_page.setReport(m_showsReport ? std::optional(*m_session.exported()) : std::nullopt);
}

void ExportPresenter::startExport()
{
    fillNow();
    if (!m_session.isOpen() || m_controller.isRunning())
        return;
    fillChecks(); // something may have come to that name since
    if (!m_page.canExport())
        return;
    if (m_source != theRecipe) {
        exportSource(m_source, target());
        return;
    }
    if (m_quantize.phase() != QuantizeController::Phase::Idle)
        return;
    m_exportNext = target();
    m_page.setRunning(true);
    m_quantize.quantize();
}

void ExportPresenter::exportSource(int source, const core::ExportTarget& target)
{
    fillNow();
    m_controller.exportRun(source, target, options());
}

void ExportPresenter::setFolder(const QString& folder)
{
    widgets::ExportSettings settings = m_page.settings();
    settings.folder = folder;
    m_page.setSettings(settings);
    fillChecks();
    fillTable();
    showReport();
}

} // namespace app
