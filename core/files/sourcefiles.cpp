// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/sourcefiles.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace core {

namespace fs = std::filesystem;

namespace {

    fs::path resolved(const fs::path& path)
    {
        std::error_code error;
        const fs::path place = fs::weakly_canonical(fs::absolute(path, error), error);
        return error ? path.lexically_normal() : place;
    }

} // namespace

void SourceFiles::add(const fs::path& file, std::string what)
{
    std::error_code none;
    const auto state = fileState(file);
    if (state && !fs::is_directory(file, none))
        m_files.push_back({ resolved(file), *state, std::move(what) });
}

void SourceFiles::add(const SourceFiles& others)
{
    m_files.insert(m_files.end(), others.m_files.begin(), others.m_files.end());
}

std::optional<std::string> SourceFiles::find(const fs::path& target) const
{
    const auto state = fileState(target);
    const fs::path place = resolved(target);
    const auto found = std::ranges::find_if(m_files, [&](const File& file) {
        return file.place == place || (state && file.state.isSameFile(*state));
    });
    if (found == m_files.end())
        return std::nullopt;
    return found->what;
}

void SourceFiles::requireNotAmong(const fs::path& target) const
{
    if (const auto what = find(target))
        throw Error(text(target.string(), ": is ", *what,
            " and is never replaced, expected the name of another file"));
}

} // namespace core
