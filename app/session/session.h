// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/measuredactivations.h"
#include "app/session/openedmodel.h"
#include "app/session/previewcache.h"
#include "app/session/recipeeditor.h"
#include "app/session/runlist.h"
#include "app/session/sessionstate.h"
#include "core/measure/bandwidth.h"
#include "core/search/measuredlosses.h"
#include "core/search/sensitivitytable.h"
#include "core/stats/activationstats.h"
#include "core/stats/tensorstats.h"

#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace app {

/// What is open: a model, what was measured of it, its recipe and runs, and the choices that
/// belong to it. Lives on the window's thread; computes nothing that takes long, opens no file.
class Session : public QObject {
    Q_OBJECT

public:
    explicit Session(std::vector<core::Device> devices, QObject* parent = nullptr);

    /// Replaces everything that belongs to the model by what its session kept, or by a beginning.
    void open(OpenedModel opened);
    /// All of it that is kept; the view is the window's.
    SessionState state() const;
    const std::string& view() const { return m_view; } ///< as it was kept; empty: none
    /// Which session is open: of the model that OpenedModel was opened for.
    const QString& id() const { return m_model.session; }
    bool isOpen() const { return m_model.checkpoint != nullptr; }
    const OpenedModel& model() const { return m_model; }
    const std::shared_ptr<const core::Checkpoint>& checkpoint() const { return m_model.checkpoint; }
    /// The models that were open before and that a job still works on.
    std::vector<std::shared_ptr<const core::Checkpoint>> modelsInUse() const;

    /// By tensor of the checkpoint; null until measured.
    const std::shared_ptr<const core::TensorStats>& weightStats(int tensor) const;
    void setWeightStats(int tensor, std::shared_ptr<const core::TensorStats> stats);
    int weightStatsMissing() const; ///< tensors not measured yet

    const MeasuredActivations& activations() const { return m_activations; }
    void setActivations(MeasuredActivations activations);
    /// What each tensor would lose in each format; null until predicted.
    const std::shared_ptr<const core::SensitivityTable>& losses() const { return m_losses; }
    void setLosses(std::shared_ptr<const core::SensitivityTable> losses);
    /// What tensors were measured to lose alone; null: none was.
    const std::shared_ptr<const core::MeasuredLosses>& measuredLosses() const
    {
        return m_measuredLosses;
    }
    void setMeasuredLosses(std::shared_ptr<const core::MeasuredLosses> losses);
    /// Rounded as planned, or by importance where GPTQ is; null: it was not measured so.
    const core::MeasuredLoss* measuredLoss(int tensor, const core::PlannedTensor& planned) const;
    /// What `plan` is predicted to lose; nothing before losses are, or where a format lacks.
    /// The same of one tensor alone.
    std::optional<double> predictedLoss(int tensor, const core::PlannedTensor& planned) const;
    /// With its error; null where predictedLoss gives nothing.
    const core::SensitivityFigure* predictedFigure(
        int tensor, const core::PlannedTensor& planned) const;
    std::optional<core::PredictedKld> predicted(const std::vector<core::PlannedTensor>& plan) const;
    /// What flows into a tensor; null until measured, and for tensors that read no input.
    const core::InputStats* inputStats(int tensor) const;
    /// Importance of a tensor's inputs; empty until measured.
    std::span<const float> importance(int tensor) const;

    double threshold() const { return m_threshold; } ///< k: outliers are above k × the median
    void setThreshold(double threshold);
    const TextSettings& calibration() const { return m_calibration; }
    void setCalibration(const TextSettings& text);
    const TextSettings& evaluation() const { return m_evaluation; }
    void setEvaluation(const TextSettings& text);
    /// How layers compute while a run is measured.
    const core::SimulationOptions& simulation() const { return m_simulation; }
    void setSimulation(const core::SimulationOptions& simulation);
    EvaluationSettings evaluationSettings() const; ///< all that a measurement depends on
    /// An importance matrix to use instead of our own statistics; empty: our own.
    const std::filesystem::path& imatrix() const { return m_imatrix; }
    void setImatrix(const std::filesystem::path& file);

    /// Where the recipe was loaded from; empty: from no file.
    const std::filesystem::path& recipeFile() const { return m_recipeFile; }
    void setRecipeFile(const std::filesystem::path& file) { m_recipeFile = file; }
    static constexpr int usualContext = 4096;

    const std::vector<core::Device>& devices() const { return m_devices; }
    /// The chosen one stays chosen by its name; where it is gone, the first is.
    void setDevices(std::vector<core::Device> devices);
    int deviceIndex() const { return m_device; }
    const core::Device* device() const; ///< null if there are none
    void setDevice(int index);
    /// Tokens in the cache that tokens/s is stated for: at most what the model was trained for.
    int context() const;
    void setContext(int tokens);

    RecipeEditor& recipe() { return m_recipe; }
    const RecipeEditor& recipe() const { return m_recipe; }
    RunList& runs() { return m_runs; }
    const RunList& runs() const { return m_runs; }
    PreviewCache& previews() { return m_previews; }
    const PreviewCache& previews() const { return m_previews; }

    /// A preset with the present method. Requires: a model is open, a name of presetNames().
    core::Recipe recipeOfPreset(const std::string& name) const;
    /// Makes it the recipe.
    void usePreset(const std::string& name);
    /// Makes a run's recipe the present one; an unknown number does nothing.
    void useRecipeOf(int run);

    /// The last file written from this model.
    const std::optional<ExportedFile>& exportedFile() const { return m_exported; }
    const core::GgufExportReport* exported() const ///< null: none
    {
        return m_exported ? &m_exported->report : nullptr;
    }
    int exportedRun() const { return m_exported ? m_exported->run : 0; } ///< 0: as it is
    void setExported(core::GgufExportReport report, int run);

signals:
    void modelAboutToChange();
    void modelChanged();
    void weightStatsChanged(int tensor);
    void activationsChanged();
    void lossesChanged();
    void measuredLossesChanged();
    void thresholdChanged();
    void textsChanged(); ///< calibration, evaluation, its arithmetic or importance matrix
    void deviceChanged(); ///< the chosen one, which there are, or the context
    void exportedChanged();

private:
    OpenedModel m_model;
    std::vector<std::weak_ptr<const core::Checkpoint>> m_before; ///< models opened earlier
    std::vector<std::shared_ptr<const core::TensorStats>> m_weightStats;
    MeasuredActivations m_activations;
    std::shared_ptr<const core::SensitivityTable> m_losses;
    std::shared_ptr<const core::MeasuredLosses> m_measuredLosses;
    std::vector<const core::TensorSensitivity*> m_lossesOf; ///< by tensor, in m_losses; null: none
    std::vector<core::Device> m_devices;
    RecipeEditor m_recipe;
    RunList m_runs;
    PreviewCache m_previews;
    TextSettings m_calibration, m_evaluation;
    core::SimulationOptions m_simulation;
    std::filesystem::path m_imatrix, m_recipeFile;
    std::optional<ExportedFile> m_exported;
    std::string m_view;
    int m_device = 0;
    int m_context = usualContext;
    double m_threshold = 3;
};

} // namespace app
