// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/quantizedsource.h"
#include "core/files/safetensors.h"
#include "tests/core/files/quantizedfixture.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/memoryfile.h"
#include "tests/support/filebytes.h"

#include <nlohmann/json.hpp>

#include <algorithm>

std::vector<std::string> fuzz::seeds()
{
    std::vector<std::string> seeds;
    for (const auto& entries : quantizedfixture::everyKind())
        seeds.push_back(support::safetensorsBytes(entries));
    return seeds;
}

void fuzz::check(std::string_view bytes)
{
    static const support::TemporaryFolder folder;
    static fuzz::MemoryFile memory(folder / "model.safetensors");
    static const core::Json config
        = core::parseJson(R"({"quantization_config":{"bits":4,"group_size":32}})", "config.json");
    memory.setBytes(bytes);
    const auto sorted = core::quantizedTensors(
        core::readSafetensors(folder / "model.safetensors"), config, "config.json");
    for (const core::QuantizedWeight& weight : sorted.weights) {
        const core::QuantizedRows& rows = *weight.rows;
        const auto some = std::min<std::int64_t>(rows.rowCount(), 4);
        rows.rows(rows.rowCount() - some, some);
        rows.grid();
        rows.tensorScale();
        if (const core::Format* format = rows.exactFormat())
            rows.exactRows(*format, 0, some);
    }
}
