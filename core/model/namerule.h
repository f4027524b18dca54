// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/storedtensor.h"

#include <string>
#include <string_view>
#include <vector>

namespace core {

/// How the names of a checkpoint's tensors become the usual ones of its architecture
/// ("model.layers.0.…", "lm_head.weight"), where all were saved with a prefix too many
/// ("base_model.model.",
/// "_orig_mod.", "module.", "language_model.") or without "model.", as from the bare model.
class NameRule {
public:
    /// Learns the rule from the names. What fits no rule stays as it is. `body` usually stands in
    /// front of the names of the model's body ("model."), `anchors` are some that every such model
    /// has behind it; the first that is there decides.
    NameRule(const std::vector<StoredTensor>& tensors, std::string_view body,
        const std::vector<std::string>& anchors);

    std::string usualName(const std::string& name) const;
    /// What is done to the names, in a sentence; empty: nothing.
    std::string note() const;

private:
    std::string m_usualBody;
    std::string m_body; ///< stands in front of "layers.0.…" and "embed_tokens.weight"
    bool m_hasWrappers = false; ///< inside the names
};

/// Whether a tensor of that name (as in the file) is one that transformers and llama.cpp compute
/// anew or do not use: rotary_emb.inv_freq, masked_bias, k_scale ….
bool isBuffer(const std::string& name);

/// Whether a tensor of that name belongs to what sees or hears beside a language model.
bool isOfOtherSense(std::string_view name);

/// Whether a tensor of that name belongs to the layer that guesses one token more (multi-token
/// prediction).
bool isPredicting(std::string_view name);

/// Whether a tensor of that name belongs to a LoRA adapter.
bool isAdapter(const std::string& name);

} // namespace core
