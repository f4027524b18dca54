// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/mixpresenter.h"

#include "core/base/error.h"
#include "core/export/filemix.h"
#include "core/export/ggufexport.h"
#include "core/measure/grade.h"
#include "core/quant/llamamix.h"
#include "core/search/recipeloss.h"
#include "core/search/sensitivity.h"
#include "widgets/format.h"
#include "widgets/models/formatabout.h"
#include "widgets/pages/precision/budgetcard.h"

#include <QPointer>

#include <algorithm>
#include <array>
#include <utility>

namespace app {

namespace {

    using Mixes = MixPresenter::Mixes;
    using Losses = std::shared_ptr<const core::SensitivityTable>;

    /// What stands at the scale and in the plot.
    constexpr std::array presetsShown{ "Q2_K_M", "Q3_K_M", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0" };
    constexpr int sizes = 24; ///< of best mixes in the plot

    /// llama.cpp's mixes, and the formats that stand at the scale.
    std::vector<std::string> judgedPresets()
    {
        std::vector<std::string> names(presetsShown.begin(), presetsShown.end());
        for (const core::NamedMix& mix : core::allMixes())
            if (std::ranges::find(names, mix.name) == names.end())
                names.emplace_back(mix.name);
        return names;
    }

    /// Marks the smallest that is to be used by what is predicted.
    void recommend(std::vector<widgets::PredictedPreset>& presets, double originalBytes)
    {
        widgets::PredictedPreset* best = nullptr;
        for (widgets::PredictedPreset& preset : presets)
            if (preset.kld > 0 && (!best || preset.bytes < best->bytes)
                && core::adviceFor(core::gradeOf(preset.kld), 1 - preset.bytes / originalBytes)
                    == core::Advice::Use)
                best = &preset;
        if (best)
            best->isRecommended = best->isShown = true;
    }

    std::vector<widgets::PredictedPreset> presetsOf(
        const core::Checkpoint& checkpoint, const core::SensitivityTable& losses)
    {
        std::vector<widgets::PredictedPreset> presets;
        for (const std::string& name : judgedPresets()) {
            const core::Recipe recipe
                = core::presetRecipe(name, checkpoint, core::Method::Importance);
            const auto plan = core::planTensors(checkpoint, recipe);
            const auto predicted = core::predictedKld(
                checkpoint, core::asPredicted(checkpoint, plan, losses), losses);
            presets.push_back(
                { QString::fromStdString(name), double(core::exportedBytes(checkpoint, plan, {})),
                    predicted.unknown == 0 ? predicted.kld : 0,
                    std::ranges::find(presetsShown, name) != presetsShown.end() });
        }
        recommend(presets, double(checkpoint.bytes()));
        return presets;
    }

    /// Bytes and KLD of the best mixes of many sizes.
    std::vector<QPointF> bestOfSizes(const core::MixSearch& search, double besides,
        core::MixSearch::Care care, const core::Progress& progress)
    {
        std::vector<QPointF> best;
        for (int i = 0; i < sizes; ++i) {
            progress.at(double(i) / sizes);
            const auto bytes = search.leastBytes()
                + (search.mostBytes() - search.leastBytes()) * std::uint64_t(i) / (sizes - 1);
            const auto mix = search.under(bytes, care);
            best.emplace_back(double(mix.bytes) + besides, mix.kld);
        }
        return best;
    }

    Mixes mixesOf(const core::Checkpoint& checkpoint, const core::SensitivityTable& losses)
    {
        core::MixSettings settings;
        settings.formats = core::usualSensitivityFormats();
        settings.figures = core::methodOf(losses).value_or(core::Method::Importance);
        Mixes mixes;
        mixes.search = std::make_shared<const core::MixSearch>(checkpoint, losses, settings);
        const core::MixSearch& search = *mixes.search;
        const auto least = search.under(search.leastBytes(), core::MixSearch::Care::Quick);
        mixes.besides = double(core::fileOf(checkpoint, least, {}).fileBytes) - double(least.bytes);
        mixes.presets = presetsOf(checkpoint, losses);
        mixes.best = bestOfSizes(search, mixes.besides, core::MixSearch::Care::Quick, {});
        return mixes;
    }

} // namespace

MixPresenter::MixPresenter(widgets::PrecisionPage& page, Session& session, Selection& selection,
    LossController& losses, Jobs& quick, QObject* parent)
    : QObject(parent)
    , m_page(page)
    , m_session(session)
    , m_selection(selection)
    , m_losses(losses)
    , m_quick(quick)
{
    using widgets::BudgetCard;
    BudgetCard* budget = page.budget();
    connect(budget, &BudgetCard::tried, this, &MixPresenter::tryBytes);
    connect(budget, &BudgetCard::settled, this, &MixPresenter::settle);
    connect(budget, &BudgetCard::lossTried, this, &MixPresenter::tryLoss);
    connect(&page, &widgets::PrecisionPage::presetLookRequested, this, &MixPresenter::tryPreset);
    connect(budget, &BudgetCard::assignRequested, this, &MixPresenter::assign);
    connect(budget, &BudgetCard::predictRequested, &losses, &LossController::measure);
    connect(budget, &BudgetCard::guessRequested, &losses, &LossController::guess);
    connect(&session, &Session::lossesChanged, this, &MixPresenter::findMixes);
    connect(&session, &Session::deviceChanged, this, &MixPresenter::fillScale);
    connect(&session, &Session::textsChanged, this, &MixPresenter::fillLosses);
    connect(&losses, &LossController::runningChanged, this, &MixPresenter::fillLosses);
    connect(&losses, &LossController::guessedChanged, this, &MixPresenter::fillLosses);
    connect(&session.recipe(), &RecipeEditor::changed, this, &MixPresenter::stopTrying);
    connect(&selection, &Selection::lookedChanged, this, [this] {
        if (m_tries && !m_selection.lookedPlan())
            stopTrying();
    });
}

void MixPresenter::findMixes()
{
    fillLosses();
    if (!m_session.losses()) {
        m_mixes = {};
        m_page.setPredicted({}, {});
        stopTrying();
        return fillScale();
    }
    m_quick.start(
        tr("Finding mixes"),
        [checkpoint = m_session.checkpoint(), losses = m_session.losses()](
            const core::Progress&) { return mixesOf(*checkpoint, *losses); },
        [guard = QPointer(this), losses = m_session.losses()](const Mixes& mixes) {
            if (!guard || guard->m_session.losses() != losses)
                return;
            guard->m_mixes = mixes;
            guard->m_page.setPredicted(mixes.presets, mixes.best);
            guard->fillScale();
            guard->refineCurve();
        });
}

/// The dashed curve is there at once, made with little care, and then with all; while losses are
/// being predicted the next ones come first.
void MixPresenter::refineCurve()
{
    if (!m_mixes.search || m_losses.isRunning())
        return;
    m_quick.start(
        tr("Finding mixes"),
        [search = m_mixes.search, besides = m_mixes.besides](const core::Progress& progress) {
            return bestOfSizes(*search, besides, core::MixSearch::Care::Best, progress);
        },
        [guard = QPointer(this), search = m_mixes.search](const std::vector<QPointF>& best) {
            if (!guard || guard->m_mixes.search != search)
                return;
            guard->m_mixes.best = best;
            guard->m_page.setPredicted(guard->m_mixes.presets, best);
        });
}

void MixPresenter::fillScale()
{
    if (!m_session.isOpen() || !m_mixes.search)
        return m_page.budget()->setScale({});
    widgets::BudgetScale scale;
    scale.least = double(m_mixes.search->leastBytes()) + m_mixes.besides;
    scale.most = double(m_mixes.search->mostBytes()) + m_mixes.besides;
    scale.weights = double(m_session.checkpoint()->weights());
    scale.besides = m_mixes.besides;
    for (const widgets::PredictedPreset& preset : m_mixes.presets)
        if (preset.isShown)
            scale.ticks.push_back(
                { widgets::presetTitle(preset.name), preset.bytes, preset.isRecommended });
    if (const core::Device* device = m_session.device()) {
        scale.device = double(
            core::roomForWeights(*device, m_session.checkpoint()->config(), m_session.context()));
        scale.deviceName = QString::fromStdString(device->name);
        scale.context = m_session.context();
    }
    m_page.budget()->setScale(scale);
}

void MixPresenter::fillLosses()
{
    using Known = LossController::Known;
    using Missing = widgets::BudgetLosses::Missing;
    const Known known = m_losses.known();
    const auto share = m_losses.guessed();
    widgets::BudgetLosses state;
    state.isRunning = m_losses.isRunning();
    state.isGuessed = bool(share);
    state.whyNot = m_losses.whyNot();
    state.missing = known == Known::All ? Missing::Nothing
        : known == Known::Part          ? Missing::Rest
        : known == Known::OtherText     ? Missing::ThisText
                                        : Missing::All;
    state.about = m_losses.about();
    if (known == Known::Nothing)
        state.about = state.isRunning ? tr("losses are being predicted")
            : share ? tr("losses are being predicted roughly: %1 %").arg(int(100 * *share))
                    : tr("losses of single tensors are not predicted yet");
    m_page.budget()->setLosses(state);
}

QString MixPresenter::predictedText(double kld) const
{
    return widgets::predictedLossText(kld, core::isRough(*m_session.losses()));
}

void MixPresenter::tryBytes(double bytes)
{
    if (!m_mixes.search)
        return;
    const auto tensors = std::clamp(std::uint64_t(std::max(0.0, bytes - m_mixes.besides)),
        m_mixes.search->leastBytes(), m_mixes.search->mostBytes());
    const auto mix = m_mixes.search->under(tensors, core::MixSearch::Care::Quick);
    const core::FileMix file
        = core::fileOf(*m_session.checkpoint(), mix, m_session.recipe().recipe());
    m_tried = file.recipe;
    m_tries = true;
    m_page.setTried(double(file.fileBytes), mix.kld);
    m_page.budget()->setLoss(mix.kld);
    m_page.budget()->setLanding(
        tr("lands at %1, %2", "size, loss")
            .arg(widgets::exactSizeText(file.fileBytes), predictedText(mix.kld)));
    m_selection.lookAtPlan(file.plan);
}

/// The smallest that is predicted to lose no more.
void MixPresenter::tryLoss(double kld)
{
    if (!m_mixes.search)
        return;
    const auto mix = m_mixes.search->within(kld);
    const core::FileMix file
        = core::fileOf(*m_session.checkpoint(), mix, m_session.recipe().recipe());
    m_tried = file.recipe;
    m_tries = true;
    m_page.setTried(double(file.fileBytes), mix.kld);
    m_page.budget()->showTried(double(file.fileBytes));
    m_page.budget()->setLanding(
        tr("lands at %1, %2", "size, loss")
            .arg(widgets::exactSizeText(file.fileBytes), predictedText(mix.kld)));
    m_selection.lookAtPlan(file.plan);
}

void MixPresenter::tryPreset(const QString& name)
{
    if (!m_mixes.search)
        return;
    const core::Checkpoint& checkpoint = *m_session.checkpoint();
    m_tried = m_session.recipeOfPreset(name.toStdString());
    m_tries = true;
    const auto plan = core::planTensors(checkpoint, m_tried);
    const std::uint64_t bytes
        = core::exportedBytes(checkpoint, plan, { {}, {}, core::recipeText(m_tried) });
    const auto predicted = m_session.predicted(plan);
    const QString title = widgets::presetTitle(name);
    m_page.setTried(double(bytes), predicted ? predicted->kld : 0);
    if (predicted)
        m_page.budget()->setLoss(predicted->kld);
    m_page.budget()->showTried(double(bytes), tr("Assign %1", "a recipe").arg(title));
    m_page.budget()->setLanding(predicted
            ? tr("%1: %2, %3", "preset, size, loss")
                  .arg(title, widgets::exactSizeText(bytes), predictedText(predicted->kld))
            : tr("%1: %2", "preset, size").arg(title, widgets::exactSizeText(bytes)));
    m_selection.lookAtPlan(plan);
}

void MixPresenter::settle(double bytes)
{
    if (!m_mixes.search || !m_tries)
        return;
    const std::uint64_t least = m_mixes.search->leastBytes() + std::uint64_t(m_mixes.besides) + 1;
    const core::FileMix file
        = core::mixForFile(*m_session.checkpoint(), *m_mixes.search, m_session.recipe().recipe(),
            std::max(least, std::uint64_t(bytes)), core::MixSearch::Care::Best);
    m_tried = file.recipe;
    m_page.setTried(double(file.fileBytes), file.mix.kld);
    m_page.budget()->setLoss(file.mix.kld);
    const double under = 1 - double(file.fileBytes) / std::max(1.0, bytes);
    m_page.budget()->setLanding(
        tr("lands at %1, %2 % under, %3", "size, share, loss")
            .arg(widgets::exactSizeText(file.fileBytes),
                widgets::numberText(std::max(0.0, 100 * under), 2), predictedText(file.mix.kld)));
    m_selection.lookAtPlan(file.plan);
}

void MixPresenter::stopTrying()
{
    if (!std::exchange(m_tries, false))
        return;
    m_page.setTried(0, 0);
    m_page.budget()->setLanding({});
    m_selection.look(nullptr);
}

void MixPresenter::assign()
{
    if (m_tries)
        m_session.recipe().replace(m_tried,
            tr("Assign %1", "a recipe")
                .arg(widgets::presetTitle(QString::fromStdString(m_tried.name))));
}

} // namespace app
