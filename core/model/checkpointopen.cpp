// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/mappedfile.h"
#include "core/files/safetensors.h"
#include "core/model/checkpoint.h"
#include "core/model/expectedtensors.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <system_error>

namespace core {

namespace fs = std::filesystem;

namespace {

    constexpr const char* wanted = "expected a folder with config.json and model.safetensors, a "
                                   ".safetensors file in one, or a GGUF file";

    /// Pairs of a GGUF that speak of the file, not of the model.
    bool speaksOfTheFile(std::string_view key)
    {
        constexpr std::array keys = { std::string_view("general.file_type"),
            std::string_view("general.quantization_version"),
            std::string_view("general.alignment") };
        return std::find(keys.begin(), keys.end(), key) != keys.end() || key.starts_with("split.")
            || key.starts_with("quantize.imatrix.") || key.starts_with("quantscope.");
    }

    bool isThere(const fs::path& path)
    {
        std::error_code error;
        const bool found = fs::exists(path, error);
        if (error)
            throw Error(text(path.string(), ": cannot be read: ", error.message()));
        return found;
    }

    /// The file that holds or lists the tensors of the model in `folder`.
    fs::path weightsIn(const fs::path& folder)
    {
        for (const char* name : { "model.safetensors", "model.safetensors.index.json" }) {
            if (isThere(folder / name))
                return folder / name;
        }
        throw Error(text(folder.string(),
            ": no model.safetensors and no model.safetensors.index.json in it, ", wanted));
    }

    /// The same for a shard of a model, or a file that is whole by itself.
    fs::path weightsOf(const fs::path& file)
    {
        const fs::path index = file.parent_path() / "model.safetensors.index.json";
        return file.filename() != "model.safetensors" && isThere(index) ? index : file;
    }

    bool isSafetensors(const fs::path& file)
    {
        const auto mapped = MappedFile::open(file);
        const auto bytes = mapped->bytes();
        return file.extension() == ".safetensors"
            || (bytes.size() > 8 && bytes[8] == std::byte('{'));
    }

    std::string nameOf(const fs::path& folder)
    {
        const fs::path whole = fs::absolute(folder).lexically_normal();
        return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
    }

    /// Gathers the parts of a Checkpoint.
    class Opener {
    public:
        CheckpointParts open(const fs::path& path)
        {
            m_parts.path = path;
            if (!isThere(path))
                throw Error(text(path.string(), ": no such file or folder, ", wanted));
            if (fs::is_directory(path))
                openFolder(path, {});
            else if (path.filename() == "config.json")
                openFolder(path.parent_path(), {});
            else if (isGguf(path))
                openGguf();
            else if (path.filename().string().ends_with(".index.json"))
                openFolder(path.parent_path(), path);
            else if (isSafetensors(path))
                openFolder(path.parent_path(), weightsOf(path));
            else
                throw Error(text(path.string(), ": is no model, ", wanted));
            return std::move(m_parts);
        }

    private:
        /// `weights`: the file of tensors; empty: the folder's own.
        void openFolder(const fs::path& given, fs::path weights)
        {
            const fs::path folder = given.empty() ? fs::path(".") : given;
            const fs::path configFile = folder / "config.json";
            if (!isThere(configFile))
                throw Error(text(folder.string(), ": no config.json in it, ", wanted));
            const Json config = readJson(configFile);
            m_parts.config = configFromJson(config, configFile.string());
            m_parts.config.name = nameOf(folder);
            if (weights.empty())
                weights = weightsIn(folder);
            const auto stored = weights.extension() == ".json" ? readSafetensorsIndex(weights)
                                                               : readSafetensors(weights);
            place(stored, weights.string());
            readTokenizer([&] { return tokenizerFromFolder(folder, config, vocabulary()); });
            m_parts.metadata = configToGguf(m_parts.config);
            for (const auto& [key, value] : m_tokenizerPairs.pairs())
                m_parts.metadata.set(key, value);
        }

        void openGguf()
        {
            const std::string file = m_parts.path.string();
            const GgufFile gguf = readGguf(m_parts.path);
            m_parts.config = configFromGguf(gguf.metadata, file);
            if (m_parts.config.name.empty())
                m_parts.config.name = m_parts.path.stem().string();
            readGgufOnly(gguf);
            place(gguf.tensors, file);
            readTokenizer([&] { return tokenizerFromGguf(gguf.metadata, file); });
            if (m_parts.tokenizer && m_parts.tokenizer->size() != vocabulary())
                forgetTokenizer(text(file, ": the tokenizer has ", m_parts.tokenizer->size(),
                    " tokens, expected ", vocabulary(), " as the embedding has rows"));
            for (const auto& [key, value] : gguf.metadata.pairs()) {
                if (!speaksOfTheFile(key))
                    m_parts.metadata.set(key, value);
            }
        }

        /// What only the tensors of a GGUF tell: vocabulary, tied head, divisors of the
        /// frequencies.
        void readGgufOnly(const GgufFile& gguf)
        {
            ModelConfig& config = m_parts.config;
            const auto find = [&](Role role) -> const StoredTensor* {
                const auto found = std::find_if(gguf.tensors.begin(), gguf.tensors.end(),
                    [name = ggufName({ role })](
                        const StoredTensor& tensor) { return tensor.name == name; });
                return found == gguf.tensors.end() ? nullptr : &*found;
            };
            config.tiedHead = find(Role::Output) == nullptr;
            const StoredTensor* embedding = find(Role::TokenEmbd);
            if (embedding && embedding->shape.size() == 2)
                config.vocabulary = int(
                    std::min<std::int64_t>(embedding->shape.front(), 1 << 24)); // far above any
            if (const StoredTensor* factors = find(Role::RopeFreqs))
                config.ropeFactors = ropeFactors(*factors, config);
        }

        void place(const std::vector<StoredTensor>& stored, const std::string& file)
        {
            m_parts.tensors = placeTensors(stored, m_parts.config, file);
            m_parts.config.tiedHead = m_parts.tensors.back().place.role != Role::Output;
        }

        /// A model without a tokenizer is still worth looking at: the reason is kept for
        /// tokenizer(). This is the one place in core, beside json, that catches.
        template<typename Read>
        void readTokenizer(const Read& read)
        {
            try {
                TokenizerWithMetadata made = read();
                m_parts.tokenizer = std::move(made.tokenizer);
                m_tokenizerPairs = std::move(made.metadata);
            } catch (const Error& error) {
                forgetTokenizer(error.what());
            }
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
