// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session/sessionstate.h"

#include <QString>

#include <filesystem>
#include <optional>

namespace app {

/// The folder where every model's session is kept, one document each, and `.quantscope` files,
/// which are the same documents with paths relative to themselves where the other file lies in
/// their folder. Every file is replaced as a whole. Safe from any thread.
class SessionStore {
public:
    static constexpr const char* extension = ".quantscope";

    explicit SessionStore(std::filesystem::path folder);

    /// The id of the session of the model at `model`: the same for every way to write the path.
    static QString idOf(const std::filesystem::path& model);

    std::filesystem::path fileOf(const QString& id) const;
    /// Nothing if there is none. Throws core::Error if it cannot be read or is no JSON.
    std::optional<core::Json> load(const QString& id) const;
    /// Throws core::Error if it cannot be written.
    void save(const QString& id, const core::Json& document) const;
    /// Gives the session another name, so that a new one can take its place; where it is then.
    std::filesystem::path setAside(const QString& id) const;

    /// Writes `document` as a file that can be sent to somebody else. Throws core::Error.
    static void writeFile(const std::filesystem::path& file, const core::Json& document);
    /// The document of such a file, with absolute paths. Throws core::Error.
    static core::Json readFile(const std::filesystem::path& file);

private:
    std::filesystem::path m_folder;
};

} // namespace app
