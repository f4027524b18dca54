// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/runparts.h"

#include "core/base/contenthash.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bytereader.h"
#include "core/formats/study.h"
#include "core/model/modelkey.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <utility>

namespace core {

namespace {

    constexpr int keyVersion = 11; // raise it when the same settings give other bytes

    std::string hashText(const ContentHash& hash)
    {
        std::ostringstream hex;
        hex << std::hex << std::setw(16) << std::setfill('0') << hash.value();
        return hex.str();
    }

    std::string textKey(const std::vector<std::vector<int>>& sequences)
    {
        ContentHash hash;
        for (const auto& sequence : sequences)
            hash.add(std::as_bytes(std::span(sequence)));
        return hashText(hash);
    }

    /// Makes the keys of one run.
    class KeyMaker {
    public:
        explicit KeyMaker(const RunInputs& inputs)
            : m_inputs(inputs)
            , m_source(contentKey(inputs.checkpoint))
            , m_text(textKey(inputs.calibration))
            , m_gptq(gptqOptionsToJson(inputs.recipe.gptq))
        {
            m_gptq["columnBlock"] = inputs.recipe.gptq.columnBlock;
        }

        /// The part of the tensors at `indices`; `before`: keys of those that its inputs flow
        /// through.
        RunPart part(const std::string& name, const std::vector<std::size_t>& indices,
            const std::vector<RunPart>& before) const
        {
            Json description{ { "version", keyVersion }, { "model", m_source }, { "part", name },
                { "tensors", Json::array() } };
            bool usesText = false, usesGptq = false;
            for (const std::size_t i : indices) {
                description["tensors"].push_back(tensor(i));
                const PlannedTensor& planned = m_inputs.plan[i];
                usesGptq = usesGptq || planned.method == Method::Gptq;
                usesText = usesText || planned.method == Method::Gptq
                    || planned.scaling != Scaling::None
                    || (planned.method == Method::Importance && m_inputs.importance.empty());
            }
            if (usesText) {
                description["text"] = m_text;
                description["gptq"] = m_gptq;
            }
            if (usesGptq)
                for (const RunPart& each : before)
                    description["before"].push_back(each.key);
            return { name, Shelf::keyOf(description) };
        }

    private:
        Json tensor(std::size_t i) const
        {
            const PlannedTensor& planned = m_inputs.plan[i];
            const std::string& name = m_inputs.checkpoint.tensors()[i].name;
            Json json{ { "name", name }, { "format", planned.format->name },
                { "method", treatmentName({ planned.method, planned.scaling }) },
                { "encoder", encoderName(planned.encoder) }, { "keeps", planned.keeps } };
            const auto importance = m_inputs.importance.find(name);
            if (planned.method == Method::Importance && importance != m_inputs.importance.end()) {
                ContentHash hash;
                hash.add(std::as_bytes(std::span(importance->second)));
                json["importance"] = hashText(hash);
            }
            return json;
        }

        const RunInputs& m_inputs;
        std::string m_source, m_text;
        Json m_gptq;
    };

    std::string layerPart(int layer)
    {
        std::ostringstream name;
        name << "layer-" << std::setw(4) << std::setfill('0') << layer;
        return name.str();
    }

    /// Whether a tensor of a part is the model's own, as it lies in its file.
    bool isTheOriginal(const Tensor& tensor, const Checkpoint& checkpoint)
    {
        const Tensor* original = checkpoint.find(tensor.name);
        return original && !tensor.source && !original->source && tensor.format == original->format
            && tensor.bytes.data() == original->bytes.data();
    }

    /// One tensor of a part, as its entry says. Throws Error if it does not fit the checkpoint's.
    Tensor readTensor(const Json& entry, const Checkpoint& checkpoint, ByteReader& reader)
    {
        const auto name = jsonValue<std::string>(entry, "name", reader.place());
        const Tensor* original = checkpoint.find(name);
        if (original && entry.value("original", false))
            return *original;
        const Format* format
            = findStoredFormat(jsonValue<std::string>(entry, "format", reader.place()));
        if (format && original)
            format = formatForRows(format, original->columns);
        const auto size = jsonValue<std::int64_t>(entry, "bytes", reader.place());
        if (!original || !format || !format->fits(std::size_t(original->columns))
            || std::size_t(size)
                != std::size_t(original->rows) * format->rowBytes(std::size_t(original->columns)))
            throw Error(text(reader.place(), ": ", name, " does not fit the model"));
        Tensor tensor = *original;
        tensor.format = format;
        tensor.source = nullptr; // what it made was kept
        tensor.offset = reader.position();
        tensor.file = reader.place();
        tensor.bytes = reader.bytes(std::uint64_t(size), "tensor");
        return tensor;
    }

