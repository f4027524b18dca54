// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/modelfiles.h"

#include "core/files/ggufpieces.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace core {

namespace fs = std::filesystem;

namespace {

    constexpr const char* what = "one of the model's own files";

    /// Names that Hugging Face's libraries give to a model's files beside its weights.
    constexpr std::array<std::string_view, 18> names{ "config.json", "generation_config.json",
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.json", "vocab.txt",
        "merges.txt", "chat_template.jinja", "chat_template.json", "preprocessor_config.json",
        "adapter_config.json", "params.json", "quantize_config.json" };

    bool isOfTheModel(const fs::path& file)
    {
        const std::string name = file.filename().string();
        return std::ranges::find(names, name) != names.end() || name.ends_with(".safetensors")
            || name.ends_with(".index.json");
    }

    /// The part of a split GGUF's name that its parts share; empty if `file` is none.
    std::string splitStem(const fs::path& file)
    {
        const auto piece = pieceName(file);
        return piece ? piece->stem : std::string();
    }

    template<typename Wanted>
    void addFrom(const fs::path& folder, SourceFiles& files, const Wanted& isWanted)
    {
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, none))
            if (isWanted(entry.path()))
                files.add(entry.path(), what);
    }

} // namespace

SourceFiles modelFiles(const fs::path& path, const std::vector<Tensor>& tensors)
{
    SourceFiles files;
    files.add(path, what);
    std::string last;
    for (const Tensor& tensor : tensors) {
        if (tensor.file == last || tensor.file.empty())
            continue;
        files.add(tensor.file, what);
        last = tensor.file;
    }
    std::error_code none;
    const std::string stem = splitStem(path);
    if (fs::is_directory(path, none))
        addFrom(path, files, isOfTheModel);
    else if (!stem.empty())
        addFrom(path.parent_path(), files,
            [&](const fs::path& file) { return splitStem(file) == stem; });
    else if (path.extension() != ".gguf") // a file of a folder's model
        addFrom(path.parent_path(), files, isOfTheModel);
    return files;
}

} // namespace core
