// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/ggufexport.h"

#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/base/vectormath.h"
#include "core/export/rotarypermutation.h"
#include "core/files/outputfile.h"
#include "core/model/architecture.h"
#include "core/quant/runneeds.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>

namespace core {

namespace {

    /// llama.cpp's LLAMA_FTYPE_MOSTLY_* for a file whose matrices are mostly in `format` (llama.h);
    /// it is shown to people and not used to read the file.
    std::uint32_t fileType(const Format* format)
    {
        static const std::map<std::string_view, std::uint32_t> types = { { "F32", 0 }, { "F16", 1 },
            { "Q4_0", 2 }, { "Q4_1", 3 }, { "Q8_0", 7 }, { "Q5_0", 8 }, { "Q5_1", 9 },
            { "Q2_K", 10 }, { "Q3_K", 12 }, { "Q4_K", 15 }, { "Q5_K", 17 }, { "Q6_K", 18 },
            { "IQ4_NL", 25 }, { "IQ4_XS", 30 }, { "BF16", 32 }, { "TQ1_0", 36 }, { "TQ2_0", 37 },
            { "MXFP4", 38 }, { "NVFP4", 39 }, { "Q1_0", 40 }, { "Q2_0", 41 } };
        const auto found = types.find(format->name);
        return found == types.end() ? 1024 /* "guessed" */ : found->second;
    }

    /// The format that holds most weights of the layers' matrices.
    const Format* commonFormat(
        const Checkpoint& checkpoint, const std::vector<const Format*>& formats)
    {
        std::map<const Format*, std::int64_t> weights;
        for (std::size_t i = 0; i < formats.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            if (isMatrix(tensor.place.role) && tensor.place.layer >= 0)
                weights[formats[i]] += tensor.weights();
        }
        const Format* common = &formats::f32;
        std::int64_t most = 0;
        for (const auto& [format, count] : weights) {
            if (count > most || (count == most && format->ggmlType < common->ggmlType)) {
                most = count;
                common = format;
            }
        }
        return common;
    }

    GgufMetadata fileMetadata(const Checkpoint& checkpoint,
        const std::vector<const Format*>& formats, const GgufExportOptions& options)
    {
        GgufMetadata metadata = checkpoint.metadata();
        if (!options.modelName.empty())
            metadata.set("general.name", options.modelName);
        if (!options.license.empty())
            metadata.set("general.license", options.license);
        metadata.set("general.file_type", fileType(commonFormat(checkpoint, formats)));
        metadata.set("general.quantization_version",
            std::uint32_t(2)); // of the block formats: GGML_QNT_VERSION
        if (!options.recipe.empty())
            metadata.set("quantscope.recipe", options.recipe);
        return metadata;
    }

    /// Throws Error for a model of which no GGUF file can be made that llama.cpp loads.
    void requireExportable(const Checkpoint& checkpoint)
    {
        if (isExportable(checkpoint))
            return; // a GGUF's metadata goes on as it is
        checkpoint.requireComputed();
        checkpoint.tokenizer(); // throws if there is none
    }

    /// A tensor that no file of the model holds, but its GGUF does.
    struct MadeTensor {
        Role role;
        const Format* format;
        std::vector<std::int64_t> shape;
    };

    /// What the configuration says of the rotary embedding, and the head where llama.cpp wants one
    /// beside the embedding it is tied to.
    std::vector<MadeTensor> madeTensors(const Checkpoint& checkpoint)
    {
        const ModelConfig& config = checkpoint.config();
        std::vector<MadeTensor> made;
        const auto add = [&](Role role, const std::vector<float>& values) {
            if (!values.empty() && !checkpoint.find(Place{ role }))
                made.push_back({ role, &formats::f32, { std::int64_t(values.size()) } });
        };
        const Architecture* architecture = config.known();
        const bool isTied = config.tiedHead && checkpoint.isComputed();
        if (isTied && architecture->needsOutput) {
            const Tensor& embedding = checkpoint.head();
            made.push_back({ Role::Output, embedding.format, embedding.shape });
        }
        if (config.longRopeFactors.empty()) {
            add(Role::RopeFreqs, config.ropeFactors);
        } else {
            add(Role::RopeFactorsLong, config.longRopeFactors);
            add(Role::RopeFactorsShort, config.ropeFactors);
        }
        return made;
    }

