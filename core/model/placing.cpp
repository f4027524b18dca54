// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/placing.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/architecture.h"
#include "core/model/arrangement.h"
#include "core/model/expectedtensors.h"
#include "core/model/namerule.h"
#include "core/model/sortedtensors.h"
#include "core/model/tiedhead.h"

#include <algorithm>
#include <iterator>
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

    std::string_view titleOf(const ModelConfig& config) { return config.known()->title; }

    std::string withArticle(std::string_view title) { return text("a ", title, " model"); }

    [[noreturn]] void failUnexpected(const StoredTensor& tensor, const ModelConfig& config)
    {
        throw Error(text(tensor.file, ": unexpected tensor ", shortName(tensor), " ",
            shapeText(tensor.shape), ", expected only those of ", withArticle(titleOf(config)),
            " of ", config.layers, " layers: so it can be looked at, not computed"));
    }

    std::string leftNote(const std::vector<std::string>& left)
    {
        if (left.size() == 1)
            return text("Tensor ", left.front(), ", which nothing needs, is left out");
        return text(
            left.size(), " tensors that nothing needs are left out, such as ", left.front());
    }

    std::string besideNote(const std::vector<std::string>& beside)
    {
        const bool isOne = beside.size() == 1;
        return text(isOne ? "Tensor " : text(beside.size(), " tensors, such as "), beside.front(),
            isOne ? ", which lies" : ", which lie", " beside the language model, ",
            isOne ? "is" : "are", " left out: it computes the same without");
    }

    /// What is not computed of the files' tensors, in sentences.
    std::vector<std::string> leftOutNotes(const SortedTensors& sorted, const ModelConfig& config)
    {
        std::vector<std::string> notes;
        if (!sorted.kept.empty())
            notes.push_back(text(sorted.kept.size(),
                " tensors of blocks that guess further tokens (from blk.", config.layers,
                " on) are not computed: they are kept, and rounded without a text"));
        if (sorted.ofOtherSenses > 0)
            notes.push_back(text(sorted.ofOtherSenses,
                " tensors for images or sound are left out: only the language model is opened"));
        if (sorted.predicting > 0)
            notes.push_back(text(sorted.predicting,
                " tensors that guess a second token ahead (mtp) are left out: the model computes "
                "the same without them"));
        if (!sorted.left.empty())
            notes.push_back(leftNote(sorted.left));
        if (!sorted.beside.empty())
            notes.push_back(besideNote(sorted.beside));
        if (std::string note = tiedHeadNote(sorted, config); !note.empty())
            notes.push_back(std::move(note));
        return notes;
    }

    /// Makes the tensors of a model of what was sorted.
    class Placing {
    public:
        Placing(const ShardedTensors& stored, const ModelConfig& config, Naming naming,
            const std::string& file, const SortedTensors& sorted)
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
            if (const std::string why = faultsText(m_stored); !why.empty())
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
        const SortedTensors& m_sorted;
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

} // namespace

void requireNoAdapter(const std::vector<StoredTensor>& stored)
{
    for (const StoredTensor& tensor : stored)
        if (isAdapter(tensor.name))
            throw Error(text(tensor.file, ": holds tensors of a LoRA adapter (", shortName(tensor),
                "): merge the adapter into its model first (peft: merge_and_unload)"));
}

PlacedTensors placeTensors(
    const ShardedTensors& stored, const ModelConfig& config, Naming naming, const std::string& file)
{
    refuseOtherNames(stored.tensors);
    const NameRule rule(stored.tensors, config.known()->body, anchorsOf(*config.known()));
    const SortedTensors sorted = sortTensors(stored.tensors, config, naming, rule);
    if (sorted.unexpected)
        failUnexpected(*sorted.unexpected, config);
    PlacedTensors result;
    result.tensors = Placing(stored, config, naming, file, sorted).place();
    for (const StoredTensor* kept : sorted.kept)
        result.tensors.push_back(placedAsOther(*kept, int(result.tensors.size())));
    if (const std::string note = rule.note(); !note.empty() && naming == Naming::HuggingFace)
        result.notes.push_back(note);
    std::ranges::move(leftOutNotes(sorted, config), std::back_inserter(result.notes));
    std::ranges::move(faultNotes(stored, file), std::back_inserter(result.notes));
    return result;
}

} // namespace core
