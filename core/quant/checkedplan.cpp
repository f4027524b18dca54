// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/checkedplan.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace core {

namespace {

    void requireEqualLengths(const std::vector<std::vector<int>>& sequences)
    {
        for (const auto& sequence : sequences)
            if (sequence.size() != sequences.front().size() || sequence.empty())
                throw Error(
                    text("a calibration sequence has ", sequence.size(), " tokens, the first ",
                        sequences.front().size(), ", expected all to have the same number"));
    }

    /// Throws Error if the entry of `tensor` in an imatrix has another width.
    void requireWidth(const Importance& imatrix, const Tensor& tensor)
    {
        const std::size_t found = imatrix.at(tensor.name).size();
        const std::int64_t wanted = tensor.columns * tensor.matrices();
        if (std::int64_t(found) != wanted)
            throw Error(text("the importance matrix has ", found, " values for ", tensor.name,
                ", expected ", wanted));
    }

    /// Throws Error where llama-quantize does (tensor_requires_imatrix in llama.cpp's
    /// src/llama-quant.cpp, 2026), of what it makes of the formats that there are encoders for.
    void requireNoNeed(const Recipe& recipe, const PlannedTensor& planned, const Tensor& tensor)
    {
        const bool isInLayers = planned.place.role != Role::Output;
        if (recipe.name == "Q2_K_S" && planned.format == &formats::q2_K && isInLayers)
            throw Error(text("the importance matrix has no entry for ", tensor.name,
                ", expected one for every tensor that Q2_K_S stores as Q2_K"));
    }

    /// Has every tensor that an imatrix has no entry for rounded without importance, as
    /// llama-quantize does: llama-imatrix leaves out the head, and experts that no text reached.
    /// Throws Error if no tensor has an entry, or one has another width.
    void applyImatrix(std::vector<PlannedTensor>& plan, const Checkpoint& checkpoint,
        const Recipe& recipe, const Importance& imatrix)
    {
        std::size_t asked = 0, lacking = 0;
        const Tensor* first = nullptr; // without an entry
        for (std::size_t i = 0; i < plan.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            if (plan[i].method != Method::Importance)
                continue;
            ++asked;
            if (imatrix.contains(tensor.name)) {
                requireWidth(imatrix, tensor);
                continue;
            }
            ++lacking;
            first = first ? first : &tensor;
            requireNoNeed(recipe, plan[i], tensor);
            plan[i].method = Method::RoundToNearest;
            plan[i].lacksImportance = true;
        }
        if (asked > 0 && lacking == asked)
            throw Error(text("the importance matrix has no entry for ", first->name,
                " or any other tensor that is rounded by importance, expected the matrix of this "
                "model"));
    }

    /// Throws Error if the method of a tensor needs text that is not there.
    void requireText(const Checkpoint& checkpoint, const PlannedTensor& planned,
        const Tensor& tensor, const QuantizeOptions& options)
    {
        const Treatment treatment{ planned.method, planned.scaling };
        const bool needsText = treatment.method == Method::Gptq
            || (treatment.method == Method::Importance && options.importance.empty())
            || treatment.scaling != Scaling::None;
        if (!needsText || !options.calibration.empty())
            return;
        if (!checkpoint.isComputed())
            throw Error(text(tensor.name, ": method ", treatmentName(treatment),
                " needs an importance matrix where Quantscope does not compute the model, found "
                "none"));
        throw Error(text(tensor.name, ": method ", treatmentName(treatment),
            " needs a calibration text, found none"));
    }

} // namespace

std::vector<PlannedTensor> checkedPlan(
    const Checkpoint& checkpoint, const Recipe& recipe, const QuantizeOptions& options)
{
    checkpoint.requireUnchanged();
    if (recipe.method == Method::Gptq || recipe.scaling != Scaling::None
        || !options.calibration.empty())
        checkpoint.requireComputed();
    if (!options.calibration.empty())
        requireEqualLengths(options.calibration);
    std::vector<PlannedTensor> plan = planTensors(checkpoint, recipe);
    if (!options.importance.empty())
        applyImatrix(plan, checkpoint, recipe, options.importance);
    for (std::size_t i = 0; i < plan.size(); ++i)
        requireText(checkpoint, plan[i], checkpoint.tensors()[i], options);
    return plan;
}

} // namespace core
