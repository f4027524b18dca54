// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/export/filetype.h"
#include "core/export/ggufexport.h"
#include "core/model/architecture.h"
#include "core/quant/runneeds.h"
#include "core/tokenizer/pretokenizersets.h"
#include "core/tokenizer/vocabulary.h"

#include <algorithm>

namespace core {

namespace {

    /// Throws Error for a name that is unknown, or if only byte-level BPE has such a thing.
    void setPretokenizer(GgufMetadata& metadata, const std::string& name)
    {
        if (!findPretokenizerSet(name))
            throw Error(text("\"", name,
                "\" is no pre-tokenizer known to Quantscope, expected a name that llama.cpp has "
                "for tokenizer.ggml.pre, such as gpt-2, llama-bpe or qwen2"));
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
        metadata.set("general.file_type", fileType(checkpoint, formats));
        metadata.set("general.quantization_version",
            std::uint32_t(2)); // of the block formats: GGML_QNT_VERSION
        if (!options.recipe.empty())
            metadata.set("quantscope.recipe", options.recipe);
        return metadata;
    }

    bool staysSo(const Checkpoint& checkpoint, const Tensor& tensor)
    {
        return tensor.isMatrix() || !checkpoint.isComputed();
    }

    /// Why no GGUF file holds the tensor in that format; empty if one does.
    std::string whyNot(const Tensor& tensor, const Format& format)
    {
        if (format.study)
            return text(tensor.name, " is in ", format.name,
                ", a format for study that no kind of file can hold: it can be measured, not "
                "exported");
        if (format.ggmlType == noGgmlType)
            return text(tensor.name, " is in ", format.name,
                ", which GGUF does not have; expected another format for it, such as BF16");
        return {};
    }

    /// Why a file of the model would lack something; empty: it would not.
    std::string whatLacks(const Checkpoint& checkpoint)
    {
        if (checkpoint.undecoded().empty())
            return checkpoint.incomplete();
        const StoredTensor& first = checkpoint.undecoded().front();
        return text(first.file, ": tensor ", first.name.substr(0, 200), " is stored as ",
            storedType(first).substr(0, 60),
            ", which nothing here decodes: a file without it would be no model");
    }

    std::string whyNot(const Checkpoint& checkpoint, const std::vector<const Format*>& formats)
    {
        // The metadata of a GGUF goes on as it is.
        if (!checkpoint.isGguf() && !checkpoint.isComputed())
            return checkpoint.config().notComputed;
        if (std::string why = whatLacks(checkpoint); !why.empty())
            return why;
        if (!checkpoint.isGguf() && !checkpoint.hasTokenizer())
            return checkpoint.tokenizerError();
        for (std::size_t i = 0; i < formats.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            if (!staysSo(checkpoint, tensor))
                continue;
            if (std::string why = whyNot(tensor, *formats[i]); !why.empty())
                return why;
        }
        return {};
    }

    std::vector<const Format*> formatsOf(const std::vector<PlannedTensor>& plan)
    {
        std::vector<const Format*> formats;
        for (const PlannedTensor& planned : plan)
            formats.push_back(planned.format);
        return formats;
    }

    std::vector<const Format*> formatsOf(const Checkpoint& checkpoint)
    {
        std::vector<const Format*> formats;
        for (const Tensor& tensor : checkpoint.tensors())
            formats.push_back(exactFormat(tensor));
        return formats;
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
            made.push_back({ Role::Output, exactFormat(embedding), embedding.shape });
        }
        if (config.longRopeFactors.empty()) {
            add(Role::RopeFreqs, config.ropeFactors);
        } else {
            add(Role::RopeFactorsLong, config.longRopeFactors);
            add(Role::RopeFactorsShort, config.ropeFactors);
        }
        return made;
    }

    GgufPlan planWithFormats(const Checkpoint& checkpoint,
        const std::vector<const Format*>& formats, const GgufExportOptions& options)
    {
        const std::string why = whyNot(checkpoint, formats);
        if (!why.empty())
            throw Error(why);
        GgufPlan plan;
        plan.metadata = fileMetadata(checkpoint, formats, options);
        for (std::size_t i = 0; i < formats.size(); ++i) {
            const Tensor& tensor = checkpoint.tensors()[i];
            plan.tensors.push_back({ tensor.name,
                staysSo(checkpoint, tensor) ? formats[i] : &formats::f32, tensor.shape });
            plan.places.push_back(tensor.place);
        }
        for (const MadeTensor& made : madeTensors(checkpoint)) {
            plan.tensors.push_back({ ggufName({ made.role }), made.format, made.shape });
            plan.places.push_back({ made.role });
        }
        plan.layout = layoutGguf(plan.metadata, plan.tensors);
        if (options.mostBytes > 0)
            plan.pieces = splitGguf(plan.metadata, plan.tensors, options.mostBytes);
        if (plan.pieces.size() == 1)
            plan.pieces.clear();
        return plan;
    }

} // namespace

bool isExportable(const Checkpoint& checkpoint)
{
    return (checkpoint.isGguf() && whatLacks(checkpoint).empty())
        || (checkpoint.isComputed() && checkpoint.hasTokenizer());
}

std::string whyNotExported(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan)
{
    return whyNot(checkpoint, formatsOf(plan));
}

std::string whyNotExported(const Checkpoint& checkpoint)
{
    return whyNot(checkpoint, formatsOf(checkpoint));
}

GgufPlan planGguf(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan,
    const GgufExportOptions& options)
{
    return planWithFormats(checkpoint, formatsOf(plan), options);
}

GgufPlan planGguf(const Checkpoint& checkpoint, const GgufExportOptions& options)
{
    return planWithFormats(checkpoint, formatsOf(checkpoint), options);
}

std::uint64_t GgufPlan::fileBytes() const
{
    std::uint64_t bytes = pieces.empty() ? layout.fileSize : 0;
    for (const GgufPiece& piece : pieces)
        bytes += piece.layout.fileSize;
    return bytes;
}

std::vector<std::filesystem::path> GgufPlan::files(const std::filesystem::path& file) const
{
    return pieceFiles(file, std::max<std::size_t>(1, pieces.size()));
}

std::uint64_t exportedBytes(const Checkpoint& checkpoint, const std::vector<PlannedTensor>& plan,
    const GgufExportOptions& options)
{
    return whyNotExported(checkpoint, plan).empty()
        ? planGguf(checkpoint, plan, options).fileBytes()
        : plannedBytes(checkpoint, plan);
}

} // namespace core
