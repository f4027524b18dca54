// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/session.h"

#include "core/search/recipeloss.h"
#include "widgets/models/formatabout.h"

#include <algorithm>
#include <map>

namespace app {

Session::Session(std::vector<core::Device> devices, QObject* parent)
    : QObject(parent)
    , m_devices(std::move(devices))
{
    connect(
        &m_previews, &PreviewCache::inserted, this, [this](int tensor, const core::Format* format) {
            const auto preview = m_previews.find(tensor, format);
            if (preview->fault)
                m_recipe.setFault(tensor, format, *preview->fault, preview->wider);
        });
}

void Session::open(OpenedModel opened)
{
    emit modelAboutToChange();
    std::erase_if(m_before, [](const auto& model) { return model.expired(); });
    m_before.push_back(m_model.checkpoint);
    m_model = std::move(opened);
    m_weightStats.assign(m_model.checkpoint->tensors().size(), nullptr);
    m_activations = std::move(m_model.activations);
    m_losses.reset();
    m_lossesOf.clear();
    m_measuredLosses.reset();
    m_previews.clear();
    const SessionState state = std::move(m_model.state);
    m_calibration = state.calibration;
    m_evaluation = state.evaluation;
    m_simulation = state.simulation;
    m_imatrix = state.imatrix;
    m_recipeFile.clear();
    m_threshold = state.threshold;
    m_exported = state.exported;
    m_view = state.view;
    m_runs.clear(); // nobody may see another model's runs beside this one
    m_recipe.setModel(m_model.checkpoint, state.recipe);
    m_runs.restore(state.runs, state.lastRun, { state.pinnedA, state.pinnedB });
    emit modelChanged();
    emit activationsChanged();
    emit lossesChanged();
    emit measuredLossesChanged();
    emit thresholdChanged();
    emit textsChanged();
    emit exportedChanged();
}

std::vector<std::shared_ptr<const core::Checkpoint>> Session::modelsInUse() const
{
    std::vector<std::shared_ptr<const core::Checkpoint>> models;
    for (const auto& before : m_before)
        if (auto model = before.lock())
            models.push_back(std::move(model));
    return models;
}

SessionState Session::state() const
{
    SessionState state;
    state.model = m_model.reference;
    state.recipe = m_recipe.history();
    state.calibration = m_calibration;
    state.evaluation = m_evaluation;
    state.simulation = m_simulation;
    state.imatrix = m_imatrix;
    state.threshold = m_threshold;
    if (m_activations.stats && !m_activations.key.empty())
        state.activations = { m_activations.text, m_activations.key };
    state.runs = m_runs.runs();
    state.lastRun = m_runs.lastNumber();
    state.pinnedA = m_runs.pinnedA() ? m_runs.pinnedA()->number : 0;
    state.pinnedB = m_runs.pinnedB() ? m_runs.pinnedB()->number : 0;
    state.exported = m_exported;
    return state;
}

const std::shared_ptr<const core::TensorStats>& Session::weightStats(int tensor) const
{
    return m_weightStats[std::size_t(tensor)];
}

void Session::setWeightStats(int tensor, std::shared_ptr<const core::TensorStats> stats)
{
    m_weightStats[std::size_t(tensor)] = std::move(stats);
    emit weightStatsChanged(tensor);
}

int Session::weightStatsMissing() const
{
    return int(std::count(m_weightStats.begin(), m_weightStats.end(), nullptr));
}

void Session::setActivations(MeasuredActivations activations)
{
    m_activations = std::move(activations);
    m_previews.clear(); // they were made with other importance
    emit activationsChanged();
}

void Session::setLosses(std::shared_ptr<const core::SensitivityTable> losses)
{
    m_losses = std::move(losses);
    std::map<std::string_view, const core::TensorSensitivity*> byName;
    if (m_losses)
        for (const core::TensorSensitivity& tensor : m_losses->tensors)
            byName.emplace(tensor.name, &tensor);
    m_lossesOf.assign(checkpoint()->tensors().size(), nullptr);
    for (std::size_t i = 0; i < m_lossesOf.size(); ++i)
        if (const auto found = byName.find(checkpoint()->tensors()[i].name); found != byName.end())
            m_lossesOf[i] = found->second;
    emit lossesChanged();
}

void Session::setMeasuredLosses(std::shared_ptr<const core::MeasuredLosses> losses)
{
    m_measuredLosses = std::move(losses);
    emit measuredLossesChanged();
}

const core::MeasuredLoss* Session::measuredLoss(
    int tensor, const core::PlannedTensor& planned) const
{
    if (!m_measuredLosses || planned.keeps)
        return nullptr;
    return m_measuredLosses->find(checkpoint()->tensors()[std::size_t(tensor)].name, planned.format,
        core::methodAlone(planned.method));
}

std::optional<core::PredictedKld> Session::predicted(
    const std::vector<core::PlannedTensor>& plan) const
{
    if (!m_losses)
        return std::nullopt;
    const core::Checkpoint& model = *checkpoint();
    const auto predicted
        = core::predictedKld(model, core::asPredicted(model, plan, *m_losses), *m_losses);
    return predicted.unknown == 0 ? std::optional(predicted) : std::nullopt;
}

const core::SensitivityFigure* Session::predictedFigure(
    int tensor, const core::PlannedTensor& planned) const
{
    const auto* losses = m_losses ? m_lossesOf[std::size_t(tensor)] : nullptr;
    if (!losses || planned.keeps || !planned.format->isQuantized())
        return nullptr;
    return core::figureOf(*losses, planned.format, planned.method);
}

std::optional<double> Session::predictedLoss(int tensor, const core::PlannedTensor& planned) const
{
    const core::SensitivityFigure* figure = predictedFigure(tensor, planned);
    return figure ? std::optional(figure->kld) : std::nullopt;
}

const core::InputStats* Session::inputStats(int tensor) const
{
    const core::Tensor& subject = checkpoint()->tensors()[std::size_t(tensor)];
    if (!m_activations.stats || !core::isMatrix(subject.place.role))
        return nullptr;
    if (subject.place.role == core::Role::TokenEmbd && !checkpoint()->config().tiedHead)
        return nullptr;
    const auto input = core::findInput(subject.place.role);
    return input ? m_activations.stats->find(*input, subject.place.layer) : nullptr;
}

std::span<const float> Session::importance(int tensor) const
{
    const core::InputStats* inputs = inputStats(tensor);
    return inputs ? std::span<const float>(inputs->meanSquare) : std::span<const float>();
}

void Session::setThreshold(double threshold)
{
    if (threshold == m_threshold)
        return;
    m_threshold = threshold;
    emit thresholdChanged();
}

void Session::setCalibration(const TextSettings& text)
{
    if (text == m_calibration)
        return;
    m_calibration = text;
    emit textsChanged();
}

void Session::setEvaluation(const TextSettings& text)
{
    if (text == m_evaluation)
        return;
    m_evaluation = text;
    emit textsChanged();
}

void Session::setSimulation(const core::SimulationOptions& simulation)
{
    if (simulation == m_simulation)
        return;
    m_simulation = simulation;
    emit textsChanged();
}

EvaluationSettings Session::evaluationSettings() const
{
    return { m_evaluation, m_simulation,
        m_simulation.needsCalibration() ? m_calibration : TextSettings() };
}

void Session::setImatrix(const std::filesystem::path& file)
{
    if (file == m_imatrix)
        return;
    m_imatrix = file;
    emit textsChanged();
}

const core::Device* Session::device() const
{
    return m_devices.empty() ? nullptr : &m_devices[std::size_t(m_device)];
}

void Session::setDevice(int index)
{
    if (index == m_device || index < 0 || index >= int(m_devices.size()))
        return;
    m_device = index;
    emit deviceChanged();
}

void Session::setDevices(std::vector<core::Device> devices)
{
    const std::string chosen = device() ? device()->name : std::string();
    m_devices = std::move(devices);
    const auto found = std::ranges::find(m_devices, chosen, &core::Device::name);
    m_device = found == m_devices.end() ? 0 : int(found - m_devices.begin());
    emit deviceChanged();
}

int Session::context() const
{
    const int trained = isOpen() ? checkpoint()->config().context : 0;
    return trained > 0 ? std::min(trained, m_context) : m_context;
}

void Session::setContext(int tokens)
{
    if (tokens == m_context)
        return;
    m_context = tokens;
    emit deviceChanged();
}

core::Recipe Session::recipeOfPreset(const std::string& name) const
{
    const core::Recipe& before = m_recipe.recipe();
    core::Recipe recipe = core::presetRecipe(name, *checkpoint(), before.method);
    recipe.scaling = before.scaling;
    recipe.encoder = before.encoder;
    recipe.gptq = before.gptq;
    return recipe;
}

void Session::usePreset(const std::string& name)
{
    if (!isOpen())
        return;
    m_recipe.replace(recipeOfPreset(name),
        tr("Use preset %1").arg(widgets::presetTitle(QString::fromStdString(name))));
}

void Session::useRecipeOf(int run)
{
    if (const auto found = m_runs.find(run))
        m_recipe.replace(found->recipe, tr("Use the recipe of run %1").arg(run));
}

void Session::setExported(core::GgufExportReport report, int run)
{
    m_exported = { std::move(report), run };
    emit exportedChanged();
}

} // namespace app
