// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/ggufexport.h"

#include "core/base/text.h"
#include "core/export/decodedcomparison.h"
#include "core/export/rotarypermutation.h"
#include "core/files/outputfile.h"
#include "core/model/architecture.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <utility>

namespace core {

namespace {

    template<typename T>
    std::vector<std::byte> rawBytes(const T* values, std::size_t count)
    {
        std::vector<std::byte> bytes(count * sizeof(T));
        std::memcpy(bytes.data(), values, bytes.size());
        return bytes;
    }

    std::vector<std::byte> madeBytes(const Checkpoint& checkpoint, Role role)
    {
        const ModelConfig& config = checkpoint.config();
        if (role == Role::Output)
            return bytesIn(*exactFormat(checkpoint.head()), checkpoint.head());
        const std::vector<float>& values
            = role == Role::RopeFactorsLong ? config.longRopeFactors : config.ropeFactors;
        return rawBytes(values.data(), values.size());
    }

    /// Whether rows of q and k are in another order in GGUF than in the model's files.
    bool isPermuted(const Checkpoint& checkpoint, Role role)
    {
        const ModelConfig& config = checkpoint.config();
        const bool isTurned = role == Role::AttnQ || role == Role::AttnK || role == Role::AttnQBias
            || role == Role::AttnKBias;
        return isTurned && !checkpoint.isGguf() && config.known() && config.known()->permutesHeads
            && config.rotary == RotaryLayout::Halves;
    }

    /// The bytes of one tensor as the file will hold them.
    GgufBytes fileBytes(const Checkpoint& checkpoint, Place place)
    {
        const Tensor* tensor = checkpoint.find(place);
        if (!tensor)
            return madeBytes(checkpoint, place.role);
        const bool isKept = tensor->isMatrix() || !checkpoint.isComputed();
        const std::size_t outputs
            = std::size_t(tensor->isMatrix() ? tensor->rows : tensor->columns);
        const std::size_t headDim = std::size_t(checkpoint.config().headDim);
        const bool isMoved = isPermuted(checkpoint, place.role);
        const Format& format = *exactFormat(*tensor);
        if (isKept && !tensor->source && &format == tensor->format) {
            if (isMoved)
                return permuteToPairs(tensor->bytes, outputs, headDim);
            return tensor->bytes;
        }
        std::vector<std::byte> bytes;
        if (isKept) {
            bytes = bytesIn(format, *tensor);
        } else {
            const Matrix values = decode(*tensor);
            bytes = rawBytes(values.data(), std::size_t(values.size()));
        }
        if (isMoved)
            return permuteToPairs(bytes, outputs, headDim);
        return bytes;
    }

    /// What one file is to hold: tensors of a plan from the first on.
    struct FilePart {
        const GgufMetadata& metadata;
        const std::vector<GgufTensorInfo>& tensors;
        std::span<const Place> places;
        std::uint64_t bytes;
    };

    std::vector<FilePart> partsOf(const GgufPlan& plan)
    {
        const std::span<const Place> places(plan.places);
        if (plan.pieces.empty())
            return { { plan.metadata, plan.tensors, places, plan.layout.fileSize } };
        std::vector<FilePart> parts;
        for (const GgufPiece& piece : plan.pieces)
            parts.push_back({ piece.metadata, piece.tensors,
                places.subspan(piece.firstTensor, piece.tensors.size()), piece.layout.fileSize });
        return parts;
    }

    /// Reopens a written file and compares it with what was meant. Throws Error naming the first
    /// difference.
    void verify(const OutputPath& written, const Checkpoint& checkpoint, const FilePart& part,
        const Progress& progress)
    {
        const std::string target = written.shown.string();
        const GgufFile file = readGguf(written.path);
        if (file.tensors.size() != part.tensors.size())
            throw Error(text(target, ": reading back found ", file.tensors.size(), " tensors, ",
                part.tensors.size(), " were written"));
        for (std::size_t i = 0; i < part.tensors.size(); ++i) {
            progress.at(double(i) / double(part.tensors.size()));
            const StoredTensor& found = file.tensors[i];
            const GgufTensorInfo& meant = part.tensors[i];
            const GgufBytes tensor = fileBytes(checkpoint, part.places[i]);
            const std::span<const std::byte> bytes = tensor.bytes();
            const DecodedComparison comparison = found.name != meant.name
                    || found.format != meant.format || found.shape != meant.shape
                    || found.bytes.size() != bytes.size()
                ? DecodedComparison::Different
                : compareDecoded(*meant.format, found.bytes, bytes);
            if (comparison == DecodedComparison::Different)
                throw Error(text(target, ": tensor ", meant.name,
                    " read back differs from what was written; the disk may be damaged, the file "
                    "was not kept"));
            if (comparison == DecodedComparison::NotFinite)
                throw Error(
                    text(target, ": tensor ", meant.name, " has a value that is not finite in ",
                        meant.format->name, ", expected finite ones only; the file was not kept"));
        }
    }

