// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/rangefallback.h"

#include "core/quant/decodedrows.h"

#include <algorithm>
#include <utility>

namespace core {

namespace {

    std::optional<RangeFault> faultOf(
        const Tensor& tensor, const Format& format, const Progress& progress)
    {
        RangeCheck check(format);
        DecodedRows rows(tensor);
        check.add(rows.source(), progress);
        rows.requireFinite();
        return check.fault();
    }

    bool isLookedAt(const PlannedTensor& planned)
    {
        return !planned.keeps && planned.format != &formats::f32;
    }

    PlannedTensor stored(
        const PlannedTensor& planned, const Format* format, const RangeFault& fault)
    {
        PlannedTensor wider = planned;
        wider.format = format;
        wider.fault = fault;
        wider.method = Method::RoundToNearest;
        wider.encoder = Encoder::Ggml;
        wider.scaling = Scaling::None;
        return wider;
    }

} // namespace

std::vector<PlannedTensor> withinRange(
    const Checkpoint& checkpoint, std::vector<PlannedTensor> plan, const Progress& progress)
{
    const double all = std::max(1.0, double(checkpoint.weights()));
    double done = 0;
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const Tensor& tensor = checkpoint.tensors()[i];
        const double next = done + double(tensor.weights());
        if (isMatrix(tensor.place.role))
            plan[i] = withinRange(
                tensor, plan[i], progress.part(done / all, std::min(1.0, next / all)));
        done = next;
    }
    return plan;
}

void requireFiniteRest(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan,
    const Progress& progress)
{
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const Tensor& tensor = checkpoint.tensors()[i];
        if (!tensor.format->decodeBlocks || (tensor.isMatrix() && isLookedAt(plan[i])))
            continue;
        DecodedRows rows(tensor);
        rows.look(progress);
        rows.requireFinite();
    }
}

PlannedTensor withinRange(
    const Tensor& tensor, const PlannedTensor& planned, const Progress& progress)
{
    if (!isLookedAt(planned))
        return planned;
    const auto fault = faultOf(tensor, *planned.format, progress);
    return fault ? inWiderFormat(tensor, planned, *fault, progress) : planned;
}

PlannedTensor widened(const Tensor& tensor, const PlannedTensor& planned, const Format* wider,
    const RangeFault& fault)
{
    PlannedTensor wide = stored(planned, wider, fault);
    wide.keeps = isKeptIn(wider, tensor);
    return wide;
}

PlannedTensor inWiderFormat(const Tensor& tensor, const PlannedTensor& planned,
    const RangeFault& fault, const Progress& progress)
{
    if (tensor.format != &formats::f32)
        return widened(tensor, planned, formatAsInFile(tensor), fault);
    const bool fits = planned.format != &formats::bf16 && !faultOf(tensor, formats::bf16, progress);
    return widened(tensor, planned, fits ? &formats::bf16 : &formats::f32, fault);
}

PlannedTensor inWiderFormat(
    const PlannedTensor& planned, const MatrixView& W, const RangeFault& fault)
{
    const Format* wide = planned.format == &formats::bf16 ? &formats::f32 : wideFormat(W);
    PlannedTensor wider = stored(planned, wide, fault);
    wider.scaling = planned.scaling; // it has happened
    return wider;
}

} // namespace core
