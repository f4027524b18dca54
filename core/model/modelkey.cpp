// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modelkey.h"

#include "core/base/contenthash.h"
#include "core/base/lazy.h"
#include "core/base/parallel.h"
#include "core/files/rowsource.h"
#include "core/files/shelf.h"
#include "core/model/configidentity.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <numeric>
#include <set>
#include <span>
#include <vector>

#include <sys/stat.h>

namespace core {

namespace {

    constexpr std::size_t sampleBytes = 4096; // a page
    constexpr std::size_t samplesEach = 8; // of a tensor, evenly spread

    using Bytes = std::span<const std::byte>;

    /// What a tensor is made of in its files.
    std::vector<Bytes> partsOf(const Tensor& tensor)
    {
        return tensor.source ? tensor.source->parts() : std::vector<Bytes>{ tensor.bytes };
    }

    /// Some of the bytes, all of a few.
    void addSamples(ContentHash& hash, Bytes bytes)
    {
        if (bytes.size() <= samplesEach * sampleBytes)
            return hash.add(bytes);
        const std::size_t step = (bytes.size() - sampleBytes) / (samplesEach - 1);
        for (std::size_t i = 0; i < samplesEach; ++i)
            hash.add(bytes.subspan(i * step, sampleBytes));
    }

    std::uint64_t hashOf(const Tensor& tensor, void (*add)(ContentHash&, Bytes))
    {
        ContentHash hash;
        for (const Bytes part : partsOf(tensor))
            add(hash, part);
        return hash.value();
    }

    /// Configuration and tensors, `hashes` among them.
    Json describe(const Checkpoint& checkpoint, const std::vector<std::uint64_t>& hashes)
    {
        Json description = Json::array({ configIdentity(checkpoint.config()) });
        for (std::size_t i = 0; i < hashes.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            description.push_back({ tensor.name, tensor.format->name, tensor.rows, tensor.columns,
                storedSize(tensor), hashes[i] });
        }
        return description;
    }

    std::vector<std::uint64_t> sampledHashes(const Checkpoint& checkpoint)
    {
        std::vector<std::uint64_t> hashes;
        for (const Tensor& tensor : checkpoint.tensors())
            hashes.push_back(hashOf(tensor, addSamples));
        return hashes;
    }

    std::vector<std::uint64_t> wholeHashes(const Checkpoint& checkpoint)
    {
        std::vector<std::uint64_t> hashes(checkpoint.tensors().size());
        parallelFor(hashes.size(), [&](std::size_t i) {
            hashes[i] = hashOf(
                checkpoint.tensors()[i], [](ContentHash& hash, Bytes bytes) { hash.add(bytes); });
        });
        return hashes;
    }

    std::uint64_t readBytes(const Checkpoint& checkpoint)
    {
        std::uint64_t bytes = 0;
        for (const Tensor& tensor : checkpoint.tensors())
            for (const Bytes part : partsOf(tensor))
                bytes += part.size();
        return bytes;
    }

    /// Which file it is and when it was last written to or its times were set, which no program can
    /// choose (stat(2), st_ctim).
    Json stateOf(const std::string& file)
    {
        struct ::stat status { };
        if (::stat(file.c_str(), &status) != 0)
            return {};
        return { status.st_dev, status.st_ino, status.st_size, status.st_ctim.tv_sec,
            status.st_ctim.tv_nsec };
    }

    std::string makeContentKey(const Checkpoint& checkpoint)
    {
        if (readBytes(checkpoint) <= wholeKeyBytes)
            return Shelf::keyOf({ "whole", describe(checkpoint, wholeHashes(checkpoint)) });
        Json description{ "sampled", describe(checkpoint, sampledHashes(checkpoint)) };
        std::set<std::string> files;
        for (const Tensor& tensor : checkpoint.tensors())
            if (files.insert(tensor.file).second && checkpoint.files().find(tensor.file))
                description.push_back(stateOf(tensor.file)); // others lie on the shelf, by content
        return Shelf::keyOf(description);
    }

} // namespace

const std::string& contentKey(const Checkpoint& checkpoint)
{
    return checkpoint.keptContentKey().get([&checkpoint] { return makeContentKey(checkpoint); });
}

std::string sampleKey(const Checkpoint& checkpoint)
{
    return Shelf::keyOf(describe(checkpoint, sampledHashes(checkpoint)));
}

} // namespace core
