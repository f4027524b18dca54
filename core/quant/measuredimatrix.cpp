// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/measuredimatrix.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bytereader.h"
#include "core/model/walk.h"
#include "core/model/modelkey.h"
#include "core/stats/inputsquares.h"
#include "core/stats/statsbytes.h"

#include <nlohmann/json.hpp>

namespace core {

namespace {

    constexpr std::uint32_t imatrixVersion = 1; // raise it when the same text gives other sums

    ImportanceSums sumsOf(const Eigen::VectorXd& squares, Eigen::Index tokens)
    {
        ImportanceSums sums{ std::vector<float>(std::size_t(squares.size())), { float(tokens) } };
        for (Eigen::Index i = 0; i < squares.size(); ++i)
            sums.squares[std::size_t(i)] = float(squares[i]);
        return sums;
    }

    /// Those of all experts, or heads; zeros and a count of 0 where no token came.
    ImportanceSums sumsOf(const std::vector<InputSquares::Counted>& seen, std::size_t matrices)
    {
        ImportanceSums all;
        for (const InputSquares::Counted& expert : seen)
            if (all.squares.empty() && expert.tokens > 0)
                all.squares.resize(matrices * std::size_t(expert.squares.size()));
        all.counts.resize(matrices);
        const std::size_t channels = all.squares.size() / matrices;
        for (std::size_t i = 0; i < seen.size(); ++i) {
            all.counts[i] = float(seen[i].tokens);
            for (std::size_t j = 0; seen[i].tokens > 0 && j < channels; ++j)
                all.squares[i * channels + j] = float(seen[i].squares[Eigen::Index(j)]);
        }
        return all;
    }

    /// Whether the router reads what a feed-forward beside the experts does not.
    bool routesApart(const Checkpoint& checkpoint, int layer)
    {
        const auto experts = layerSpec(checkpoint.config(), layer).experts;
        return experts && experts->isBeside;
    }

    /// The tensors whose product with that input llama.cpp watches: routers, too, which nobody
    /// rounds, but for those that the walk shows no input of.
    std::vector<const Tensor*> watched(const Checkpoint& checkpoint, InputSquares::Key key)
    {
        const auto [input, layer] = key;
        std::vector<const Tensor*> tensors;
        const auto add = [&](Role role) {
            if (const Tensor* tensor = checkpoint.find(Place{ role, layer }))
                tensors.push_back(tensor);
        };
        if (input == LinearInput::Head) {
            add(Role::Output); // a tied one never
            return tensors;
        }
        for (const Role role : rolesOf(input))
            add(role);
        if (input == LinearInput::FeedForward && !routesApart(checkpoint, layer)) {
            add(Role::FfnGateInp);
            add(Role::FfnGateInpShexp);
        }
        return tensors;
    }

    ImportanceMatrix measured(const Checkpoint& checkpoint,
        const std::vector<std::vector<int>>& sequences, const Progress& progress)
    {
        HiddenStates hidden = embed(checkpoint, sequences);
        InputSquares observer;
        walk(hidden, checkpoint, &observer, progress);
        ImportanceMatrix imatrix;
        for (const auto& [key, squares] : observer.sums())
            for (const Tensor* tensor : watched(checkpoint, key))
                imatrix.tensors[tensor->name] = sumsOf(squares, hidden.states.rows());
        for (const auto& [key, seen] : observer.experts())
            for (const Tensor* tensor : watched(checkpoint, key))
                imatrix.tensors[tensor->name] = sumsOf(seen, std::size_t(tensor->matrices()));
        return imatrix;
    }

    ImportanceMatrix keptOrMeasured(const Checkpoint& checkpoint,
        const std::vector<std::vector<int>>& sequences, const Shelf* shelf,
        const Progress& progress)
    {
        if (!shelf)
            return measured(checkpoint, sequences, progress);
        const std::string key = Shelf::keyOf({ { "kind", "imatrix" }, { "version", imatrixVersion },
            { "model", contentKey(checkpoint) }, { "text", sequences } });
        if (const auto item = shelf->find(key))
            return imatrixFromBytes(item->bytes, item->file.string());
        ImportanceMatrix imatrix = measured(checkpoint, sequences, progress);
        const std::vector<std::byte> bytes = imatrixToBytes(imatrix);
        const std::span<const std::byte> part(bytes);
        shelf->trim(bytes.size(), {});
        (void)shelf->put(key,
            { { "kind", "statistics" },
                { "about", text(checkpoint.config().name, ", importance matrix") } },
            std::span(&part, 1));
        return imatrix;
    }

} // namespace

ImportanceMatrix measureImatrix(const Checkpoint& checkpoint,
    const std::vector<std::vector<int>>& sequences, const std::string& dataset, ImatrixScope scope,
    const Shelf* shelf, const Progress& progress)
{
    checkpoint.requireComputed();
    ImportanceMatrix imatrix = keptOrMeasured(checkpoint, sequences, shelf, progress);
    if (scope == ImatrixScope::Layers)
        imatrix.tensors.erase(ggufName({ Role::Output }));
    imatrix.dataset = dataset;
    imatrix.chunks = std::uint32_t(sequences.size());
    imatrix.chunkSize = std::uint32_t(sequences.front().size());
    return imatrix;
}

std::vector<std::byte> imatrixToBytes(const ImportanceMatrix& imatrix)
{
    StatsWriter out;
    out.number(imatrixVersion);
    out.number(std::uint32_t(imatrix.tensors.size()));
    for (const auto& [name, sums] : imatrix.tensors) {
        out.number(std::uint32_t(name.size()));
        out.all(std::span<const char>(name));
        out.number(std::uint32_t(sums.counts.size()));
        out.number(std::uint32_t(sums.squares.size() / sums.counts.size()));
        out.all(std::span<const float>(sums.counts));
        out.all(std::span<const float>(sums.squares));
    }
    return out.take();
}

ImportanceMatrix imatrixFromBytes(std::span<const std::byte> bytes, const std::string& place)
{
    ByteReader in(bytes, place);
    if (const auto found = in.number<std::uint32_t>("version"); found != imatrixVersion)
        throw Error(text(place, ": has version ", found, ", expected ", imatrixVersion));
    ImportanceMatrix imatrix;
    constexpr std::size_t leastTensor = 12; // bytes of one without a name and channels
    const auto tensors = in.count(in.number<std::uint32_t>("tensors"), leastTensor, "tensors");
    for (std::uint64_t i = 0; i < tensors; ++i) {
        const std::string name
            = in.string(in.number<std::uint32_t>("the length of a name"), "a name");
        const auto matrices = in.number<std::uint32_t>("matrices");
        const auto channels = in.number<std::uint32_t>("channels");
        if (matrices == 0)
            throw Error(text(place, ": ", name, " has no matrix, expected at least one"));
        ImportanceSums& sums = imatrix.tensors[name];
        sums.counts = readNumbers<float>(in, matrices, "counts");
        sums.squares = readNumbers<float>(in, std::uint64_t(matrices) * channels, "squares");
    }
    return imatrix;
}

} // namespace core
