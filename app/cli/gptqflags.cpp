// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/gptqflags.h"

#include <CLI/CLI.hpp>

namespace cli {

namespace {

    constexpr const char* group = "GPTQ (resources/help/gptq.md)";

} // namespace

std::shared_ptr<GptqFlags> GptqFlags::addTo(CLI::App& command)
{
    const auto flags = std::make_shared<GptqFlags>();
    flags->m_command = &command;
    core::GptqOptions& given = flags->m_given;
    command
        .add_option("--damping", given.damping, "Share of the Hessian's mean diagonal added to it")
        ->capture_default_str()
        ->check(CLI::Range(1e-6, 1.0))
        ->group(group);
    command
        .add_flag("--correct-target,!--no-correct-target", given.correctTarget,
            "Aim at the original model's outputs, not only at its weights (default: on)")
        ->group(group);
    command
        .add_flag("--hold-out,!--no-hold-out", given.holdOut,
            "Hold a quarter of the sequences out and choose by them what the text can support "
            "(default: on)")
        ->group(group);
    command
        .add_option("--drift-share", given.driftShare,
            "Share of the residual stream's drift to take up (default: chosen on held-out "
            "sequences)")
        ->check(CLI::Range(0.0, 1.0))
        ->group(group);
    command
        .add_option("--target-damping", given.targetDamping,
            "Damping of that correction (default: chosen on held-out sequences)")
        ->check(CLI::Range(1e-6, 1e6))
        ->group(group);
    command
        .add_flag("--weigh-tokens,!--no-weigh-tokens", given.weighTokens,
            "Count errors relative to the size of the residual stream at their token (default: "
            "off)")
        ->group(group);
    command
        .add_option("--sweeps", given.sweeps,
            "Rounds each block again given the others, at most so many times")
        ->capture_default_str()
        ->check(CLI::Range(0, 100))
        ->group(group);
    command
        .add_flag("--refit-norms,!--no-refit-norms", given.refitNorms,
            "Fit the norms' weights to the rounded matrices behind them (default: on)")
        ->group(group);
    command
        .add_flag("--order-neurons,!--no-order-neurons", given.orderNeurons,
            "Put the most active neurons of each feed-forward first (default: off)")
        ->group(group);
    command
        .add_flag("--two-sided,!--no-two-sided", given.twoSided,
            "Let the rows after a row make up for its error, as far as the end loss depends on "
            "both (default: on)")
        ->group(group);
    command
        .add_flag("--weigh-gradients,!--no-weigh-gradients", given.weighGradients,
            "Count errors by the gradients of the end loss at their token, with --two-sided "
            "(default: on)")
        ->group(group);
    command
        .add_option("--output-damping", given.outputDamping,
            "Damping of what the end loss says of pairs of outputs, with --two-sided")
        ->capture_default_str()
        ->check(CLI::Range(1e-6, 1e6))
        ->group(group);
    return flags;
}

core::GptqOptions GptqFlags::applied(core::GptqOptions options) const
{
    const auto has = [&](const char* name) { return m_command->count(name) > 0; };
    if (has("--damping"))
        options.damping = m_given.damping;
    if (has("--correct-target"))
        options.correctTarget = m_given.correctTarget;
    if (has("--hold-out"))
        options.holdOut = m_given.holdOut;
    if (has("--drift-share"))
        options.driftShare = m_given.driftShare;
    if (has("--target-damping"))
        options.targetDamping = m_given.targetDamping;
    if (has("--drift-share") || has("--target-damping"))
        options.chooseTarget = false;
    if (has("--weigh-tokens"))
        options.weighTokens = m_given.weighTokens;
    if (has("--sweeps"))
        options.sweeps = m_given.sweeps;
    if (has("--refit-norms"))
        options.refitNorms = m_given.refitNorms;
    if (has("--order-neurons"))
        options.orderNeurons = m_given.orderNeurons;
    if (has("--two-sided"))
        options.twoSided = m_given.twoSided;
    if (has("--weigh-gradients"))
        options.weighGradients = m_given.weighGradients;
    if (has("--output-damping"))
        options.outputDamping = m_given.outputDamping;
    return options;
}

} // namespace cli
