// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/filelink.h"
#include "core/files/ggufpieces.h"
#include "core/files/lenientjson.h"
#include "core/files/safetensors.h"
#include "core/model/architecture.h"
#include "core/model/checkpoint.h"
#include "core/model/lookedat.h"
#include "core/model/modelfiles.h"
#include "core/model/modelname.h"
#include "core/model/modelsource.h"
#include "core/model/quantized.h"
#include "core/model/ropefactors.h"
#include "core/model/rotarycheck.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

namespace core {

namespace fs = std::filesystem;

namespace {

    /// Pairs of a GGUF that speak of the file, not of the model.
    bool speaksOfTheFile(std::string_view key)
    {
        constexpr std::array keys = { std::string_view("general.file_type"),
            std::string_view("general.quantization_version"),
            std::string_view("general.alignment") };
        return std::find(keys.begin(), keys.end(), key) != keys.end() || key.starts_with("split.")
            || key.starts_with("quantize.imatrix.") || key.starts_with("quantscope.");
    }

    ShardedTensors readWeights(const ModelSource& source)
    {
        ShardedTensors stored = source.index.empty()
            ? readShards(source.weights, source.folder.string())
            : readSafetensorsIndex(source.index);
        if (!source.missing.empty())
            stored.faults.push_back(source.missing);
        return stored;
    }

    /// A folder's config.json. Null: there is none, or none that can be read, and why is its fault.
    /// Throws Error where something else stands in its place: a Git LFS pointer, a web page.
    LenientJson readConfig(const fs::path& folder)
    {
        const fs::path file = folder / "config.json";
        std::error_code none;
        if (!fs::exists(file, none))
            return { Json(),
                text(folder.string(), ": has no config.json, which says what the layers compute",
                    fs::exists(folder / "params.json", none)
                        ? " (params.json is Mistral's and Meta's: the files for transformers have "
                          "one)"
                        : "",
                    ": its tensors can be looked at") };
        (void)readJsonSource(file);
        return readOptionalJson(file);
    }

    /// Why `step` cannot be done; empty: it is done. What is inconsistent is still worth looking
    /// at: the reason is kept. One of the few places in core that catch; the others are in files,
    /// where what is optional is read.
    template<typename Step>
    std::string faultOf(const Step& step)
    {
        try {
            step();
            return {};
        } catch (const Error& error) {
            return error.what();
        }
    }

    std::vector<std::string> faultsOf(const GgufFile& file)
    {
        return file.missing.empty() ? std::vector<std::string>() : std::vector{ file.missing };
    }

    /// Layers that the names of tensors number: the first number of "model.layers.3.mlp.w1".
    int layersIn(const std::vector<Tensor>& tensors)
    {
        int count = 0;
        for (const Tensor& tensor : tensors) {
            std::istringstream parts(tensor.name);
            for (std::string part; std::getline(parts, part, '.');)
                if (!part.empty() && part.size() < 5
                    && part.find_first_not_of("0123456789") == std::string::npos) {
                    count = std::max(count, 1 + std::stoi(part));
                    break;
                }
        }
        return count;
    }

    /// Tokens that an embedding has rows for, by its usual names; 0: there is none.
    int tokensIn(const std::vector<Tensor>& tensors)
    {
        for (const Tensor& tensor : tensors)
            for (const char* word : { "embed_tokens.", "embed_in.", "embeddings.", "wte." })
                if (tensor.name.find(word) != std::string::npos && tensor.shape.size() == 2)
                    return int(std::min(tensor.rows, largestModelSize));
        return 0;
    }

    /// Throws Error for a GGUF file that says it is something else than a model.
    void requireModel(const GgufMetadata& metadata, const std::string& file)
    {
        const GgufValue* type = metadata.find("general.type");
        if (type && toText(*type) != "model")
            throw Error(text(file, ": is a GGUF file of type ", toText(*type).substr(0, 100),
                ", expected a model"));
    }

    /// Gathers the parts of a Checkpoint.
    class Opener {
    public:
        CheckpointParts open(const fs::path& path)
        {
            m_parts.path = path;
            const ModelSource source = findModel(path);
            note(source.notes);
            if (source.gguf.empty())
                openFolder(source);
            else
                openGguf(source.gguf);
            m_parts.files
                = modelFiles(source.gguf.empty() ? source.folder : source.gguf, m_parts.tensors);
            m_parts.files.add(path, "one of the model's own files");
            return std::move(m_parts);
        }

    private:
        void note(const std::vector<std::string>& notes)
        {
            m_parts.notes.insert(m_parts.notes.end(), notes.begin(), notes.end());
        }

