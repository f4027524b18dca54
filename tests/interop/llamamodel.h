// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/interop/llamalibrary.h"

#include "core/base/matrix.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace interop {

/// Whether a text begins with BOS where the model wants one.
enum class Special { Add, Leave };

/// A GGUF file that llama.cpp has loaded (on the processor, memory-mapped, weights not repacked).
class LlamaModel {
public:
    /// Throws core::Error with what llama.cpp logged if it refuses the file.
    LlamaModel(std::shared_ptr<const LlamaLibrary> llama, const std::filesystem::path& file);

    int layers() const;
    int vocabularySize() const;
    int bos() const; ///< −1: none
    int eos() const; ///< −1: none
    bool addBos() const;
    std::string chatTemplate() const; ///< empty: none

    /// Text that spells a special token stays text.
    std::vector<int> tokenize(std::string_view text, Special special) const;
    /// The bytes of one token; a control token gives its name.
    std::string piece(int token) const;

    const LlamaFunctions& functions() const { return m_llama->functions(); }
    const LlamaLibrary& library() const { return *m_llama; }
    abi::Model* handle() const { return m_model.get(); }

private:
    std::shared_ptr<const LlamaLibrary> m_llama;
    std::unique_ptr<abi::Model, void (*)(abi::Model*)> m_model;
    const abi::Vocabulary* m_vocabulary = nullptr;
};

/// One sequence that flows through a model, with keys and values kept as F32 and without flash
/// attention, so that nothing but the weights is rounded. Computes on the calling thread unless
/// told otherwise: llama.cpp's own threads wait for each other by spinning, which takes minutes
/// where processors are busy. Several contexts of one model may compute at once.
class LlamaContext {
public:
    /// Holds up to `tokens` positions.
    LlamaContext(std::shared_ptr<const LlamaModel> model, int tokens, int threads = 1);

    const LlamaModel& model() const { return *m_model; }
    /// Forgets every token.
    void clear();
    /// Appends `tokens` after the `position` that are there. Gives the logits of those from index
    /// `firstOutput` on: (tokens.size() − firstOutput, vocabulary). Throws core::Error.
    core::Matrix decode(const std::vector<int>& tokens, int position, int firstOutput);

private:
    std::shared_ptr<const LlamaModel> m_model;
    std::unique_ptr<abi::Context, void (*)(abi::Context*)> m_context;
};

} // namespace interop
