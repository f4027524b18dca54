// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/filelink.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/amount.h"

#include <system_error>

namespace core {

namespace fs = std::filesystem;

namespace {

    /// " («name».incomplete beside it has 28.2 MB)", empty where no download of `file` has begun.
    std::string unfinishedText(const fs::path& file)
    {
        const fs::path unfinished = unfinishedDownload(file);
        if (unfinished.empty())
            return {};
        std::error_code none;
        const auto size = fs::file_size(unfinished, none);
        return text(" (", unfinished.filename().string(), " beside it has ",
            amountText(none ? 0 : size), ")");
    }

    /// What `file` leads to if it is a link whose target is missing; empty otherwise.
    fs::path missingTarget(const fs::path& file)
    {
        std::error_code error;
        if (!fs::is_symlink(file, error) || fs::exists(file, error))
            return {};
        return fs::read_symlink(file, error);
    }

} // namespace

std::optional<std::string> brokenLink(const fs::path& file)
{
    const fs::path target = missingTarget(file);
    if (target.empty())
        return std::nullopt;
    return text("the link ", file.filename().string(), " leads to ", target.string(),
        ", which is not there: the download is not complete",
        unfinishedText(file.parent_path() / target));
}

std::string absenceText(const fs::path& file)
{
    const fs::path target = missingTarget(file);
    if (!target.empty())
        return text(", a link to ", target.string(),
            ", which is not there: the download is not complete",
            unfinishedText(file.parent_path() / target));
    const std::string unfinished = unfinishedText(file);
    return text(", which is not there",
        unfinished.empty() ? "" : ": the download is not complete" + unfinished);
}

void requireLinkTarget(const fs::path& file)
{
    const std::string folder = file.parent_path().string();
    if (const auto broken = brokenLink(file))
        throw Error(text(folder.empty() ? "." : folder, ": ", *broken));
}

fs::path unfinishedDownload(const fs::path& file)
{
    for (const char* extension : { ".incomplete", ".part", ".crdownload", ".aria2" }) {
        const fs::path beside = file.string() + extension;
        std::error_code none;
        if (fs::is_regular_file(beside, none))
            return beside;
    }
    return {};
}

} // namespace core
