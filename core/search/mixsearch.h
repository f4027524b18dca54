// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/search/mixfront.h"
#include "core/search/sensitivitytable.h"

#include <cstdint>
#include <map>
#include <vector>

namespace core {

/// The least and the most precise format that tensors of a role may get, by the bits of what is
/// stored: where rows do not fit a format, of the one it falls back to. Null: any.
struct MixLimit {
    const Format* least = nullptr;
    const Format* most = nullptr;
};

/// What a mix may be made of.
struct MixSettings {
    /// Those that the device runs fast, say; formats::source leaves a tensor as it is in the file.
    std::vector<const Format*> formats;
    std::map<Role, MixLimit> limits{};
    Recipe recipe{}; ///< method, scaling, encoder and GPTQ's options of what is made
    /// Whose figures stand for the method's: GPTQ's own where the table has them, else
    /// importance's, whose order is nearly the same.
    Method figures = Method::Importance;
};

/// The formats that lose least, by predicted KL divergence, under a number of bytes. A tensor of
/// the checkpoint is what gets a format: what llama.cpp stores as one (fused matrices, the experts
/// of a layer) stays one. A matrix that no text reads (isOther, where the table comes from a text)
/// has the most precise format alone. Immutable; safe to use from several threads.
class MixSearch {
public:
    /// `checkpoint` and `table` (one of it) need not outlive this. Throws Error if no format is
    /// given, or a matrix has none that the table and the limits allow: name.
    MixSearch(
        const Checkpoint& checkpoint, const SensitivityTable& table, const MixSettings& settings);

    /// Bytes of the tensors, each filled up to GGUF's alignment of 32.
    std::uint64_t leastBytes() const { return m_front.leastBytes(); }
    std::uint64_t mostBytes() const { return m_front.mostBytes(); }

    struct Mix {
        std::vector<const Format*> formats; ///< by tensor of the checkpoint, as a recipe wants it;
                                            ///< null: none of them is asked
        std::uint64_t bytes = 0; ///< as above
        double kld = 0; ///< predicted
    };
    /// A way to store a tensor; null format: it is not asked for one.
    struct Choice {
        const Format* format = nullptr;
        std::uint64_t bytes = 0; ///< as above
        double kld = 0; ///< predicted
    };
    /// What the tensor there may become.
    std::vector<Choice> choicesOf(std::size_t tensor) const;
    enum class Care { Quick /**< while a slider moves */, Best };
    /// Requires: bytes ≥ leastBytes().
    Mix under(std::uint64_t bytes, Care care) const;
    /// The smallest whose predicted loss is at most `kld`; the most precise one if there is none.
    Mix within(double kld) const;

private:
    struct Options {
        std::vector<MixOption> values;
        std::vector<const Format*> formats; ///< of each; null: the tensor is not rounded
        void keepLargest(); ///< alone
    };
    Mix mixOf(const std::vector<std::size_t>& chosen) const;

    std::vector<Options> m_options; ///< by tensor
    MixFront m_front;
};

/// `plan`, one of `checkpoint`, as a mix of `search`. Throws Error for a tensor in a format that
/// the search does not know of it: name, format; but not for one that no text reads.
MixSearch::Mix mixOf(
    const Checkpoint& checkpoint, const MixSearch& search, const std::vector<PlannedTensor>& plan);

} // namespace core
