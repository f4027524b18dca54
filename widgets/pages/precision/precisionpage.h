// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/recipe.h"
#include "widgets/pages/compare/runrow.h"
#include "widgets/pages/page.h"
#include "widgets/pages/precision/costtable.h"
#include "widgets/pages/precision/precisionmap.h"
#include "widgets/pages/precision/ruleoffer.h"

#include <optional>
#include <vector>

class QBoxLayout;

namespace widgets {

class BudgetCard;
class CostCard;
class RulesCard;
class SizeLossPlot;

/// A mix of llama.cpp's or one format: what it would come to.
struct PredictedPreset {
    QString name; ///< of presetNames()
    double bytes = 0, kld = 0; ///< no loss: it is not known
    bool isShown = true; ///< in the plot
    bool isRecommended = false; ///< the smallest whose size is worth its loss
};

/// What the whole file becomes under the recipe.
struct RecipeSummary {
    QString title;
    std::uint64_t originalBytes = 0, fileBytes = 0;
    double originalBits = 0, bits = 0; ///< per weight
    QStringList fallbacks; ///< a sentence each
    std::optional<double> kld{}; ///< predicted
    bool isRough = false; ///< that prediction
};

/// Where do the bits go? The recipe: presets, rules, what a change of the selection costs.
class PrecisionPage : public Page {
    Q_OBJECT

public:
    explicit PrecisionPage(QWidget* parent = nullptr);

    BudgetCard* budget() const { return m_budget; }
    void setSummary(const RecipeSummary& summary);
    /// What presets, and the best mixes of all sizes (bytes, KLD), are predicted to lose.
    void setPredicted(std::vector<PredictedPreset> presets, std::vector<QPointF> mixes);
    /// What is tried before it is assigned; 0: nothing.
    void setTried(double bytes, double kld);
    /// `idleRules`: indices of those that decide nothing.
    void setRecipe(const core::Recipe& recipe, const std::vector<std::size_t>& idleRules = {});
    void setPresets(const QStringList& names);
    void setOffer(const RuleOffer& offer); ///< to rules, with the roles of the model's matrices
    void setUndo(bool canUndo, const QString& undoText, bool canRedo, const QString& redoText);
    /// The selection: its name ("blk.2.attn_k", "12 tensors"; empty: nothing), the formats it could
    /// get, the one it has (null: mixed) and the one being looked at (null: none).
    void setSelection(const QString& name, const std::vector<FormatChoice>& choices,
        const core::Format* assigned, const core::Format* looked);
    const core::Format* sensitivityFormat() const; ///< whose losses the map shows
    void setCells(const std::vector<PrecisionCell>& cells);
    void setSelectedPlace(std::optional<core::Place> place);
    /// Measured runs for the plot of size against loss.
    void setRuns(const std::vector<RunRow>& runs);
    /// Why tensors cannot be measured alone; empty: they can.
    void setWhyNotAlone(const QString& reason);
    /// Locked while a job uses the recipe.
    void setLocked(bool locked);

signals:
    void lookRequested(const core::Format* format); ///< null: back to the recipe's
    void assignRequested(const core::Format* format);
    void measureAloneRequested(const core::Format* format); ///< of the selection
    void presetRequested(const QString& name);
    void presetLookRequested(const QString& name); ///< shown before it is assigned
    void recipeEdited(const core::Recipe& recipe,
        const QString& undoText); ///< a rule moved, removed, the default changed
    void loadRecipeRequested();
    void saveRecipeRequested();
    void undoRequested();
    void redoRequested();
    void sensitivityFormatChosen();
    void placesSelected(const std::vector<core::Place>& places);
    void runRecipeRequested(int run); ///< load the recipe of that run

protected:
    void arrange() override;

private:
    void addHeader();
    QWidget* makeSizeLoss();
    QWidget* makeNoRuns();
    void edited(core::Recipe recipe, const QString& undoText);
    void updateAnswer();

    void fillPoints();
    void fillPresets();
    void showRecipe();

    RecipeSummary m_summary;
    std::vector<PredictedPreset> m_predicted;
    std::vector<RunRow> m_runs;
    double m_triedBytes = 0, m_triedKld = 0;
    core::Recipe m_recipe;
    QStringList m_presetNames;

    QPushButton *m_undo, *m_redo, *m_presets;
    bool m_canUndo = false, m_canRedo = false, m_locked = false;
    BudgetCard* m_budget;
    SizeLossPlot* m_sizeLoss;
    Card *m_sizeLossCard, *m_noRunsCard;
    CostCard* m_cost;
    PrecisionMap* m_map;
    RulesCard* m_rules;
    QBoxLayout* m_columns;
};

} // namespace widgets
