// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/plan.h"

#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/formats/study.h"
#include "core/quant/namepattern.h"

#include <algorithm>
#include <array>

namespace core {

namespace {

    bool applies(const Rule& rule, const Tensor& tensor)
    {
        const Place place = tensor.place;
        if (!rule.roles.empty() && std::ranges::find(rule.roles, place.role) == rule.roles.end())
            return false;
        if (!includes(rule.layers, place.layer))
            return false;
        return rule.name.empty() || hasForm(tensor.name, rule.name);
    }

    /// The method that will really be used where `wanted` was asked for, of the head (tied or not)
    /// by a rule of its own.
    Method usableMethod(Method wanted, const PlannedTensor& planned, bool headByRule)
    {
        if (!planned.format->grid || planned.keeps)
            return Method::RoundToNearest; // nothing to choose
        if (wanted == Method::Hqq)
            return Method::Hqq;
        if (wanted == Method::Gptq && headByRule)
            return Method::Gptq;
        if (planned.place.role == Role::TokenEmbd || planned.place.role == Role::TokenEmbdPerLayer)
            return Method::RoundToNearest; // an embedding reads no activations
        const bool inLayer = planned.place.layer >= 0;
        const bool usesImportance = planned.format->importance == Format::Importance::Used;
        if (wanted == Method::Gptq && inLayer && !isHeadStack(planned.place.role))
            return Method::Gptq;
        return wanted != Method::RoundToNearest && usesImportance ? Method::Importance
                                                                  : Method::RoundToNearest;
    }

    /// The same for the encoder.
    Encoder usableEncoder(Encoder wanted, const PlannedTensor& planned)
    {
        if (wanted != Encoder::Closest || planned.method == Method::Hqq)
            return Encoder::Ggml;
        return formats::quickEncoder(*planned.format, planned.method != Method::RoundToNearest);
    }

    /// The same for the scaling: only inside layers is there something that takes the inverse.
    Scaling usableScaling(Scaling wanted, const PlannedTensor& planned)
    {
        const bool rounds = planned.format->grid && !planned.keeps;
        return rounds && planned.place.layer >= 0 ? wanted : Scaling::None;
    }

    /// Vectors are F32, those of a GGUF that is not computed as they are.
    PlannedTensor planVector(const Checkpoint& checkpoint, const Tensor& tensor)
    {
        PlannedTensor planned;
        planned.place = tensor.place;
        planned.format = planned.wanted = checkpoint.isComputed() ? &formats::f32 : tensor.format;
        planned.keeps = tensor.format == planned.format;
        return planned;
    }

    /// The rules that say what a matrix gets; null: the defaults do.
    struct Deciding {
        const Rule* format = nullptr;
        const Rule* method = nullptr;
    };

    Deciding decidingRules(const Tensor& tensor, const Recipe& recipe)
    {
        Deciding deciding;
        for (const Rule& rule : recipe.rules) {
            if (!applies(rule, tensor))
                continue;
            if (!deciding.format && rule.format)
                deciding.format = &rule;
            if (!deciding.method && rule.method)
                deciding.method = &rule;
        }
        return deciding;
    }

    /// Finds out, on all processors, which formats hold the grids of other tools: quick the second
    /// time.
    void findExactFormats(const std::vector<Tensor>& tensors)
    {
        std::vector<const Tensor*> onGrids;
        for (const Tensor& tensor : tensors)
            if (tensor.source)
                onGrids.push_back(&tensor);
        if (!onGrids.empty())
            parallelFor(onGrids.size(), [&](std::size_t i) { (void)exactFormat(*onGrids[i]); });
    }

