// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/precisionpresenter.h"

#include "app/presenters/runrows.h"
#include "app/presenters/selectedtensors.h"
#include "core/export/ggufexport.h"
#include "core/formats/study.h"
#include "core/quant/runneeds.h"
#include "widgets/notcomputed.h"
#include "widgets/pages/precision/precisionpage.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace app {

namespace {

    constexpr int cellsDelay = 100; ///< milliseconds

    QStringList toStringList(const std::vector<std::string>& names)
    {
        QStringList list;
        for (const std::string& name : names)
            list += QString::fromStdString(name);
        return list;
    }

    std::vector<core::Role> matrixRoles(const core::Checkpoint& checkpoint)
    {
        std::set<core::Role> roles;
        for (const core::Tensor& tensor : checkpoint.tensors())
            if (tensor.isMatrix())
                roles.insert(tensor.place.role);
        return { roles.begin(), roles.end() };
    }

    void countFallback(widgets::FormatChoice& choice, const core::Format* stored)
    {
        const auto found = std::find_if(choice.fallbacks.begin(), choice.fallbacks.end(),
            [stored](const auto& each) { return core::isSameFormat(each.first, stored); });
        if (found == choice.fallbacks.end())
            choice.fallbacks.emplace_back(stored, 1);
        else
            ++found->second;
    }

} // namespace

