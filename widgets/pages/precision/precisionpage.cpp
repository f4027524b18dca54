// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/precisionpage.h"

#include "widgets/buttons.h"
#include "widgets/format.h"
#include "widgets/gradetext.h"
#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/legend.h"
#include "widgets/models/formatabout.h"
#include "widgets/pages/precision/budgetcard.h"
#include "widgets/pages/precision/costcard.h"
#include "widgets/pages/precision/rulescard.h"
#include "widgets/pages/precision/ruletext.h"
#include "widgets/plots/heatmap.h"
#include "widgets/plots/sizelossplot.h"
#include "widgets/theme.h"

#include <QtWidgets/QBoxLayout>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>

#include <algorithm>
#include <cmath>

namespace widgets {

namespace {

    constexpr int leastBeside = 690; ///< width that both columns of cards need
    constexpr int leastTitled = 780; ///< and this with all titles and hints

    /// Says beside a preset in the menu what it would come to.
    void describe(QAction& action, const PredictedPreset& preset)
    {
        const QString title = preset.isRecommended
            ? PrecisionPage::tr("%1, recommended", "a preset").arg(action.text())
            : action.text();
        const QString about = preset.kld > 0
            ? PrecisionPage::tr("%1, predicted KLD %2: %3", "size, number, words")
                  .arg(sizeText(preset.bytes), kldText(preset.kld),
                      gradeWords(core::gradeOf(preset.kld)))
            : sizeText(preset.bytes);
        action.setText(title + u'\t' + about);
        QFont font = action.font();
        font.setBold(preset.isRecommended);
        action.setFont(font);
    }

} // namespace

PrecisionPage::PrecisionPage(QWidget* parent)
    : Page(tr("Where do the bits go?"), parent)
    , m_budget(new BudgetCard)
    , m_sizeLoss(new SizeLossPlot(tr("Size against loss")))
    , m_sizeLossCard(new Card(m_sizeLoss->name()))
    , m_noRunsCard(new Card(m_sizeLoss->name()))
    , m_cost(new CostCard)
    , m_map(new PrecisionMap)
    , m_rules(new RulesCard)
    , m_columns(new QBoxLayout(QBoxLayout::LeftToRight))
{
    addHeader();
    auto* left = new QVBoxLayout;
    left->addWidget(makeNoRuns());
    left->addWidget(makeSizeLoss(), 6);
    left->addWidget(m_map, 5);
    auto* right = new QVBoxLayout;
    right->addWidget(m_cost, 5);
    right->addWidget(m_rules, 4);
    for (QBoxLayout* layout : std::initializer_list<QBoxLayout*>{ left, right, m_columns })
        layout->setSpacing(scaled(12));
    m_columns->addLayout(left, 5);
    m_columns->addLayout(right, 3);
    content()->addWidget(m_budget);
    content()->addLayout(m_columns, 1);

    connect(m_cost, &CostCard::lookRequested, this, &PrecisionPage::lookRequested);
    connect(m_cost, &CostCard::assignRequested, this, &PrecisionPage::assignRequested);
    connect(m_cost, &CostCard::measureRequested, this, &PrecisionPage::measureAloneRequested);
    connect(m_rules, &RulesCard::edited, this, &PrecisionPage::edited);
    connect(m_rules, &RulesCard::loadRequested, this, &PrecisionPage::loadRecipeRequested);
    connect(m_rules, &RulesCard::saveRequested, this, &PrecisionPage::saveRecipeRequested);
    connect(m_map, &PrecisionMap::formatChosen, this, &PrecisionPage::sensitivityFormatChosen);
    connect(m_map, &PrecisionMap::placesChosen, this, &PrecisionPage::placesSelected);
    for (BasePlot* plot : std::initializer_list<BasePlot*>{ m_sizeLoss, m_map->map() })
        connect(
            plot, &BasePlot::saveRequested, this, [this, plot] { emit savePlotRequested(plot); });
    setRuns({});
    setUndo(false, {}, false, {});
}

void PrecisionPage::addHeader()
{
    m_undo = makeButton({}, QStringLiteral("undo"));
    m_redo = makeButton({}, QStringLiteral("redo"));
    m_undo->setAccessibleName(tr("Undo"));
    m_redo->setAccessibleName(tr("Redo"));
    m_presets = makeButton(tr("Presets"));
    m_presets->setMenu(new QMenu(m_presets));
    m_presets->setToolTip(tr("Start over from one of llama.cpp's mixes or from one format"));
    for (QPushButton* button : { m_undo, m_redo, m_presets })
        addHeaderWidget(button);
    connect(m_undo, &QPushButton::clicked, this, &PrecisionPage::undoRequested);
    connect(m_redo, &QPushButton::clicked, this, &PrecisionPage::redoRequested);
    setPresets({});
}

QWidget* PrecisionPage::makeSizeLoss()
{
    m_sizeLossCard->setHint(tr("click a point or the line to look at it"));
    addPlotTools(m_sizeLossCard, m_sizeLoss);
    auto* legend = new Legend;
    using Mark = Legend::Mark;
    legend->setEntries({ { &Tokens::original, tr("preset, predicted"), Mark::Hollow },
        { &Tokens::accent, tr("best mix"), Mark::Dashes },
        { &Tokens::accent, tr("this recipe"), Mark::Diamond },
        { &Tokens::accent, tr("measured run"), Mark::Disc } });
    m_sizeLossCard->content()->addWidget(legend);
    m_sizeLossCard->content()->addWidget(m_sizeLoss, 1);
    m_sizeLoss->setMinimumHeight(scaled(190));
    connect(m_sizeLoss, &SizeLossPlot::runChosen, this, [this](int run) {
        if (!m_locked)
            emit runRecipeRequested(run);
    });
    connect(m_sizeLoss, &SizeLossPlot::predictedChosen, this, [this](int index) {
        if (!m_locked)
            emit presetLookRequested(m_predicted[std::size_t(index)].name);
    });
    connect(m_sizeLoss, &SizeLossPlot::mixChosen, this, [this](double bytes) {
        if (!m_locked)
            m_budget->tryBytes(bytes);
    });
    return m_sizeLossCard;
}

QWidget* PrecisionPage::makeNoRuns()
{
    auto* hint = new Label(TextRole::Secondary,
        tr("Nothing measured yet. Every run that was quantized and measured becomes a point here, "
           "beside the size of this recipe."));
    hint->setWordWrap(true);
    m_noRunsCard->content()->addWidget(hint);
    m_noRunsCard->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    return m_noRunsCard;
}

void PrecisionPage::arrange()
{
    const bool beside = contentWidth() >= scaled(leastBeside);
    const bool tight = beside && contentWidth() < scaled(leastTitled);
    m_columns->setDirection(beside ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_map->setBreakpoint(tight ? Breakpoint::Medium : breakpoint());
    m_sizeLossCard->setHint(tight ? QString() : tr("click a point or the line to look at it"));
}

void PrecisionPage::setSummary(const RecipeSummary& summary)
{
    m_summary = summary;
    m_budget->setBytes(double(summary.fileBytes));
    m_budget->setLoss(summary.kld.value_or(0));
    showRecipe();
    m_rules->setFallbacks(summary.fallbacks);
    updateAnswer();
}

void PrecisionPage::setRecipe(const core::Recipe& recipe, const std::vector<std::size_t>& idleRules)
{
    m_recipe = recipe;
    m_rules->setRecipe(recipe, idleRules);
}

void PrecisionPage::setPresets(const QStringList& names)
{
    m_presetNames = names;
    fillPresets();
    m_presets->setEnabled(!names.isEmpty() && !m_locked);
}

void PrecisionPage::fillPresets()
{
    QMenu* menu = m_presets->menu();
    menu->clear();
    auto* formats = new QMenu(tr("One format everywhere"), menu);
    for (const QString& name : m_presetNames) {
        QMenu* target = core::findFormat(name.toStdString()) ? formats : menu;
        QAction* action = target->addAction(
            presetTitle(name), this, [this, name] { emit presetRequested(name); });
        const auto known = std::ranges::find(m_predicted, name, &PredictedPreset::name);
        if (known != m_predicted.end())
            describe(*action, *known);
    }
    menu->addSeparator();
    menu->addMenu(formats);
}

void PrecisionPage::setOffer(const RuleOffer& offer) { m_rules->setOffer(offer); }

void PrecisionPage::setUndo(
    bool canUndo, const QString& undoText, bool canRedo, const QString& redoText)
{
    m_canUndo = canUndo;
    m_canRedo = canRedo;
    m_undo->setEnabled(canUndo && !m_locked);
    m_redo->setEnabled(canRedo && !m_locked);
    m_undo->setToolTip(canUndo ? tr("Undo: %1 (Ctrl+Z)").arg(undoText) : tr("Nothing to undo"));
    m_redo->setToolTip(
        canRedo ? tr("Redo: %1 (Ctrl+Shift+Z)").arg(redoText) : tr("Nothing to redo"));
}

void PrecisionPage::setSelection(const QString& name, const std::vector<FormatChoice>& choices,
    const core::Format* assigned, const core::Format* looked)
{
    m_cost->setSelection(name, choices, assigned, looked);
}

const core::Format* PrecisionPage::sensitivityFormat() const { return m_map->format(); }

void PrecisionPage::setCells(const std::vector<PrecisionCell>& cells) { m_map->setCells(cells); }

void PrecisionPage::setSelectedPlace(std::optional<core::Place> place)
{
    m_map->setSelectedPlace(place);
}

void PrecisionPage::setPredicted(std::vector<PredictedPreset> presets, std::vector<QPointF> mixes)
{
    m_predicted = std::move(presets);
    m_sizeLoss->setMixes(std::move(mixes));
    fillPresets();
    fillPoints();
}

void PrecisionPage::setTried(double bytes, double kld)
{
    m_triedBytes = bytes;
    m_triedKld = kld;
    if (bytes == 0) {
        m_budget->setBytes(double(m_summary.fileBytes));
        m_budget->setLoss(m_summary.kld.value_or(0));
    }
    showRecipe();
}

void PrecisionPage::showRecipe()
{
    const bool tries = m_triedBytes > 0;
    m_sizeLoss->setRecipeBytes(tries ? m_triedBytes : double(m_summary.fileBytes));
    m_sizeLoss->setRecipeLoss(tries ? m_triedKld : m_summary.kld.value_or(0));
}

void PrecisionPage::setRuns(const std::vector<RunRow>& runs)
{
    m_runs = runs;
    fillPoints();
}

void PrecisionPage::fillPoints()
{
    std::vector<SizeLossPoint> points;
    for (std::size_t i = 0; i < m_predicted.size(); ++i) {
        const PredictedPreset& preset = m_predicted[i];
        if (!preset.isShown)
            continue;
        points.push_back({ int(i), presetTitle(preset.name), preset.bytes, preset.kld,
            SizeLossPoint::Kind::Predicted, 0,
            preset.isRecommended ? tr("recommended", "a preset") : QString() });
    }
    for (const RunRow& run : m_runs) {
        if (run.number > 0 && run.evaluation && run.evaluation->against && !run.stale)
            points.push_back(
                { run.number, tr("%1, %2").arg(run.title, run.method), double(run.fileBytes),
                    run.evaluation->against->kldMean, SizeLossPoint::Kind::Choice });
    }
    const bool any = !points.empty();
    m_sizeLoss->setPoints(std::move(points));
    m_sizeLossCard->setVisible(any);
    m_noRunsCard->setVisible(!any);
}

void PrecisionPage::setWhyNotAlone(const QString& reason) { m_cost->setWhyNotMeasure(reason); }

void PrecisionPage::setLocked(bool locked)
{
    m_locked = locked;
    m_undo->setEnabled(m_canUndo && !locked);
    m_redo->setEnabled(m_canRedo && !locked);
    m_presets->setEnabled(!m_presetNames.isEmpty() && !locked);
    m_budget->setLocked(locked);
    m_cost->setLocked(locked);
    m_rules->setLocked(locked);
}

void PrecisionPage::edited(core::Recipe recipe, const QString& undoText)
{
    const bool isPreset = m_presetNames.contains(QString::fromStdString(recipe.name));
    if (isPreset && !sameButAssignments(recipe, m_recipe)) // it is no longer what its name says
        recipe.name = tr("%1, edited", "a preset")
                          .arg(presetTitle(QString::fromStdString(recipe.name)))
                          .toStdString();
    m_recipe = recipe;
    emit recipeEdited(recipe, undoText);
}

void PrecisionPage::updateAnswer()
{
    if (m_summary.originalBytes == 0)
        return setAnswer({});
    const double change = double(m_summary.fileBytes) / double(m_summary.originalBytes) - 1;
    const QString size = tr("“%1” takes %2 at %3 bits per weight, %4 against the original.")
                             .arg(m_summary.title, sizeText(double(m_summary.fileBytes)),
                                 bitsText(m_summary.bits), percentChangeText(change));
    const QString loss = !m_summary.kld ? QString()
        : m_summary.isRough ? tr("Predicted KLD about %1 (rough).").arg(kldText(*m_summary.kld))
                            : tr("Predicted KLD %1.").arg(kldText(*m_summary.kld));
    const int fallbacks = int(m_summary.fallbacks.size());
    const QString fit = fallbacks == 0
        ? tr("Every row fits its format.")
        : tr("%n tensors fall back to another format.", nullptr, fallbacks);
    QStringList sentences{ size, loss, fit };
    sentences.removeAll(QString());
    setAnswer(sentences.join(u' '));
}

} // namespace widgets
