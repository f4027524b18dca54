// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/transfer.h"

#include "core/quant/tensorrounding.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>

namespace core {

namespace {

    /// Every so-manieth row of each matrix of `tensor`, as a tensor of floats of its own.
    Tensor someRows(const Tensor& tensor)
    {
        constexpr std::int64_t share = 24, least = 16; // rows of a matrix
        const std::int64_t matrices = tensor.matrices(), all = tensor.rows / matrices;
        const std::int64_t taken = std::min(all, std::max(least, all / share));
        auto weights = std::make_shared<Matrix>(matrices * taken, tensor.columns);
        for (std::int64_t row = 0; row < weights->rows(); ++row)
            weights->row(row)
                = decodeRows(tensor, row / taken * all + row % taken * all / taken, 1);
        Tensor some = tensor;
        some.rows = weights->rows();
        if (some.shape.size() > 1)
            some.shape[some.shape.size() - 2] = taken;
        some.format = &formats::f32;
        some.bytes = std::as_bytes(std::span(weights->data(), std::size_t(weights->size())));
        some.source = nullptr;
        some.mapping = nullptr;
        some.owner = std::move(weights);
        return some;
    }

    /// The squared relative error of `some` rounded as `candidate` says, seen as its method sees
    /// it.
    double errorOf(const Tensor& some, const Candidate& candidate, const Importance& importance,
        const Progress& progress)
    {
        const auto known = importance.find(some.name);
        const bool isUsed
            = candidate.planned.method == Method::Importance && known != importance.end();
        PlannedTensor planned = candidate.planned;
        planned.keeps = false;
        const double error = roundInTiles(some, planned,
            isUsed ? std::span<const float>(known->second) : std::span<const float>(), progress)
                                 .report.outputError;
        return error * error;
    }

} // namespace

std::vector<Transfer> transfersOf(const Tensor& tensor, const std::vector<Candidate>& measured,
    const std::vector<Candidate>& others, const Importance& importance, const Progress& progress)
{
    std::vector<Transfer> transfers;
    if (measured.empty() || others.empty())
        return transfers;
    const Tensor some = someRows(tensor);
    std::vector<double> errors;
    for (const Candidate& candidate : measured)
        errors.push_back(errorOf(some, candidate, importance, progress));
    for (const Candidate& other : others) {
        const auto isOther = [&other](const Candidate& each) {
            return each.planned.format == other.planned.format;
        };
        if (std::ranges::any_of(measured, isOther))
            continue;
        const double error = errorOf(some, other, importance, progress);
        const auto distance = [error](double each) {
            return each > 0 && error > 0 ? std::abs(std::log(each / error)) : 1e9;
        };
        const auto from
            = std::size_t(std::ranges::min_element(errors, {}, distance) - errors.begin());
        transfers.push_back({ other.planned, plannedBytes(other.planned, tensor), from,
            errors[from] > 0 ? error / errors[from] : 0 });
    }
    return transfers;
}

void transfer(TensorSensitivity& tensor, const std::vector<Transfer>& transfers)
{
    std::erase_if(
        tensor.figures, [](const SensitivityFigure& figure) { return figure.isTransferred; });
    for (const Transfer& each : transfers) {
        SensitivityFigure figure = tensor.figures[each.from];
        figure.format = each.planned.format;
        figure.bytes = each.bytes;
        figure.isTransferred = true;
        figure.kld *= each.ratio;
        figure.error *= each.ratio;
        for (SlopeSums& slope : figure.slopes) {
            slope.whole *= float(std::sqrt(each.ratio));
            slope.stretches *= float(each.ratio);
        }
        tensor.figures.push_back(std::move(figure));
    }
}

} // namespace core
