// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/filebytes.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace support {

std::size_t TemporaryFolder::entries() const
{
    const std::filesystem::directory_iterator begin(path());
    return std::size_t(std::distance(begin, std::filesystem::directory_iterator()));
}

void writeFile(const std::filesystem::path& file, std::string_view bytes)
{
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), std::streamsize(bytes.size()));
    out.close();
    if (!out)
        throw std::runtime_error(file.string() + " cannot be written");
}

std::string readFile(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    if (!in)
        throw std::runtime_error(file.string() + " cannot be read");
    return bytes;
}

} // namespace support
