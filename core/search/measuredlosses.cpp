// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/measuredlosses.h"

#include "core/base/text.h"
#include "core/model/modelkey.h"
#include "core/search/inputhash.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace core {

namespace {

    constexpr int lossesVersion = 1; // raise it when the same settings give other figures

    std::string lossesKey(const Checkpoint& checkpoint, const LossMeasurement& how)
    {
        Json description{ { "measured losses", lossesVersion }, { "model", contentKey(checkpoint) },
            { "text", hashOf(how.chunks) }, { "encoder", encoderName(how.encoder) } };
        if (!how.importance.empty())
            description["importance"] = hashOf(how.importance);
        return Shelf::keyOf(description);
    }

    std::string lastLossesKey(const Checkpoint& checkpoint)
    {
        return Shelf::keyOf(
            { { "last measured losses", lossesVersion }, { "model", contentKey(checkpoint) } });
    }

    std::optional<MeasuredLosses> findUnder(const Shelf& shelf, const std::string& key)
    {
        const auto item = shelf.find(key);
        if (!item)
            return std::nullopt;
        const std::string place = item->file.string();
        return measuredLossesFromJson(jsonPart(*item->head, "measured", place), place);
    }

    void keepLosses(const Shelf& shelf, const std::string& key, const Checkpoint& checkpoint,
        const MeasuredLosses& losses)
    {
        const Json head{ { "kind", "measured-losses" },
            { "about",
                text(checkpoint.config().name, ", ", losses.values.size(), " on ", losses.chunks,
                    " chunks of ", losses.length) },
            { "measured", measuredLossesToJson(losses) } };
        shelf.put(key, head, {});
        shelf.put(lastLossesKey(checkpoint), head, {});
    }

    bool isKnown(
        const MeasuredLosses& losses, const Checkpoint& checkpoint, const Candidate& candidate)
    {
        return losses.find(checkpoint.tensors()[candidate.tensor].name, candidate.planned.format,
            candidate.planned.method);
    }

} // namespace

const MeasuredLoss* MeasuredLosses::find(
    const std::string& tensor, const Format* format, Method method) const
{
    const auto found = std::ranges::find_if(values, [&](const MeasuredLoss& each) {
        return each.tensor == tensor && each.format == format && each.method == method;
    });
    return found == values.end() ? nullptr : &*found;
}

Method methodAlone(Method method) { return method == Method::Gptq ? Method::Importance : method; }

int usualMeasuredChunks(int length)
{
    constexpr int tokens = 6144, least = 4;
    return std::max(least, tokens / length);
}

MeasuredLosses measureLosses(const Checkpoint& checkpoint, const LossMeasurement& how,
    std::vector<Candidate> wanted, const Shelf* shelf, const MeasuredLossesUpdate& update,
    const Progress& progress)
{
    const std::string key = shelf ? lossesKey(checkpoint, how) : std::string();
    MeasuredLosses losses;
    if (auto begun = shelf ? findUnder(*shelf, key) : std::nullopt)
        losses = *std::move(begun);
    losses.chunks = int(how.chunks.size());
    losses.length = how.chunks.empty() ? 0 : int(how.chunks.front().size());
    std::erase_if(
        wanted, [&](const Candidate& candidate) { return isKnown(losses, checkpoint, candidate); });
    if (wanted.empty())
        return losses;
    constexpr double walkShare = 0.1;
    const LoneMeasurement lone(
        checkpoint, how.chunks, progress.part(0, walkShare, "Original model"));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::string& name = checkpoint.tensors()[wanted[i].tensor].name;
        const double each = (1 - walkShare) / double(wanted.size());
        const Progress part
            = progress.part(walkShare + each * double(i), walkShare + each * double(i + 1), name);
        std::vector<Candidate> one{ std::move(wanted[i]) };
        roundCandidates(checkpoint, one, how.importance, part);
        const MeasuredKld loss = lone.measure(*one.front().rounded, part);
        if (!isKnown(losses, checkpoint, one.front())) // rounding may have widened its format
            losses.values.push_back(
                { name, one.front().planned.format, one.front().planned.method, loss });
        if (shelf)
            keepLosses(*shelf, key, checkpoint, losses);
        if (update)
            update(losses);
    }
    return losses;
}

std::optional<MeasuredLosses> lastMeasuredLosses(const Shelf& shelf, const Checkpoint& checkpoint)
{
    return findUnder(shelf, lastLossesKey(checkpoint));
}

Json measuredLossesToJson(const MeasuredLosses& losses)
{
    Json values = Json::array();
    for (const MeasuredLoss& each : losses.values)
        values.push_back({ { "tensor", each.tensor }, { "format", each.format->name },
            { "method", methodName(each.method) }, { "kld", each.loss.kld },
            { "kld_error", each.loss.error } });
    return { { "chunks", losses.chunks }, { "length", losses.length },
        { "losses", std::move(values) } };
}

MeasuredLosses measuredLossesFromJson(const Json& json, const std::string& place)
{
    MeasuredLosses losses;
    losses.chunks = int(jsonValue<std::int64_t>(json, "chunks", place));
    losses.length = int(jsonValue<std::int64_t>(json, "length", place));
    for (const Json& each : jsonPart(json, "losses", place)) {
        const Format* format = findFormat(jsonValue<std::string>(each, "format", place));
        const auto method = findMethod(jsonValue<std::string>(each, "method", place));
        if (format && method) // of a later version: it is measured again when it is asked for
            losses.values.push_back(
                { jsonValue<std::string>(each, "tensor", place), format, *method,
                    { jsonValue<double>(each, "kld", place),
                        jsonValue<double>(each, "kld_error", place) } });
    }
    return losses;
}

} // namespace core
