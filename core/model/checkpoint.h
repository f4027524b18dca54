// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/lazy.h"
#include "core/files/sourcefiles.h"
#include "core/model/config.h"
#include "core/model/placing.h"
#include "core/model/tensor.h"
#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace core {

/// What a Checkpoint consists of.
struct CheckpointParts {
    std::filesystem::path path;
    ModelConfig config;
    Naming naming = Naming::HuggingFace; ///< of its files
    std::vector<Tensor> tensors; ///< in the order of the model
    std::shared_ptr<const Tokenizer> tokenizer; ///< null: none, and the reason is …
    std::string tokenizerError;
    GgufMetadata metadata;
    /// What is worth knowing of how it was opened: what was left out or taken for something else.
    std::vector<std::string> notes;
    SourceFiles files;
    std::vector<StoredTensor> undecoded{}; ///< of a model that is not computed: of other types
    std::string incomplete{}; ///< of the same: which of its files are missing
};

/// A language model on disk (or partly in memory, after quantizing): its shape, its tensors by
/// role, its tokenizer and what a GGUF of it says. Immutable; safe to use from several threads.
class Checkpoint {
public:
    /// Opens a model by its content: a Hugging Face folder (config.json, *.safetensors), a
    /// .safetensors or index file inside one, a GGUF file or any piece of one, a folder with one
    /// GGUF file, a snapshot in a cache of the hub. Reads headers only. A model that Quantscope
    /// does not compute opens, too, and one whose files do not fit together: requireComputed()
    /// throws why. Throws Error: what is there instead, damaged or no model. What is wrong with
    /// something that is not needed is a note. A missing tokenizer is no error here: tokenizer()
    /// throws it.
    static std::shared_ptr<const Checkpoint> open(const std::filesystem::path& path);

    explicit Checkpoint(CheckpointParts parts);

    const std::filesystem::path& path() const { return m_parts.path; }
    const ModelConfig& config() const { return m_parts.config; }
    /// In the order of the model: token_embd, layers, output_norm, output. (What a rope_freqs says
    /// is in config().ropeFactors.) In that of its file where it is not computed.
    const std::vector<Tensor>& tensors() const { return m_parts.tensors; }
    const Tensor* find(Place place) const; ///< null if there is none (a tied `output`)
    const Tensor* find(std::string_view name) const; ///< by Tensor::name; null if there is none
    /// Those of a layer, in their order.
    std::vector<const Tensor*> inLayer(int layer) const;
    /// Its index in tensors(). Requires: it is there.
    std::size_t indexOf(Place place) const;
    /// The matrix that makes logits: `output`, or token_embd where it is tied; null where a model
    /// that is not computed has neither.
    const Tensor* findHead() const;
    const Tensor& head() const; ///< Requires: there is one.
    /// Whether its files are GGUF: their metadata and names go into an export as they are.
    bool isGguf() const { return m_parts.naming == Naming::Gguf; }
    /// Whether Quantscope knows how to compute it.
    bool isComputed() const { return m_parts.config.notComputed.empty(); }
    /// Throws Error that says why it cannot be computed, if so.
    void requireComputed() const;
    /// Tensors beside tensors() of types that nothing here decodes; of a model that is not computed
    /// only.
    const std::vector<StoredTensor>& undecoded() const { return m_parts.undecoded; }
    /// Which of its files are missing, in a sentence, so that it is not computed; empty: none.
    const std::string& incomplete() const { return m_parts.incomplete; }
    /// Throws Error that says why there is none.
    const Tokenizer& tokenizer() const;
    bool hasTokenizer() const { return m_parts.tokenizer != nullptr; }
    /// Why there is none; empty if there is one.
    const std::string& tokenizerError() const { return m_parts.tokenizerError; }
    /// What is worth knowing of how it was opened, in sentences.
    const std::vector<std::string>& notes() const { return m_parts.notes; }
    /// What a GGUF of this model says of it: general.*, llama.*, tokenizer.*; nothing about
    /// formats.
    const GgufMetadata& metadata() const { return m_parts.metadata; }
    std::int64_t weights() const; ///< of all tensors
    std::uint64_t bytes() const; ///< of all tensors
    /// The files it was opened from, which nothing may replace; none if it was made in memory.
    const SourceFiles& files() const { return m_parts.files; }
    /// Throws Error if a file of its tensors was changed, cut short or removed since it was opened:
    /// what was computed from it before is then to be forgotten. Well under 1 ms.
    void requireUnchanged() const;
    /// Where contentKey() (core/model/modelkey.h) keeps what it made.
    const Lazy<std::string>& keptContentKey() const { return *m_contentKey; }

    /// The same model with some tensors replaced (same places and shapes, other formats and bytes).
    std::shared_ptr<const Checkpoint> withTensors(const std::vector<Tensor>& replacements) const;

private:
    CheckpointParts m_parts;
    std::shared_ptr<const Lazy<std::string>> m_contentKey
        = std::make_shared<const Lazy<std::string>>();
    std::map<Place, std::size_t> m_byPlace; ///< index in tensors()
    std::map<std::string, std::size_t, std::less<>> m_byName;
    std::map<int, std::vector<std::size_t>> m_byLayer;
};

/// Cuts `text` into sequences of exactly `length` tokens, the tail dropped, at most `count` (0:
/// all); where the tokenizer adds BOS, the first token of each is replaced by it, as
/// llama-perplexity and llama-imatrix do. Throws Error if not even one sequence is there, with the
/// tokens found.
std::vector<std::vector<int>> tokenSequences(
    const Tokenizer& tokenizer, std::string_view text, int length, int count);

} // namespace core
