// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/signature.h"

#include "core/base/text.h"
#include "core/files/amount.h"
#include "core/files/textfile.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>

namespace core {

namespace {

    using namespace std::string_view_literals;

    struct Signature {
        std::string_view bytes;
        std::size_t at;
        const char* what;
        const char* advice;
    };

    constexpr const char* unpack = "unpack it and open what is in it";
    constexpr const char* newer = "convert the original to GGUF with a current llama.cpp";
    constexpr const char* again = "download the file again";

    /// Of files that are something else altogether. Zip and pickle have rules of their own.
    constexpr std::array signatures{
        Signature{ "lmgg"sv, 0, "a GGML file, a format before GGUF", newer },
        Signature{ "fmgg"sv, 0, "a GGML file (GGMF), a format before GGUF", newer },
        Signature{ "tjgg"sv, 0, "a GGML file (GGJT), a format before GGUF", newer },
        Signature{ "algg"sv, 0, "a LoRA adapter in a format before GGUF (GGLA)",
            "open the model that it belongs to" },
        Signature{ "nsgg"sv, 0, "a session of llama.cpp (GGSN)", "open the model itself" },
        Signature{ "\x1f\x8b"sv, 0, "a gzip archive", unpack },
        Signature{ "7z\xbc\xaf\x27\x1c"sv, 0, "a 7z archive", unpack },
        Signature{ "Rar!\x1a\x07"sv, 0, "a RAR archive", unpack },
        Signature{ "BZh"sv, 0, "a bzip2 archive", unpack },
        Signature{ "\xfd"
                   "7zXZ\0"sv,
            0, "an xz archive", unpack },
        Signature{ "\x28\xb5\x2f\xfd"sv, 0, "a Zstandard archive", unpack },
        Signature{ "ustar"sv, 257, "a tar archive", unpack },
        Signature{ "\x89HDF\r\n\x1a\n"sv, 0, "an HDF5 file (Keras, TensorFlow)", convertAdvice },
        Signature{ "TFL3"sv, 4, "a TensorFlow Lite model", convertAdvice },
        Signature{ "%PDF-"sv, 0, "a PDF document", again },
    };

    constexpr std::array names{
        Signature{ ".onnx"sv, 0, "an ONNX model", convertAdvice },
        Signature{ ".msgpack"sv, 0, "a Flax model (msgpack)", convertAdvice },
        Signature{ ".h5"sv, 0, "a Keras or TensorFlow model (HDF5)", convertAdvice },
        Signature{ ".keras"sv, 0, "a Keras model", convertAdvice },
        Signature{ ".tflite"sv, 0, "a TensorFlow Lite model", convertAdvice },
        Signature{ ".nemo"sv, 0, "a NeMo archive", convertAdvice },
        Signature{ ".bin"sv, 0, "a PyTorch file (pickle)", convertAdvice },
        Signature{ ".pt"sv, 0, "a PyTorch file (pickle)", convertAdvice },
        Signature{ ".pth"sv, 0, "a PyTorch file (pickle)", convertAdvice },
        Signature{ ".ckpt"sv, 0, "a checkpoint file (pickle)", convertAdvice },
        Signature{ ".incomplete"sv, 0, "an unfinished download", "let the download finish" },
        Signature{ ".part"sv, 0, "an unfinished download", "let the download finish" },
        Signature{ ".crdownload"sv, 0, "an unfinished download", "let the download finish" },
        Signature{
            ".aria2"sv, 0, "the record of an unfinished download", "let the download finish" },
    };

    constexpr std::size_t lookedAt = 4096; ///< bytes: what tells a kind stands in front
    constexpr std::size_t quoted = 80; ///< bytes of a foreign text shown in a message

    std::string sentence(std::string_view what, std::string_view advice)
    {
        return text("is ", what, ": ", advice);
    }

    std::string lower(std::string_view bytes)
    {
        std::string result(bytes);
        std::transform(result.begin(), result.end(), result.begin(),
            [](unsigned char c) { return char(std::tolower(c)); });
        return result;
    }

    /// Without a UTF-8 byte order mark and the white space in front.
    std::string_view trimmed(std::string_view bytes)
    {
        if (bytes.starts_with("\xef\xbb\xbf"))
            bytes.remove_prefix(3);
        while (!bytes.empty() && std::isspace(static_cast<unsigned char>(bytes.front())))
            bytes.remove_prefix(1);
        return bytes;
    }

