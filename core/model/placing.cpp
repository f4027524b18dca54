// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/placing.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/architecture.h"
#include "core/model/arrangement.h"
#include "core/model/expectedtensors.h"
#include "core/model/namerule.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace core {

namespace {

    std::string shortName(const StoredTensor& tensor) { return tensor.name.substr(0, 200); }

    /// Throws Error for tensors named as Meta names those of its own files, and Mistral after it.
    void refuseOtherNames(const std::vector<StoredTensor>& stored)
    {
        for (const StoredTensor& tensor : stored) {
            if (tensor.name == "tok_embeddings.weight"
                || tensor.name.ends_with(".attention.wq.weight"))
                throw Error(text(tensor.file,
                    ": has tensors named as in Meta's and Mistral's own "
                    "files (",
                    shortName(tensor), "): use the model's files for transformers instead"));
        }
    }

    /// Whether a tensor without a place is nothing that a model is computed from.
    bool isUnneeded(const StoredTensor& tensor)
    {
        const bool isWhole = tensor.format && tensor.format->isWhole;
        return isWhole || isBuffer(tensor.name);
    }

    std::string_view titleOf(const ModelConfig& config) { return config.known()->title; }

    std::string withArticle(std::string_view title) { return text("a ", title, " model"); }

    std::string unexpected(const StoredTensor& tensor, const ModelConfig& config)
    {
        if (isAdapter(tensor.name))
            throw Error(text(tensor.file, ": holds tensors of a LoRA adapter (", shortName(tensor),
                "): merge the adapter into its model first (peft: merge_and_unload)"));
        return text(tensor.file, ": unexpected tensor ", shortName(tensor), " ",
            shapeText(tensor.shape), ", expected only those of ", withArticle(titleOf(config)),
            " of ", config.layers, " layers: so it can be looked at, not computed");
    }

    /// Tensors by their place, the parts of one in their order, and the names of those left out.
    struct Sorted {
        std::map<Place, std::map<int, const StoredTensor*>> found;
        std::map<Place, Arrangement> arrangements; ///< that a tensor's name asks for
        std::vector<std::string> left;
        int ofOtherSenses = 0;
        std::vector<const StoredTensor*> kept; ///< of blocks that are not computed
        int predicting = 0; ///< of a Hugging Face model, for a second token ahead
        const StoredTensor* unexpected = nullptr; ///< the first
    };

    std::vector<HuggingPlace> placesOf(const std::string& name, Naming naming, const NameRule& rule,
        const Architecture& architecture)
    {
        if (naming == Naming::HuggingFace)
            return findHuggingFacePlaces(architecture, rule.usualName(name));
        const auto place = findPlace(name);
        return place ? std::vector{ HuggingPlace{ *place } } : std::vector<HuggingPlace>();
    }

    class Sorting {
    public:
        Sorting(const ModelConfig& config, Naming naming, const NameRule& rule)
            : m_config(config)
            , m_naming(naming)
            , m_rule(rule)
        {
            for (const ExpectedTensor& expected : expectedTensors(config))
                m_known.emplace(expected.place, true);
        }

        Sorted sort(const std::vector<StoredTensor>& stored)
        {
            for (const StoredTensor& tensor : stored)
                add(tensor);
            return std::move(m_sorted);
        }

    private:
        void add(const StoredTensor& tensor)
        {
            std::vector<HuggingPlace> found
                = placesOf(tensor.name, m_naming, m_rule, *m_config.known());
            std::erase_if(
                found, [&](const HuggingPlace& one) { return !m_known.contains(one.place); });
            if (found.empty())
                return leaveOut(tensor);
            for (const HuggingPlace& one : found) {
                const auto [other, isNew]
                    = m_sorted.found[one.place].try_emplace(one.part, &tensor);
                if (!isNew)
                    throw Error(text(tensor.file, ": tensors ", other->second->name, " and ",
                        tensor.name, " have the same place, expected one"));
                if (one.arrangement)
                    m_sorted.arrangements.emplace(one.place, *one.arrangement);
            }
        }