        /// The first reason why the model is looked at and not computed stays; others are notes.
        /// Nothing if it is empty.
        void lookAt(const std::string& reason)
        {
            std::string& first = m_parts.config.notComputed;
            if (first.empty())
                first = reason;
            else if (!reason.empty() && reason != first)
                note({ reason });
        }

        bool isComputed() const { return m_parts.config.notComputed.empty(); }

        void openFolder(const ModelSource& source)
        {
            const std::string configFile = (source.folder / "config.json").string();
            const LenientJson read = readConfig(source.folder);
            const Json& config = read.value;
            m_parts.naming = Naming::HuggingFace;
            setConfig(config.is_null() ? read.fault : std::string(), config,
                [&] { return configFromJson(config, configFile); });
            m_parts.config.name = modelName(source.folder, config);
            ShardedTensors stored = readWeights(source);
            const LenientJson whole = withQuantization(config, source.folder);
            for (const std::string& fault : { read.fault, whole.fault })
                if (!fault.empty() && fault != m_parts.config.notComputed)
                    note({ fault });
            const bool isOfOthers = !m_parts.config.known() && config.is_object();
            if (!isOfOthers) // whose own tensors may be named so
                requireNoAdapter(stored.tensors);
            lookAt(faultOf([&] { note(joinQuantized(stored, whole.value, configFile)); }));
            const bool isTied = m_parts.config.tiedHead;
            place(stored, source.place());
            if (m_parts.config.tiedHead && !isTied && isComputed())
                note({ "There is no lm_head.weight, although tie_word_embeddings is not true; the "
                       "embedding is taken as the head, as llama.cpp does" });
            const Json said = config.is_object() ? config : Json::object();
            readTokenizer([&] { return tokenizerFromFolder(source.folder, said, vocabulary()); });
            if (isComputed())
                m_parts.metadata = configToGguf(m_parts.config);
            for (const auto& [key, value] : m_tokenizerPairs.pairs())
                m_parts.metadata.set(key, value);
        }

        /// The configuration that `read` makes of what a file says; where there is a `fault`, or
        /// one is found, what can be told of it all the same.
        template<typename Said, typename Read>
        void setConfig(std::string fault, const Said& said, const Read& read)
        {
            if (fault.empty())
                fault = faultOf([&] { m_parts.config = read(); });
            if (!fault.empty())
                m_parts.config = lookedAt(said, std::move(fault));
        }

        void openGguf(const fs::path& path)
        {
            const std::string file = path.string();
            const GgufFile gguf = readWholeGguf(path);
            requireModel(gguf.metadata, file);
            m_parts.naming = Naming::Gguf;
            // The first piece has what the model says of itself.
            const bool isHeadless
                = !gguf.missing.empty() && !gguf.metadata.find("general.architecture");
            setConfig(isHeadless ? text(file, ": ", gguf.missing) : std::string(), gguf.metadata,
                [&] { return configFromGguf(gguf.metadata, file); });
            const bool isNamed = !m_parts.config.name.empty() && !isHash(m_parts.config.name);
            if (!isNamed)
                m_parts.config.name = modelNameOfFile(path);
            if (m_parts.config.known())
                requireNoAdapter(gguf.tensors);
            lookAt(faultOf([&] { readGgufOnly(gguf); }));
            place({ gguf.tensors, faultsOf(gguf) }, file);
            readTokenizer([&] { return tokenizerFromGguf(gguf.metadata, file); });
            if (m_parts.tokenizer && m_parts.tokenizer->size() != vocabulary())
                forgetTokenizer(text(file, ": the tokenizer has ", m_parts.tokenizer->size(),
                    " tokens, expected ", vocabulary(), " as the embedding has rows"));
            for (const auto& [key, value] : gguf.metadata.pairs()) {
                if (!speaksOfTheFile(key))
                    m_parts.metadata.set(key, value);
            }
            if (!isNamed && m_parts.metadata.find("general.name"))
                m_parts.metadata.set("general.name", m_parts.config.name);
        }

