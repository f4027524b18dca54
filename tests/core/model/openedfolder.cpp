// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/model/openedfolder.h"

#include "core/files/ggufsplit.h"
#include "core/model/checkpoint.h"

#include <QtGlobal>

#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

std::vector<support::SafetensorsEntry> entriesOf(
    const support::TinyModel& model, const Rename& rename)
{
    std::vector<support::SafetensorsEntry> entries;
    for (const auto& tensor : support::tinyTensors(model))
        entries.push_back({ rename(tensor.name), "F32", tensor.shape,
            std::string(
                reinterpret_cast<const char*>(tensor.weights.data()), 4 * tensor.weights.size()) });
    return entries;
}

OpenedFolder::OpenedFolder(const support::TinyModel& model)
{
    support::writeTinyModel(model, path());
}

void OpenedFolder::write(const std::string& name, const std::string& bytes) const
{
    support::writeFile(path() / name, bytes);
}

void OpenedFolder::setConfig(const std::string& key, const core::Json& value) const
{
    core::Json config = core::readJson(path() / "config.json");
    config[key] = value;
    write("config.json", core::jsonText(config));
}

void OpenedFolder::rewrite(
    const Rename& rename, const std::vector<support::SafetensorsEntry>& more) const
{
    auto entries = entriesOf({}, rename);
    entries.insert(entries.end(), more.begin(), more.end());
    write("model.safetensors", support::safetensorsBytes(entries));
}

QByteArray OpenedFolder::opened(const std::string& name) const
{
    const fs::path place = name.empty() ? path() : path() / name;
    std::string notes;
    const std::string message = support::messageOf([&] {
        const auto checkpoint = core::Checkpoint::open(place);
        for (const std::string& note : checkpoint->notes())
            notes += note + "\n";
    });
    const std::string& said = message == "no error" ? notes : message;
    return QByteArray::fromStdString(said).replace(path().string().c_str(), "FOLDER");
}

bool contains(const QByteArray& text, const char* part)
{
    if (text.contains(part))
        return true;
    qWarning("%s", text.constData());
    return false;
}

void setGgufType(const fs::path& file, const std::string& name, std::uint32_t type)
{
    std::string all = support::readFile(file);
    const std::size_t at = all.find(name) + name.size() + 4 + 2 * 8;
    all.replace(at, 4, support::little(type));
    support::writeFile(file, all);
}

int writePieces(const fs::path& folder)
{
    support::writeTinyGguf({}, folder / "t.gguf");
    const core::GgufFile whole = core::readGguf(folder / "t.gguf");
    std::vector<core::GgufTensorInfo> infos;
    for (const core::StoredTensor& tensor : whole.tensors)
        infos.push_back({ tensor.name, tensor.format, tensor.shape });
    const auto pieces = core::splitGguf(whole.metadata, infos, 100'000);
    const auto files = core::pieceFiles(folder / "m.gguf", pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i)
        core::writeGguf(files[i], pieces[i].metadata, pieces[i].tensors,
            [&](std::size_t j) -> core::GgufBytes {
                return whole.tensors[pieces[i].firstTensor + j].bytes;
            },
            {});
    return int(pieces.size());
}
