// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace core {

/// Where `file` is a link whose target is missing (a cache whose download stopped): "the link
/// model.safetensors leads to ../../blobs/ab12, which is not there: the download is not complete".
std::optional<std::string> brokenLink(const std::filesystem::path& file);

/// Throws Error with that sentence behind the file's folder.
void requireLinkTarget(const std::filesystem::path& file);

/// How a file that is named somewhere is missing, behind its name: ", which is not there", ", a
/// link to «target», which is not there: …", with the unfinished download beside it if there is
/// one. Requires: it is not there.
std::string absenceText(const std::filesystem::path& file);

/// The file beside `file` that an unfinished download of it left:
/// «name».incomplete, .part, .crdownload, .aria2; empty if there is none.
std::filesystem::path unfinishedDownload(const std::filesystem::path& file);

} // namespace core
