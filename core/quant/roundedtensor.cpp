// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/roundedtensor.h"

#include "core/quant/rangefallback.h"
#include "core/rounding/judgedencoding.h"

#include <cmath>
#include <utility>

namespace core::roundedtensor {

Tensor stored(const Tensor& tensor, const Format* format, const TensorBytes& bytes)
{
    Tensor result = tensor;
    result.format = format;
    result.bytes = bytes.bytes();
    result.offset = 0;
    result.file.clear();
    result.mapping = nullptr;
    result.source = nullptr;
    result.owner = bytes.finished();
    return result;
}

Tensor stored(const Tensor& tensor, const Format* format, std::vector<std::byte> bytes)
{
    return stored(tensor, format, TensorBytes(std::move(bytes)));
}

Tensor kept(const Tensor& tensor, const PlannedTensor& planned)
{
    const bool isAsItIs = !tensor.source && planned.format == tensor.format;
    return isAsItIs ? tensor : stored(tensor, planned.format, bytesIn(*planned.format, tensor));
}

void addNote(TensorReport& report, const std::string& note)
{
    if (!note.empty())
        report.note.append(report.note.empty() ? "" : "; ").append(note);
}

TensorReport reportOn(const Tensor& tensor, const PlannedTensor& planned)
{
    TensorReport report;
    report.place = tensor.place;
    report.name = tensor.name;
    report.format = planned.format;
    report.method = planned.method;
    if (planned.fellBack())
        report.note = fallbackText(planned, tensor);
    addNote(report, sourceText(planned, tensor));
    if (planned.lacksImportance)
        addNote(report, "the importance matrix has no entry for it");
    return report;
}

PlannedTensor forRangeOf(const MatrixView& W, const PlannedTensor& planned)
{
    RangeCheck check(*planned.format);
    check.add(W);
    const auto fault = check.fault();
    return fault ? inWiderFormat(planned, W, *fault) : planned;
}

double relative(double error, double energy)
{
    return energy > 0 ? std::sqrt(error / energy) : error > 0 ? -1 : 0;
}

std::optional<RangeFault> faultOf(
    const MatrixView& W, const Tensor& rounded, const Progress& progress)
{
    return lossOf(MatrixRows::of(W), *rounded.format, {}, rounded.bytes, progress.part(1, 1)).fault;
}

} // namespace core::roundedtensor
