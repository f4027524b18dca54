// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/randomweights.h"
#include "tests/support/tinyarchitecture.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

// What the tiny checkpoints of tinyarchitecture.h are put together with.
namespace support::tiny {

// Odd on purpose: 6 heads of 16 are not 40 wide, rows of 40 and 72 fit no block.
constexpr int hidden = 40, size = 72, heads = 6, keyHeads = 2, headDim = 16, vocabulary = 288;
constexpr int queries = heads * headDim, keys = keyHeads * headDim;

/// Fills one checkpoint in.
class Builder {
public:
    explicit Builder(std::uint32_t seed)
        : m_weights(seed)
    {
    }

    /// A matrix whose outputs have `gain` times the size of its inputs.
    void matrix(const std::string& name, int out, int in, double gain = 1)
    {
        add(m_weights.tensor(name, { out, in }, 0, gain / std::sqrt(double(in))));
    }
    /// The same as GPT-2 stores it, (in, out).
    void transposed(const std::string& name, int out, int in, double gain = 1)
    {
        add(m_weights.tensor(name, { in, out }, 0, gain / std::sqrt(double(in))));
    }
    /// `mean`: 0 for norms to which 1 is added.
    void norm(const std::string& name, int count, double mean = 1)
    {
        add(m_weights.tensor(name, { count }, mean, 0.3));
    }
    void bias(const std::string& name, int count)
    {
        add(m_weights.tensor(name, { count }, 0, 0.4));
    }
    /// Matrices one under the other, as transformers 5 stores experts.
    void stack(const std::string& name, int count, int rows, int columns, int in)
    {
        add(m_weights.tensor(name, { count, rows, columns }, 0, 1 / std::sqrt(double(in))));
    }
    void table(const std::string& name, int rows, int columns)
    {
        add(m_weights.tensor(name, { rows, columns }, 0, 0.4));
    }
    void embedding(const std::string& name, int rows, int columns, double deviation)
    {
        add(m_weights.tensor(name, { rows, columns }, 0, deviation));
    }

    std::vector<TinyTensor> take() { return std::move(m_tensors); }

private:
    void add(TinyTensor tensor) { m_tensors.push_back(std::move(tensor)); }

    RandomWeights m_weights;
    std::vector<TinyTensor> m_tensors;
};

/// What most architectures share: Llama's names.
struct Usual {
    int layers = 3;
    int width = hidden;
    double normMean = 1;
    bool norms = true; ///< before each branch
    bool gated = true;
    bool untied = true;
    double embedding = 1; ///< standard deviation
    double head = 3.4;
    double queryGain = 1.6; ///< of queries and keys
    std::function<void(Builder&, const std::string& prefix, int layer)> more; ///< of a layer
};

/// "model.layers.2."
std::string layerPrefix(int layer);

/// The tensors of such a checkpoint.
std::vector<TinyTensor> usual(std::uint32_t seed, const Usual& model);

/// config.json with what most have; `more` begins with a comma, or is empty.
std::string config(const std::string& className, const std::string& type, int layers,
    const std::string& more, int width = hidden);

void queryBiases(Builder& b, const std::string& p); ///< of q, k and v
void headNorms(Builder& b, const std::string& p, double mean); ///< of q and k, over each head

using Builders = std::map<std::string, std::function<TinyArchitecture()>>;

Builders withLlamasNames(); ///< tinyllamas.cpp: Llama, Qwen, Gemma, Granite, SmolLM3, OLMo
Builders
withNamesOfTheirOwn(); ///< tinyothers.cpp: StarCoder2, StableLM, Phi-3, GLM-4, GPT-2, Falcon
Builders withExperts(); ///< tinyexperts.cpp
Builders withLatents(); ///< tinylatent.cpp: Gemma 4, DeepSeek
Builders withLatentsApart(); ///< the same, that llama.cpp computes otherwise
Builders withDenseLayers(); ///< tinyexperts.cpp: among those with experts, which it does not load
Builders withOtherMixers(); ///< tinyhybrid.cpp: Qwen 3.5, LFM2
TinyArchitecture qwen35OtherEpsilon(); ///< tinyhybrid.cpp: apart from llama.cpp
Builders apartFromLlamaCpp(); ///< tinyllamas.cpp: that llama.cpp computes otherwise

} // namespace support::tiny
