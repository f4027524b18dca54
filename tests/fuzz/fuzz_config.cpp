// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/json.h"
#include "core/model/config.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/support/filebytes.h"
#include "tests/support/tinymodel.h"

#include <nlohmann/json.hpp>

std::vector<std::string> fuzz::seeds()
{
    const support::TemporaryFolder folder;
    support::writeTinyModel({}, folder.path());
    const std::string plain = support::readFile(folder / "config.json");
    const std::string scaled = R"(, "rope_scaling": {"rope_type": "llama3", "factor": 8.0,
        "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}})";
    return { plain, plain.substr(0, plain.rfind('}')) + scaled };
}

void fuzz::check(std::string_view bytes)
{
    core::configFromJson(core::parseJson(bytes, "config.json"), "config.json");
}
