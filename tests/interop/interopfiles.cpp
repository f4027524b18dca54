// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/interop/interopfiles.h"

#include <cstdlib>

namespace interop {

namespace {

    std::filesystem::path fromEnvironment(const char* variable, const char* inCheckout)
    {
        if (const char* value = std::getenv(variable); value && *value)
            return value;
        return std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "build/interop" / inCheckout;
    }

} // namespace

std::filesystem::path llamaFolder()
{
    return fromEnvironment(
        "QUANTSCOPE_LLAMA_LIBS", "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64");
}

std::filesystem::path smolLm2()
{
    return fromEnvironment("QUANTSCOPE_SMOLLM2", "SmolLM2-135M-Instruct.Q4_1.gguf");
}

std::filesystem::path sharedFile(const std::string& name)
{
    return std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "../shared" / name;
}

std::string missing(const std::filesystem::path& file)
{
    if (std::filesystem::exists(file))
        return {};
    return file.string()
        + " is not there: installer/quickstart.sh test fetches what can be fetched";
}

bool isRequired()
{
    const char* value = std::getenv("QUANTSCOPE_REQUIRE_INTEROP");
    return value && *value;
}

} // namespace interop
