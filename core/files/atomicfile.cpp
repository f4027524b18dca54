// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/atomicfile.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/outputfile.h"

#include <cassert>
#include <cerrno>
#include <cstdio>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace core {

namespace fs = std::filesystem;

namespace {

    constexpr int maximumTries = 1000; // names left behind by killed runs before we give up

    [[noreturn]] void fail(const fs::path& path, const char* what, int error)
    {
        throw Error(text(path.string(), ": ", what, ": ", std::generic_category().message(error)));
    }

    [[noreturn]] void failExisting(const fs::path& target)
    {
        throw Error(text(target.string(),
            ": exists already and is not to be replaced, expected the name of a new file"));
    }

    bool isTemporaryOf(const fs::path& file, const fs::path& target)
    {
        const std::string name = file.filename().string();
        return name.starts_with("." + target.filename().string() + ".") && name.ends_with(".part");
    }

    /// Removes what programs that were killed left beside `target`: nobody holds its lock.
    void removeAbandoned(const fs::path& target)
    {
        std::error_code none; // what cannot be looked at or removed stays
        std::vector<fs::path> found;
        for (fs::directory_iterator entry(folderOf(target), none), end; entry != end;
             entry.increment(none))
            if (isTemporaryOf(entry->path(), target))
                found.push_back(entry->path());
        for (const fs::path& file : found) {
            const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
            if (descriptor < 0)
                continue;
            if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0)
                ::unlink(file.c_str());
            ::close(descriptor);
        }
    }

    /// Whether the new file is locked and still there: it may have been removed in between.
    bool isHeld(int descriptor)
    {
        (void)::flock(descriptor, LOCK_EX | LOCK_NB); // a file system without locks has none to see
        struct stat created { };
        return ::fstat(descriptor, &created) == 0 && created.st_nlink > 0;
    }

    /// Creates an empty file beside `target` under a name nobody has, notes it, and returns the
    /// name; `lock` is its descriptor.
    fs::path createBeside(const fs::path& target, std::optional<TemporaryFileNote>& note, int& lock)
    {
        removeAbandoned(target);
        for (int i = 0; i < maximumTries; ++i) {
            const fs::path path = folderOf(target)
                / text(".", target.filename().string(), ".", ::getpid(), "-", i, ".part");
            const int descriptor
                = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (descriptor < 0 && errno == EEXIST)
                continue;
            if (descriptor < 0)
                fail(target, "its folder cannot be written to", errno);
            note.emplace(path);
            if (!isHeld(descriptor)) {
                ::close(descriptor);
                continue;
            }
            struct stat replaced { };
            if (::stat(target.c_str(), &replaced) == 0) // a replaced file keeps its permissions
                (void)::fchmod(descriptor, replaced.st_mode & 07777);
            lock = descriptor;
            return path;
        }
        throw Error(text(target.string(), ": ", maximumTries,
            " abandoned temporary files lie in its folder, expected fewer"));
    }

    /// Waits until what was written to `path` is on the disk. Returns 0 or an errno.
    int synchronize(const fs::path& path, int flags)
    {
        const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
        if (descriptor < 0)
            return errno;
        const int error = ::fsync(descriptor) == 0 ? 0 : errno;
        ::close(descriptor);
        return error;
    }

    /// Gives `from` the name `to` if nothing has it. Returns 0 or an errno.
    int renameToNew(const fs::path& from, const fs::path& to)
    {
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
            return 0;
        if (errno != EINVAL && errno != ENOSYS)
            return errno;
        // A file system that cannot do that: a link never replaces anything either.
        if (::link(from.c_str(), to.c_str()) == 0)
            return ::unlink(from.c_str()) == 0 ? 0 : errno;
        if (errno == EEXIST)
            return errno;
        std::error_code none; // nor has it links: what is left is to look first
        if (fs::exists(to, none))
            return EEXIST;
        return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
    }

} // namespace

AtomicFile::AtomicFile(fs::path target, Existing existing)
    : m_target(std::move(target))
    , m_existing(existing)
{
    std::error_code error;
    const fs::path resolved = fs::weakly_canonical(m_target, error);
    if (!error)
        m_target = resolved;
    if (!fs::is_directory(folderOf(m_target), error))
        throw Error(text(m_target.string(), ": the folder ", folderOf(m_target).string(),
            " does not exist, expected one to write to"));
    if (fs::is_directory(m_target, error))
        throw Error(text(m_target.string(), ": is a folder, expected the name of a file to write"));
    if (fs::exists(m_target, error) && !fs::is_regular_file(m_target, error))
        throw Error(
            text(m_target.string(), ": is a device or pipe, expected the name of a file to write"));
    if (existing == Existing::Keep && fs::exists(m_target, error))
        failExisting(m_target);
    m_path = createBeside(m_target, m_note, m_lock);
}

AtomicFile::~AtomicFile()
{
    if (!m_path.empty())
        ::unlink(m_path.c_str());
    if (m_lock >= 0)
        ::close(m_lock);
}

void AtomicFile::commit(Lasting lasting)
{
    assert(!m_path.empty());
    if (lasting == Lasting::Now)
        if (const int error = synchronize(m_path, O_RDONLY))
            fail(m_target, "its bytes did not reach the disk", error);
    const int error = m_existing == Existing::Keep           ? renameToNew(m_path, m_target)
        : std::rename(m_path.c_str(), m_target.c_str()) == 0 ? 0
                                                             : errno;
    if (error == EEXIST)
        failExisting(m_target);
    if (error != 0)
        fail(m_target, "cannot be replaced by the finished file", error);
    m_path.clear();
    m_note.reset();
    if (lasting == Lasting::Soon)
        return;
    // The rename itself is made lasting too; it has happened, so failing here is no error.
    (void)synchronize(folderOf(m_target), O_RDONLY | O_DIRECTORY);
}

void writeFileAtomically(const fs::path& target, std::string_view bytes)
{
    AtomicFile file(target, Existing::Replace);
    OutputFile out(file.output(), bytes.size());
    out.write(std::as_bytes(std::span(bytes)));
    out.close();
    file.commit();
}

} // namespace core
