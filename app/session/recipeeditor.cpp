// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/recipeeditor.h"

#include "core/formats/study.h"
#include "core/quant/rangefallback.h"
#include "widgets/models/formatabout.h"
#include "widgets/models/tensorcells.h"

#include <QUndoCommand>

#include <algorithm>
#include <set>

namespace app {

namespace {

    constexpr int gptqEdits = 1;
    constexpr int mostKeptSteps = 50; ///< a session is written after every edit

} // namespace

/// One edit: the recipe before and after.
class RecipeEditor::Edit : public QUndoCommand {
public:
    Edit(RecipeEditor& editor, core::Recipe after, const QString& text)
        : QUndoCommand(text)
        , m_editor(editor)
        , m_before(editor.m_recipe)
        , m_after(std::move(after))
    {
    }

    void undo() override { m_editor.setRecipe(m_before); }
    void redo() override { m_editor.setRecipe(m_after); }
    int id() const override { return m_id; }
    bool mergeWith(const QUndoCommand* later) override
    {
        m_after = static_cast<const Edit*>(later)->m_after;
        return true;
    }

    const core::Recipe& before() const { return m_before; }
    const core::Recipe& after() const { return m_after; }

    /// Edits of the same kind, not −1, that follow each other become one.
    void setId(int id) { m_id = id; }

private:
    RecipeEditor& m_editor;
    core::Recipe m_before, m_after;
    int m_id = -1;
};

RecipeEditor::RecipeEditor(QObject* parent)
    : QObject(parent)
{
}

void RecipeEditor::setModel(
    std::shared_ptr<const core::Checkpoint> checkpoint, const RecipeHistory& history)
{
    m_checkpoint = std::move(checkpoint);
    m_restoring = true; // one change in the end, not one for each step
    m_faults.clear();
    setRecipe(history.first);
    // Before the stack tells that it is empty: nobody may meet another model's plan.
    m_plan = m_checkpoint ? planOf(m_recipe) : std::vector<core::PlannedTensor>();
    m_undo.clear();
    for (const RecipeHistory::Step& step : history.steps)
        m_undo.push(new Edit(*this, step.recipe, step.text)); // the stack owns it
    m_undo.setIndex(history.index);
    m_restoring = false;
    setRecipe(core::Recipe(m_recipe));
}

RecipeHistory RecipeEditor::history() const
{
    RecipeHistory history;
    const int first = std::max(0, m_undo.index() - mostKeptSteps);
    history.first = m_recipe;
    for (int i = first; i < m_undo.count(); ++i) {
        const auto& edit = static_cast<const Edit&>(*m_undo.command(i));
        if (i == first)
            history.first = edit.before();
        history.steps.push_back({ edit.text(), edit.after() });
    }
    history.index = m_undo.index() - first;
    return history;
}

void RecipeEditor::setRecipe(const core::Recipe& recipe)
{
    m_recipe = recipe;
    if (m_restoring)
        return;
    m_plan = m_checkpoint ? planOf(m_recipe) : std::vector<core::PlannedTensor>();
    emit changed();
}

std::vector<core::PlannedTensor> RecipeEditor::planOf(const core::Recipe& recipe) const
{
    std::vector<core::PlannedTensor> plan = core::planTensors(*m_checkpoint, recipe);
    for (const auto& [key, known] : m_faults) {
        core::PlannedTensor& planned = plan[std::size_t(key.first)];
        if (planned.format == key.second)
            planned = core::widened(
                m_checkpoint->tensors()[std::size_t(key.first)], planned, known.wider, known.fault);
    }
    return plan;
}

void RecipeEditor::setFault(int tensor, const core::Format* format, const core::RangeFault& fault,
    const core::Format* wider)
{
    m_faults.insert_or_assign({ tensor, format }, KnownFault{ fault, wider });
    if (m_plan[std::size_t(tensor)].format == format)
        setRecipe(core::Recipe(m_recipe));
}

QString RecipeEditor::title() const
{
    const QString name = m_recipe.name.empty()
        ? tr("Own recipe", "name of a recipe")
        : widgets::presetTitle(QString::fromStdString(m_recipe.name));
    const auto changes
        = std::count_if(m_recipe.rules.begin(), m_recipe.rules.end(), core::isAssignment);
    return changes == 0 ? name : tr("%1, %n changed", "name of a recipe", int(changes)).arg(name);
}

core::Recipe RecipeEditor::assigned(
    const std::vector<int>& tensors, const core::Format* format) const
{
    core::Recipe recipe = m_recipe;
    std::set<std::string> names;
    std::vector<core::Rule> rules;
    for (const int tensor : tensors) {
        const core::Tensor& subject = m_checkpoint->tensors()[std::size_t(tensor)];
        if (!core::isMatrix(subject.place.role) || !names.insert(subject.name).second)
            continue;
        core::Rule rule;
        rule.name = subject.name;
        rule.format = format;
        rules.push_back(std::move(rule));
    }
    std::erase_if(recipe.rules, [&names](const core::Rule& rule) {
        return core::isAssignment(rule) && names.contains(rule.name);
    });
    recipe.rules.insert(recipe.rules.begin(), rules.begin(), rules.end());
    return recipe;
}

void RecipeEditor::assign(const std::vector<int>& tensors, const core::Format* format)
{
    if (!m_checkpoint)
        return;
    const auto gives = [this, format](int tensor) {
        const core::PlannedTensor& planned = m_plan[std::size_t(tensor)];
        if (format == &core::formats::source)
            return !core::isMatrix(planned.place.role) || (planned.keeps && !planned.fellBack());
        return !core::isMatrix(planned.place.role)
            || (core::isSameFormat(planned.wanted, format) && !planned.keeps);
    };
    if (std::all_of(tensors.begin(), tensors.end(), gives))
        return;
    const auto count = std::count_if(tensors.begin(), tensors.end(),
        [this](int tensor) { return core::isMatrix(m_plan[std::size_t(tensor)].place.role); });
    m_undo.push(new Edit(*this, assigned(tensors, format), // the stack owns it
        tr("Assign %1 to %n tensors", nullptr, int(count)).arg(widgets::formatName(format))));
}

std::vector<core::PlannedTensor> RecipeEditor::planIfAssigned(
    const std::vector<int>& tensors, const core::Format* format) const
{
    return planOf(assigned(tensors, format));
}

void RecipeEditor::replace(core::Recipe recipe, const QString& text)
{
    if (m_checkpoint)
        m_undo.push(new Edit(*this, std::move(recipe), text)); // the stack owns it
}

void RecipeEditor::setTreatment(core::Treatment treatment)
{
    if (!m_checkpoint || treatment == core::Treatment{ m_recipe.method, m_recipe.scaling })
        return;
    core::Recipe recipe = m_recipe;
    recipe.method = treatment.method;
    recipe.scaling = treatment.scaling;
    m_undo.push(new Edit(*this, std::move(recipe), // the stack owns it
        tr("Round by %1", "a method").arg(methodTitle(treatment))));
}

void RecipeEditor::setGptq(const core::GptqOptions& options)
{
    if (!m_checkpoint || options == m_recipe.gptq)
        return;
    core::Recipe recipe = m_recipe;
    recipe.gptq = options;
    auto edit = std::make_unique<Edit>(*this, std::move(recipe), tr("Change the options of GPTQ"));
    edit->setId(gptqEdits);
    m_undo.push(edit.release()); // the stack owns it
}

void RecipeEditor::setEncoder(core::Encoder encoder)
{
    if (!m_checkpoint || encoder == m_recipe.encoder)
        return;
    core::Recipe recipe = m_recipe;
    recipe.encoder = encoder;
    m_undo.push(new Edit(*this, std::move(recipe), // the stack owns it
        encoder == core::Encoder::Ggml ? tr("Round to llama.cpp's bytes")
                                       : tr("Round more closely than llama.cpp")));
}

QString methodTitle(core::Treatment treatment)
{
    if (treatment.scaling == core::Scaling::Awq)
        return RecipeEditor::tr("AWQ + %1").arg(methodTitle({ treatment.method }));
    switch (treatment.method) {
    case core::Method::RoundToNearest:
        return RecipeEditor::tr("round to nearest");
    case core::Method::Importance:
        return RecipeEditor::tr("importance-weighted");
    case core::Method::Gptq:
        return RecipeEditor::tr("GPTQ");
    case core::Method::Hqq:
        return RecipeEditor::tr("HQQ");
    }
    return {};
}

} // namespace app
