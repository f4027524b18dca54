// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <mutex>

namespace core {

/// One value for each key, made when it is first asked for and kept at its address: values that are
/// compared by address. Safe to use from several threads.
template<typename Key, typename Value>
class Interned {
public:
    /// The value of `key`; Value(arguments...) the first time.
    template<typename... Arguments>
    const Value& get(const Key& key, const Arguments&... arguments)
    {
        const std::lock_guard lock(m_mutex);
        std::unique_ptr<const Value>& value = m_values[key];
        if (!value)
            value = std::make_unique<const Value>(arguments...);
        return *value;
    }

private:
    std::mutex m_mutex;
    std::map<Key, std::unique_ptr<const Value>> m_values;
};

} // namespace core
