// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/layermemory.h"

namespace core {

void LayerMemory::clear()
{
    keys.clear();
    values.clear();
    recurrent = {};
}

RememberingObserver::RememberingObserver(
    std::vector<LayerMemory>& memories, const ModelConfig& config)
    : m_memories(memories)
    , m_config(config)
{
}

void RememberingObserver::attentionHeads(int layer, const AttentionHeads& heads)
{
    if (!layerSpec(m_config, layer).attention.makesKeys)
        return;
    LayerMemory& memory = m_memories.at(std::size_t(layer));
    memory.keys.append(heads.k);
    memory.values.append(heads.v);
}

void RememberingObserver::attentionLatents(int layer, const Latents& latents)
{
    m_memories.at(std::size_t(layer)).keys.append(latents.keys);
}

RecurrentState* RememberingObserver::recurrentState(int layer)
{
    return &m_memories.at(std::size_t(layer)).recurrent;
}

} // namespace core