        void leaveOut(const StoredTensor& tensor)
        {
            if (m_naming == Naming::HuggingFace && isOfOtherSense(tensor.name))
                ++m_sorted.ofOtherSenses;
            else if (m_naming == Naming::HuggingFace && isPredicting(tensor.name))
                ++m_sorted.predicting;
            else if (isOfKeptBlock(tensor))
                m_sorted.kept.push_back(&tensor);
            else if (isUnneeded(tensor) || isBehind(tensor) || isOfSharedKeys(tensor))
                m_sorted.left.push_back(shortName(tensor));
            else if (!m_sorted.unexpected)
                m_sorted.unexpected = &tensor;
        }

        /// Whether it belongs to a layer behind the last, which predicts further tokens.
        bool isBehind(const StoredTensor& tensor) const
        {
            const Architecture& architecture = *m_config.known();
            if (!architecture.predictsFurther)
                return false;
            std::string name = tensor.name;
            if (m_naming == Naming::HuggingFace) {
                name = m_rule.usualName(name);
                if (!name.starts_with(architecture.layersIn))
                    return false;
                name = text("blk.", name.substr(architecture.layersIn.size()));
            }
            return layerOfName(name) >= m_config.layers;
        }

        /// Whether it makes keys or values in a layer that takes those of another.
        bool isOfSharedKeys(const StoredTensor& tensor) const
        {
            const int first = m_config.layers - m_config.sharedKeyLayers;
            return std::ranges::any_of(placesOf(tensor.name, m_naming, m_rule, *m_config.known()),
                [&](const HuggingPlace& found) {
                    const Role role = found.place.role;
                    return found.place.layer >= first
                        && (role == Role::AttnK || role == Role::AttnV || role == Role::AttnKNorm);
                });
        }

        /// Of blocks that guess further tokens in a GGUF: kept, not computed.
        bool isOfKeptBlock(const StoredTensor& tensor) const
        {
            const int block = m_naming == Naming::Gguf ? layerOfName(tensor.name) : -1;
            return block >= m_config.layers && block < m_config.layers + m_config.predicting
                && tensor.format && !tensor.format->isWhole && !tensor.shape.empty()
                && !tensor.bytes.empty();
        }

        const ModelConfig& m_config;
        Naming m_naming;
        const NameRule& m_rule;
        std::map<Place, bool> m_known;
        Sorted m_sorted;
    };

    std::string leftNote(const std::vector<std::string>& left)
    {
        if (left.size() == 1)
            return text("Tensor ", left.front(), ", which nothing needs, is left out");
        return text(
            left.size(), " tensors that nothing needs are left out, such as ", left.front());
    }

    /// Makes the tensors of a model of what was sorted.
    class Placing {
    public:
        Placing(const ShardedTensors& stored, const ModelConfig& config, Naming naming,
            const std::string& file, const Sorted& sorted)
            : m_stored(stored)
            , m_config(config)
            , m_naming(naming)
            , m_file(file)
            , m_sorted(sorted)
        {
        }

        std::vector<Tensor> place()
        {
            std::vector<Tensor> tensors;
            for (const ExpectedTensor& expected : expectedTensors(m_config)) {
                const auto found = m_sorted.found.find(expected.place);
                const bool isMissing = found == m_sorted.found.end();
                if (isLeftOut(expected.place.role))
                    continue;
                if (isMissing && (expected.isNeeded || isNeededHere(expected.place)))
                    failMissing(expected.place);
                if (!isMissing)
                    tensors.push_back(placed(expected, found->second));
            }
            return tensors;
        }

    private:
        bool isLeftOut(Role role) const
        {
            return (role == Role::Output && m_config.tiedHead) || role == Role::RopeFreqs
                || role == Role::RopeFactorsShort || role == Role::RopeFactorsLong;
        }

        bool has(Place place) const { return m_sorted.found.contains(place); }

