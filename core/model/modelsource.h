// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace core {

/// Which files a model is read from: those of a Hugging Face folder or one GGUF file.
struct ModelSource {
    std::filesystem::path gguf{}; ///< or any of its pieces; empty: a folder's, by …
    std::filesystem::path folder{}; ///< of config.json, which may be missing
    std::filesystem::path index{}; ///< *.safetensors.index.json, or a *.bin.index.json; empty: …
    std::vector<std::filesystem::path> weights{}; ///< *.safetensors, or PyTorch's *.bin, *.pth
    std::string missing{}; ///< which of the files are not there, behind "«file»: "; mostly empty
    std::vector<std::string> notes{}; ///< what was chosen, in sentences

    /// The file that messages about all tensors name.
    std::string place() const;
};

/// Looks at what there is: a folder, one of its files, a GGUF file, a snapshot in a cache of the
/// hub. Throws Error that says what is there instead of a model, and what to do.
ModelSource findModel(const std::filesystem::path& path);

/// The GGUF models in a folder, sorted: one path each, the first piece of those in pieces.
/// Projectors of images (mmproj) are no models. Nothing if it is no folder.
std::vector<std::filesystem::path> ggufModels(const std::filesystem::path& folder);

/// The .safetensors files in a folder, sorted, those of adapters left out.
std::vector<std::filesystem::path> safetensorsFiles(const std::filesystem::path& folder);

/// The PyTorch files in a folder, sorted, those that a trainer leaves beside a model left out.
std::vector<std::filesystem::path> torchFiles(const std::filesystem::path& folder);

/// Throws Error that says why there is no model in `folder`: "«folder»: «what is missing», «what is
/// there, or what is expected»".
[[noreturn]] void failWithoutModel(
    const std::filesystem::path& folder, const std::string& whatIsMissing);

/// What is there in place of a model that can be read, as far as it is known, and what to do;
/// empty: nothing that is known. For a folder with or without config.json.
std::string otherContents(const std::filesystem::path& folder);

/// Throws Error for a folder that holds an adapter (adapter_config.json, adapter_model.*).
void requireNoAdapterIn(const std::filesystem::path& folder);

/// What opening needs, for a message.
inline constexpr const char* wantedModel = "expected a folder with config.json and "
                                           "model.safetensors, a .safetensors file in one, or a "
                                           "GGUF file";

} // namespace core
