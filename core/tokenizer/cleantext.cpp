// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/cleantext.h"

#include "core/files/textfile.h"

namespace core {

namespace {

    constexpr std::uint32_t replacement = 0xFFFD;
    constexpr std::uint32_t privateUse
        = 0xE000; // like a surrogate no letter, number, space or mark

} // namespace

std::uint32_t nextCharacter(std::string_view bytes, std::size_t& at)
{
    const auto byte = [&](std::size_t i) {
        return i < bytes.size() ? std::uint32_t(static_cast<unsigned char>(bytes[i])) : 0u;
    };
    const std::uint32_t first = byte(at);
    const std::size_t length = first < 0x80 ? 1
        : first < 0xC0                      ? 0
        : first < 0xE0                      ? 2
        : first < 0xF0                      ? 3
        : first < 0xF8                      ? 4
                                            : 0;
    std::uint32_t character = length < 2 ? first : first & (0x7Fu >> length);
    bool isGood = length > 0;
    for (std::size_t i = 1; i < length; ++i) {
        isGood = isGood && (byte(at + i) & 0xC0) == 0x80;
        character = character << 6 | (byte(at + i) & 0x3F);
    }
    isGood = isGood && character <= 0x10FFFF;
    at += isGood ? length : 1;
    return isGood ? character : replacement;
}

void appendUtf8(std::string& utf8, std::uint32_t character)
{
    const auto tail = [&](int shift) { utf8 += char(0x80 | (character >> shift & 0x3F)); };
    if (character < 0x80) {
        utf8 += char(character);
    } else if (character < 0x800) {
        utf8 += char(0xC0 | character >> 6);
        tail(0);
    } else if (character < 0x10000) {
        utf8 += char(0xE0 | character >> 12);
        tail(6);
        tail(0);
    } else {
        utf8 += char(0xF0 | character >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

CleanText::CleanText(std::string_view text)
    : bytes(text)
    , subject(text)
{
    if (!findInvalidUtf8(text))
        return;
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t character = nextCharacter(text, at);
        const bool isSurrogate = character >= 0xD800 && character < 0xE000;
        appendUtf8(bytesCopy, character);
        appendUtf8(subjectCopy, isSurrogate ? privateUse : character);
    }
    bytes = bytesCopy;
    subject = subjectCopy;
}

} // namespace core
