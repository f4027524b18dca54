// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/mixsearch.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cassert>

namespace core {

namespace {

    using FigureByName = std::map<std::string_view, const TensorSensitivity*>;

    /// `format`: what is really stored, where rows fall back another than was asked for.
    bool isAllowed(const Format& format, Role role, const std::map<Role, MixLimit>& limits)
    {
        const auto found = limits.find(role);
        if (found == limits.end())
            return true;
        const MixLimit& limit = found->second;
        const double bits = format.bitsPerWeight();
        return (!limit.least || bits >= limit.least->bitsPerWeight())
            && (!limit.most || bits <= limit.most->bitsPerWeight());
    }

    std::uint64_t paddedBytes(const PlannedTensor& planned, const Tensor& tensor)
    {
        constexpr std::uint64_t alignment = 32; // general.alignment of what is written
        return (plannedBytes(planned, tensor) + alignment - 1) / alignment * alignment;
    }

    /// What storing a tensor so loses; nothing where the table does not say.
    std::optional<double> lossOf(
        const PlannedTensor& planned, const Tensor& tensor, const FigureByName& figures)
    {
        if (!tensor.isMatrix() || planned.keeps || !planned.format->isQuantized())
            return 0;
        const auto found = figures.find(tensor.name);
        if (found == figures.end())
            return std::nullopt;
        const SensitivityFigure* figure = found->second->find(planned.format, planned.method);
        return figure ? std::optional(figure->kld) : std::nullopt;
    }

    /// The plan of a model whose every tensor is to be in `format`, by the method whose figures are
    /// read.
    std::vector<PlannedTensor> planIn(
        const Checkpoint& checkpoint, const Format* format, const MixSettings& settings)
    {
        Recipe recipe = settings.recipe;
        recipe.rules.clear();
        recipe.format = format;
        recipe.method = settings.figures;
        return planTensors(checkpoint, recipe);
    }

    /// Whether a matrix is one that no text read: its loss of 0 says nothing.
    bool isUnread(const Checkpoint& checkpoint, const Tensor& tensor, const SensitivityTable& table)
    {
        return checkpoint.isComputed() && table.sequences > 0 && tensor.isMatrix()
            && isOther(tensor.place.role);
    }

} // namespace

MixSearch::MixSearch(
    const Checkpoint& checkpoint, const SensitivityTable& table, const MixSettings& settings)
    : m_options(checkpoint.tensors().size())
    , m_front({})
{
    if (settings.formats.empty())
        throw Error("A mix needs at least one number format.");
    FigureByName figures;
    for (const TensorSensitivity& tensor : table.tensors)
        figures.emplace(tensor.name, &tensor);
    for (const Format* format : settings.formats) {
        const std::vector<PlannedTensor> plan = planIn(checkpoint, format, settings);
        for (std::size_t i = 0; i < plan.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            if (tensor.isMatrix() && !plan[i].keeps
                && !isAllowed(*plan[i].format, tensor.place.role, settings.limits))
                continue;
            if (const auto loss = lossOf(plan[i], tensor, figures)) {
                m_options[i].values.push_back({ paddedBytes(plan[i], tensor), *loss });
                m_options[i].formats.push_back(tensor.isMatrix() ? format : nullptr);
            }
        }
    }
    std::vector<std::vector<MixOption>> values;
    for (std::size_t i = 0; i < m_options.size(); ++i) {
        if (isUnread(checkpoint, checkpoint.tensors()[i], table))
            m_options[i].keepLargest();
        if (m_options[i].values.empty())
            throw Error(text("Tensor ", checkpoint.tensors()[i].name,
                ": none of the formats of the mix, as its rows of ",
                checkpoint.tensors()[i].columns,
                " weights hold them, is both allowed for it and among the predicted losses."));
        values.push_back(m_options[i].values);
    }
    m_front = MixFront(std::move(values));
}

void MixSearch::Options::keepLargest()
{
    if (values.empty())
        return;
    const auto largest = std::ranges::max_element(values, {}, &MixOption::bytes);
    formats = { formats[std::size_t(largest - values.begin())] };
    values = { *largest };
}

MixSearch::Mix MixSearch::mixOf(const std::vector<std::size_t>& chosen) const
{
    Mix mix;
    mix.bytes = m_front.bytesOf(chosen);
    mix.kld = m_front.lossOf(chosen);
    for (std::size_t i = 0; i < chosen.size(); ++i)
        mix.formats.push_back(m_options[i].formats[chosen[i]]);
    return mix;
}

std::vector<MixSearch::Choice> MixSearch::choicesOf(std::size_t tensor) const
{
    const Options& options = m_options[tensor];
    std::vector<Choice> choices;
    for (std::size_t i = 0; i < options.values.size(); ++i)
        choices.push_back({ options.formats[i], options.values[i].bytes, options.values[i].loss });
    return choices;
}

MixSearch::Mix MixSearch::under(std::uint64_t bytes, Care care) const
{
    assert(bytes >= leastBytes());
    bytes = std::min(bytes, mostBytes()); // more lose nothing less
    return mixOf(care == Care::Quick ? m_front.quick(bytes) : m_front.best(bytes));
}

MixSearch::Mix MixSearch::within(double kld) const
{
    std::uint64_t least = leastBytes(), most = mostBytes(); // halved until the alignment is reached
    while (most - least > 32) {
        const std::uint64_t middle = least + (most - least) / 2;
        (m_front.lossOf(m_front.quick(middle)) <= kld ? most : least) = middle;
    }
    return under(most, Care::Best);
}

MixSearch::Mix mixOf(
    const Checkpoint& checkpoint, const MixSearch& search, const std::vector<PlannedTensor>& plan)
{
    MixSearch::Mix mix;
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const Tensor& tensor = checkpoint.tensors()[i];
        const std::vector<MixSearch::Choice> choices = search.choicesOf(i);
        const auto found = std::ranges::find_if(choices, [&](const MixSearch::Choice& choice) {
            if (!choice.format || choice.format == &formats::source)
                return !choice.format || plan[i].keeps;
            return !plan[i].keeps
                && fallbackFormat(choice.format, tensor.columns) == plan[i].format;
        });
        if (found == choices.end() && checkpoint.isComputed() && isOther(tensor.place.role)) {
            mix.formats.push_back(plan[i].keeps ? &formats::source : plan[i].wanted);
            mix.bytes += paddedBytes(plan[i], tensor);
            continue;
        }
        if (found == choices.end())
            throw Error(text("Tensor ", tensor.name, ": what ", plan[i].format->name,
                " loses is not predicted, expected one of the formats whose losses are."));
        mix.formats.push_back(found->format);
        mix.bytes += found->bytes;
        mix.kld += found->kld;
    }
    return mix;
}

} // namespace core