    GgufPlan planWithFormats(const Checkpoint& checkpoint, std::vector<const Format*> formats,
        const GgufExportOptions& options)
    {
        requireExportable(checkpoint);
        GgufPlan plan;
        plan.metadata = fileMetadata(checkpoint, formats, options);
        for (std::size_t i = 0; i < formats.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            if (formats[i]->study)
                throw Error(text(tensor.name, " is in ", formats[i]->name,
                    ", a format for study that no kind of file can hold: it can be measured, "
                    "not exported"));
            const bool staysSo = tensor.isMatrix() || !checkpoint.isComputed();
            plan.tensors.push_back(
                { tensor.name, staysSo ? formats[i] : &formats::f32, tensor.shape });
            plan.places.push_back(tensor.place);
        }
        for (const MadeTensor& made : madeTensors(checkpoint)) {
            plan.tensors.push_back({ ggufName({ made.role }), made.format, made.shape });
            plan.places.push_back({ made.role });
        }
        plan.layout = layoutGguf(plan.metadata, plan.tensors);
        return plan;
    }

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
            return storedBytes(checkpoint.head());
        const std::vector<float>& values
            = role == Role::RopeFactorsLong ? config.longRopeFactors : config.ropeFactors;
        return rawBytes(values.data(), values.size());
    }

    /// Whether rows of q and k are in another order in GGUF than in the model's files.
    bool isPermuted(const ModelConfig& config, Role role)
    {
        const bool isTurned = role == Role::AttnQ || role == Role::AttnK || role == Role::AttnQBias
            || role == Role::AttnKBias;
        return isTurned && config.known() && config.known()->permutesHeads
            && config.rotary == RotaryLayout::Halves;
    }

    /// The bytes of one tensor as the file will hold them.
    GgufBytes fileBytes(const Checkpoint& checkpoint, Place place)
    {
        const Tensor* tensor = checkpoint.find(place);
        if (!tensor)
            return madeBytes(checkpoint, place.role);
        const bool staysSo = tensor->isMatrix() || !checkpoint.isComputed();
        const std::size_t outputs
            = std::size_t(tensor->isMatrix() ? tensor->rows : tensor->columns);
        const std::size_t headDim = std::size_t(checkpoint.config().headDim);
        const bool isMoved = isPermuted(checkpoint.config(), place.role);
        if (staysSo && !tensor->source) {
            if (isMoved)
                return permuteToPairs(tensor->bytes, outputs, headDim);
            return tensor->bytes;
        }
        std::vector<std::byte> bytes;
        if (staysSo) {
            bytes = storedBytes(*tensor);
        } else {
            const Matrix values = decode(*tensor);
            bytes = rawBytes(values.data(), std::size_t(values.size()));
        }
        if (isMoved)
            return permuteToPairs(bytes, outputs, headDim);
        return bytes;
    }

    /// What comparing two runs of blocks by what they decode to shows.
    enum class Comparison { Equal, Different, NotFinite };

