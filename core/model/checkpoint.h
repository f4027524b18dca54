// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/matrix.h"
#include "core/files/storedtensor.h"
#include "core/model/config.h"
#include "core/model/role.h"
#include "core/model/tokenizer.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace core {

/// One tensor of a model: its place and where its bytes are. Norms have one row.
struct Tensor {
    Place place;
    std::string name; ///< GGUF's: "blk.2.attn_k.weight"
    std::string sourceName; ///< the file's own
    std::int64_t rows = 0; ///< outputs
    std::int64_t columns = 0; ///< inputs
    const Format* format = nullptr;
    std::span<const std::byte> bytes;
    std::size_t offset = 0; ///< of `bytes` in `file`
    std::string file; ///< path
    std::shared_ptr<const void> owner; ///< keeps `bytes` alive

    std::int64_t weights() const { return rows * columns; }
};

/// The tensor's weights as floats, on all processors. (rows, columns).
Matrix decode(const Tensor& tensor);
/// Some of its rows, on the calling thread. Requires: they are there.
Matrix decodeRows(const Tensor& tensor, std::int64_t firstRow, std::int64_t rows);
/// Throws Error, naming tensor, row and column, if a weight of `weights`, the tensor's rows from
/// `firstRow` on, is not finite.
void requireFinite(const Tensor& tensor, const MatrixView& weights, std::int64_t firstRow);

/// A language model on disk (or partly in memory, after quantizing): its shape, its tensors by
/// role, its tokenizer and what a GGUF of it says. Immutable; safe to use from several threads.
class Checkpoint {
public:
    /// Opens a model by its content: a Hugging Face folder (config.json, *.safetensors), a
    /// .safetensors or index file inside one, or a GGUF file. Reads headers only. Throws Error:
    /// what is missing, damaged, of the wrong shape, unknown. A missing tokenizer is no error here:
    /// tokenizer() throws it.
    static std::shared_ptr<const Checkpoint> open(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return m_path; }
    const ModelConfig& config() const { return m_config; }
    /// In the order of the model: token_embd, layers, output_norm, output.
    const std::vector<Tensor>& tensors() const { return m_tensors; }
    const Tensor* find(Place place) const; ///< null if there is none (a tied `output`)
    /// The matrix that makes logits: `output`, or token_embd where it is tied.
    const Tensor& head() const;
    /// Throws Error that says why there is none.
    const Tokenizer& tokenizer() const;
    bool hasTokenizer() const { return m_tokenizer != nullptr; }
    /// What a GGUF of this model says of it: general.*, llama.*, tokenizer.*; nothing about
    /// formats.
    const GgufMetadata& metadata() const { return m_metadata; }
    std::int64_t weights() const; ///< of all tensors
    std::uint64_t bytes() const; ///< of all tensors
    /// Changes when a file of the checkpoint is replaced (names, sizes, times): a key for caches.
    std::string fingerprint() const;

    /// The same model with some tensors replaced (same places and shapes, other formats and bytes).
    std::shared_ptr<const Checkpoint> withTensors(const std::vector<Tensor>& replacements) const;

private:
    Checkpoint() = default;

    std::filesystem::path m_path;
    ModelConfig m_config;
    std::vector<Tensor> m_tensors;
    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::string m_tokenizerError;
    GgufMetadata m_metadata;
};

/// Cuts `text` into sequences of exactly `length` tokens, the tail dropped, at most `count` (0:
/// all); where the tokenizer adds BOS, the first token of each is replaced by it, as
/// llama-perplexity and llama-imatrix do. Throws Error if not even one sequence is there, with the
/// tokens found.
std::vector<std::vector<int>> tokenSequences(
    const Tokenizer& tokenizer, std::string_view text, int length, int count);

} // namespace core
