// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/safetensorswriter.h"

#include "core/files/json.h"
#include "tests/support/filebytes.h"

#include <nlohmann/json.hpp>

namespace support {

std::string safetensorsBytes(const std::vector<SafetensorsEntry>& entries)
{
    nlohmann::ordered_json header;
    header["__metadata__"] = { { "format", "pt" } };
    std::string data;
    for (const SafetensorsEntry& entry : entries) {
        header[entry.name] = { { "dtype", entry.dtype }, { "shape", entry.shape },
            { "data_offsets", { data.size(), data.size() + entry.bytes.size() } } };
        data += entry.bytes;
    }
    std::string text = core::jsonText(header);
    text.resize((text.size() + 7) / 8 * 8, ' '); // the reference writer pads with spaces
    return safetensorsBytes(text, data);
}

std::string safetensorsBytes(const std::string& header, const std::string& data)
{
    return little(std::uint64_t(header.size())) + header + data;
}

} // namespace support
