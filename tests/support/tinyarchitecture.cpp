// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tinyarchitecture.h"

#include "tests/support/filebytes.h"
#include "tests/support/safetensorswriter.h"
#include "tests/support/tinybuilder.h"

namespace support {

namespace {

    using tiny::Builders;

    const Builders& differing()
    {
        static const Builders all = [] {
            Builders joined = tiny::apartFromLlamaCpp();
            joined.merge(tiny::withLatentsApart());
            joined.merge(tiny::withDenseLayers());
            return joined;
        }();
        return all;
    }

    const Builders& builders()
    {
        static const Builders all = [] {
            Builders joined = tiny::withLlamasNames();
            joined.merge(tiny::withNamesOfTheirOwn());
            joined.merge(tiny::withExperts());
            joined.merge(tiny::withLatents());
            joined.merge(tiny::withOtherMixers());
            return joined;
        }();
        return all;
    }

    std::vector<std::string> namesOf(const Builders& builders)
    {
        std::vector<std::string> names;
        for (const auto& [name, build] : builders)
            names.push_back(name);
        return names;
    }

} // namespace

std::vector<std::string> tinyArchitectures() { return namesOf(builders()); }

std::vector<std::string> tinyArchitecturesApart() { return namesOf(differing()); }

TinyArchitecture tinyArchitecture(const std::string& name)
{
    const auto found = differing().find(name);
    return found != differing().end() ? found->second() : builders().at(name)();
}

void writeTinyArchitecture(const std::string& name, const std::filesystem::path& folder)
{
    const TinyArchitecture tiny = tinyArchitecture(name);
    writeTinyModel({}, folder); // its tokenizer stays
    std::vector<SafetensorsEntry> entries;
    for (const TinyTensor& tensor : tiny.tensors) {
        SafetensorsEntry entry{ tensor.name, "F32", tensor.shape, {} };
        const char* bytes = reinterpret_cast<const char*>(tensor.weights.data());
        entry.bytes.assign(bytes, bytes + tensor.weights.size() * sizeof(float));
        entries.push_back(std::move(entry));
    }
    writeFile(folder / "config.json", tiny.config);
    writeFile(folder / "model.safetensors", safetensorsBytes(entries));
}

} // namespace support
