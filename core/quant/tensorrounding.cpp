// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/tensorrounding.h"

#include "core/base/text.h"
#include "core/formats/tensorformat.h"
#include "core/quant/rangefallback.h"
#include "core/rounding/awq.h"
#include "core/rounding/encode.h"
#include "core/rounding/hqq.h"
#include "core/rounding/knownimportance.h"
#include "core/rounding/sweeps.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

namespace core {

namespace {

    constexpr std::int64_t tileWeights = 1 << 22; // 16 MiB decoded
    constexpr std::int64_t gptqTileWeights = 1 << 24; // each tile reads all of U several times

    /// `tensor` in another format, its bytes in memory.
    Tensor stored(const Tensor& tensor, const Format* format, std::vector<std::byte> bytes)
    {
        const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
        Tensor result = tensor;
        result.format = format;
        result.bytes = *owner;
        result.offset = 0;
        result.file.clear();
        result.mapping = nullptr;
        result.owner = owner;
        return result;
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
        return report;
    }

    /// `planned`, in a wider format if its own does not hold the range of `W`, which will be
    /// rounded.
    PlannedTensor forRangeOf(const MatrixView& W, const PlannedTensor& planned)
    {
        RangeCheck check(*planned.format);
        check.add(W);
        const auto fault = check.fault();
        return fault ? inWiderFormat(planned, W, *fault) : planned;
    }

    /// How a tensor is rounded by importance: what of it is known, and the plan without it where
    /// nothing is.
    struct Weighing {
        PlannedTensor planned;
        std::vector<float> importance; ///< empty: round without
        std::string note;
    };

    Weighing weighingOf(const PlannedTensor& planned, std::span<const float> importance)
    {
        Weighing weighing{ planned, knownImportance(importance, planned.format->blockSize), {} };
        if (importance.empty() || !weighing.importance.empty())
            return weighing;
        weighing.planned.method = Method::RoundToNearest;
        if (planned.encoder == Encoder::Closest)
            weighing.planned.encoder = formats::quickEncoder(*planned.format, false);
        weighing.note = "every importance it has is 0, which says nothing: rounded to nearest";
        return weighing;
    }

    /// What the scale of a whole tensor is fitted to; nothing for a format without one.
    WeightRange rangeInTiles(const Tensor& tensor, const Format& format, std::int64_t step)
    {
        WeightRange range;
        for (std::int64_t row = 0; TensorFormat::needsRange(format) && row < tensor.rows;
             row += step)
            range.add(decodeRows(tensor, row, std::min(step, tensor.rows - row)));
        return range;
    }

    /// Σ weight_j d_ij², in double; weights of 1 if `importance` is empty.
    double weightedSum(const Matrix& d, std::span<const float> importance)
    {
        const Eigen::VectorXd squares = d.cast<double>().colwise().squaredNorm();
        double sum = 0;
        for (Eigen::Index j = 0; j < squares.size(); ++j)
            sum += squares(j) * (importance.empty() ? 1.0 : double(importance[std::size_t(j)]));
        return sum;
    }

    double relative(double error, double energy)
    {
        return energy > 0 ? std::sqrt(error / energy) : error > 0 ? -1 : 0;
    }

    /// What the method makes of `W` without a Hessian.
    std::vector<std::byte> encoded(const MatrixView& W, const PlannedTensor& planned,
        const Format& format, std::span<const float> importance, const Progress& progress)
    {
        return planned.method == Method::Hqq
            ? hqqRound(W, format, progress)
            : encodeMatrix(W, format, importance, planned.encoder, progress);
    }