    /// The part of `progress` for one of the files, by their bytes.
    class FileProgress {
    public:
        FileProgress(const Progress& progress, std::uint64_t allBytes)
            : m_progress(progress)
            , m_all(double(allBytes))
        {
        }

        Progress next(std::uint64_t bytes)
        {
            const double before = std::exchange(m_done, m_done + double(bytes));
            return m_progress.part(before / m_all, m_done / m_all);
        }

    private:
        const Progress m_progress;
        double m_all;
        double m_done = 0;
    };

    /// Gives all finished files their names. If that fails of one, those that got theirs before it
    /// are taken back where they replaced nothing.
    class Committing {
    public:
        explicit Committing(Existing existing)
            : m_existing(existing)
        {
        }
        ~Committing()
        {
            std::error_code none;
            for (const std::filesystem::path& name : m_named)
                std::filesystem::remove(name, none);
        }
        Committing(const Committing&) = delete;
        Committing& operator=(const Committing&) = delete;

        void commit(std::deque<AtomicFile>& files, const std::vector<std::filesystem::path>& names)
        {
            for (std::size_t i = 0; i < files.size(); ++i) {
                files[i].commit();
                if (m_existing == Existing::Keep)
                    m_named.push_back(names[i]);
            }
            m_named.clear();
        }

    private:
        Existing m_existing;
        std::vector<std::filesystem::path> m_named; ///< to be removed again
    };

} // namespace

namespace {

    void requireNoSource(const Checkpoint& checkpoint, const SourceFiles& read,
        const std::vector<std::filesystem::path>& files)
    {
        for (const std::filesystem::path& file : files) {
            checkpoint.files().requireNotAmong(file);
            read.requireNotAmong(file);
        }
    }

} // namespace

void checkExportTarget(
    const Checkpoint& checkpoint, const ExportTarget& target, const GgufPlan& plan)
{
    const auto files = plan.files(target.file);
    requireNoSource(checkpoint, target.read, files);
    for (const std::filesystem::path& file : files) {
        const AtomicFile beside(file, target.existing);
        OutputFile(beside.output(), plan.fileBytes()); // room for all of them
    }
}

GgufExportReport exportGguf(const Checkpoint& checkpoint, const ExportTarget& target,
    const GgufExportOptions& options, const Progress& progress)
{
    const auto start = std::chrono::steady_clock::now();
    const GgufPlan plan = planGguf(checkpoint, options);
    const auto names = plan.files(target.file);
    requireNoSource(checkpoint, target.read, names);
    checkpoint.requireUnchanged();
    std::deque<AtomicFile> files; // they do not move
    for (const std::filesystem::path& name : names)
        files.emplace_back(name, target.existing);
    const std::vector<FilePart> parts = partsOf(plan);
    FileProgress writing(progress.part(0, 0.6, "Writing"), plan.fileBytes());
    for (std::size_t i = 0; i < parts.size(); ++i)
        writeGguf(
            files[i].output(), parts[i].metadata, parts[i].tensors,
            [&](std::size_t tensor) { return fileBytes(checkpoint, parts[i].places[tensor]); },
            writing.next(parts[i].bytes));
    FileProgress reading(progress.part(0.6, 1, "Reading back"), plan.fileBytes());
    for (std::size_t i = 0; i < parts.size(); ++i)
        verify(files[i].output(), checkpoint, parts[i], reading.next(parts[i].bytes));
    checkpoint.requireUnchanged();
    requireNoSource(checkpoint, target.read, names); // hours may lie between
    Committing(target.existing).commit(files, names);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return { names.front(), plan.fileBytes(), int(plan.tensors.size()), seconds.count(),
        int(names.size()) };
}

} // namespace core