    RoundedPart partOf(const ShelfItem& item, const Checkpoint& checkpoint)
    {
        const std::string place = item.file.string();
        ByteReader reader(item.bytes, place);
        RoundedPart part;
        for (const Json& entry : item.head->value("tensors", Json::array())) {
            Tensor tensor = readTensor(entry, checkpoint, reader);
            if (!isTheOriginal(tensor, checkpoint)) {
                tensor.offset += item.offset;
                tensor.mapping = item.mapping;
            }
            if (entry.contains("report")) {
                part.reports.push_back(tensorReportFromJson(entry["report"], tensor, place));
                part.reports.back().resumed = true;
            }
            part.tensors.push_back(std::move(tensor));
        }
        return part;
    }

} // namespace

std::vector<RunPart> runParts(const RunInputs& inputs)
{
    const KeyMaker keys(inputs);
    const auto indices = [&inputs](const auto& belongs) {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < inputs.plan.size(); ++i)
            if (belongs(inputs.plan[i].place))
                found.push_back(i);
        return found;
    };
    std::vector<RunPart> parts;
    parts.push_back(keys.part(
        "token_embd", indices([](Place place) { return isBeforeLayers(place.role); }), {}));
    const int layers = inputs.checkpoint.config().layers;
    for (int layer = 0; layer < layers; ++layer)
        parts.push_back(keys.part(layerPart(layer),
            indices([layer](Place place) { return place.layer == layer; }), parts));
    parts.push_back(keys.part("output", indices([layers](Place place) {
        return (place.layer < 0 || place.layer >= layers) && !isBeforeLayers(place.role);
    }),
        parts));
    return parts;
}

std::optional<RoundedPart> findPart(
    const Shelf& shelf, const std::string& key, const Checkpoint& checkpoint)
{
    const auto item = shelf.find(key);
    return item ? std::optional(partOf(*item, checkpoint)) : std::nullopt;
}

RoundedPart keepPart(
    const Shelf& shelf, const RunPart& which, RoundedPart part, const Checkpoint& checkpoint)
{
    Json head{ { "kind", "layer" }, { "about", text(checkpoint.config().name, ", ", which.name) },
        { "tensors", Json::array() } };
    std::vector<std::vector<std::byte>> made; ///< of tensors that a source makes
    std::vector<std::span<const std::byte>> bytes;
    for (const Tensor& tensor : part.tensors) {
        Json entry{ { "name", tensor.name }, { "format", tensor.format->name } };
        const bool isOriginal = isTheOriginal(tensor, checkpoint); // which has a file already
        if (isOriginal)
            entry["original"] = true;
        else
            entry["bytes"] = storedSize(tensor);
        const auto report = std::ranges::find(part.reports, tensor.place, &TensorReport::place);
        if (report != part.reports.end())
            entry["report"] = tensorReportToJson(*report);
        head["tensors"].push_back(std::move(entry));
        if (isOriginal)
            continue;
        if (tensor.source)
            made.push_back(storedBytes(tensor));
        bytes.push_back(tensor.source ? std::span<const std::byte>(made.back()) : tensor.bytes);
    }
    RoundedPart kept = partOf(shelf.put(which.key, head, bytes), checkpoint);
    kept.reports = std::move(part.reports);
    return kept;
}

std::shared_ptr<const Checkpoint> modelOfParts(const Shelf& shelf,
    const std::vector<std::string>& keys, const std::shared_ptr<const Checkpoint>& checkpoint)
{
    std::vector<Tensor> tensors;
    for (const std::string& key : keys) {
        auto part = findPart(shelf, key, *checkpoint);
        if (!part)
            return nullptr;
        std::ranges::move(part->tensors, std::back_inserter(tensors));
    }
    return checkpoint->withTensors(tensors);
}

} // namespace core
