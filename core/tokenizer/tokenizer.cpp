// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenizer.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/tokenizer/bytebpe.h"
#include "core/tokenizer/chattemplate.h"
#include "core/tokenizer/sentencepiece.h"
#include "core/tokenizer/tokenizerjson.h"

#include <nlohmann/json.hpp>

namespace core {

namespace {

    Json readIfThere(const std::filesystem::path& file)
    {
        return std::filesystem::exists(file) ? readJson(file) : Json();
    }

} // namespace

std::string Tokenizer::decode(const std::vector<int>& tokens) const
{
    std::string text;
    for (const int token : tokens)
        text += piece(token);
    return text;
}

TokenizerWithMetadata tokenizerFromFolder(
    const std::filesystem::path& folder, const Json& config, int vocabulary)
{
    const std::filesystem::path file = folder / "tokenizer.json";
    if (!std::filesystem::exists(file))
        throw Error(text(folder.string(), ": no tokenizer.json in the folder",
            std::filesystem::exists(folder / "tokenizer.model")
                ? ", and tokenizer.model (SentencePiece) is read from GGUF files only"
                : ""));
    const TokenizerFiles files{ readJson(file), readIfThere(folder / "tokenizer_config.json"),
        config, readIfThere(folder / "generation_config.json") };
    GgufMetadata metadata = vocabularyMetadata(files.tokenizer, vocabulary, file.string());
    addSpecialTokens(metadata, files, vocabulary);
    addChatTemplate(metadata, folder, files.tokenizerConfig);
    return tokenizerFromGguf(metadata, file.string());
}

TokenizerWithMetadata tokenizerFromGguf(const GgufMetadata& metadata, const std::string& place)
{
    TokenizerWithMetadata result;
    for (const auto& [key, value] : metadata.pairs())
        if (key.starts_with("tokenizer."))
            result.metadata.set(key, value);
    const std::string model = metadataString(metadata, "tokenizer.ggml.model");
    if (model == "gpt2")
        result.tokenizer = std::make_shared<const ByteBpe>(metadata, place);
    else if (model == "llama")
        result.tokenizer = std::make_shared<const SentencePiece>(metadata, place);
    else if (model.empty())
        throw Error(text(place, ": no tokenizer in the file, tokenizer.ggml.model is missing"));
    else
        throw Error(text(place, ": tokenizer.ggml.model is \"", model,
            "\", expected \"gpt2\" (byte-level BPE) or \"llama\" (SentencePiece)"));
    return result;
}

} // namespace core