    PlannedTensor planMatrix(
        const Checkpoint& checkpoint, const Tensor& tensor, const Recipe& recipe)
    {
        const bool isHead = checkpoint.isComputed() && &tensor == checkpoint.findHead();
        const auto [formatRule, methodRule] = decidingRules(tensor, recipe);
        const Format* wanted = formatRule ? formatRule->format : recipe.format;
        if (!wanted || wanted == &formats::source)
            wanted = formatAsInFile(tensor);
        if (wanted == &formats::f64 && !checkpoint.isGguf() && checkpoint.isComputed())
            wanted = &formats::f32; // which llama.cpp computes with
        const Treatment treatment = methodRule
            ? Treatment{ *methodRule->method, methodRule->scaling }
            : recipe.treatment();

        PlannedTensor planned;
        planned.place = tensor.place;
        planned.format = fallbackFormat(wanted, tensor.columns);
        // A study format keeps its name when it becomes one for rows of this length.
        planned.wanted = wanted->name == planned.format->name ? planned.format : wanted;
        planned.keeps = isKeptIn(planned.format, tensor);
        planned.method = usableMethod(treatment.method, planned, isHead && methodRule);
        if (!checkpoint.isComputed() && planned.method == Method::Gptq)
            planned.method = Method::Importance;
        const bool isBeside = checkpoint.isComputed() && isOther(tensor.place.role);
        if (isBeside && planned.method != Method::Hqq) // no text comes through it
            planned.method = Method::RoundToNearest;
        planned.encoder = usableEncoder(recipe.encoder, planned);
        planned.scaling
            = checkpoint.isComputed() ? usableScaling(treatment.scaling, planned) : Scaling::None;
        return planned;
    }

    struct Fallback {
        std::string_view from, to;
    };
    /// tensor_type_fallback of llama.cpp (src/llama-quant.cpp, 2026): from blocks of 256 to blocks
    /// of 32 with at least as many bits a weight.
    constexpr std::array fallbacks{
        Fallback{ "IQ1_S", "IQ4_NL" },
        Fallback{ "IQ1_M", "IQ4_NL" },
        Fallback{ "IQ2_XXS", "IQ4_NL" },
        Fallback{ "IQ2_XS", "IQ4_NL" },
        Fallback{ "IQ2_S", "IQ4_NL" },
        Fallback{ "IQ3_XXS", "IQ4_NL" },
        Fallback{ "IQ3_S", "IQ4_NL" },
        Fallback{ "IQ4_XS", "IQ4_NL" },
        Fallback{ "TQ1_0", "Q4_0" },
        Fallback{ "TQ2_0", "Q4_0" },
        Fallback{ "Q2_0", "Q4_0" },
        Fallback{ "Q2_K", "Q4_0" },
        Fallback{ "Q3_K", "Q4_0" },
        Fallback{ "Q4_K", "Q5_0" },
        Fallback{ "Q5_K", "Q5_1" },
        Fallback{ "Q6_K", "Q8_0" },
    };

} // namespace

std::vector<PlannedTensor> planTensors(const Checkpoint& checkpoint, const Recipe& recipe)
{
    std::vector<PlannedTensor> plan;
    plan.reserve(checkpoint.tensors().size());
    findExactFormats(checkpoint.tensors());
    for (const Tensor& tensor : checkpoint.tensors())
        plan.push_back(tensor.isMatrix() ? planMatrix(checkpoint, tensor, recipe)
                                         : planVector(checkpoint, tensor));
    return plan;
}

std::vector<std::size_t> idleRules(const Checkpoint& checkpoint, const Recipe& recipe)
{
    std::vector<bool> decides(recipe.rules.size());
    for (const Tensor& tensor : checkpoint.tensors()) {
        if (!isMatrix(tensor.place.role))
            continue;
        const auto [format, method] = decidingRules(tensor, recipe);
        for (const Rule* rule : { format, method })
            if (rule)
                decides[std::size_t(rule - recipe.rules.data())] = true;
    }
    std::vector<std::size_t> idle;
    for (std::size_t i = 0; i < decides.size(); ++i)
        if (!decides[i])
            idle.push_back(i);
    return idle;
}

std::uint64_t plannedBytes(const PlannedTensor& planned, const Tensor& tensor)
{
    return planned.format->tensorBytes(std::uint64_t(tensor.rows), std::size_t(tensor.columns));
}

bool hasStudyFormat(const std::vector<PlannedTensor>& plan)
{
    return std::ranges::any_of(
        plan, [](const PlannedTensor& planned) { return planned.format->study != nullptr; });
}

const Format* fallbackFormat(const Format* format, std::int64_t columns)
{
    format = formatForRows(format, columns);
    if (format->fits(std::size_t(columns)))
        return format;
    const auto rule = std::ranges::find(fallbacks, format->name, &Fallback::from);
    const Format* smaller = rule == fallbacks.end() ? nullptr : findFormat(rule->to);
    return smaller && smaller->fits(std::size_t(columns)) ? smaller : &formats::f16;
}

std::string fallbackText(const PlannedTensor& planned, const Tensor& tensor)
{
    const Format* forRows = fallbackFormat(planned.wanted, tensor.columns);
    std::string why;
    if (!isSameFormat(forRows, planned.wanted))
        why = text("rows of ", tensor.columns, " do not fit ", planned.wanted->name, " (",
            planned.wanted->blockSize, ")");
    if (planned.fault)
        why.append(why.empty() ? "" : "; ").append(rangeText(*planned.fault, *forRows));
    else if (why.empty())
        why = text(forRows->name, " does not hold the range of its values");
    return text(why, ", stored as ", planned.format->name);
}

const Format* formatAsInFile(const Tensor& tensor)
{
    const Format* exact = exactFormat(tensor);
    const bool isDecoded = exact == tensor.format && !gridOf(tensor).empty();
    return isDecoded ? &formats::f16 : exact;
}

bool isKeptIn(const Format* format, const Tensor& tensor)
{
    return format == tensor.format || format == exactFormat(tensor);
}

namespace {

