// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/expertparts.h"

#include "core/base/text.h"
#include "core/quant/roundedtensor.h"
#include "core/quant/tensorbytes.h"
#include "core/rounding/encode.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

namespace core {

namespace {

    using Index = Eigen::Index;

    /// The root mean square of what is known of the parts; −1: nothing is.
    double meanError(const std::vector<RoundedTensor>& parts, double TensorReport::*error)
    {
        double squares = 0;
        int known = 0;
        for (const RoundedTensor& part : parts) {
            if (part.report.*error < 0)
                continue;
            squares += part.report.*error * part.report.*error;
            ++known;
        }
        return known > 0 ? std::sqrt(squares / known) : -1;
    }

    /// "experts 3 and 17 saw fewer than 4 tokens a channel (1 to 96 of 256)"; empty: none did.
    std::string thinNote(const std::vector<Index>& tokens, std::int64_t columns)
    {
        std::vector<std::size_t> thin;
        for (std::size_t i = 0; i < tokens.size(); ++i)
            if (tokens[i] < fewTokens * columns)
                thin.push_back(i);
        if (thin.empty())
            return {};
        constexpr std::size_t named = 8;
        std::string names;
        for (std::size_t i = 0; i < std::min(named, thin.size()); ++i)
            names.append(i == 0 ? "" : ", ").append(std::to_string(thin[i]));
        if (thin.size() > named)
            names.append(text(" and ", thin.size() - named, " more"));
        return text(thin.size() == 1 ? "expert " : "experts ", names, " saw fewer than ", fewTokens,
            " tokens a channel");
    }

    const Format* widest(const std::vector<RoundedTensor>& parts)
    {
        return std::ranges::max_element(parts, {}, [](const RoundedTensor& part) {
            return part.tensor.format->bitsPerWeight();
        })->tensor.format;
    }

} // namespace

void ExpertParts::begin(int expert, Index tokens)
{
    assert(std::size_t(expert) == m_tokens.size());
    (void)expert;
    m_tokens.push_back(tokens);
}

void ExpertParts::add(RoundedTensor rounded) { m_parts.push_back(std::move(rounded)); }

RoundedTensor ExpertParts::take(
    const Tensor& tensor, const PlannedTensor& planned, const Progress& progress)
{
    assert(std::int64_t(m_parts.size()) == tensor.matrices());
    const Format* format = widest(m_parts);
    const std::int64_t rows = tensor.rows / tensor.matrices();
    const std::size_t bytes = std::size_t(rows) * format->rowBytes(std::size_t(tensor.columns));
    TensorBytes all(bytes * m_parts.size());
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        progress.checkCancelled();
        const auto place = all.bytes().subspan(i * bytes, bytes);
        if (m_parts[i].tensor.format == format)
            std::ranges::copy(m_parts[i].tensor.bytes, place.begin());
        else
            std::ranges::copy(encodeMatrix(decode(rowsOf(tensor, std::int64_t(i) * rows, rows)),
                                  *format, {}, progress),
                place.begin());
    }
    RoundedTensor stack{ roundedtensor::stored(tensor, format, all), m_parts.front().report };
    TensorReport& report = stack.report;
    report.place = tensor.place;
    report.name = tensor.name;
    report.format = format;
    report.method = planned.method;
    report.outputError = meanError(m_parts, &TensorReport::outputError);
    report.importanceError = meanError(m_parts, &TensorReport::importanceError);
    if (planned.method == Method::Gptq)
        roundedtensor::addNote(report, thinNote(m_tokens, tensor.columns));
    return stack;
}

std::vector<float> expertImportance(std::span<const float> importance, int expert, Index columns)
{
    const auto part
        = importance.subspan(std::size_t(expert) * std::size_t(columns), std::size_t(columns));
    return { part.begin(), part.end() };
}

} // namespace core