    double relativeError(
        const Matrix& W, const Matrix& rounded, std::span<const float> importance, const MatrixD* H)
    {
        if (H)
            return relative(
                outputError(W, rounded, *H), outputError(W, Matrix::Zero(W.rows(), W.cols()), *H));
        return relative(weightedSum(W - rounded, importance), weightedSum(W, importance));
    }

} // namespace

RoundedTensor roundByEncoder(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    std::span<const float> importance, const MatrixD* H, const Progress& progress)
{
    if (planned.keeps) {
        RoundedTensor kept{ tensor, reportOn(tensor, planned) };
        kept.report.outputError = 0;
        return kept;
    }
    const auto [fitting, known, note] = weighingOf(forRangeOf(W, planned), importance);
    RoundedTensor rounded{ stored(tensor, fitting.format,
                               encoded(W, fitting, *fitting.format, known, progress)),
        reportOn(tensor, fitting) };
    const Matrix result = decode(rounded.tensor);
    if (const auto fault = faultOfResult(W, result))
        return roundByEncoder(tensor, inWiderFormat(fitting, W, *fault), W, {}, H, progress);
    addNote(rounded.report, note);
    rounded.report.outputError = relativeError(W, result, known, H);
    rounded.report.judgedOn = H || !known.empty() ? JudgedOn::CalibrationText : JudgedOn::Weights;
    if (fitting.method == Method::Importance)
        rounded.report.importanceError = rounded.report.outputError;
    return rounded;
}

RoundedTensor roundClipped(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    std::span<const float> importance, const MatrixD& H, const Progress& progress)
{
    const auto [fitting, known, note]
        = weighingOf(planned.keeps ? planned : forRangeOf(W, planned), importance);
    const Format& format = *fitting.format;
    if (fitting.keeps || fitting.fault)
        return roundByEncoder(tensor, fitting, W, {}, &H, progress);
    RoundedTensor rounded{ stored(tensor, &format,
                               clippedRound(W, H, format, known, fitting.encoder, progress)),
        reportOn(tensor, fitting) };
    const Matrix result = decode(rounded.tensor);
    if (const auto fault = faultOfResult(W, result))
        return roundByEncoder(tensor, inWiderFormat(fitting, W, *fault), W, {}, &H, progress);
    addNote(rounded.report, note);
    rounded.report.outputError = relativeError(W, result, known, &H);
    rounded.report.judgedOn = JudgedOn::CalibrationText;
    if (fitting.method == Method::Importance)
        rounded.report.importanceError = relativeError(W,
            decodeMatrix(encodeMatrix(W, format, known, fitting.encoder, progress), format,
                W.rows(), W.cols()),
            known, &H);
    return rounded;
}

RoundedTensor roundInTiles(const Tensor& tensor, const PlannedTensor& planned,
    std::span<const float> importance, const Progress& progress)
{
    const auto [weighed, known, note] = weighingOf(planned, importance);
    const std::int64_t step = std::max<std::int64_t>(1, tileWeights / tensor.columns);
    const TensorFormat own(*planned.format, rangeInTiles(tensor, *planned.format, step));
    RoundedTensor rounded{ tensor, reportOn(tensor, weighed) };
    addNote(rounded.report, note);
    std::vector<std::byte> bytes;
    double error = 0;
    double energy = 0;
    for (std::int64_t row = 0; row < tensor.rows; row += step) {
        progress.at(double(row) / double(tensor.rows));
        const std::int64_t rows = std::min(step, tensor.rows - row);
        const Matrix W = decodeRows(tensor, row, rows);
        requireFinite(tensor, W, row);
        if (planned.keeps)
            continue;
        const auto tile = encoded(W, weighed, own.format(), known, progress);
        const Matrix result = decodeMatrix(tile, *planned.format, rows, tensor.columns);
        if (const auto fault = faultOfResult(W, result))
            return roundInTiles(
                tensor, inWiderFormat(tensor, weighed, *fault, progress), {}, progress);
        bytes.insert(bytes.end(), tile.begin(), tile.end());
        error += weightedSum(W - result, known);
        energy += weightedSum(W, known);
    }
    if (!planned.keeps)
        rounded.tensor = stored(tensor, planned.format, std::move(bytes));
    rounded.report.outputError = relative(error, energy);
    if (!known.empty())
        rounded.report.judgedOn = JudgedOn::CalibrationText;
    if (weighed.method == Method::Importance)
        rounded.report.importanceError = rounded.report.outputError;
    return rounded;
}

namespace {

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
        GptqResult result = gptqRound(W, factor, *planned.format, options,
            progress.part(
                double(row) / double(tensor.rows), double(row + rows) / double(tensor.rows)));
        if (const auto fault
            = faultOfResult(W, decodeMatrix(result.bytes, *planned.format, rows, tensor.columns)))
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
        const auto fault = faultOfResult(target, decode(rounded.tensor));
        return fault ? widened(inWiderFormat(planned, target, *fault)) : std::move(rounded);
    }

    GptqResult asTried(const Format& format, Encoder encoder, const Matrix& W, const Matrix& target,
        const GptqFactor& factor, const WayTrial& trial, const GptqOptions& options,
        const Progress& progress)
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
    const Matrix& target, const GptqFactor& factor, const GptqOptions& options,
    const Progress& progress)
{
    return withinRange(tensor, planned, target, factor, progress, [&] {
        return roundedByGptq(tensor, planned,
            gptqRound(W, target, factor, *planned.format, options, progress), options,
            JudgedOn::CalibrationText);
    });
}

RoundedTensor roundAsTried(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    const Matrix& target, const GptqFactor& factor, const WayTrial& trial,
    const GptqOptions& options, const Progress& progress)
{
    return withinRange(tensor, planned, target, factor, progress, [&] {
        return roundedByGptq(tensor, planned,
            asTried(*planned.format, planned.encoder, W, target, factor, trial, options, progress),
            options, JudgedOn::HeldOut);
    });
}

void judgeOnHeld(
    RoundedTensor& rounded, const Matrix& W, const HeldSums& held, const Progress& progress)
{
    const HeldJudge judge(held, W, 1, progress);
    TensorReport& report = rounded.report;
    report.outputError = relative(judge.error(decode(rounded.tensor)), judge.energy());
    report.judgedOn = JudgedOn::HeldOut;
    report.heldSequences = held.sequences;
    if (report.method == Method::Importance)
        report.importanceError = report.outputError;
}

Tensor storedVector(const Tensor& tensor, const Vector& values)
{
    return stored(
        tensor, &formats::f32, encodeMatrix(values.transpose(), formats::f32, {}, Progress()));
}

Tensor withRowOrder(const Tensor& tensor, std::span<const Eigen::Index> order)
{
    const std::size_t rowBytes = tensor.format->rowBytes(std::size_t(tensor.columns));
    std::vector<std::byte> bytes;
    bytes.reserve(tensor.bytes.size());
    for (const Eigen::Index row : order) {
        const auto old = tensor.bytes.subspan(std::size_t(row) * rowBytes, rowBytes);
        bytes.insert(bytes.end(), old.begin(), old.end());
    }
    return stored(tensor, tensor.format, std::move(bytes));
}

Tensor roundVector(const Tensor& tensor, const PlannedTensor& planned)
{
    const Matrix values = decodeFinite(tensor, Progress());
    if (planned.keeps)
        return tensor;
    return stored(tensor, planned.format, encodeMatrix(values, *planned.format, {}, Progress()));
}

} // namespace core
