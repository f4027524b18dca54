// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/tensorrounding.h"

#include "core/formats/tensorformat.h"
#include "core/quant/decodedrows.h"
#include "core/quant/rangefallback.h"
#include "core/quant/roundedtensor.h"
#include "core/rounding/awq.h"
#include "core/rounding/encode.h"
#include "core/rounding/hqq.h"
#include "core/rounding/judgedencoding.h"
#include "core/rounding/knownimportance.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace core {

using namespace roundedtensor;

namespace {

    constexpr std::int64_t tileWeights = 1 << 22; // 16 MiB decoded

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

    /// Bytes and what they lost.
    struct Judged {
        TensorBytes bytes;
        RoundingLoss loss;
    };

    /// Rounds rows by the format's encoder.
    Judged encodedRows(const MatrixRows& W, const TensorFormat& own,
        std::span<const float> importance, const Progress& progress)
    {
        Judged judged{ TensorBytes(W.rows * own.format().rowBytes(W.columns)), {} };
        judged.loss = encodeJudged(W, own.format(), importance, judged.bytes.bytes(), progress);
        return judged;
    }

    /// Rounds a stack of matrices, each by its own part of `importance`, (matrices × columns).
    Judged encodedStack(const MatrixRows& W, std::size_t matrices, const TensorFormat& own,
        std::span<const float> importance, const Progress& progress)
    {
        const std::size_t rows = W.rows / matrices;
        const std::size_t bytes = rows * own.format().rowBytes(W.columns);
        Judged all{ TensorBytes(matrices * bytes), {} };
        for (std::size_t i = 0; i < matrices; ++i) {
            const MatrixRows matrix{ rows, W.columns,
                [&W, first = i * rows](std::size_t row, std::size_t count,
                    std::vector<float>& room) { return W.at(first + row, count, room); } };
            const std::vector<float> known = knownImportance(
                importance.subspan(i * W.columns, W.columns), own.format().blockSize);
            const RoundingLoss loss = encodeJudged(matrix, own.format(), known,
                all.bytes.bytes().subspan(i * bytes, bytes),
                progress.part(double(i) / double(matrices), double(i + 1) / double(matrices)));
            all.loss.error += loss.error;
            all.loss.energy += loss.energy;
            if (!all.loss.fault)
                all.loss.fault = loss.fault;
        }
        return all;
    }

    /// What the method makes of `W` without a Hessian.
    Judged encoded(const MatrixView& W, const PlannedTensor& planned, const Format& format,
        std::span<const float> importance, const Progress& progress)
    {
        const MatrixRows rows = MatrixRows::of(W);
        if (planned.method != Method::Hqq)
            return encodedRows(
                rows, TensorFormat(format, W, planned.encoder), importance, progress);
        Judged judged{ TensorBytes(hqqRound(W, format, progress.part(0, 0.95))), {} };
        judged.loss
            = lossOf(rows, format, importance, judged.bytes.bytes(), progress.part(0.95, 1));
        return judged;
    }

    double relativeError(const Matrix& W, const Matrix& rounded, const SymmetricMatrix& H)
    {
        return relative(
            outputError(W, rounded, H), outputError(W, Matrix::Zero(W.rows(), W.cols()), H));
    }

} // namespace

RoundedTensor roundByEncoder(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    std::span<const float> importance, const SymmetricMatrix* H, const Progress& progress)
{
    if (planned.keeps) {
        RoundedTensor result{ kept(tensor, planned), reportOn(tensor, planned) };
        result.report.outputError = 0;
        return result;
    }
    const auto [fitting, known, note] = weighingOf(forRangeOf(W, planned), importance);
    const Judged judged = encoded(W, fitting, *fitting.format, known, progress);
    if (judged.loss.fault)
        return roundByEncoder(
            tensor, inWiderFormat(fitting, W, *judged.loss.fault), W, {}, H, progress);
    RoundedTensor rounded{ stored(tensor, fitting.format, judged.bytes),
        reportOn(tensor, fitting) };
    addNote(rounded.report, note);
    rounded.report.outputError = H ? relativeError(W, decode(rounded.tensor), *H)
                                   : relative(judged.loss.error, judged.loss.energy);
    rounded.report.judgedOn = H || !known.empty() ? JudgedOn::CalibrationText : JudgedOn::Weights;
    if (fitting.method == Method::Importance)
        rounded.report.importanceError = rounded.report.outputError;
    return rounded;
}

