// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/interop/llamalibrary.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/text.h"

#include <dlfcn.h>

#include <array>
#include <cstring>
#include <sstream>
#include <vector>

namespace interop {

using core::Error;
using core::text;

namespace {

    constexpr int warningLevel = 3; // GGML_LOG_LEVEL_WARN; 4 is an error, 5 continues the last line
    constexpr int continuationLevel = 5;

    template<typename Function>
    void find(void* library, const char* name, Function*& function)
    {
        function = reinterpret_cast<Function*>(dlsym(library, name));
        if (!function)
            throw Error(text("libllama.v0.5.0.so: has no function ", name));
    }

    // What llama.cpp's function `name` returns by value. Such a function is given the place of its
    // result by the caller (System V ABI, classes of return values: MEMORY), so it can be handed a
    // larger one to see how many bytes it writes: filled twice, a byte that keeps both fillings was
    // not written.
    template<typename Params>
    Params defaults(void* library, const char* name)
    {
        void* (*function)(void*) = nullptr;
        find(library, name, function);
        alignas(16) std::array<unsigned char, 4 * sizeof(Params)> low{}, high{};
        low.fill(0x5a);
        high.fill(0xa5);
        function(low.data());
        function(high.data());
        std::size_t written = low.size();
        while (written > 0 && low[written - 1] == 0x5a && high[written - 1] == 0xa5)
            --written;
        // Up to seven bytes at the end may be padding that nobody writes.
        if (written > sizeof(Params) || written + 8 <= sizeof(Params))
            throw Error(text("libllama.v0.5.0.so: ", name, " fills ", written,
                " bytes, llamaabi.h has ", sizeof(Params)));
        Params params;
        std::memcpy(&params, low.data(), sizeof(Params));
        return params;
    }

    void expect(bool asExpected, const char* structure)
    {
        if (!asExpected)
            throw Error(text("libllama.v0.5.0.so: the default values of its ", structure,
                " are not those of version ", abi::version, ": llamaabi.h does not fit it"));
    }

} // namespace

void LlamaLibrary::keep(int level, const char* message, void* log)
{
    Log& kept = *static_cast<Log*>(log);
    const std::scoped_lock lock(kept.mutex);
    (level >= warningLevel && level < continuationLevel ? kept.warnings : kept.rest)
        .append(message);
}

std::string LlamaLibrary::log() const
{
    const std::scoped_lock lock(m_log.mutex);
    return m_log.warnings;
}

void LlamaLibrary::resolve(void* library)
{
    LlamaFunctions& f = m_functions;
    find(library, "llama_backend_init", f.backendInit);
    find(library, "llama_version", f.version);
    find(library, "llama_log_set", f.logSet);
    find(library, "ggml_backend_load_all_from_path", f.loadBackends);
    find(library, "ggml_backend_reg_count", f.backendCount);
    find(library, "llama_model_load_from_file", f.loadModel);
    find(library, "llama_model_free", f.freeModel);
    find(library, "llama_init_from_model", f.newContext);
    find(library, "llama_free", f.freeContext);
    find(library, "llama_model_get_vocab", f.vocabulary);
    find(library, "llama_model_n_layer", f.layers);
    find(library, "llama_vocab_n_tokens", f.tokenCount);
    find(library, "llama_vocab_bos", f.bos);
    find(library, "llama_vocab_eos", f.eos);
    find(library, "llama_vocab_get_add_bos", f.addBos);
    find(library, "llama_tokenize", f.tokenize);
    find(library, "llama_token_to_piece", f.piece);
    find(library, "llama_model_chat_template", f.chatTemplate);
    find(library, "llama_get_memory", f.memory);
    find(library, "llama_memory_clear", f.clearMemory);
    find(library, "llama_decode", f.decode);
    find(library, "llama_get_logits_ith", f.logits);
    find(library, "llama_model_quantize", f.quantize);
}

void LlamaLibrary::checkAbi(void* library)
{
    const std::string version = m_functions.version();
    if (version != abi::version)
        throw Error(text("libllama.v0.5.0.so: is version ", version, ", expected ", abi::version));
    m_model = defaults<abi::ModelParams>(library, "llama_model_default_params");
    m_context = defaults<abi::ContextParams>(library, "llama_context_default_params");
    m_quantize = defaults<abi::QuantizeParams>(library, "llama_model_quantize_default_params");
    const abi::ModelParams& m = m_model;
    expect(!m.devices && m.gpuLayers == -1 && m.splitMode == 1 && m.loadMode == -1 && m.mainGpu == 0
            && !m.progressCallback && !m.metadataOverrides && !m.vocabularyOnly
            && m.useExtraBuffers,
        "model parameters");
    const abi::ContextParams& c = m_context;
    expect(c.context == 512 && c.batch == 2048 && c.microBatch == 512 && c.sequences == 1
            && c.outputs == 0 && c.threads == c.batchThreads && c.flashAttention == -1
            && c.rope[2] == -1 && c.keyType == abi::typeF16 && c.valueType == abi::typeF16
            && !c.embeddings && c.samplerCount == 0 && !c.otherContext,
        "context parameters");
    const abi::QuantizeParams& q = m_quantize;
    expect(q.fileType == 7 && q.outputType == abi::typeCount && q.embeddingType == abi::typeCount
            && q.quantizeOutput && !q.pure && !q.dryRun && !q.importance && !q.prunedLayers,
        "quantization parameters");
}

std::shared_ptr<const LlamaLibrary> LlamaLibrary::load(const std::filesystem::path& folder)
{
    // llama.cpp's list of back ends and its log belong to the process: a second time adds nothing.
    static std::shared_ptr<const LlamaLibrary> loaded;
    if (loaded)
        return loaded;
    const std::string file = (folder / "libllama.v0.5.0.so").string();
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL); // never closed: it keeps threads
    if (!library)
        throw Error(dlerror());
    std::shared_ptr<LlamaLibrary> llama(new LlamaLibrary);
    llama->resolve(library);
    llama->checkAbi(library);
    const LlamaFunctions& f = llama->functions();
    f.logSet(keep, &llama->m_log);
    f.loadBackends(folder.c_str());
    if (f.backendCount() == 0)
        throw Error(text(folder.string(), ": has no libggml-cpu-*.so that suits this processor"));
    f.backendInit();
    loaded = llama;
    return loaded;
}

