// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/tensorreport.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/formats/study.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace core {

namespace {

    struct Detail {
        const char* key;
        double GptqDetails::*value;
    };
    constexpr std::array always{
        Detail{ "damping", &GptqDetails::damping },
        Detail{ "shrinkage", &GptqDetails::shrinkage },
        Detail{ "unswept_error", &GptqDetails::unsweptError },
        Detail{ "norm_gain", &GptqDetails::normGain },
    };
    constexpr std::array ofTarget{
        Detail{ "target_damping", &GptqDetails::targetDamping },
        Detail{ "change_share", &GptqDetails::changeShare },
        Detail{ "drift_share", &GptqDetails::driftShare },
    };

    constexpr std::array judgedOnWords{ "weights", "calibration", "held_out" };

    JudgedOn judgedOnNamed(const std::string& word, const std::string& place)
    {
        const auto found = std::ranges::find(judgedOnWords, word);
        if (found == judgedOnWords.end())
            throw Error(text(place, ": judged_on is ", shownJson(Json(word)),
                ", expected weights, calibration or held_out"));
        return JudgedOn(found - judgedOnWords.begin());
    }

    Json detailsToJson(const GptqDetails& gptq)
    {
        Json json{ { "sweeps", gptq.sweeps }, { "two_sided", gptq.twoSided } };
        for (const Detail& detail : always)
            json[detail.key] = gptq.*detail.value;
        if (gptq.targetDamping < 0)
            return json;
        for (const Detail& detail : ofTarget)
            json[detail.key] = gptq.*detail.value;
        json["chosen_by_data"] = gptq.chosenByData;
        return json;
    }

    GptqDetails detailsFromJson(const Json& json, const std::string& place)
    {
        GptqDetails gptq;
        gptq.sweeps = int(jsonValue<std::int64_t>(json, "sweeps", place));
        gptq.twoSided = jsonValue<bool>(json, "two_sided", place, false);
        for (const Detail& detail : always)
            gptq.*detail.value = jsonValue<double>(json, detail.key, place);
        if (!json.contains("target_damping"))
            return gptq;
        for (const Detail& detail : ofTarget)
            gptq.*detail.value = jsonValue<double>(json, detail.key, place);
        gptq.chosenByData = jsonValue<bool>(json, "chosen_by_data", place);
        return gptq;
    }

    const Format* formatNamed(const std::string& name, const Tensor& tensor)
    {
        const Format* format = findStoredFormat(name);
        return format ? formatForRows(format, tensor.columns) : nullptr;
    }

} // namespace

const char* judgedOnName(JudgedOn on) { return judgedOnWords[std::size_t(on)]; }

Json tensorReportToJson(const TensorReport& report)
{
    Json json{ { "name", report.name }, { "format", report.format->name },
        { "method", treatmentName({ report.method, report.scaling }) },
        { "resumed", report.resumed }, { "judged_on", judgedOnName(report.judgedOn) } };
    if (report.heldSequences > 0)
        json["held_out_sequences"] = report.heldSequences;
    if (report.outputError >= 0)
        json["output_error"] = report.outputError;
    if (report.importanceError >= 0)
        json["importance_error"] = report.importanceError;
    if (report.gptq)
        json["gptq"] = detailsToJson(*report.gptq);
    if (!report.note.empty())
        json["note"] = report.note;
    return json;
}

TensorReport tensorReportFromJson(const Json& json, const Tensor& tensor, const std::string& place)
{
    TensorReport report;
    report.place = tensor.place;
    report.name = tensor.name;
    const auto word = jsonValue<std::string>(json, "format", place);
    report.format = formatNamed(word, tensor);
    if (!report.format)
        throw Error(text(place, ": ", tensor.name, " has the unknown format ", word));
    const auto method = jsonValue<std::string>(json, "method", place);
    const auto treatment = findTreatment(method);
    if (!treatment)
        throw Error(text(place, ": ", tensor.name, " has the unknown method ", method));
    report.method = treatment->method;
    report.scaling = treatment->scaling;
    report.resumed = jsonValue<bool>(json, "resumed", place, false);
    report.judgedOn
        = judgedOnNamed(jsonValue<std::string>(json, "judged_on", place, "weights"), place);
    report.heldSequences
        = int(jsonValue<std::int64_t>(json, "held_out_sequences", place, std::int64_t(0)));
    report.outputError = jsonValue<double>(json, "output_error", place, -1.0);
    report.importanceError = jsonValue<double>(json, "importance_error", place, -1.0);
    if (json.contains("gptq"))
        report.gptq = detailsFromJson(json["gptq"], place);
    report.note = jsonValue<std::string>(json, "note", place, "");
    return report;
}

} // namespace core
