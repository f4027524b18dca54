// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/formats/tensorformat.h"
#include "core/quant/rangefallback.h"
#include "core/quant/roundedtensor.h"
#include "core/quant/tensorrounding.h"
#include "core/rounding/encode.h"
#include "core/rounding/judgedencoding.h"
#include "core/rounding/sweeps.h"
#include "core/rounding/twosided.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace core {

using namespace roundedtensor;

namespace {

    constexpr std::int64_t gptqTileWeights = 1 << 24; // each tile reads all of U several times

    RoundedTensor roundedByGptq(const Tensor& tensor, const PlannedTensor& planned,
        GptqResult result, const GptqOptions& options, JudgedOn judgedOn)
    {
        RoundedTensor rounded{ stored(tensor, planned.format, std::move(result.bytes)),
            reportOn(tensor, planned) };
        TensorReport& report = rounded.report;
        report.outputError = relative(result.error, result.energy);
        report.importanceError = relative(result.importanceError, result.energy);
        report.gptq.emplace();
        report.gptq->damping = result.damping;
        report.gptq->sweeps = result.sweeps;
        report.gptq->unsweptError = relative(result.unsweptError, result.energy);
        if (result.dampingRaises > 0)
            addNote(report,
                text("the Hessian is not positive definite: damping raised from ",
                    100 * options.damping, " % to ", 100 * result.damping, " %"));
        if (result.deadChannels > 0)
            addNote(report,
                text(result.deadChannels, " of ", tensor.columns,
                    " inputs were never active in this text"));
        report.judgedOn = judgedOn;
        if (result.keptImportance) {
            report.method = Method::Importance;
            addNote(report,
                judgedOn == JudgedOn::HeldOut
                    ? "importance-weighted rounding has the smaller error on held-out sequences "
                      "and is kept"
                    : "importance-weighted rounding has the smaller error and is kept");
        }
        return rounded;
    }

    /// Takes the rows that follow in.
    void append(GptqResult& all, const GptqResult& rows)
    {
        all.bytes.insert(all.bytes.end(), rows.bytes.begin(), rows.bytes.end());
        all.error += rows.error;
        all.importanceError += rows.importanceError;
        all.unsweptError += rows.unsweptError;
        all.energy += rows.energy;
        all.sweeps = std::max(all.sweeps, rows.sweeps);
        all.keptImportance = all.keptImportance && rows.keptImportance;
    }

} // namespace

RoundedTensor roundByGptqInTiles(const Tensor& tensor, const PlannedTensor& planned,
    const GptqFactor& factor, const GptqOptions& options, const Progress& progress)
{
    const std::int64_t step = TensorFormat::needsRange(*planned.format)
        ? tensor.rows
        : std::max<std::int64_t>(1, gptqTileWeights / tensor.columns);
    std::optional<GptqResult> all;
    for (std::int64_t row = 0; row < tensor.rows; row += step) {
        const std::int64_t rows = std::min(step, tensor.rows - row);
        const Matrix W = decodeRows(tensor, row, rows);
        requireFinite(tensor, W, row);
        GptqResult result = gptqRound(W, W, factor, *planned.format, options,
            progress.part(
                double(row) / double(tensor.rows), double(row + rows) / double(tensor.rows)),
            planned.encoder);
        if (const auto fault
            = lossOf(MatrixRows::of(W), *planned.format, {}, result.bytes, progress.part(1, 1))
                  .fault)
            return roundInTiles(
                tensor, inWiderFormat(tensor, planned, *fault, progress), {}, progress);
        if (all)
            append(*all, result);
        else
            all = std::move(result);
    }
    return roundedByGptq(tensor, planned, *std::move(all), options, JudgedOn::CalibrationText);
}

namespace {

    /// What rounding towards `target` gave, or the tensor in a wider format where its own does not
    /// hold the range.
    template<typename Round>
    RoundedTensor withinRange(const Tensor& tensor, const PlannedTensor& planned,
        const Matrix& target, const GptqFactor& factor, const Progress& progress,
        const Round& round)
    {
        const auto widened = [&](const PlannedTensor& wide) {
            return roundByEncoder(tensor, wide, target, {}, &factor.H, progress);
        };
        const PlannedTensor fitting = forRangeOf(target, planned);
        if (fitting.format != planned.format)
            return widened(fitting);
        RoundedTensor rounded = round();
        const auto fault = faultOf(target, rounded.tensor, progress);
        return fault ? widened(inWiderFormat(planned, target, *fault)) : std::move(rounded);
    }

    GptqResult asTried(const Format& format, Encoder encoder, const Matrix& W, const Matrix& target,
        const GptqFactor& factor, const OutputFactor* outputs, const WayTrial& trial,
        const GptqOptions& options, const Progress& progress)
    {
        GptqResult result;
        result.damping = factor.damping;
        result.dampingRaises = factor.dampingRaises;
        result.deadChannels = factor.deadChannels;
        result.error = trial.error;
        result.importanceError = trial.importanceError;
        result.unsweptError = trial.unsweptError;
        result.energy = trial.energy;
        result.keptImportance = trial.way < Way::Gptq;
        if (result.keptImportance) {
            result.bytes = encodeMatrix(trial.way == Way::Importance ? W : target, format,
                factor.importance, encoder, progress);
            return result;
        }
        if (outputs && trial.twoSided) {
            GptqOptions given = options;
            given.sweeps = trial.way == Way::Swept ? options.sweeps : 0;
            TwoSidedResult both = roundTwoSided(target, factor, *outputs, format, given, progress);
            result.sweeps = both.sweeps;
            result.bytes = std::move(both.bytes);
            return result;
        }
        GptqPass pass = gptqPass(target, factor, format, options, progress.part(0, 0.5));
        const int most = trial.way == Way::Swept ? options.sweeps : 0;
        const SweepResult swept = sweepRounded(
            target, factor, format, most, pass.error, pass.bytes, progress.part(0.5, 1));
        result.sweeps = swept.sweeps;
        result.bytes = std::move(pass.bytes);
        return result;
    }

} // namespace

RoundedTensor roundByGptq(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    const Matrix& target, const GptqFactor& factor, const OutputFactor* outputs,
    const GptqOptions& options, const Progress& progress)
{
    return withinRange(tensor, planned, target, factor, progress, [&] {
        const Format& format = *planned.format;
        const bool both = outputs && format.grid;
        RoundedTensor done = roundedByGptq(tensor, planned,
            both ? gptqRoundTwoSided(
                W, target, factor, *outputs, format, options, progress, planned.encoder)
                 : gptqRound(W, target, factor, format, options, progress, planned.encoder),
            options, JudgedOn::CalibrationText);
        done.report.gptq->twoSided = both && done.report.method == Method::Gptq;
        return done;
    });
}

RoundedTensor roundAsTried(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    const Matrix& target, const GptqFactor& factor, const OutputFactor* outputs,
    const WayTrial& trial, const GptqOptions& options, const Progress& progress)
{
    return withinRange(tensor, planned, target, factor, progress, [&] {
        RoundedTensor done = roundedByGptq(tensor, planned,
            asTried(*planned.format, planned.encoder, W, target, factor, outputs, trial, options,
                progress),
            options, JudgedOn::HeldOut);
        done.report.gptq->twoSided = outputs && trial.twoSided;
        return done;
    });
}

} // namespace core
