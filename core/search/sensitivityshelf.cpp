// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/sensitivityshelf.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/modelkey.h"
#include "core/search/inputhash.h"
#include "core/search/slopes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <tuple>

namespace core {

namespace {

    constexpr int keyVersion = 2; // raise it when the same settings give other figures

    std::string listKey(const Checkpoint& checkpoint, Method method)
    {
        return Shelf::keyOf({ { "kept sensitivities", keyVersion },
            { "model", contentKey(checkpoint) }, { "method", methodName(method) } });
    }

    /// A table on the shelf, and how much it knows.
    struct KeptTable {
        std::string key;
        std::int64_t usual = 0; ///< figures in the formats that are asked for most
        std::int64_t figures = 0; ///< all
        std::int64_t tokens = 0; ///< that were read

        /// What makes one table serve where another does not comes first.
        auto rank() const { return std::tuple(tokens > 0, usual, figures, tokens); }
    };

    KeptTable keptTable(const std::string& key, const SensitivityTable& table)
    {
        const std::vector<const Format*> formats = usualSensitivityFormats();
        KeptTable kept{ key, 0, 0, std::int64_t(table.sequences) * table.length };
        for (const TensorSensitivity& tensor : table.tensors)
            for (const SensitivityFigure& figure : tensor.figures) {
                kept.usual += std::ranges::count(formats, figure.format);
                ++kept.figures;
            }
        return kept;
    }

    std::vector<KeptTable> readList(const Shelf& shelf, const std::string& key)
    {
        const auto item = shelf.find(key);
        if (!item)
            return {};
        std::vector<KeptTable> list;
        const std::string place = item->file.string();
        try {
            for (const Json& each : jsonPart(*item->head, "tables", place))
                list.push_back({ jsonValue<std::string>(each, "key", place),
                    jsonValue<std::int64_t>(each, "usual", place),
                    jsonValue<std::int64_t>(each, "figures", place),
                    jsonValue<std::int64_t>(each, "tokens", place) });
        } catch (const Error&) {
            return {}; // damaged: as if nothing had been kept
        }
        return list;
    }

    /// Notes a table among those kept, the richest first, of equals the last.
    void note(const Shelf& shelf, const Checkpoint& checkpoint, Method method,
        const KeptTable& table, Json head)
    {
        constexpr std::size_t most = 8;
        const std::string key = listKey(checkpoint, method);
        std::vector<KeptTable> list = readList(shelf, key);
        std::erase_if(list, [&](const KeptTable& each) { return each.key == table.key; });
        list.insert(list.begin(), table);
        std::ranges::stable_sort(
            list, [](const KeptTable& a, const KeptTable& b) { return a.rank() > b.rank(); });
        list.resize(std::min(list.size(), most));
        head["tables"] = Json::array();
        for (const KeptTable& each : list)
            head["tables"].push_back({ { "key", each.key }, { "usual", each.usual },
                { "figures", each.figures }, { "tokens", each.tokens } });
        shelf.put(key, head, {});
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
    for (const Format* format : settings.alsoFormats)
        description["also"].push_back(format->name);
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
    note(shelf, checkpoint, method, keptTable(key, table), head);
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
    keep(table); // among those kept, even where it was complete before
    return table;
}

std::optional<SensitivityTable> keptSensitivity(const Shelf& shelf, const Checkpoint& checkpoint,
    Method method, const std::function<bool(const SensitivityTable&)>& isGood)
{
    for (const KeptTable& kept : readList(shelf, listKey(checkpoint, method)))
        if (auto table = findSensitivity(shelf, kept.key); table && isGood(*table))
            return table;
    return std::nullopt;
}

std::optional<SensitivityTable> lastSensitivity(
    const Shelf& shelf, const Checkpoint& checkpoint, Method method)
{
    return keptSensitivity(shelf, checkpoint, method, [](const SensitivityTable&) { return true; });
}

} // namespace core
