// SPDX-License-Identifier: GPL-3.0-or-later
// quantscope-cli: the core without a window. The twin of app/jobs: it catches, cancels and reports.
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/error.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <stop_token>
#include <thread>

#include <pthread.h>
#include <signal.h>

namespace {

/// Exit codes; --help and the README list them.
enum ExitCode { Done = 0, Unexpected = 1, Usage = 2, BadInput = 3, Stopped = 4 };

constexpr const char* footer
    = "Exit codes: 0 done, 1 unexpected failure, 2 usage, 3 bad input or output, 4 cancelled.\n"
      "Progress goes to stderr, results to stdout. Ctrl+C cancels and leaves no half-written file.";

/// Turns Ctrl+C and a termination request into a stop request while it lives.
class SignalStop {
public:
    SignalStop()
    {
        sigemptyset(&m_signals);
        sigaddset(&m_signals, SIGINT);
        sigaddset(&m_signals, SIGTERM);
        sigaddset(&m_signals, SIGUSR1); // ours: ends the wait
        pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
        m_waiter = std::jthread([signals = m_signals, stop = m_stop]() mutable {
            int signal = 0;
            sigwait(&signals, &signal);
            if (signal != SIGUSR1)
                stop.request_stop();
        });
    }
    ~SignalStop() { pthread_kill(m_waiter.native_handle(), SIGUSR1); }
    SignalStop(const SignalStop&) = delete;
    SignalStop& operator=(const SignalStop&) = delete;

    std::stop_token token() const { return m_stop.get_token(); }

private:
    std::stop_source m_stop;
    sigset_t m_signals{};
    std::jthread m_waiter;
};

int run(const cli::Action& action)
{
    cli::ProgressLine line;
    const SignalStop signals;
    try {
        action(core::Progress(signals.token(), line.report()));
        line.clear();
        std::cout.flush();
        if (!std::cout)
            throw core::Error("Cannot write the results to the standard output.");
        return Done;
    } catch (const core::Cancelled&) {
        line.clear();
        std::cerr << "Cancelled.\n";
        return Stopped;
    } catch (const core::Error& error) {
        line.clear();
        std::cerr << error.what() << '\n';
        return BadInput;
    } catch (const std::exception& error) {
        line.clear();
        std::cerr << "Unexpected failure: " << error.what() << '\n';
        return Unexpected;
    }
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app("Looks into a language-model checkpoint, quantizes it and measures what was lost.",
        "quantscope-cli");
    app.footer(footer);
    app.set_version_flag("--version", QUANTSCOPE_VERSION);
    app.require_subcommand(1);
    cli::Action action;
    cli::addInspect(app, action);
    cli::addPreview(app, action);
    cli::addActivations(app, action);
    cli::addQuantize(app, action);
    cli::addEvaluate(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? Done : Usage;
    }
    return run(action);
}