    /// The same for a tensor on another tool's grid.
    std::string gridText(const PlannedTensor& planned, const std::string& grid)
    {
        if (planned.keeps)
            return text(
                grid, ": ", planned.format->isQuantized() ? "converted" : "decoded", " exactly");
        if (!planned.format->isQuantized())
            return text(grid, ": decoded to ", planned.format->name);
        return text("already quantized in the file (", grid, "), rounded a second time");
    }

} // namespace

std::string sourceText(const PlannedTensor& planned, const Tensor& tensor)
{
    const std::string grid = gridOf(tensor);
    if (!isMatrix(tensor.place.role) || (planned.keeps && grid.empty()))
        return {};
    std::string said;
    if (!grid.empty())
        said = gridText(planned, grid);
    else if (tensor.format->isQuantized())
        said = text(
            "already quantized in the file (", tensor.format->name, "), rounded a second time");
    const double before = storedBitsPerWeight(tensor);
    const double after = planned.format->bitsPerWeight();
    const bool isExact = planned.keeps && planned.format == exactFormat(tensor);
    if (before > 0 && after > before && !isExact)
        said.append(said.empty() ? "" : ": ")
            .append(
                text("grows from ", before, " to ", after, " bits per weight and gains nothing"));
    return said;
}

bool isRoundedAgain(const PlannedTensor& planned, const Tensor& tensor)
{
    const bool isDecoded = !gridOf(tensor).empty() && !planned.format->isQuantized();
    return isAlreadyQuantized(tensor) && !planned.keeps && !isDecoded;
}

std::optional<QuantizedSource> quantizedSource(const Checkpoint& checkpoint)
{
    findExactFormats(checkpoint.tensors());
    std::vector<std::pair<std::string, int>> counts;
    QuantizedSource source;
    for (const Tensor& tensor : checkpoint.tensors()) {
        if (!isAlreadyQuantized(tensor))
            continue;
        ++source.tensors;
        source.isOfOtherTool = source.isOfOtherTool || !gridOf(tensor).empty();
        source.exact += exactFormat(tensor)->isQuantized();
        const std::string kind = storedAs(tensor);
        const auto found = std::ranges::find(counts, kind, &std::pair<std::string, int>::first);
        if (found == counts.end())
            counts.emplace_back(kind, 1);
        else
            ++found->second;
    }
    if (counts.empty())
        return std::nullopt;
    std::ranges::stable_sort(counts, std::ranges::greater(), &std::pair<std::string, int>::second);
    for (auto& [kind, tensors] : counts)
        source.kinds.push_back(std::move(kind));
    return source;
}

} // namespace core
