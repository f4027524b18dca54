// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>

namespace core {

/// A value that is made when it is first asked for. Safe to use from several threads: one makes it,
/// the others wait.
template<typename Value>
class Lazy {
public:
    /// make() the first time; if that throws, the next one tries again.
    template<typename Make>
    const Value& get(const Make& make) const
    {
        std::call_once(m_once, [&] { m_value = make(); });
        return m_value;
    }

private:
    mutable std::once_flag m_once;
    mutable Value m_value{};
};

} // namespace core
