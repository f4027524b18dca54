// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/sensitivityshelf.h"

#include "core/base/text.h"
#include "core/quant/runparts.h"
#include "core/search/inputhash.h"
#include "core/search/slopes.h"

#include <nlohmann/json.hpp>

#include <array>

namespace core {

namespace {

    constexpr int keyVersion = 1; // raise it when the same settings give other figures

    std::string lastKey(const Checkpoint& checkpoint, Method method)
    {
        return Shelf::keyOf({ { "last sensitivity", keyVersion },
            { "model", contentKey(checkpoint) }, { "method", methodName(method) } });
    }

} // namespace

std::string sensitivityKey(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const SensitivitySettings& settings)
{
    Json formats = Json::array();
    for (const Format* format : settings.formats)
        formats.push_back(format->name);
    Json description{ { "sensitivity", keyVersion }, { "model", contentKey(checkpoint) },
        { "text", hashOf(sequences) }, { "formats", std::move(formats) },
        { "method", methodName(settings.method) }, { "encoder", encoderName(settings.encoder) },
        { "seed", settings.seed }, { "stretch", SlopeObserver::stretch } };
    if (!settings.importance.empty())
        description["importance"] = hashOf(settings.importance);
    for (const RoundedModel& model : settings.rounded)
        description["rounded"].push_back(contentKey(*model.checkpoint));
    return Shelf::keyOf(description);
}

void keepSensitivity(const Shelf& shelf, const std::string& key, const Checkpoint& checkpoint,
    Method method, const SensitivityTable& table)
{
    const Json head{ { "kind", "sensitivity" },
        { "about",
            text(checkpoint.config().name, ", ", methodName(method), ", ", table.sequences,
                " sequences of ", table.length) } };
    const std::vector<std::byte> bytes = sensitivityToBytes(table);
    const std::array<std::span<const std::byte>, 1> parts{ bytes };
    shelf.put(key, head, parts);
    shelf.put(lastKey(checkpoint, method), head, parts);
}

std::optional<SensitivityTable> findSensitivity(const Shelf& shelf, const std::string& key)
{
    const auto item = shelf.find(key);
    if (!item)
        return std::nullopt;
    return sensitivityFromBytes(item->bytes, item->file.string());
}

SensitivityTable measureKept(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const SensitivitySettings& settings,
    const Shelf* shelf, const SensitivityUpdate& update, const Progress& progress)
{
    if (!shelf)
        return measureSensitivity(checkpoint, sequences, settings, nullptr, update, progress);
    const std::string key = sensitivityKey(checkpoint, sequences, settings);
    const auto begun = findSensitivity(*shelf, key);
    const auto keep = [&](const SensitivityTable& table) {
        keepSensitivity(*shelf, key, checkpoint, settings.method, table);
    };
    const auto keepAndTell = [&](const SensitivityTable& table) {
        keep(table);
        if (update)
            update(table);
    };
    SensitivityTable table = measureSensitivity(
        checkpoint, sequences, settings, begun ? &*begun : nullptr, keepAndTell, progress);
    keep(table); // as the last one, even where it was complete before
    return table;
}

std::optional<SensitivityTable> lastSensitivity(
    const Shelf& shelf, const Checkpoint& checkpoint, Method method)
{
    return findSensitivity(shelf, lastKey(checkpoint, method));
}

} // namespace core
