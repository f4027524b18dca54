// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/rounding/gptqoptions.h"

#include <memory>

namespace CLI {
class App;
}

namespace cli {

/// What the command line says about GPTQ's ingredients; the rest is left as the recipe has it.
class GptqFlags {
public:
    /// Adds the flags to a subcommand, which must not outlive the result.
    static std::shared_ptr<GptqFlags> addTo(CLI::App& command);

    /// `options` with what was given.
    core::GptqOptions applied(core::GptqOptions options) const;

private:
    CLI::App* m_command = nullptr;
    core::GptqOptions m_given;
};

} // namespace cli
