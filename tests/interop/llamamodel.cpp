// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/interop/llamamodel.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace interop {

using core::Error;
using core::text;

LlamaModel::LlamaModel(std::shared_ptr<const LlamaLibrary> llama, const std::filesystem::path& file)
    : m_llama(std::move(llama))
    , m_model(nullptr, m_llama->functions().freeModel)
{
    abi::ModelParams params = m_llama->modelDefaults();
    params.gpuLayers = 0;
    params.loadMode = abi::loadMapped;
    params.useExtraBuffers = false;
    m_model.reset(functions().loadModel(file.c_str(), params));
    if (!m_model)
        throw Error(text(file.string(), ": llama.cpp refuses it: ", m_llama->log()));
    m_vocabulary = functions().vocabulary(m_model.get());
}

int LlamaModel::layers() const { return functions().layers(m_model.get()); }

int LlamaModel::vocabularySize() const { return functions().tokenCount(m_vocabulary); }

int LlamaModel::bos() const { return functions().bos(m_vocabulary); }

int LlamaModel::eos() const { return functions().eos(m_vocabulary); }

bool LlamaModel::addBos() const { return functions().addBos(m_vocabulary); }

std::string LlamaModel::chatTemplate() const
{
    const char* found = functions().chatTemplate(m_model.get(), nullptr);
    return found ? found : "";
}

std::vector<int> LlamaModel::tokenize(std::string_view text, Special special) const
{
    // At most one token a byte, BOS, EOS and the space that SentencePiece puts in front.
    std::vector<int> tokens(text.size() + 3);
    const int count = functions().tokenize(m_vocabulary, text.data(), std::int32_t(text.size()),
        tokens.data(), std::int32_t(tokens.size()), special == Special::Add, false);
    if (count < 0)
        throw Error(core::text("llama.cpp makes ", -std::int64_t(count), " tokens of ", text.size(),
            " bytes, more than one a byte"));
    tokens.resize(std::size_t(count));
    return tokens;
}

std::string LlamaModel::piece(int token) const
{
    std::string bytes(64, '\0');
    int length
        = functions().piece(m_vocabulary, token, bytes.data(), std::int32_t(bytes.size()), 0, true);
    if (length < 0) { // too long for the buffer: now it is known how long
        bytes.resize(std::size_t(-length));
        length = functions().piece(m_vocabulary, token, bytes.data(), -length, 0, true);
    }
    bytes.resize(std::size_t(std::max(length, 0)));
    return bytes;
}

LlamaContext::LlamaContext(std::shared_ptr<const LlamaModel> model, int tokens, int threads)
    : m_model(std::move(model))
    , m_context(nullptr, m_model->functions().freeContext)
{
    abi::ContextParams params = m_model->library().contextDefaults();
    params.context = std::uint32_t(tokens);
    params.batch = std::uint32_t(tokens);
    params.microBatch = std::uint32_t(tokens);
    params.threads = threads;
    params.batchThreads = threads;
    params.flashAttention = abi::flashAttentionOff;
    params.keyType = abi::typeF32;
    params.valueType = abi::typeF32;
    m_context.reset(m_model->functions().newContext(m_model->handle(), params));
    if (!m_context)
        throw Error(
            text("llama.cpp makes no context of ", tokens, " tokens: ", m_model->library().log()));
}

void LlamaContext::clear()
{
    m_model->functions().clearMemory(m_model->functions().memory(m_context.get()), true);
}

core::Matrix LlamaContext::decode(const std::vector<int>& tokens, int position, int firstOutput)
{
    const auto count = std::int32_t(tokens.size());
    std::vector<std::int32_t> ids(tokens.begin(), tokens.end());
    std::vector<std::int32_t> positions(tokens.size());
    std::iota(positions.begin(), positions.end(), position);
    std::vector<std::int32_t> sequenceCounts(tokens.size(), 1);
    std::int32_t sequence = 0;
    std::vector<std::int32_t*> sequences(tokens.size(), &sequence);
    std::vector<std::int8_t> outputs(tokens.size(), 0);
    std::fill(outputs.begin() + firstOutput, outputs.end(), std::int8_t(1));
    const abi::Batch batch{ count, ids.data(), nullptr, positions.data(), sequenceCounts.data(),
        sequences.data(), outputs.data() };
    if (const int failure = m_model->functions().decode(m_context.get(), batch); failure != 0)
        throw Error(text("llama.cpp cannot decode ", count, " tokens at position ", position,
            " (llama_decode gives ", failure, "): ", m_model->library().log()));
    const int vocabulary = m_model->vocabularySize();
    core::Matrix logits(count - firstOutput, vocabulary);
    for (int i = firstOutput; i < count; ++i)
        logits.row(i - firstOutput) = Eigen::Map<const Eigen::RowVectorXf>(
            m_model->functions().logits(m_context.get(), i), vocabulary);
    return logits;
}

} // namespace interop