        /// q, k and v are needed where they are not one tensor, with their biases where one has;
        /// so are an expert's gate and up.
        bool isNeededHere(Place place) const
        {
            const Role role = place.role;
            const bool isMatrix = role == Role::AttnQ || role == Role::AttnK || role == Role::AttnV;
            const bool isBias
                = role == Role::AttnQBias || role == Role::AttnKBias || role == Role::AttnVBias;
            const Biases biases = m_config.known()->attentionBiases;
            if (role == Role::FfnGateExps || role == Role::FfnUpExps)
                return !has({ Role::FfnGateUpExps, place.layer });
            const bool areFused = has({ Role::AttnQkv, place.layer });
            const bool areFusedBiases = has({ Role::AttnQkvBias, place.layer });
            return (isMatrix && !areFused)
                || (isBias && !areFusedBiases
                    && (biases == Biases::Queries || biases == Biases::All));
        }

        [[noreturn]] void failMissing(Place place) const
        {
            const std::string hugging = huggingFaceName(*m_config.known(), place);
            const std::string name
                = m_naming == Naming::Gguf || hugging.empty() ? ggufName(place) : hugging;
            std::string why;
            for (const std::string& fault : m_stored.faults)
                why.append(why.empty() ? "" : " and ").append(fault);
            if (!why.empty())
                throw Error(text(m_file, ": ", why, "; so tensor ", name, " is missing among ",
                    m_stored.tensors.size(), " tensors"));
            throw Error(text(m_file, ": tensor ", name, " is missing among ",
                m_stored.tensors.size(), " tensors, expected those of ",
                withArticle(titleOf(m_config)), " of ", m_config.layers, " layers"));
        }

        Tensor placed(
            const ExpectedTensor& expected, const std::map<int, const StoredTensor*>& parts) const
        {
            const StoredTensor& stored = *parts.begin()->second;
            if (!stored.format || stored.format->isWhole)
                throw Error(text(stored.file, ": tensor ", stored.name, " is stored as ",
                    stored.format ? stored.format->name : stored.dtype,
                    ", expected F32, F16 or BF16"));
            Tensor tensor;
            tensor.place = expected.place;
            tensor.name = ggufName(expected.place);
            tensor.sourceName = stored.name;
            tensor.shape = expected.shape;
            tensor.columns = expected.shape.back();
            tensor.rows = 1;
            for (std::size_t i = 0; i + 1 < expected.shape.size(); ++i)
                tensor.rows *= expected.shape[i];
            tensor.format = stored.format;
            tensor.offset = stored.offset;
            tensor.file = stored.file;
            tensor.mapping = stored.mapping;
            tensor.source = stored.source;
            const auto how = arrangementOf(expected.place);
            if (how && *how != Arrangement::AsItIs && *how != Arrangement::Squeezed) {
                arrange(tensor, inOrder(expected, parts), *how,
                    layerSpec(m_config, std::max(0, expected.place.layer)));
                return tensor;
            }
            if (!isOfShape(stored.shape, expected.shape, how))
                throw Error(text(stored.file, ": tensor ", stored.name, " has shape ",
                    shapeText(stored.shape), ", expected ", shapeText(expected.shape)));
            tensor.bytes = stored.bytes;
            return tensor;
        }

        std::optional<Arrangement> arrangementOf(Place place) const
        {
            if (m_naming == Naming::Gguf)
                return std::nullopt;
            const auto asked = m_sorted.arrangements.find(place);
            if (asked != m_sorted.arrangements.end())
                return asked->second;
            const Role role = place.role;
            const auto& all = m_config.known()->arrangements;
            const auto found = std::ranges::find(all, role, &HuggingArrangement::role);
            if (found != all.end())
                return found->arrangement;
            return isExpertStack(role) ? std::optional(Arrangement::Stacked) : std::nullopt;
        }

