// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/ggufexport.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"
#include "core/base/vectormath.h"
#include "core/export/rotarypermutation.h"
#include "core/files/outputfile.h"
#include "core/quant/runneeds.h"
#include "core/tokenizer/pretokenizersets.h"
#include "core/tokenizer/vocabulary.h"

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

    /// Throws Error for a name that is unknown, or if only byte-level BPE has such a thing.
    void setPretokenizer(GgufMetadata& metadata, const std::string& name)
    {
        if (!findPretokenizerSet(name))
            throw Error(text("\"", name,
                "\" is no pre-tokenizer known to Quantscope, expected a name that llama.cpp has "
                "for "
                "tokenizer.ggml.pre, such as gpt-2, llama-bpe or qwen2"));
        if (metadataString(metadata, "tokenizer.ggml.model") != "gpt2")
            throw Error(text("The pre-tokenizer \"", name, "\" is for byte-level BPE only; this ",
                "model's tokenizer is \"", metadataString(metadata, "tokenizer.ggml.model"), "\""));
        metadata.set("tokenizer.ggml.pre", name);
    }

    GgufMetadata fileMetadata(const Checkpoint& checkpoint,
        const std::vector<const Format*>& formats, const GgufExportOptions& options)
    {
        GgufMetadata metadata = checkpoint.metadata();
        if (!options.modelName.empty())
            metadata.set("general.name", options.modelName);
        if (!options.license.empty())
            metadata.set("general.license", options.license);
        if (!options.pretokenizer.empty())
            setPretokenizer(metadata, options.pretokenizer);
        metadata.set("general.file_type", fileType(commonFormat(checkpoint, formats)));
        metadata.set("general.quantization_version",
            std::uint32_t(2)); // of the block formats: GGML_QNT_VERSION
        if (!options.recipe.empty())
            metadata.set("quantscope.recipe", options.recipe);
        return metadata;
    }

    GgufPlan planWithFormats(const Checkpoint& checkpoint, std::vector<const Format*> formats,
        const GgufExportOptions& options)
    {
        checkpoint.tokenizer(); // throws if there is none: llama.cpp would not load the file
        GgufPlan plan;
        plan.metadata = fileMetadata(checkpoint, formats, options);
        const ModelConfig& config = checkpoint.config();
        const Place ropeFreqs{ Role::RopeFreqs };
        for (std::size_t i = 0; i < formats.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            const bool matrix = isMatrix(tensor.place.role);
            if (formats[i]->study)
                throw Error(text(ggufName(tensor.place), " is in ", formats[i]->name,
                    ", a format for study that no kind of file can hold: it can be measured, "
                    "not exported"));
            plan.tensors.push_back({ ggufName(tensor.place), matrix ? formats[i] : &formats::f32,
                matrix ? std::vector<std::int64_t>{ tensor.rows, tensor.columns }
                       : std::vector<std::int64_t>{ tensor.columns } });
            plan.places.push_back(tensor.place);
        }
        if (!config.ropeFactors.empty() && !checkpoint.find(ropeFreqs)) {
            plan.tensors.push_back({ ggufName(ropeFreqs), &formats::f32,
                { std::int64_t(config.ropeFactors.size()) } });
            plan.places.push_back(ropeFreqs);
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

    /// The bytes of one tensor as the file will hold them.
    std::vector<std::byte> fileBytes(const Checkpoint& checkpoint, Place place)
    {
        const ModelConfig& config = checkpoint.config();
        const Tensor* tensor = checkpoint.find(place);
        if (!tensor) // only rope_freqs is made from the config
            return rawBytes(config.ropeFactors.data(), config.ropeFactors.size());
        if (!isMatrix(place.role)) {
            const Matrix values = decode(*tensor);
            return rawBytes(values.data(), std::size_t(values.size()));
        }
        std::vector<std::byte> bytes(tensor->bytes.begin(), tensor->bytes.end());
        const bool rotates = place.role == Role::AttnQ || place.role == Role::AttnK;
        if (rotates && config.rotary == RotaryLayout::Halves)
            bytes = permuteToPairs(bytes, std::size_t(tensor->rows), std::size_t(config.headDim));
        return bytes;
    }

    /// What comparing two runs of blocks by what they decode to shows.
    enum class Comparison { Equal, Different, NotFinite };

    /// Equal: the same floats, bit for bit, and all finite. On all processors.
    Comparison compareDecoded(
        const Format& format, std::span<const std::byte> a, std::span<const std::byte> b)
    {
        constexpr std::size_t tileBlocks = 4096;
        const std::size_t blockBytes = std::size_t(format.blockBytes);
        const std::size_t blocks = a.size() / blockBytes;
        std::vector<Comparison> found((blocks + tileBlocks - 1) / tileBlocks, Comparison::Equal);
        parallelFor(found.size(), [&](std::size_t tile) {
            const std::size_t first = tile * tileBlocks;
            const std::size_t count = std::min(tileBlocks, blocks - first);
            std::vector<float> left(count * std::size_t(format.blockSize)), right(left.size());
            format.decodeBlocks(a.data() + first * blockBytes, count, left.data());
            format.decodeBlocks(b.data() + first * blockBytes, count, right.data());
            if (std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) != 0)
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
            const std::vector<std::byte> bytes = fileBytes(checkpoint, plan.places[i]);
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

std::uint64_t exportedBytes(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan,
    const GgufExportOptions& options)
{
    return checkpoint.hasTokenizer() && !hasStudyFormat(plan)
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
