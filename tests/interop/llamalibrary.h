// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/interop/llamaabi.h"

#include "core/files/imatrix.h"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace interop {

/// What llama.cpp is asked to quantize to.
struct LlamaQuantizeOptions {
    int fileType = 0; ///< llama_ftype: 2 Q4_0, 7 Q8_0, 10 Q2_K, 15 Q4_K_M, 18 Q6_K …
    int embeddingType = abi::typeCount; ///< ggml type of token_embd
    int outputType = abi::typeCount; ///< ggml type of output
    bool pure = false; ///< all matrices in the file type's own format
    bool requantize = false; ///< the input may have quantized tensors (file type 0 decodes them)
    core::Importance importance{}; ///< empty: none
};

/// The functions of libllama that the tests call.
struct LlamaFunctions {
    void (*backendInit)();
    const char* (*version)();
    void (*logSet)(void (*)(int level, const char* text, void* data), void* data);
    void (*loadBackends)(const char* folder);
    std::size_t (*backendCount)();
    abi::Model* (*loadModel)(const char* path, abi::ModelParams);
    void (*freeModel)(abi::Model*);
    abi::Context* (*newContext)(abi::Model*, abi::ContextParams);
    void (*freeContext)(abi::Context*);
    const abi::Vocabulary* (*vocabulary)(const abi::Model*);
    std::int32_t (*layers)(const abi::Model*);
    std::int32_t (*tokenCount)(const abi::Vocabulary*);
    std::int32_t (*bos)(const abi::Vocabulary*);
    std::int32_t (*eos)(const abi::Vocabulary*);
    bool (*addBos)(const abi::Vocabulary*);
    std::int32_t (*tokenize)(const abi::Vocabulary*, const char* text, std::int32_t length,
        std::int32_t* tokens, std::int32_t capacity, bool addSpecial, bool parseSpecial);
    std::int32_t (*piece)(const abi::Vocabulary*, std::int32_t token, char* buffer,
        std::int32_t length, std::int32_t leadingSpaces, bool special);
    const char* (*chatTemplate)(const abi::Model*, const char* name);
    abi::Memory* (*memory)(const abi::Context*);
    void (*clearMemory)(abi::Memory*, bool data);
    std::int32_t (*decode)(abi::Context*, abi::Batch);
    float* (*logits)(abi::Context*, std::int32_t index);
    std::uint32_t (*quantize)(const char* input, const char* output, const abi::QuantizeParams*);
};

/// llama.cpp's real libraries, loaded at run time, with the CPU back end that suits this
/// processor. There is one a process, until the process ends, as llama.cpp keeps its state for it.
class LlamaLibrary {
public:
    /// Throws core::Error if a library or function is missing, or if its version, the sizes of its
    /// structures or their default values are not those of llamaabi.h.
    static std::shared_ptr<const LlamaLibrary> load(const std::filesystem::path& folder);

    const LlamaFunctions& functions() const { return m_functions; }
    /// llama.cpp's own defaults.
    const abi::ModelParams& modelDefaults() const { return m_model; }
    const abi::ContextParams& contextDefaults() const { return m_context; }

    /// llama_model_quantize, on all processors. Throws core::Error with what llama.cpp logged.
    void quantize(const std::filesystem::path& input, const std::filesystem::path& output,
        const LlamaQuantizeOptions& options) const;
    /// The type of each tensor that quantizing would store (ggml's name), without doing it. Throws
    /// core::Error.
    std::map<std::string, std::string> plannedTypes(
        const std::filesystem::path& input, const LlamaQuantizeOptions& options) const;

    /// The warnings and errors that llama.cpp has logged so far.
    std::string log() const;

private:
    /// What llama.cpp has said.
    struct Log {
        std::mutex mutex; ///< llama.cpp speaks on every thread that works with it
        std::string warnings;
        std::string rest;
    };
    static void keep(int level, const char* message, void* log);

    LlamaLibrary() = default;
    void runQuantize(const std::filesystem::path& input, const std::filesystem::path& output,
        const LlamaQuantizeOptions& options, abi::QuantizeParams params) const;
    void resolve(void* library);
    void checkAbi(void* library);

    LlamaFunctions m_functions{};
    abi::ModelParams m_model{};
    abi::ContextParams m_context{};
    abi::QuantizeParams m_quantize{};
    mutable Log m_log; ///< filled by llama.cpp while it works
};

} // namespace interop