    /// UTF-8 without control characters; the last character may be cut off.
    bool isPlainText(std::string_view bytes)
    {
        constexpr std::size_t longest = 3; // bytes of a character that is not whole
        const auto bad = findInvalidUtf8(bytes);
        if (bad && (bytes.size() < lookedAt || *bad + longest < bytes.size()))
            return false;
        return std::all_of(bytes.begin(), bytes.end(), [](unsigned char c) {
            return (c >= 32 && c != 127) || c == '\n' || c == '\r' || c == '\t';
        });
    }

    /// The first line of a text, for a message.
    std::string quote(std::string_view bytes)
    {
        bytes = bytes.substr(0, std::min(bytes.find_first_of("\r\n"), bytes.size()));
        std::size_t end = std::min(bytes.size(), quoted);
        while (end > 0 && end < bytes.size()
            && (static_cast<unsigned char>(bytes[end]) & 0xC0) == 0x80) // inside a character
            --end;
        return text('"', bytes.substr(0, end), end < bytes.size() ? "...\"" : "\"");
    }

    /// A pointer of Git LFS ("version https://git-lfs.github.com/spec/v1", "oid …", "size …").
    std::string lfsPointer(std::string_view bytes)
    {
        std::uint64_t size = 0;
        const std::size_t at = bytes.find("\nsize ");
        if (at != std::string_view::npos)
            std::from_chars(bytes.data() + at + 6, bytes.data() + bytes.size(), size);
        return text("is a Git LFS pointer", size > 0 ? " to " + amountText(size) : "",
            ": the file itself was not downloaded; \"git lfs pull\" fetches it");
    }

    std::optional<std::string> foreignText(std::string_view bytes, Expected expected)
    {
        const std::string_view start = trimmed(bytes);
        if (start.starts_with("version https://git-lfs")
            || start.starts_with("version https://hawser"))
            return lfsPointer(bytes);
        const std::string folded = lower(start.substr(0, 64));
        if (folded.starts_with("<!doctype") || folded.starts_with("<html"))
            return sentence("a web page (HTML), as a server sends it in place of a file", again);
        if (folded.starts_with("<?xml") || folded.starts_with("<error"))
            return sentence("an XML text, as a server sends it in place of a file", again);
        if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff"))
            return expected == Expected::Json
                ? std::optional(sentence("a text in UTF-16", "save it as UTF-8"))
                : std::nullopt;
        if (expected == Expected::Json || start.empty() || !isPlainText(bytes))
            return std::nullopt;
        if (start.front() == '{' || start.front() == '[')
            return text("is a JSON text and no weights: ", quote(start));
        return text("is a text and no weights: ", quote(start));
    }

} // namespace

std::optional<std::string> foreignContent(std::span<const std::byte> all, Expected expected)
{
    const std::string_view bytes(
        reinterpret_cast<const char*>(all.data()), std::min(all.size(), lookedAt));
    constexpr std::size_t lengthBytes = 8; // of a safetensors header, which is JSON
    if (expected == Expected::Safetensors && bytes.size() > lengthBytes
        && bytes[lengthBytes] == '{')
        return std::nullopt;
    if (bytes.empty())
        return "is empty: the download is not complete";
    if (bytes.size() >= 8 && bytes.find_first_not_of('\0') == std::string_view::npos)
        return text("begins with ", bytes.size(), " zero bytes: the download is not complete");
    for (const Signature& signature : signatures) {
        if (bytes.size() > signature.at && bytes.substr(signature.at).starts_with(signature.bytes))
            return sentence(signature.what, signature.advice);
    }
    if (bytes.starts_with("PK\3\4"))
        return bytes.find("data.pkl") != std::string_view::npos
            ? sentence("a PyTorch file (pickle in a zip archive)", convertAdvice)
            : sentence("a zip archive", unpack);
    if (bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5
        && expected != Expected::Json)
        return sentence("a PyTorch file (pickle)", convertAdvice);
    if (bytes.starts_with("GGUF"))
        return expected == Expected::Gguf
            ? std::nullopt
            : std::optional(sentence("a GGUF file", "open it by itself"));
    return foreignText(bytes, expected);
}

std::optional<std::string> foreignName(const std::filesystem::path& file)
{
    const std::string extension = lower(file.extension().string());
    for (const Signature& name : names) {
        if (extension == name.bytes)
            return sentence(name.what, name.advice);
    }
    return std::nullopt;
}

} // namespace core
