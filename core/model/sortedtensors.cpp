// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sortedtensors.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/expectedtensors.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace core {

namespace {

    /// Whether a tensor without a place is nothing that a model is computed from.
    bool isUnneeded(const StoredTensor& tensor)
    {
        const bool isWhole = tensor.format && tensor.format->isWhole;
        return isWhole || isBuffer(tensor.name);
    }

    /// The outermost module of a tensor's name: "model" of "model.norm.weight"; empty: it has none.
    std::string moduleOf(const std::string& name)
    {
        const std::size_t end = name.find('.');
        return end == std::string::npos ? std::string() : name.substr(0, end);
    }

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
            for (const ExpectedTensor& expected : expectedTensors(config)) {
                m_known.insert(expected.place);
                if (expected.place.layer < 0)
                    m_modules.insert(moduleOf(huggingFaceName(*config.known(), expected.place)));
            }
            m_modules.insert(moduleOf(std::string(config.known()->body)));
        }

        SortedTensors sort(const std::vector<StoredTensor>& stored)
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
                m_sorted.left.push_back(tensor.name.substr(0, 200));
            else if (isBeside(tensor))
                m_sorted.beside.push_back(tensor.name.substr(0, 200));
            else if (!m_sorted.unexpected)
                m_sorted.unexpected = &tensor;
        }

        /// Whether it lies in a module of its own beside a Hugging Face model, such as the value
        /// head of a trainer: what the model computes does not pass through it.
        bool isBeside(const StoredTensor& tensor) const
        {
            const std::string module = moduleOf(m_rule.usualName(tensor.name));
            return m_naming == Naming::HuggingFace && !module.empty()
                && !m_modules.contains(module);
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
        std::set<Place> m_known;
        std::set<std::string> m_modules; ///< of the model: "model", "lm_head"
        SortedTensors m_sorted;
    };

} // namespace

SortedTensors sortTensors(const std::vector<StoredTensor>& stored, const ModelConfig& config,
    Naming naming, const NameRule& rule)
{
    return Sorting(config, naming, rule).sort(stored);
}

} // namespace core
