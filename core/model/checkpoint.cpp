// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/checkpoint.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/mappedfile.h"
#include "core/files/rowsource.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <set>
#include <utility>

namespace core {

Checkpoint::Checkpoint(CheckpointParts parts)
    : m_parts(std::move(parts))
{
    for (std::size_t i = 0; i < m_parts.tensors.size(); ++i) {
        const Tensor& tensor = m_parts.tensors[i];
        m_byPlace.emplace(tensor.place, i);
        m_byName.emplace(tensor.name, i);
        m_byLayer[tensor.place.layer].push_back(i);
    }
}

const Tensor* Checkpoint::find(Place place) const
{
    const auto found = m_byPlace.find(place);
    return found == m_byPlace.end() ? nullptr : &m_parts.tensors[found->second];
}

const Tensor* Checkpoint::find(std::string_view name) const
{
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? nullptr : &m_parts.tensors[found->second];
}

std::vector<const Tensor*> Checkpoint::inLayer(int layer) const
{
    std::vector<const Tensor*> tensors;
    if (const auto found = m_byLayer.find(layer); found != m_byLayer.end())
        for (const std::size_t index : found->second)
            tensors.push_back(&m_parts.tensors[index]);
    return tensors;
}

std::size_t Checkpoint::indexOf(Place place) const
{
    const auto found = m_byPlace.find(place);
    assert(found != m_byPlace.end());
    return found->second;
}

const Tensor* Checkpoint::findHead() const
{
    const Tensor* output = find(Place{ Role::Output });
    return output ? output : find(Place{ Role::TokenEmbd });
}

const Tensor& Checkpoint::head() const
{
    const Tensor* head = findHead();
    assert(head);
    return *head;
}

void Checkpoint::requireComputed() const
{
    if (!isComputed())
        throw Error(m_parts.config.notComputed);
}

const Tokenizer& Checkpoint::tokenizer() const
{
    if (!m_parts.tokenizer)
        throw Error(m_parts.tokenizerError);
    return *m_parts.tokenizer;
}

std::int64_t Checkpoint::weights() const
{
    return std::accumulate(m_parts.tensors.begin(), m_parts.tensors.end(), std::int64_t(0),
        [](std::int64_t sum, const Tensor& tensor) { return sum + tensor.weights(); });
}

std::uint64_t Checkpoint::bytes() const
{
    return std::accumulate(m_parts.tensors.begin(), m_parts.tensors.end(), std::uint64_t(0),
        [](std::uint64_t sum, const Tensor& tensor) { return sum + storedSize(tensor); });
}

void Checkpoint::requireUnchanged() const
{
    std::set<const MappedFile*> asked;
    for (const Tensor& tensor : m_parts.tensors) {
        if (tensor.source)
            tensor.source->requireUnchanged();
        if (tensor.mapping && asked.insert(tensor.mapping.get()).second)
            tensor.mapping->requireUnchanged();
    }
}

std::shared_ptr<const Checkpoint> Checkpoint::withTensors(
    const std::vector<Tensor>& replacements) const
{
    CheckpointParts parts = m_parts;
    for (const Tensor& replacement : replacements) {
        Tensor& tensor = parts.tensors[indexOf(replacement.place)];
        assert(tensor.rows == replacement.rows && tensor.columns == replacement.columns);
        tensor = replacement;
    }
    return std::make_shared<const Checkpoint>(std::move(parts));
}

std::vector<std::vector<int>> tokenSequences(
    const Tokenizer& tokenizer, std::string_view words, int length, int count)
{
    assert(length > 0 && count >= 0);
    std::vector<int> tokens = tokenizer.encode(words);
    const bool startsWithBos = tokenizer.addBos() && tokenizer.bos() >= 0;
    if (startsWithBos) // llama.cpp puts one before the text, then one over the start of each chunk
        tokens.insert(tokens.begin(), tokenizer.bos());
    const std::size_t step = std::size_t(length);
    if (tokens.size() < step)
        throw Error(text("the text has ", tokens.size(), " tokens, expected at least ", length,
            " for one sequence"));
    const std::size_t found = tokens.size() / step;
    const std::size_t taken = count == 0 ? found : std::min(found, std::size_t(count));
    std::vector<std::vector<int>> sequences;
    for (std::size_t i = 0; i < taken; ++i) {
        const auto first = tokens.begin() + std::ptrdiff_t(i * step);
        sequences.emplace_back(first, first + length);
        if (startsWithBos)
            sequences.back().front() = tokenizer.bos();
    }
    return sequences;
}

} // namespace core