PrecisionPresenter::PrecisionPresenter(
    widgets::PrecisionPage& page, Session& session, Selection& selection, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
    , m_selection(selection)
{
    m_page.setPresets(toStringList(core::presetNames()));
    m_cellsLater.setSingleShot(true);
    m_cellsLater.setInterval(cellsDelay);
    const auto later = [this] {
        if (!m_cellsLater.isActive())
            m_cellsLater.start();
    };
    connect(&m_cellsLater, &QTimer::timeout, this, [this] {
        fillCells();
        fillSelection();
    });
    connect(&session.previews(), &PreviewCache::inserted, this, later);
    connect(&session.previews(), &PreviewCache::cleared, this, later);
    connect(&session.recipe(), &RecipeEditor::changed, this, [this] {
        fillRecipe();
        fillSelection();
        fillCells();
        fillRuns();
    });
    connect(&session, &Session::lossesChanged, this, [this] {
        fillRecipe();
        fillSelection();
        fillCells();
    });
    connect(&session, &Session::measuredLossesChanged, this, &PrecisionPresenter::fillSelection);
    connect(&session.runs(), &RunList::changed, this, &PrecisionPresenter::fillRuns);
    connect(&session, &Session::deviceChanged, this, &PrecisionPresenter::fillRuns);
    connect(&session, &Session::textsChanged, this, &PrecisionPresenter::fillRuns);
    connect(&selection, &Selection::tensorsChanged, this, &PrecisionPresenter::fillSelection);
    connect(&selection, &Selection::lookedChanged, this, &PrecisionPresenter::fillSelection);
    connectPage();
    connectEdits();
}

void PrecisionPresenter::connectPage()
{
    using widgets::PrecisionPage;
    connect(&m_page, &PrecisionPage::lookRequested, &m_selection, &Selection::look);
    connect(&m_page, &PrecisionPage::assignRequested, this, [this](const core::Format* format) {
        m_session.recipe().assign(m_selection.tensors(), format);
        m_selection.look(nullptr);
    });
    connect(&m_page, &PrecisionPage::sensitivityFormatChosen, this, &PrecisionPresenter::fillCells);
    connect(&m_page, &PrecisionPage::placesSelected, &m_selection, &Selection::choose);
    QUndoStack& undo = m_session.recipe().undoStack();
    connect(&m_page, &PrecisionPage::undoRequested, &undo, &QUndoStack::undo);
    connect(&m_page, &PrecisionPage::redoRequested, &undo, &QUndoStack::redo);
    connect(&undo, &QUndoStack::indexChanged, this, &PrecisionPresenter::fillUndo);
    fillUndo();
}

void PrecisionPresenter::connectEdits()
{
    using widgets::PrecisionPage;
    connect(&m_page, &PrecisionPage::presetRequested, this,
        [this](const QString& name) { m_session.usePreset(name.toStdString()); });
    connect(&m_page, &PrecisionPage::recipeEdited, this,
        [this](const core::Recipe& recipe, const QString& undoText) {
            m_session.recipe().replace(recipe, undoText);
        });
    connect(&m_page, &PrecisionPage::runRecipeRequested, this,
        [this](int number) { m_session.useRecipeOf(number); });
}

void PrecisionPresenter::fillRecipe()
{
    if (!m_session.isOpen())
        return;
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    const auto& plan = m_session.recipe().plan();
    widgets::RecipeSummary summary;
    summary.title = m_session.recipe().title();
    summary.originalBytes = m_session.model().fileBytes;
    summary.fileBytes = core::exportedBytes(
        checkpoint, plan, { {}, {}, core::recipeText(m_session.recipe().recipe()) });
    summary.originalBits = core::bitsPerWeight(checkpoint);
    summary.bits = core::bitsPerWeight(checkpoint, plan);
    if (const auto predicted = m_session.predicted(plan)) {
        summary.kld = predicted->kld;
        summary.isRough = predicted->isRough;
    }
    for (std::size_t i = 0; i < plan.size(); ++i) {
        if (plan[i].fellBack())
            summary.fallbacks += QString::fromStdString(checkpoint.tensors()[i].name + ": "
                + core::fallbackText(plan[i], checkpoint.tensors()[i]));
    }
    const core::Recipe& recipe = m_session.recipe().recipe();
    m_page.setSummary(summary);
    m_page.setOffer({ matrixRoles(checkpoint),
        checkpoint.isComputed() ? QString() : widgets::whyNoText(checkpoint) });
    m_page.setRecipe(recipe, core::idleRules(checkpoint, recipe));
}

widgets::FormatChoice PrecisionPresenter::choice(const core::Format* format) const
{
    widgets::FormatChoice choice;
    choice.format = format;
    choice.measured = choice.tensors = 0;
    choice.errorOf = std::ranges::any_of(m_selection.tensors(),
                         [this](int tensor) { return !m_session.importance(tensor).empty(); })
        ? widgets::ErrorOf::Output
        : widgets::ErrorOf::Weights;
    double error = 0, change = 0, lossChange = 0;
    bool knowsNow = true;
    if (m_session.losses())
        choice.loss = 0;
    int compared = 0;
    for (const int tensor : m_selection.tensors()) {
        const core::Tensor& subject = m_session.checkpoint()->tensors()[std::size_t(tensor)];
        if (!core::isMatrix(subject.place.role))
            continue;
        ++choice.tensors;
        const core::Format* stored = core::fallbackFormat(format, subject.columns);
        const auto preview = m_session.previews().find(tensor, stored);
        if (preview && preview->wider)
            stored = preview->wider; // what does not hold the tensor's range
        if (!core::isSameFormat(stored, format))
            countFallback(choice, stored);
        if (choice.loss) {
            core::PlannedTensor planned = m_session.recipe().plan()[std::size_t(tensor)];
            const auto now = planned.keeps || !planned.format->isQuantized()
                ? std::optional(0.0)
                : m_session.predictedLoss(tensor, planned);
            planned.format = stored;
            planned.keeps = false;
            if (const auto* then = m_session.predictedFigure(tensor, planned)) {
                *choice.loss += then->kld;
                choice.lossError = std::hypot(choice.lossError, then->error);
                lossChange += then->kld - now.value_or(0);
            } else {
                choice.loss.reset();
            }
            knowsNow = knowsNow && now;
        }
        choice.bytes += std::int64_t(
            stored->tensorBytes(std::uint64_t(subject.rows), std::size_t(subject.columns)));
        if (!preview || widgets::errorOf(*preview) != choice.errorOf)
            continue;
        ++choice.measured;
        error += preview->outputError;
        const core::Format* planned = m_session.recipe().plan()[std::size_t(tensor)].format;
        const auto now = m_session.previews().find(tensor, planned);
        if (now && widgets::errorOf(*now) == choice.errorOf) {
            change += preview->outputError - now->outputError;
            ++compared;
        }
    }
    if (choice.loss && knowsNow)
        choice.lossChange = lossChange;
    addMeasuredLoss(choice);
    if (choice.measured > 0)
        choice.error = error / choice.measured;
    if (compared > 0)
        choice.change = change / compared;
    return choice;
}

void PrecisionPresenter::addMeasuredLoss(widgets::FormatChoice& choice) const
{
    double kld = 0, variance = 0;
    for (const int tensor : m_selection.tensors()) {
        core::PlannedTensor planned = m_session.recipe().plan()[std::size_t(tensor)];
        const core::Tensor& subject = m_session.checkpoint()->tensors()[std::size_t(tensor)];
        if (!subject.isMatrix())
            continue;
        planned.format = core::fallbackFormat(choice.format, subject.columns);
        planned.keeps = false;
        const core::MeasuredLoss* measured = m_session.measuredLoss(tensor, planned);
        if (!measured)
            return;
        kld += measured->loss.kld;
        variance += measured->loss.error * measured->loss.error;
    }
    if (choice.tensors == 0)
        return;
    choice.measuredLoss = kld;
    choice.measuredLossError = std::sqrt(variance);
}

std::vector<const core::Format*> PrecisionPresenter::studyFormatsInView(
    const core::Format* assigned) const
{
    std::vector<const core::Format*> formats;
    const auto add = [&formats](const core::Format* format) {
        if (!format || !format->study)
            return;
        const auto same
            = [format](const core::Format* each) { return core::isSameFormat(each, format); };
        if (std::none_of(formats.begin(), formats.end(), same))
            formats.push_back(core::findFormat(format->name));
    };
    for (const auto& preview : m_session.previews().of(m_selection.tensors().front()))
        add(preview->format);
    std::sort(formats.begin(), formats.end(), [](const auto* a, const auto* b) {
        return std::pair(b->bitsPerWeight(), a->name) < std::pair(a->bitsPerWeight(), b->name);
    });
    add(assigned);
    add(m_selection.looked());
    return formats;
}

void PrecisionPresenter::fillSelection()
{
    if (!m_session.isOpen())
        return;
    std::vector<widgets::FormatChoice> choices;
    const core::Format* assigned = nullptr;
    bool mixed = false;
    int matrices = 0;
    for (const int tensor : m_selection.tensors()) {
        const core::PlannedTensor& planned = m_session.recipe().plan()[std::size_t(tensor)];
        if (!core::isMatrix(planned.place.role))
            continue;
        mixed = mixed || (matrices > 0 && !core::isSameFormat(planned.format, assigned));
        assigned = planned.format;
        ++matrices;
    }
    if (matrices > 0) {
        for (const core::Format* format : core::allFormats()) {
            if (format->grid)
                choices.push_back(choice(format));
        }
        for (const core::Format* format : studyFormatsInView(mixed ? nullptr : assigned))
            choices.push_back(choice(format));
    }
    const std::vector<core::Place> places = selectedPlaces(m_session, m_selection);
    const QString name = places.size() == 1
        ? widgets::tensorName(
            m_session.checkpoint()->tensors()[std::size_t(m_selection.tensors().front())])
        : matrices == 0 ? QString()
                        : tr("%n tensors", nullptr, matrices);
    m_page.setSelection(matrices == 0 ? QString() : name, choices, mixed ? nullptr : assigned,
        m_selection.looked());
    m_page.setSelectedPlace(places.size() == 1 ? std::optional(places.front()) : std::nullopt);
}

void PrecisionPresenter::fillCells()
{
    if (!m_session.isOpen())
        return;
    std::vector<widgets::PrecisionCell> cells;
    const auto& plan = m_session.recipe().plan();
    for (std::size_t i = 0; i < plan.size(); ++i) {
        if (!core::isMatrix(plan[i].place.role) || plan[i].place.layer < 0)
            continue;
        const auto preview = m_session.previews().find(int(i), plan[i].format);
        core::PlannedTensor alone = plan[i];
        alone.format = core::fallbackFormat(
            m_page.sensitivityFormat(), m_session.checkpoint()->tensors()[i].columns);
        alone.keeps = false;
        cells.push_back({ plan[i].place, plan[i].format->bitsPerWeight(),
            preview ? std::optional(preview->outputError) : std::nullopt,
            m_session.predictedLoss(int(i), alone),
            preview ? widgets::errorOf(*preview) : widgets::ErrorOf::Output });
    }
    m_page.setCells(cells);
}

void PrecisionPresenter::fillRuns()
{
    if (!m_session.isOpen())
        return;
    std::vector<widgets::RunRow> rows = runRows(m_session);
    std::erase_if(rows, [](const widgets::RunRow& row) { return row.isFile; }); // no recipe
    m_page.setRuns(rows);
}

void PrecisionPresenter::fillUndo()
{
    const QUndoStack& undo = m_session.recipe().undoStack();
    m_page.setUndo(undo.canUndo(), undo.undoText(), undo.canRedo(), undo.redoText());
}

} // namespace app
