// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/simulate/simulation.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <array>
#include <string_view>

namespace core {

namespace {

    using Arithmetic = SimulationOptions::Arithmetic;

    struct Word {
        Arithmetic arithmetic;
        std::string_view name;
    };
    constexpr std::array words{ Word{ Arithmetic::FullPrecision, "full" },
        Word{ Arithmetic::AsLlama, "as-llama" }, Word{ Arithmetic::Integers, "integers" } };

    Json toJson(const ArithmeticOptions& options)
    {
        const RangeOptions& range = options.activations.range;
        Json json{ { "static", options.activations.scope == ActivationFormat::Scope::Static },
            { "estimator", estimatorName(range.estimator) }, { "percentile", range.percentile },
            { "deviations", range.deviations }, { "bits", range.bits },
            { "symmetric", range.symmetry == Symmetry::Symmetric },
            { "weight_bits", options.weightBits },
            { "outlier_threshold", options.outlierThreshold } };
        if (options.smoothing)
            json["smoothing"] = *options.smoothing;
        return json;
    }

    ArithmeticOptions fromJson(const Json& json, const std::string& place)
    {
        ArithmeticOptions options;
        RangeOptions& range = options.activations.range;
        options.activations.scope = jsonValue<bool>(json, "static", place)
            ? ActivationFormat::Scope::Static
            : ActivationFormat::Scope::Dynamic;
        const auto word = jsonValue<std::string>(json, "estimator", place);
        const auto estimator = findEstimator(word);
        if (!estimator)
            throw Error(text(place, ": unknown estimator ", word));
        range.estimator = *estimator;
        range.percentile = jsonValue<double>(json, "percentile", place);
        range.deviations = jsonValue<double>(json, "deviations", place);
        range.bits = int(jsonValue<std::int64_t>(json, "bits", place));
        range.symmetry = jsonValue<bool>(json, "symmetric", place) ? Symmetry::Symmetric
                                                                   : Symmetry::Asymmetric;
        options.weightBits = int(jsonValue<std::int64_t>(json, "weight_bits", place));
        options.outlierThreshold = jsonValue<double>(json, "outlier_threshold", place);
        if (json.contains("smoothing"))
            options.smoothing = jsonValue<double>(json, "smoothing", place);
        return options;
    }

} // namespace

Json simulationToJson(const SimulationOptions& options)
{
    const auto word = std::ranges::find(words, options.arithmetic, &Word::arithmetic);
    Json json{ { "arithmetic", word->name }, { "corrects_bias", options.correctsBias } };
    if (options.arithmetic == Arithmetic::Integers)
        json["integers"] = toJson(options.integers);
    return json;
}

SimulationOptions simulationFromJson(const Json& json, const std::string& place)
{
    SimulationOptions options;
    const auto name = jsonValue<std::string>(json, "arithmetic", place);
    const auto word = std::ranges::find(words, std::string_view(name), &Word::name);
    if (word == words.end())
        throw Error(text(place, ": unknown arithmetic ", name));
    options.arithmetic = word->arithmetic;
    options.correctsBias = jsonValue<bool>(json, "corrects_bias", place);
    if (json.contains("integers"))
        options.integers = fromJson(json["integers"], place);
    return options;
}

} // namespace core