        /// What only the tensors of a GGUF tell: vocabulary, tied head, divisors of the
        /// frequencies, norms that not all models of the architecture have.
        void readGgufOnly(const GgufFile& gguf)
        {
            ModelConfig& config = m_parts.config;
            std::map<std::string_view, const StoredTensor*> named;
            for (const StoredTensor& tensor : gguf.tensors)
                named.emplace(tensor.name, &tensor);
            const auto find = [&](Place place) -> const StoredTensor* {
                const auto found = named.find(ggufName(place));
                return found == named.end() ? nullptr : found->second;
            };
            config.tiedHead = find(Place{ Role::Output }) == nullptr;
            const StoredTensor* embedding = find(Place{ Role::TokenEmbd });
            if (embedding && embedding->shape.size() == 2)
                config.vocabulary = int(
                    std::min<std::int64_t>(embedding->shape.front(), 1 << 24)); // far above any
            if (!isComputed())
                return;
            const StoredTensor* factors = find(Place{ Role::RopeFreqs });
            const StoredTensor* shortFactors = find(Place{ Role::RopeFactorsShort });
            const StoredTensor* longFactors = find(Place{ Role::RopeFactorsLong });
            if (factors || shortFactors)
                config.ropeFactors = ropeFactors(factors ? *factors : *shortFactors, config);
            if (longFactors)
                config.longRopeFactors = ropeFactors(*longFactors, config);
            config.hasSecondNorm = find({ Role::AttnNorm2, 0 }) != nullptr;
            config.hasQueryKeyNorm = find({ Role::AttnQNorm, 0 }) != nullptr;
            if (config.known()->mayLackValues)
                for (int layer = 0; layer < config.layers - config.sharedKeyLayers; ++layer)
                    config.withoutValues.push_back(!find({ Role::AttnV, layer })
                        && !find({ Role::AttnQkv, layer }) && find({ Role::AttnK, layer }));
            readDense(find);
            if (config.known()->mayBeParallel)
                config.isParallel = find({ Role::FfnNorm, 0 }) == nullptr;
        }

        /// Layers with an ordinary feed-forward among those with experts, where no pair says which.
        template<typename Find>
        void readDense(const Find& find)
        {
            ModelConfig& config = m_parts.config;
            if (config.experts == 0 || !config.dense.empty())
                return;
            for (int layer = 0; layer < config.layers; ++layer)
                config.dense.push_back(!find({ Role::FfnGateInp, layer })
                    && find({ Role::FfnGate, layer }) && find({ Role::FfnUp, layer }));
            if (std::ranges::count(config.dense, true) == 0)
                config.dense.clear();
        }

        /// The tensors of a model that is computed. Throws Error that says why it cannot be.
        PlacedTensors placedByConfig(const ShardedTensors& stored, const std::string& file) const
        {
            const ModelConfig& config = m_parts.config;
            if (const std::string why = rotaryObstacle(config); !why.empty())
                throw Error(text(file, ": ", why));
            return placeTensors(stored, config, m_parts.naming, file);
        }

        void place(const ShardedTensors& stored, const std::string& file)
        {
            ModelConfig& config = m_parts.config;
            PlacedTensors placed;
            if (isComputed())
                lookAt(faultOf([&] { placed = placedByConfig(stored, file); }));
            if (!isComputed())
                placed = placeAll(stored, file);
            m_parts.tensors = std::move(placed.tensors);
            m_parts.undecoded = std::move(placed.undecoded);
            if (const std::string faults = faultsText(stored); !isComputed() && !faults.empty())
                m_parts.incomplete = text(file, ": ", faults);
            note(placed.notes);
            noteUnfinished();
            config.tiedHead = std::ranges::none_of(m_parts.tensors,
                [](const Tensor& tensor) { return tensor.place.role == Role::Output; });
            if (config.layers == 0)
                config.layers = layersIn(m_parts.tensors);
            if (config.vocabulary == 0)
                config.vocabulary = tokensIn(m_parts.tensors);
            if (!isComputed())
                note({ config.notComputed });
            note(config.differences);
        }

        /// A download that reserved all of its room at once looks complete by its size.
        void noteUnfinished()
        {
            std::set<std::string> files;
            for (const Tensor& tensor : m_parts.tensors)
                files.insert(tensor.file);
            for (const std::string& file : files) {
                const fs::path unfinished = unfinishedDownload(file);
                if (!unfinished.empty())
                    note({ text(unfinished.filename().string(), " lies beside ",
                        fs::path(file).filename().string(),
                        ", whose download may not be complete") });
            }
        }

        /// A model without a tokenizer is still worth looking at: the reason is kept for
        /// tokenizer().
        template<typename Read>
        void readTokenizer(const Read& read)
        {
            std::string fault = faultOf([&] {
                TokenizerWithMetadata made = read();
                m_parts.tokenizer = std::move(made.tokenizer);
                m_tokenizerPairs = std::move(made.metadata);
                note(made.notes);
            });
            if (!fault.empty())
                forgetTokenizer(std::move(fault));
        }

        void forgetTokenizer(std::string why)
        {
            m_parts.tokenizer = nullptr;
            m_parts.tokenizerError = std::move(why);
        }

        int vocabulary() const { return m_parts.config.vocabulary; }

        CheckpointParts m_parts;
        GgufMetadata m_tokenizerPairs;
    };

} // namespace

std::shared_ptr<const Checkpoint> Checkpoint::open(const fs::path& path)
{
    return std::make_shared<const Checkpoint>(Opener().open(path));
}

} // namespace core
