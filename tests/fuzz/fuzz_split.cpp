// SPDX-License-Identifier: GPL-3.0-or-later
// A GGUF model in three pieces of which one is damaged: the first byte of an input says which.
#include "core/files/ggufpieces.h"
#include "core/files/ggufsplit.h"
#include "core/model/checkpoint.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/memoryfile.h"
#include "tests/fuzz/smallestmodel.h"
#include "tests/support/filebytes.h"

#include <memory>

namespace {

/// A tiny model's file, cut into three.
std::vector<std::string> soundPieces()
{
    const support::TemporaryFolder folder;
    support::writeTinyGguf(fuzz::smallestModel(), folder / "m.gguf", core::formats::q4_0);
    const core::GgufFile whole = core::readGguf(folder / "m.gguf");
    std::vector<core::GgufTensorInfo> tensors;
    std::uint64_t bytes = 0;
    for (const core::StoredTensor& tensor : whole.tensors) {
        tensors.push_back({ tensor.name, tensor.format, tensor.shape });
        bytes += tensor.bytes.size();
    }
    std::vector<std::string> pieces;
    const auto split = core::splitGguf(whole.metadata, tensors, bytes / 2);
    const auto files = core::pieceFiles(folder / "piece.gguf", split.size());
    std::size_t first = 0;
    for (std::size_t i = 0; i < split.size(); ++i) {
        core::writeGguf(
            files[i], split[i].metadata, split[i].tensors,
            [&](std::size_t tensor) {
                const auto stored = whole.tensors[first + tensor].bytes;
                return std::vector<std::byte>(stored.begin(), stored.end());
            },
            core::Progress());
        first += split[i].tensors.size();
        pieces.push_back(support::readFile(files[i]));
    }
    return pieces;
}

const std::vector<std::string>& pieces()
{
    static const std::vector<std::string> all = soundPieces();
    return all;
}

} // namespace

std::vector<std::string> fuzz::seeds()
{
    std::vector<std::string> seeds;
    for (std::size_t i = 0; i < pieces().size(); ++i)
        seeds.push_back(char(i) + pieces()[i]);
    return seeds;
}

void fuzz::check(std::string_view bytes)
{
    static const support::TemporaryFolder folder;
    static const auto files = core::pieceFiles(folder / "m.gguf", pieces().size());
    static std::vector<std::unique_ptr<fuzz::MemoryFile>> memory;
    if (memory.empty())
        for (const auto& file : files)
            memory.push_back(std::make_unique<fuzz::MemoryFile>(file));
    const std::size_t which = bytes.empty() ? 0 : std::uint8_t(bytes.front()) % files.size();
    for (std::size_t i = 0; i < files.size(); ++i)
        memory[i]->setBytes(i == which ? bytes.substr(bytes.empty() ? 0 : 1) : pieces()[i]);
    const auto checkpoint = core::Checkpoint::open(files[which]);
    for (const core::Tensor& tensor : checkpoint->tensors())
        (void)core::decodeRows(tensor, 0, 1);
}
