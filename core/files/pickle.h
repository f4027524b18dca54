// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/bytereader.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace core {

// A pickle (Python: Lib/pickletools.py, protocols 2 to 5) is a program for a machine with a stack,
// a list of marks and a memo. This reader builds containers and nothing else: what would call
// something is kept as a node that says what would be called.

struct PickleNode;

/// The name of a function or class: "torch._utils._rebuild_tensor_v2".
struct PickleGlobal {
    std::string_view module, name;
};
struct PickleBytes {
    std::string_view bytes;
};

/// A value; texts lie in the pickle's own bytes.
using PickleValue = std::variant<std::monostate, bool, std::int64_t, double, std::string_view,
    PickleBytes, const PickleGlobal*, PickleNode*>;

struct PickleNode {
    enum class Kind {
        Tuple, ///< and sets
        List,
        Dictionary, ///< items: key, value, key, value, …
        Call, ///< items: what would be called, a tuple of its arguments
        Persistent, ///< items: what identifies an object outside the pickle
    };
    Kind kind = Kind::Tuple;
    std::vector<PickleValue> items{};
};

/// A read pickle. Containers may hold themselves: who walks them counts.
class Pickle {
public:
    /// Reads from `reader` up to the end of one pickle. `isKnown(module, name)` says which names
    /// may occur. Throws Error for any other (named), an operation that does not exist or needs
    /// what is not there, and for more than a checkpoint could need (a million containers).
    Pickle(ByteReader& reader,
        const std::function<bool(std::string_view module, std::string_view name)>& isKnown);
    Pickle(Pickle&&) = default;

    const PickleValue& root() const { return m_root; }

private:
    class Machine;

    std::deque<PickleNode> m_nodes;
    std::deque<PickleGlobal> m_globals;
    PickleValue m_root;
};

/// The node if `value` is one of that kind, or null.
const PickleNode* nodeOf(const PickleValue& value, PickleNode::Kind kind);
/// The text if `value` is one.
std::optional<std::string_view> textOf(const PickleValue& value);
/// The integer if `value` is one; true and false are none.
std::optional<std::int64_t> integerOf(const PickleValue& value);

} // namespace core
