// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// The part of llama.cpp 0.5.0's C interface that the tests call (facts from its include/llama.h,
// x86-64 System V). Only what is set or read has a type of its own; the rest keeps its place.
// LlamaLibrary checks version, sizes and default values before anything is called with them.

namespace interop::abi {

struct Model; ///< opaque
struct Context; ///< opaque
struct Vocabulary; ///< opaque
struct Memory; ///< opaque

constexpr const char* version = "0.5.0-dev"; ///< llama_version() of release v0.5.0
constexpr std::int32_t typeF32 = 0; ///< ggml_type of a key or value cache
constexpr std::int32_t typeF16 = 1;
constexpr std::int32_t typeCount = 43; ///< GGML_TYPE_COUNT: "not set" in QuantizeParams
constexpr std::int32_t loadMapped = 1; ///< LLAMA_LOAD_MODE_MMAP
constexpr std::int32_t flashAttentionOff = 0;

struct ModelParams {
    void* devices;
    const void* bufferOverrides;
    std::int32_t gpuLayers;
    std::int32_t splitMode;
    std::int32_t loadMode;
    std::int32_t lazyMode;
    std::int32_t mainGpu;
    const float* tensorSplit;
    void* progressCallback;
    void* progressData;
    const void* metadataOverrides;
    bool vocabularyOnly;
    bool checkTensors;
    bool useExtraBuffers; ///< repacks weights for the processor
    bool noHost;
    bool noAllocation;
    bool loadMtp;
};
static_assert(sizeof(ModelParams) == 80);

struct ContextParams {
    std::uint32_t context;
    std::uint32_t batch;
    std::uint32_t microBatch;
    std::uint32_t sequences;
    std::uint32_t recurrentSnapshots;
    std::uint32_t outputs; ///< 0: as many as `batch`
    std::uint32_t outputsPerSequence;
    std::int32_t threads;
    std::int32_t batchThreads;
    std::int32_t contextType;
    std::int32_t ropeScaling;
    std::int32_t pooling;
    std::int32_t attention;
    std::int32_t flashAttention;
    float rope[6];
    std::uint32_t yarnContext;
    float defragmentation;
    void* evaluationCallback;
    void* evaluationData;
    std::int32_t keyType;
    std::int32_t valueType;
    void* abortCallback;
    void* abortData;
    bool embeddings;
    bool flags[5];
    void* samplers;
    std::size_t samplerCount;
    void* otherContext;
};
static_assert(sizeof(ContextParams) == 160);

/// One entry of an importance matrix; a list ends with a null name.
struct ImportanceEntry {
    const char* name;
    const float* values;
    std::size_t count;
};

struct QuantizeParams {
    std::int32_t threads;
    std::int32_t fileType; ///< llama_ftype
    std::int32_t outputType;
    std::int32_t embeddingType;
    bool allowRequantize;
    bool quantizeOutput;
    bool onlyCopy;
    bool pure; ///< every matrix in the file type's own format
    bool keepSplit;
    bool dryRun;
    const ImportanceEntry* importance;
    const void* metadataOverrides;
    const void* tensorOverrides;
    const std::int32_t* prunedLayers;
    std::size_t bufferBytes;
};
static_assert(sizeof(QuantizeParams) == 64);

struct Batch {
    std::int32_t count;
    std::int32_t* tokens;
    float* embeddings;
    std::int32_t* positions;
    std::int32_t* sequenceCounts;
    std::int32_t** sequences;
    std::int8_t* outputs; ///< whether a token's logits are wanted
};
static_assert(sizeof(Batch) == 56);

} // namespace interop::abi
