// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinymodel.h"

namespace support {

namespace {

    /// A code point below U+0800 as UTF-8.
    std::string utf8(unsigned codePoint)
    {
        if (codePoint < 0x80)
            return std::string(1, char(codePoint));
        return { char(0xC0 | (codePoint >> 6)), char(0x80 | (codePoint & 0x3F)) };
    }

    bool isPrintable(unsigned byte)
    {
        return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    }

    /// The character that stands for each byte in byte-level BPE (GPT-2, bytes_to_unicode):
    /// printable Latin-1 stands for itself, the others for U+0100 onwards in order.
    std::vector<std::string> byteCharacters()
    {
        std::vector<std::string> characters;
        unsigned next = 0x100;
        for (unsigned byte = 0; byte < 256; ++byte)
            characters.push_back(utf8(isPrintable(byte) ? byte : next++));
        return characters;
    }

} // namespace

std::vector<std::pair<std::string, std::string>> tinyMerges()
{
    const std::string space = byteCharacters()[' '];
    return { { space, "t" }, { "h", "e" }, { space, "a" }, { "i", "n" }, { "r", "e" },
        { space + "t", "he" }, { "o", "n" }, { "e", "r" }, { space, "s" }, { space, "w" },
        { "n", "d" }, { "a", "t" }, { space, "o" }, { "e", "n" }, { space, "c" }, { "i", "s" },
        { "i", "t" }, { "o", "r" }, { space + "a", "nd" }, { "e", "s" }, { space, "f" },
        { space, "b" }, { "in", "g" }, { space + "o", "f" }, { "a", "l" }, { "e", "d" },
        { space, "in" }, { "a", "r" }, { "o", "u" }, { space, "p" }, { "at", "e" } };
}

std::vector<std::string> tinyTokens()
{
    std::vector<std::string> tokens = { "<|endoftext|>" };
    for (std::string& character : byteCharacters())
        tokens.push_back(std::move(character));
    for (const auto& [left, right] : tinyMerges())
        tokens.push_back(left + right);
    return tokens;
}

} // namespace support
