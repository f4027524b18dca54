// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/json.h"
#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"
#include "tests/support/tinymodel.h"

#include <QByteArray>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

using Rename = std::function<std::string(const std::string&)>;

/// The tensors of `model` under other names, as entries of a safetensors file.
std::vector<support::SafetensorsEntry> entriesOf(
    const support::TinyModel& model, const Rename& rename);

/// A folder with a tiny model to which things are done.
class OpenedFolder {
public:
    explicit OpenedFolder(const support::TinyModel& model = {});

    std::filesystem::path path() const { return m_folder.path(); }
    std::filesystem::path operator/(const std::string& name) const { return path() / name; }

    void write(const std::string& name, const std::string& bytes) const;
    void setConfig(const std::string& key, const core::Json& value) const;
    /// The weights under other names, and more tensors.
    void rewrite(
        const Rename& rename, const std::vector<support::SafetensorsEntry>& more = {}) const;

    /// The notes of opening it or a file in it, each on a line, or what is said if that fails; with
    /// FOLDER for its path.
    QByteArray opened(const std::string& name = {}) const;

private:
    support::TemporaryFolder m_folder;
};

/// Gives a tensor of a GGUF of two dimensions another type.
void setGgufType(const std::filesystem::path& file, const std::string& name, std::uint32_t type);

/// The tiny model as GGUF files of a few tensors each, "m-00001-of-…" in `folder`. Gives back how
/// many.
int writePieces(const std::filesystem::path& folder);

/// Whether `part` is in `text`, which is printed if not.
bool contains(const QByteArray& text, const char* part);