    /// Equal: the same floats, bit for bit, and all finite. Equal bytes are decoded once: a decoder
    /// knows nothing else. On all processors.
    Comparison compareDecoded(
        const Format& format, std::span<const std::byte> a, std::span<const std::byte> b)
    {
        const std::size_t tileBlocks = std::max<std::size_t>(
            1, (1 << 16) / std::size_t(format.blockSize)); // 256 kB decoded: the second cache
        const std::size_t blockBytes = std::size_t(format.blockBytes);
        const std::size_t blocks = a.size() / blockBytes;
        std::vector<Comparison> found((blocks + tileBlocks - 1) / tileBlocks, Comparison::Equal);
        parallelFor(found.size(), [&](std::size_t tile) {
            const std::size_t first = tile * tileBlocks;
            const std::size_t count = std::min(tileBlocks, blocks - first);
            const std::byte* blocksOfA = a.data() + first * blockBytes;
            const std::byte* blocksOfB = b.data() + first * blockBytes;
            std::vector<float> left(count * std::size_t(format.blockSize)), right;
            format.decodeBlocks(blocksOfA, count, left.data());
            if (std::memcmp(blocksOfA, blocksOfB, count * blockBytes) != 0) {
                right.resize(left.size());
                format.decodeBlocks(blocksOfB, count, right.data());
            }
            if (!right.empty()
                && std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) != 0)
                found[tile] = Comparison::Different;
            else if (!vectormath::allFinite(left.data(), left.size()))
                found[tile] = Comparison::NotFinite;
        });
        const auto bad = std::find_if(found.begin(), found.end(),
            [](Comparison comparison) { return comparison != Comparison::Equal; });
        return bad == found.end() ? Comparison::Equal : *bad;
    }

    /// Reopens the written file and compares it with what was meant. Throws Error naming the first
    /// difference.
    void verify(const std::filesystem::path& written, const Checkpoint& checkpoint,
        const GgufPlan& plan, const std::filesystem::path& target, const Progress& progress)
    {
        const GgufFile file = readGguf(written);
        if (file.tensors.size() != plan.tensors.size())
            throw Error(text(target.string(), ": reading back found ", file.tensors.size(),
                " tensors, ", plan.tensors.size(), " were written"));
        for (std::size_t i = 0; i < plan.tensors.size(); ++i) {
            progress.at(double(i) / double(plan.tensors.size()));
            const StoredTensor& found = file.tensors[i];
            const GgufTensorInfo& meant = plan.tensors[i];
            const GgufBytes tensor = fileBytes(checkpoint, plan.places[i]);
            const std::span<const std::byte> bytes = tensor.bytes();
            const Comparison comparison = found.name != meant.name || found.format != meant.format
                    || found.shape != meant.shape || found.bytes.size() != bytes.size()
                ? Comparison::Different
                : compareDecoded(*meant.format, found.bytes, bytes);
            if (comparison == Comparison::Different)
                throw Error(text(target.string(), ": tensor ", meant.name,
                    " read back differs from what was written; the disk may be damaged, the file "
                    "was not kept"));
            if (comparison == Comparison::NotFinite)
                throw Error(text(target.string(), ": tensor ", meant.name,
                    " has a value that is not finite in ", meant.format->name,
                    ", expected finite ones only; the file was not kept"));
        }
    }

} // namespace

GgufPlan planGguf(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan,
    const GgufExportOptions& options)
{
    std::vector<const Format*> formats;
    for (const PlannedTensor& planned : plan)
        formats.push_back(planned.format);
    return planWithFormats(checkpoint, std::move(formats), options);
}

GgufPlan planGguf(const Checkpoint& checkpoint, const GgufExportOptions& options)
{
    std::vector<const Format*> formats;
    for (const Tensor& tensor : checkpoint.tensors())
        formats.push_back(tensor.format);
    return planWithFormats(checkpoint, std::move(formats), options);
}

bool isExportable(const Checkpoint& checkpoint)
{
    return checkpoint.isGguf() || (checkpoint.isComputed() && checkpoint.hasTokenizer());
}

std::uint64_t exportedBytes(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan,
    const GgufExportOptions& options)
{
    return isExportable(checkpoint) && !hasStudyFormat(plan)
        ? planGguf(checkpoint, plan, options).layout.fileSize
        : plannedBytes(checkpoint, plan);
}

namespace {

    void requireNoSource(const Checkpoint& checkpoint, const ExportTarget& target)
    {
        checkpoint.files().requireNotAmong(target.file);
        target.read.requireNotAmong(target.file);
    }

} // namespace

void checkExportTarget(
    const Checkpoint& checkpoint, const ExportTarget& target, std::uint64_t bytes)
{
    requireNoSource(checkpoint, target);
    const AtomicFile beside(target.file, target.existing);
    OutputFile(beside.output(), bytes);
}

GgufExportReport exportGguf(const Checkpoint& checkpoint, const ExportTarget& target,
    const GgufExportOptions& options, const Progress& progress)
{
    const auto start = std::chrono::steady_clock::now();
    const GgufPlan plan = planGguf(checkpoint, options);
    requireNoSource(checkpoint, target);
    checkpoint.requireUnchanged();
    AtomicFile file(target.file, target.existing);
    writeGguf(
        file.output(), plan.metadata, plan.tensors,
        [&](std::size_t i) { return fileBytes(checkpoint, plan.places[i]); },
        progress.part(0, 0.6, "Writing"));
    verify(file.path(), checkpoint, plan, target.file, progress.part(0.6, 1, "Reading back"));
    checkpoint.requireUnchanged();
    requireNoSource(checkpoint, target); // hours may lie between
    file.commit();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return { target.file, plan.layout.fileSize, int(plan.tensors.size()), seconds.count() };
}

} // namespace core
