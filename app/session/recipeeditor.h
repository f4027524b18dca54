// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "core/quant/plan.h"

#include <QObject>
#include <QUndoStack>

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace app {

/// The recipe with its undo steps: `first`, and after each step another; `index` steps are done.
struct RecipeHistory {
    struct Step {
        QString text; ///< "Assign Q3_K to 12 tensors"
        core::Recipe recipe; ///< after it
    };
    core::Recipe first;
    std::vector<Step> steps;
    int index = 0;
};

/// The recipe of the open model, what it gives each tensor, and its undo stack. Every edit is one
/// undo step; undoing brings back the whole recipe as it was.
class RecipeEditor : public QObject {
    Q_OBJECT

public:
    explicit RecipeEditor(QObject* parent = nullptr);

    /// Starts over with the recipe that `history` ends with, and its undo steps.
    void setModel(std::shared_ptr<const core::Checkpoint> checkpoint, const RecipeHistory& history);
    /// The latest steps; an undone one is among them.
    RecipeHistory history() const;

    const core::Recipe& recipe() const { return m_recipe; }
    /// One entry for each tensor of the checkpoint.
    const std::vector<core::PlannedTensor>& plan() const { return m_plan; }
    QUndoStack& undoStack() { return m_undo; }
    /// "Q4_K_M", or "Q4_K_M, 3 changed" with rules for single tensors.
    QString title() const;

    /// Gives these tensors `format`, as rules before all others, one for each tensor by its name.
    void assign(const std::vector<int>& tensors, const core::Format* format);
    /// What the plan would be after assign().
    std::vector<core::PlannedTensor> planIfAssigned(
        const std::vector<int>& tensors, const core::Format* format) const;
    /// Tells that `format` does not hold the range of a tensor, and what a run takes instead: plans
    /// say so from now on.
    void setFault(int tensor, const core::Format* format, const core::RangeFault& fault,
        const core::Format* wider);
    /// Replaces the recipe; `text` names the undo step.
    void replace(core::Recipe recipe, const QString& text);
    /// The default method and scaling; rules that name one keep it.
    void setTreatment(core::Treatment treatment);
    /// The options of every tensor with GPTQ; changes that follow each other are one undo step.
    void setGptq(const core::GptqOptions& options);
    void setEncoder(core::Encoder encoder);

signals:
    void changed();

private:
    class Edit;
    void setRecipe(const core::Recipe& recipe);
    core::Recipe assigned(const std::vector<int>& tensors, const core::Format* format) const;
    std::vector<core::PlannedTensor> planOf(const core::Recipe& recipe) const;

    struct KnownFault {
        core::RangeFault fault;
        const core::Format* wider;
    };
    std::shared_ptr<const core::Checkpoint> m_checkpoint;
    core::Recipe m_recipe;
    std::vector<core::PlannedTensor> m_plan;
    std::map<std::pair<int, const core::Format*>, KnownFault> m_faults;
    QUndoStack m_undo;
    bool m_restoring = false; ///< recipes come and go unseen
};

/// A method's word for people: "GPTQ", "importance-weighted", "round to nearest", "AWQ + GPTQ".
QString methodTitle(core::Treatment treatment);

} // namespace app