void LlamaLibrary::runQuantize(const std::filesystem::path& input,
    const std::filesystem::path& output, const LlamaQuantizeOptions& options,
    abi::QuantizeParams params) const
{
    params.threads = std::int32_t(core::processorCount());
    params.fileType = options.fileType;
    params.embeddingType = options.embeddingType;
    params.outputType = options.outputType;
    params.pure = options.pure;
    params.allowRequantize = options.requantize;
    std::vector<abi::ImportanceEntry> entries;
    for (const auto& [name, values] : options.importance)
        entries.push_back({ name.c_str(), values.data(), values.size() });
    entries.push_back({ nullptr, nullptr, 0 });
    if (entries.size() > 1)
        params.importance = entries.data();
    m_log.rest.clear();
    if (m_functions.quantize(input.c_str(), output.c_str(), &params) != 0)
        throw Error(text(input.string(), ": llama.cpp cannot quantize it: ", log()));
}

void LlamaLibrary::quantize(const std::filesystem::path& input, const std::filesystem::path& output,
    const LlamaQuantizeOptions& options) const
{
    runQuantize(input, output, options, m_quantize);
}

std::map<std::string, std::string> LlamaLibrary::plannedTypes(
    const std::filesystem::path& input, const LlamaQuantizeOptions& options) const
{
    abi::QuantizeParams params = m_quantize;
    params.dryRun = true;
    runQuantize(input, "", options, params);
    // A line: "[  1/ 20] NAME - [ 64, 32, 1, 1], type = f32, size = 0.01 MiB -> 0.00 MiB (q4_K)";
    // what stays as it is has one size.
    std::map<std::string, std::string> types;
    std::istringstream lines(m_log.rest);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t name = line.find("] "), shape = line.find(" - [");
        const std::size_t type = line.find("type = "), size = line.find(", size = ");
        if (!line.starts_with('[') || name == std::string::npos || shape == std::string::npos
            || type == std::string::npos || size == std::string::npos)
            continue;
        const auto trimmed = [](std::string word) {
            const std::size_t first = word.find_first_not_of(' ');
            return first == std::string::npos
                ? std::string()
                : word.substr(first, word.find_last_not_of(' ') + 1 - first);
        };
        const std::size_t open = line.rfind('('), close = line.rfind(')');
        const bool isChanged = open != std::string::npos && open > size && close > open;
        types[trimmed(line.substr(name + 2, shape - name - 2))] = isChanged
            ? line.substr(open + 1, close - open - 1)
            : trimmed(line.substr(type + 7, size - type - 7));
    }
    return types;
}

} // namespace interop
