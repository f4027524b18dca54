// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cliprogram.h"

#include "tests/support/safetensorswriter.h"

#include <QProcess>

#include <nlohmann/json.hpp>

namespace cliprogram {

OwnHome::OwnHome()
{
    qputenv("XDG_CACHE_HOME", (m_folder / "cache").c_str());
    qputenv("XDG_CONFIG_HOME", (m_folder / "config").c_str());
}

std::filesystem::path OwnHome::shelf() const
{
    return m_folder / "cache" / "quantscope" / "quantscope" / "shelf";
}

std::filesystem::path OwnHome::settings() const
{
    return m_folder / "config" / "quantscope" / "quantscope.conf";
}

Outcome run(const QStringList& arguments)
{
    QProcess process;
    process.start(QUANTSCOPE_CLI, arguments);
    if (!process.waitForFinished(120000))
        return {};
    return { process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
        QString::fromUtf8(process.readAllStandardError()) };
}

core::Json jsonOf(const Outcome& outcome)
{
    return core::parseJson(outcome.out.toStdString(), "standard output");
}

QString name(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

Workplace::Workplace(support::Damage damage)
    : model(name(folder / "model"))
    , text(name(folder / "text.txt"))
    , output(name(folder / "out.gguf"))
{
    tiny.hidden = 256;
    tiny.headSize = 64;
    tiny.feedForward = 512;
    tiny.damage = damage;
    std::filesystem::create_directory(folder / "model");
    support::writeTinyModel(tiny, folder / "model");
    std::string words;
    for (int i = 0; i < 2000; ++i)
        words += "word " + std::to_string(i * 7919 % 1000) + (i % 9 ? " " : ".\n");
    support::writeFile(folder / "text.txt", words);
}

void Workplace::makeLarge(const std::string& tensor, float value) const
{
    std::vector<support::SafetensorsEntry> entries;
    for (support::TinyTensor& each : support::tinyTensors(tiny)) {
        if (each.name == tensor)
            each.weights[7] = value;
        const auto* bytes = reinterpret_cast<const char*>(each.weights.data());
        entries.push_back({ each.name, "F32", each.shape,
            std::string(bytes, each.weights.size() * sizeof(float)) });
    }
    support::writeFile(folder / "model" / "model.safetensors", support::safetensorsBytes(entries));
}

QStringList Workplace::quantize(const QString& method) const
{
    return { "quantize", model, "--type", "Q4_K", "--method", method, "--calibration", text,
        "--ctx", "64", "--sequences", "8", "--overwrite", "-o", output };
}

} // namespace cliprogram
