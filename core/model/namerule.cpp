// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/namerule.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace core {

namespace {

    /// Modules that others are put into, anywhere in a name: torch.compile, FSDP, checkpointing.
    constexpr std::array<std::string_view, 3> wrappers
        = { "_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module." };

    constexpr std::array<std::string_view, 14> buffers = { "inv_freq", "original_inv_freq",
        "masked_bias", "position_ids", "k_scale", "v_scale", "q_scale", "kv_scale", "prob_scale",
        "cos_cached", "sin_cached", "causal_mask", "attn_rot_embd", "num_batches_tracked" };

    std::string withoutWrappers(std::string name)
    {
        for (const std::string_view wrapper : wrappers) {
            for (auto at = name.find(wrapper); at != std::string::npos; at = name.find(wrapper, at))
                if (at == 0 || name[at - 1] == '.')
                    name.erase(at, wrapper.size());
                else
                    at += wrapper.size();
        }
        return name;
    }

    /// What stands in front of `anchor` in the names that end with it as a whole.
    std::set<std::string> bodies(const std::vector<StoredTensor>& tensors, std::string_view anchor)
    {
        std::set<std::string> found;
        for (const StoredTensor& tensor : tensors) {
            const std::string name = withoutWrappers(tensor.name);
            if (!name.ends_with(anchor))
                continue;
            const std::string body = name.substr(0, name.size() - anchor.size());
            if (body.empty() || body.ends_with('.'))
                found.insert(body);
        }
        return found;
    }

    /// What stands in front of the whole model: "base_model.model." of "base_model.model.model.".
    std::string_view prefixOf(std::string_view body, std::string_view usualBody)
    {
        return body.ends_with(usualBody) ? body.substr(0, body.size() - usualBody.size())
                                         : std::string_view();
    }

} // namespace

NameRule::NameRule(const std::vector<StoredTensor>& tensors, std::string_view body,
    const std::vector<std::string>& anchors)
    : m_usualBody(body)
    , m_body(body)
    , m_hasWrappers(std::any_of(tensors.begin(), tensors.end(),
          [](const StoredTensor& tensor) { return withoutWrappers(tensor.name) != tensor.name; }))
{
    for (const std::string& anchor : anchors) {
        const std::set<std::string> found = bodies(tensors, anchor);
        if (found.empty())
            continue;
        if (found.size() == 1) // of several models in one file none is the model
            m_body = *found.begin();
        return;
    }
}

std::string NameRule::usualName(const std::string& given) const
{
    std::string name = m_hasWrappers ? withoutWrappers(given) : given;
    if (m_body == m_usualBody)
        return name;
    const std::string_view prefix = prefixOf(m_body, m_usualBody);
    if (m_body.empty())
        return name.starts_with("lm_head.") ? name : text(m_usualBody, name);
    if (name.starts_with(m_body))
        return text(m_usualBody, name.substr(m_body.size()));
    if (!prefix.empty() && name.starts_with(prefix))
        return name.substr(prefix.size());
    return name;
}

std::string NameRule::note() const
{
    if (m_body.empty())
        return text("The names of its tensors lack \"", m_usualBody,
            "\" in front, as those of a bare model; it is added");
    if (const std::string_view prefix = prefixOf(m_body, m_usualBody); !prefix.empty())
        return text("The names of its tensors have \"", prefix, "\" in front, which is left out");
    if (m_body != m_usualBody)
        return text("The names of its tensors have \"", m_body, "\" in front where \"", m_usualBody,
            "\" is usual");
    return m_hasWrappers ? "The names of its tensors hold those of wrappers (such as "
                           "\"_orig_mod.\"), which are left out"
                         : "";
}

bool isBuffer(const std::string& name)
{
    std::string_view word = name;
    if (constexpr std::string_view suffix = ".weight"; word.ends_with(suffix))
        word.remove_suffix(suffix.size());
    if (word.ends_with(".attn.bias")) // GPT-2's causal mask
        return true;
    word.remove_prefix(word.rfind('.') + 1); // npos + 1 is 0
    return std::find(buffers.begin(), buffers.end(), word) != buffers.end();
}

bool isOfOtherSense(std::string_view name)
{
    constexpr std::array<std::string_view, 5> words{ "vision", "visual.", "audio",
        "multi_modal_projector", "mm_projector" };
    return std::ranges::any_of(
        words, [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

bool isPredicting(std::string_view name)
{
    return name.starts_with("mtp.") || name.find(".mtp.") != std::string_view::npos;
}

bool isAdapter(const std::string& name)
{
    return name.find(".lora_") != std::string::npos || name.ends_with(".lora_a")
        || name.ends_with(".lora_b");
}

} // namespace core
