// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/role.h"
#include "core/quant/recipe.h"
#include "widgets/pages/page.h"
#include "widgets/pages/runrow.h"

#include <optional>
#include <vector>

namespace widgets {

/// What the whole file becomes under the recipe.
struct RecipeSummary {
    QString title;
    std::uint64_t originalBytes = 0, fileBytes = 0;
    double originalBits = 0, bits = 0; ///< per weight
    QStringList fallbacks; ///< a sentence each
};

/// One format that the selected tensors could get.
struct FormatChoice {
    const core::Format* format = nullptr;
    std::int64_t bytes = 0; ///< of the selected tensors in it
    std::optional<double> error; ///< relative output error; none: pending
    bool fits = true; ///< false: some rows do not fit, and fall back
};

/// A layer's matrix as a cell of the map layers × roles.
struct PrecisionCell {
    core::Place place;
    double bits = 0;
    std::optional<double> error; ///< at the recipe's format
};

/// Where do the bits go? The recipe: presets, rules, what a change of the selection costs.
class PrecisionPage : public Page {
    Q_OBJECT

public:
    explicit PrecisionPage(QWidget* parent = nullptr);

    void setSummary(const RecipeSummary& summary);
    void setRecipe(const core::Recipe& recipe);
    void setPresets(const QStringList& names);
    void setUndo(bool canUndo, const QString& undoText, bool canRedo, const QString& redoText);
    /// The selection: its name ("blk.2.attn_k", "12 tensors"; empty: nothing), the formats it could
    /// get, the one it has (null: mixed) and the one being looked at (null: none).
    void setSelection(const QString& name, const std::vector<FormatChoice>& choices,
        const core::Format* assigned, const core::Format* looked);
    void setCells(const std::vector<PrecisionCell>& cells);
    void setSelectedPlace(std::optional<core::Place> place);
    /// Measured runs for the plot of size against loss.
    void setRuns(const std::vector<RunRow>& runs);
    /// Locked while a job uses the recipe.
    void setLocked(bool locked);

signals:
    void lookRequested(const core::Format* format); ///< null: back to the recipe's
    void assignRequested(const core::Format* format);
    void presetRequested(const QString& name);
    void recipeEdited(const core::Recipe& recipe,
        const QString& undoText); ///< a rule moved, removed, the default changed
    void loadRecipeRequested();
    void saveRecipeRequested();
    void undoRequested();
    void redoRequested();
    void placeSelected(core::Place place);
    void runRecipeRequested(int run); ///< load the recipe of that run

private:
    class Private;
    Private* d;
};

} // namespace widgets
