// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/bytelevel.h"

namespace core {

namespace {

    bool standsForItself(unsigned byte)
    {
        return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
    }

    std::array<std::string, 256> makeCharacters()
    {
        std::array<std::string, 256> characters;
        unsigned next = 0x100;
        for (unsigned byte = 0; byte < 256; ++byte) {
            const unsigned character = standsForItself(byte) ? byte : next++;
            if (character < 0x80)
                characters[byte] = { char(character) };
            else
                characters[byte] = { char(0xC0 | character >> 6), char(0x80 | (character & 0x3F)) };
        }
        return characters;
    }

    /// The byte that character U+0080 … U+07FF stands for, −1 if it is not in the alphabet.
    int byteOf(unsigned character)
    {
        static const std::array<int, 0x144> bytes = [] {
            std::array<int, 0x144> table;
            table.fill(-1);
            int next = 0x100;
            for (int byte = 0; byte < 256; ++byte)
                table[std::size_t(standsForItself(unsigned(byte)) ? byte : next++)] = byte;
            return table;
        }();
        return character < bytes.size() ? bytes[character] : -1;
    }

} // namespace

const std::array<std::string, 256>& byteCharacters()
{
    static const std::array<std::string, 256> characters = makeCharacters();
    return characters;
}

std::string charactersOfBytes(std::string_view bytes)
{
    std::string characters;
    characters.reserve(bytes.size() * 2);
    for (const char byte : bytes)
        characters += byteCharacters()[static_cast<unsigned char>(byte)];
    return characters;
}

std::string bytesOfToken(std::string_view token)
{
    std::string bytes;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const auto first = static_cast<unsigned char>(token[i]);
        const bool isPair = (first & 0xE0) == 0xC0 && i + 1 < token.size();
        const int byte = isPair
            ? byteOf((first & 0x1Fu) << 6 | (static_cast<unsigned char>(token[i + 1]) & 0x3Fu))
            : -1;
        bytes += byte >= 0 ? char(byte) : token[i];
        i += byte >= 0 ? 1 : 0;
    }
    return bytes;
}

} // namespace core