RoundedTensor roundClipped(const Tensor& tensor, const PlannedTensor& planned, const Matrix& W,
    std::span<const float> importance, const SymmetricMatrix& H, const Progress& progress)
{
    const auto [fitting, known, note]
        = weighingOf(planned.keeps ? planned : forRangeOf(W, planned), importance);
    const Format& format = *fitting.format;
    if (fitting.keeps || fitting.fault)
        return roundByEncoder(tensor, fitting, W, {}, &H, progress);
    RoundedTensor rounded{ stored(tensor, &format,
                               clippedRound(W, H, format, known, fitting.encoder, progress)),
        reportOn(tensor, fitting) };
    if (const auto fault = faultOf(W, rounded.tensor, progress))
        return roundByEncoder(tensor, inWiderFormat(fitting, W, *fault), W, {}, &H, progress);
    addNote(rounded.report, note);
    rounded.report.outputError = relativeError(W, decode(rounded.tensor), H);
    rounded.report.judgedOn = JudgedOn::CalibrationText;
    if (fitting.method == Method::Importance)
        rounded.report.importanceError = relativeError(W,
            decodeMatrix(encodeMatrix(W, format, known, fitting.encoder, progress), format,
                W.rows(), W.cols()),
            H);
    return rounded;
}

namespace {

    /// HQQ, which wants to see whole matrices, of some rows at a time.
    Judged hqqInTiles(const Tensor& tensor, const PlannedTensor& planned, const Format& format,
        std::int64_t step, const Progress& progress)
    {
        const std::size_t rowBytes = format.rowBytes(std::size_t(tensor.columns));
        Judged all{ TensorBytes(std::size_t(tensor.rows) * rowBytes), {} };
        for (std::int64_t row = 0; row < tensor.rows && !all.loss.fault; row += step) {
            const std::int64_t rows = std::min(step, tensor.rows - row);
            const Matrix W = decodeRows(tensor, row, rows);
            requireFinite(tensor, W, row);
            const Judged tile = encoded(W, planned, format, {},
                progress.part(
                    double(row) / double(tensor.rows), double(row + rows) / double(tensor.rows)));
            std::ranges::copy(tile.bytes.bytes(),
                all.bytes.bytes().begin() + std::ptrdiff_t(std::size_t(row) * rowBytes));
            all.loss.error += tile.loss.error;
            all.loss.energy += tile.loss.energy;
            all.loss.fault = tile.loss.fault;
        }
        return all;
    }

} // namespace

RoundedTensor roundInTiles(const Tensor& tensor, const PlannedTensor& planned,
    std::span<const float> importance, const Progress& progress)
{
    DecodedRows rows(tensor);
    if (planned.keeps) {
        rows.look(progress);
        rows.requireFinite();
        return roundByEncoder(tensor, planned, {}, {}, nullptr, progress);
    }
    const auto [weighed, known, note] = weighingOf(planned, importance);
    const std::int64_t step = std::max<std::int64_t>(1, tileWeights / tensor.columns);
    const TensorFormat ranged(*planned.format, rangeInTiles(tensor, *planned.format, step));
    const TensorFormat own(ranged.format(), Matrix(), weighed.encoder);
    const std::size_t matrices = std::size_t(tensor.matrices());
    const bool isStack = matrices > 1 && known.size() == matrices * std::size_t(tensor.columns);
    const Judged judged = weighed.method == Method::Hqq
        ? hqqInTiles(tensor, weighed, ranged.format(), step, progress)
        : isStack ? encodedStack(rows.source(), matrices, own, importance, progress)
                  : encodedRows(rows.source(), own, known, progress);
    rows.requireFinite();
    if (judged.loss.fault)
        return roundInTiles(
            tensor, inWiderFormat(tensor, weighed, *judged.loss.fault, progress), {}, progress);
    RoundedTensor rounded{ stored(tensor, planned.format, judged.bytes),
        reportOn(tensor, weighed) };
    addNote(rounded.report, note);
    rounded.report.outputError = relative(judged.loss.error, judged.loss.energy);
    if (!known.empty())
        rounded.report.judgedOn = JudgedOn::CalibrationText;
    if (weighed.method == Method::Importance)
        rounded.report.importanceError = rounded.report.outputError;
    return rounded;
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
        return kept(tensor, planned);
    return stored(tensor, planned.format, encodeMatrix(values, *planned.format, {}, Progress()));
}

} // namespace core
