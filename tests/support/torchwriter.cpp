// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torchwriter.h"

#include "tests/support/filebytes.h"

namespace support {

namespace {

    std::int64_t elementBytes(const TorchTensor& tensor)
    {
        const std::string& type = tensor.storageClass;
        if (type == "DoubleStorage" || type == "LongStorage")
            return 8;
        if (type == "FloatStorage" || type == "IntStorage")
            return 4;
        return type == "HalfStorage" || type == "BFloat16Storage" || type == "ShortStorage" ? 2 : 1;
    }

    std::vector<std::string> numbers(const std::vector<std::int64_t>& values)
    {
        std::vector<std::string> items;
        for (const std::int64_t value : values)
            items.push_back(pickled(value));
        return items;
    }

    std::vector<std::int64_t> rowByRow(const std::vector<std::int64_t>& shape)
    {
        std::vector<std::int64_t> strides(shape.size(), 1);
        for (std::size_t i = shape.size(); i > 1; --i)
            strides[i - 2] = strides[i - 1] * shape[i - 1];
        return strides;
    }

    std::string far(std::uint64_t first, std::uint64_t second, std::uint64_t third)
    {
        return little(std::uint16_t(1)) + little(std::uint16_t(24)) + little(first) + little(second)
            + little(third);
    }

} // namespace

std::string pickled(const std::string& text)
{
    return "X" + little(std::uint32_t(text.size())) + text;
}

std::string pickled(std::int64_t number)
{
    if (number >= 0 && number < 256)
        return "K" + little(std::uint8_t(number));
    return std::string("\x8a\x08", 2) + little(number);
}

std::string pickledTuple(const std::vector<std::string>& items)
{
    std::string bytes = "(";
    for (const std::string& item : items)
        bytes += item;
    return bytes + "t";
}

std::string pickledGlobal(const std::string& module, const std::string& name)
{
    return "c" + module + "\n" + name + "\n";
}

std::string pickledCall(const std::string& callee, const std::vector<std::string>& arguments)
{
    return callee + pickledTuple(arguments) + "R";
}

std::string pickledDictionary(const std::vector<std::pair<std::string, std::string>>& items)
{
    std::string bytes = pickledCall(pickledGlobal("collections", "OrderedDict"), {}) + "(";
    for (const auto& [key, value] : items)
        bytes += key + value;
    return bytes + "u";
}

std::string pickledTensor(const TorchTensor& tensor, const std::string& key)
{
    const bool isTyped = !tensor.storageClass.empty();
    const auto count = std::int64_t(tensor.storage.size()) / (isTyped ? elementBytes(tensor) : 1);
    const std::string storage = pickledTuple({ pickled("storage"),
                                    isTyped ? pickledGlobal("torch", tensor.storageClass)
                                            : pickledGlobal("torch.storage", "UntypedStorage"),
                                    pickled(key), pickled("cpu"), pickled(count) })
        + "Q";
    std::vector<std::string> arguments{ storage, pickled(tensor.first),
        pickledTuple(numbers(tensor.shape)),
        pickledTuple(numbers(tensor.strides.empty() ? rowByRow(tensor.shape) : tensor.strides)),
        "\x89", pickledDictionary({}) };
    if (!isTyped)
        arguments.push_back(pickledGlobal("torch", tensor.dtype));
    const std::string made = pickledCall(
        pickledGlobal("torch._utils", isTyped ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3"),
        arguments);
    return tensor.isParameter ? pickledCall(pickledGlobal("torch._utils", "_rebuild_parameter"),
               { made, "\x88", pickledDictionary({}) })
                              : made;
}

std::string pickle(const std::string& value) { return "\x80\x02" + value + "."; }

std::string zipBytes(const std::vector<std::pair<std::string, std::string>>& entries, bool isFar)
{
    std::string bytes, directory;
    const auto nearOr = [&](std::size_t number) {
        return little(isFar ? ~std::uint32_t(0) : std::uint32_t(number));
    };
    for (const auto& [name, content] : entries) {
        const std::string extra
            = isFar ? far(content.size(), content.size(), bytes.size()) : std::string();
        directory += "PK\1\2" + std::string(4, '\0') + std::string(12, '\0')
            + nearOr(content.size()) + nearOr(content.size()) + little(std::uint16_t(name.size()))
            + little(std::uint16_t(extra.size())) + little(std::uint16_t(0)) + std::string(8, '\0')
            + nearOr(bytes.size()) + name + extra;
        bytes += "PK\3\4" + std::string(14, '\0') + little(std::uint32_t(content.size()))
            + little(std::uint32_t(content.size())) + little(std::uint16_t(name.size()))
            + little(std::uint16_t(5)) + name + "extra" + content;
    }
    const std::size_t start = bytes.size();
    bytes += directory;
    if (isFar) {
        const std::size_t end = bytes.size();
        bytes += "PK\6\6" + little(std::uint64_t(44)) + std::string(12, '\0')
            + little(std::uint64_t(entries.size())) + little(std::uint64_t(entries.size()))
            + little(std::uint64_t(directory.size())) + little(std::uint64_t(start));
        bytes += "PK\6\7" + little(std::uint32_t(0)) + little(std::uint64_t(end))
            + little(std::uint32_t(1));
    }
    const auto count = little(isFar ? std::uint16_t(0xffff) : std::uint16_t(entries.size()));
    return bytes + "PK\5\6" + std::string(4, '\0') + count + count + nearOr(directory.size())
        + nearOr(start) + little(std::uint16_t(0));
}

std::string stateDictionary(const std::vector<TorchTensor>& tensors)
{
    std::vector<std::pair<std::string, std::string>> items;
    for (const TorchTensor& tensor : tensors)
        items.emplace_back(
            pickled(tensor.name), pickledTensor(tensor, std::to_string(items.size())));
    // Modules leave their versions as an attribute of the dictionary.
    return pickledDictionary(items) + "}" + pickled("_metadata") + pickledDictionary({}) + "sb";
}

std::string torchBytes(const std::vector<TorchTensor>& tensors, std::string root)
{
    std::vector<std::pair<std::string, std::string>> entries{ { "model/data.pkl",
        pickle(root.empty() ? stateDictionary(tensors) : root) } };
    entries.emplace_back("model/byteorder", "little");
    for (std::size_t i = 0; i < tensors.size(); ++i)
        entries.emplace_back("model/data/" + std::to_string(i), tensors[i].storage);
    entries.emplace_back("model/version", "3\n");
    return zipBytes(entries);
}

std::string oldTorchBytes(const std::vector<TorchTensor>& tensors)
{
    std::string bytes = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
    bytes += pickle(pickled(std::int64_t(1001)));
    bytes += pickle(pickledDictionary({ { pickled("little_endian"), "\x88" } }));
    bytes += pickle(stateDictionary(tensors));
    std::string keys = "](", storages;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        keys += pickled(std::to_string(i));
        storages += little(std::uint64_t(tensors[i].storage.size())
                        / std::uint64_t(elementBytes(tensors[i])))
            + tensors[i].storage;
    }
    return bytes + pickle(keys + "e") + storages;
}

} // namespace support
