// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/piecemodel.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/bytereader.h"
#include "core/files/mappedfile.h"
#include "core/files/signature.h"

#include <bit>
#include <cmath>

namespace core {

namespace {

    constexpr std::size_t mostPieces = std::size_t(1) << 24; // a hundred times the largest
    constexpr std::uint64_t unigram = 1, bpe = 2; ///< as a model_type

    /// One field of a message; `number` holds a varint or fixed value, `bytes` a string or message.
    struct Field {
        std::uint64_t key = 0;
        std::uint64_t number = 0;
        std::span<const std::byte> bytes{};
    };

    std::uint64_t varint(ByteReader& reader)
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = reader.number<std::uint8_t>("a varint");
            value |= std::uint64_t(byte & 0x7f) << shift;
            if (byte < 0x80)
                return value;
        }
        throw Error(text(
            reader.place(), ": a varint at byte ", reader.position(), " has more than 10 bytes"));
    }

    Field readField(ByteReader& reader)
    {
        const std::uint64_t head = varint(reader);
        Field field{ head >> 3 };
        switch (head & 7) {
        case 0:
            field.number = varint(reader);
            return field;
        case 1:
            field.number = reader.number<std::uint64_t>("a field");
            return field;
        case 2:
            field.bytes = reader.bytes(varint(reader), "a field");
            return field;
        case 5:
            field.number = reader.number<std::uint32_t>("a field");
            return field;
        }
        throw Error(text(reader.place(), ": a field before byte ", reader.position(),
            " has wire type ", head & 7, ", expected 0, 1, 2 or 5"));
    }

    /// body(field) for each field of a message.
    template<typename Body>
    void forFields(std::span<const std::byte> message, const std::string& place, const Body& body)
    {
        ByteReader reader(message, place);
        while (reader.left() > 0)
            body(readField(reader));
    }

    PieceModel::Piece readPiece(std::span<const std::byte> message, const std::string& place)
    {
        PieceModel::Piece piece;
        forFields(message, place, [&](const Field& field) {
            if (field.key == 1)
                piece.text.assign(
                    reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size());
            else if (field.key == 2)
                piece.score = std::bit_cast<float>(std::uint32_t(field.number));
            else if (field.key == 3 && (field.number < 1 || field.number > 6))
                throw Error(text(place, " has type ", field.number, ", expected 1 to 6"));
            else if (field.key == 3)
                piece.type = TokenType(field.number);
        });
        if (!std::isfinite(piece.score))
            throw Error(text(place, " has score ", piece.score, ", expected a finite one"));
        return piece;
    }

    int idOf(std::uint64_t number)
    {
        return number < mostPieces ? int(number) : -1; // a negative id has ten bytes
    }

    /// A message without model_type is unigram.
    void readTrainer(
        PieceModel& model, std::span<const std::byte> message, const std::string& place)
    {
        std::uint64_t type = unigram;
        forFields(message, place, [&](const Field& field) {
            if (field.key == 3)
                type = field.number;
            else if (field.key == 24)
                model.addsSpaceBehind = field.number != 0;
            else if (field.key == 35)
                model.fallsBackToBytes = field.number != 0;
            else if (field.key == 40)
                model.unknown = idOf(field.number);
            else if (field.key == 41)
                model.bos = idOf(field.number);
            else if (field.key == 42)
                model.eos = idOf(field.number);
            else if (field.key == 43)
                model.pad = idOf(field.number);
        });
        if (type != bpe && type != unigram)
            throw Error(
                text(place, ": the model's type is ", type, ", expected 1 (unigram) or 2 (BPE)"));
        model.isUnigram = type == unigram;
    }

    void readNormalizer(
        PieceModel& model, std::span<const std::byte> message, const std::string& place)
    {
        model.mergesSpaces = true; // unless the message says otherwise
        forFields(message, place, [&](const Field& field) {
            if (field.key == 2)
                model.charsMap.assign(
                    reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size());
            else if (field.key == 3)
                model.addsSpace = field.number != 0;
            else if (field.key == 4)
                model.mergesSpaces = field.number != 0;
        });
    }

} // namespace

PieceModel readPieceModel(const std::filesystem::path& file)
{
    const std::string place = file.string();
    const auto mapped = MappedFile::open(file);
    if (const auto found = foreignContent(mapped->bytes(), Expected::Safetensors))
        throw Error(text(place, ": ", *found));
    PieceModel model;
    forFields(mapped->bytes(), place, [&](const Field& field) {
        if (field.key == 1 && model.pieces.size() < mostPieces)
            model.pieces.push_back(
                readPiece(field.bytes, text(place, ": piece ", model.pieces.size())));
        else if (field.key == 2)
            readTrainer(model, field.bytes, place);
        else if (field.key == 3)
            readNormalizer(model, field.bytes, place);
    });
    if (model.pieces.empty())
        throw Error(text(place, ": has no pieces, expected a model of SentencePiece"));
    return model;
}

} // namespace core