        /// The parts of a tensor, each there. Throws Error naming the first that is missing.
        std::vector<const StoredTensor*> inOrder(
            const ExpectedTensor& expected, const std::map<int, const StoredTensor*>& parts) const
        {
            const auto how = arrangementOf(expected.place);
            const bool hasParts = how == Arrangement::HeadRows || how == Arrangement::Stacked;
            const std::int64_t wanted = hasParts ? expected.shape.front() : 1;
            std::vector<const StoredTensor*> list;
            for (const auto& [number, stored] : parts) {
                if (number != int(list.size()) || number >= wanted)
                    break;
                list.push_back(stored);
            }
            if (std::int64_t(list.size()) != wanted || parts.size() != list.size())
                throw Error(text(m_file, ": tensor ", parts.begin()->second->name, " has ",
                    parts.size(), " parts, expected ", wanted, ", from 0 on"));
            return list;
        }

        const ShardedTensors& m_stored;
        const ModelConfig& m_config;
        Naming m_naming;
        const std::string& m_file;
        const Sorted& m_sorted;
    };

    /// Names behind the body that every model of the architecture has.
    std::vector<std::string> anchorsOf(const Architecture& architecture)
    {
        std::vector<std::string> anchors;
        for (const Place place :
            { Place{ Role::TokenEmbd }, Place{ Role::AttnNorm, 0 }, Place{ Role::AttnQ, 0 },
                Place{ Role::AttnQkv, 0 }, Place{ Role::AttnKvAMqa, 0 } }) {
            const std::string name = huggingFaceName(architecture, place);
            if (name.starts_with(architecture.body))
                anchors.push_back(name.substr(architecture.body.size()));
        }
        return anchors;
    }

    std::vector<std::string> faultNotes(const ShardedTensors& stored, const std::string& file)
    {
        std::vector<std::string> notes;
        for (const std::string& fault : stored.faults)
            notes.push_back(text(std::filesystem::path(file).filename().string(), " ", fault));
        return notes;
    }

} // namespace

namespace {

    NameRule ruleOf(const ShardedTensors& stored, const Architecture& architecture)
    {
        return { stored.tensors, architecture.body, anchorsOf(architecture) };
    }

} // namespace

std::string unexpectedTensor(const ShardedTensors& stored, const ModelConfig& config, Naming naming)
{
    refuseOtherNames(stored.tensors);
    const NameRule rule = ruleOf(stored, *config.known());
    const Sorted sorted = Sorting(config, naming, rule).sort(stored.tensors);
    return sorted.unexpected ? unexpected(*sorted.unexpected, config) : std::string();
}

PlacedTensors placeTensors(
    const ShardedTensors& stored, const ModelConfig& config, Naming naming, const std::string& file)
{
    const NameRule rule = ruleOf(stored, *config.known());
    const Sorted sorted = Sorting(config, naming, rule).sort(stored.tensors);
    PlacedTensors result;
    result.tensors = Placing(stored, config, naming, file, sorted).place();
    for (const StoredTensor* kept : sorted.kept)
        result.tensors.push_back(placedAsOther(*kept, int(result.tensors.size())));
    if (!sorted.kept.empty())
        result.notes.push_back(
            text(sorted.kept.size(), " tensors of blocks that guess further tokens (from blk.",
                config.layers, " on) are not computed: they are kept, and rounded without a text"));
    if (const std::string note = rule.note(); !note.empty() && naming == Naming::HuggingFace)
        result.notes.push_back(note);
    if (sorted.ofOtherSenses > 0)
        result.notes.push_back(text(sorted.ofOtherSenses,
            " tensors for images or sound are left out: only the language model is opened"));
    if (sorted.predicting > 0)
        result.notes.push_back(text(sorted.predicting,
            " tensors that guess a second token ahead (mtp) are left out: the model computes the "
            "same without them"));
    if (!sorted.left.empty())
        result.notes.push_back(leftNote(sorted.left));
    for (std::string& note : faultNotes(stored, file))
        result.notes.push_back(std::move(note));
    return result;
}

} // namespace core
