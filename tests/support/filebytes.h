// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QTemporaryDir>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>

namespace support {

/// A folder that is gone when the test ends.
class TemporaryFolder {
public:
    std::filesystem::path path() const { return m_folder.path().toStdString(); }
    std::filesystem::path operator/(std::string_view name) const { return path() / name; }
    /// How many files and folders lie in it: tests that nothing was left behind.
    std::size_t entries() const;

private:
    QTemporaryDir m_folder;
};

/// Replaces `file` by exactly `bytes`. Throws std::runtime_error.
void writeFile(const std::filesystem::path& file, std::string_view bytes);

/// The bytes of `file`. Throws std::runtime_error.
std::string readFile(const std::filesystem::path& file);

/// A number as it lies in a file, little-endian.
template<typename T>
std::string little(T value)
{
    static_assert(std::is_arithmetic_v<T>);
    return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

/// What the core::Error says that `action` throws; "no error" if it throws none.
template<typename Action>
std::string messageOf(Action&& action)
{
    try {
        action();
    } catch (const core::Error& error) {
        return error.what();
    }
    return "no error";
}

} // namespace support
