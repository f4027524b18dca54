// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/picklescalar.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <bit>

namespace core {

namespace {

    using Scalar = std::optional<PickleValue>;

    /// A two's complement number of up to 8 bytes, little-endian; larger ones are no sizes.
    std::int64_t longNumber(std::span<const std::byte> bytes, const ByteReader& reader)
    {
        if (bytes.size() > 8)
            throw Error(text(reader.place(), ": the pickle has an integer of ", bytes.size(),
                " bytes at byte ", reader.position(), ", expected at most 8"));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            value |= std::uint64_t(bytes[i]) << 8 * i;
        if (!bytes.empty() && bytes.size() < 8 && (bytes.back() & std::byte(0x80)) != std::byte(0))
            value |= ~std::uint64_t(0) << 8 * bytes.size();
        return std::int64_t(value);
    }

    template<typename Number>
    PickleValue integer(ByteReader& reader)
    {
        return std::int64_t(reader.number<Number>("an integer"));
    }

    template<typename Length>
    PickleValue longInteger(ByteReader& reader)
    {
        const auto length = reader.number<Length>("a length");
        return longNumber(reader.bytes(length, "an integer"), reader);
    }

    template<typename Length>
    std::string_view characters(ByteReader& reader)
    {
        const auto length = reader.number<Length>("the length of a text");
        const auto bytes = reader.bytes(length, "a text of the pickle");
        return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
    }

    Scalar numberOf(ByteReader& reader, unsigned operation)
    {
        switch (operation) {
        case 'N':
            return PickleValue();
        case 0x88: // NEWTRUE
        case 0x89: // NEWFALSE
            return operation == 0x88;
        case 'J':
            return integer<std::int32_t>(reader);
        case 'K':
            return integer<std::uint8_t>(reader);
        case 'M':
            return integer<std::uint16_t>(reader);
        case 0x8a: // LONG1
            return longInteger<std::uint8_t>(reader);
        case 0x8b: // LONG4
            return longInteger<std::uint32_t>(reader);
        case 'G': // big-endian
            return std::bit_cast<double>(
                __builtin_bswap64(reader.number<std::uint64_t>("a number")));
        default:
            return std::nullopt;
        }
    }

    Scalar stringOf(ByteReader& reader, unsigned operation)
    {
        switch (operation) {
        case 'X': // BINUNICODE
        case 'T': // BINSTRING
            return characters<std::uint32_t>(reader);
        case 0x8c: // SHORT_BINUNICODE
        case 'U': // SHORT_BINSTRING
            return characters<std::uint8_t>(reader);
        case 0x8d: // BINUNICODE8
            return characters<std::uint64_t>(reader);
        case 'B':
            return PickleBytes{ characters<std::uint32_t>(reader) };
        case 'C':
            return PickleBytes{ characters<std::uint8_t>(reader) };
        case 0x8e: // BINBYTES8
        case 0x96: // BYTEARRAY8
            return PickleBytes{ characters<std::uint64_t>(reader) };
        default:
            return std::nullopt;
        }
    }

} // namespace

std::optional<PickleValue> readPickleScalar(ByteReader& reader, unsigned operation)
{
    const Scalar number = numberOf(reader, operation);
    return number ? number : stringOf(reader, operation);
}

} // namespace core
