// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace interop {

/// The folder of llama.cpp's libraries: QUANTSCOPE_LLAMA_LIBS, or where installer/quickstart.sh
/// test unpacks them in the checkout.
std::filesystem::path llamaFolder();

/// SmolLM2-135M-Instruct.Q4_1.gguf: QUANTSCOPE_SMOLLM2, or where installer/quickstart.sh test
/// unpacks it.
std::filesystem::path smolLm2();

/// A file of the texts and models that lie beside some checkouts ("text/wiki.test.raw").
std::filesystem::path sharedFile(const std::string& name);

/// A sentence that says that `file` is absent; empty if it is there.
std::string missing(const std::filesystem::path& file);

/// Whether QUANTSCOPE_REQUIRE_INTEROP asks that absent libraries or models fail a test.
bool isRequired();

} // namespace interop

/// In a Qt Test function: skips it if `file` is absent, or fails it where interop is required.
#define NEEDS_INTEROP(file)                                                                        \
    do {                                                                                           \
        const std::string absent = interop::missing(file);                                         \
        if (!absent.empty() && interop::isRequired())                                              \
            QFAIL(absent.c_str());                                                                 \
        if (!absent.empty())                                                                       \
            QSKIP(absent.c_str());                                                                 \
    } while (false)

/// In a Qt Test function: skips it if `file`, which no script can fetch, is absent.
#define NEEDS_SHARED(file)                                                                         \
    do {                                                                                           \
        const std::string absent = interop::missing(file);                                         \
        if (!absent.empty())                                                                       \
            QSKIP(absent.c_str());                                                                 \
    } while (false)
