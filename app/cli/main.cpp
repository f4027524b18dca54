// SPDX-License-Identifier: GPL-3.0-or-later
// quantscope-cli: the core without a window. The twin of app/jobs: it catches, cancels and reports.
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/error.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>
#include <stop_token>
#include <thread>

#include <semaphore.h>

namespace {

/// Exit codes; --help and the README list them.
enum ExitCode { Done = 0, Unexpected = 1, Usage = 2, BadInput = 3, Stopped = 4 };

constexpr const char* footer
    = "Exit codes: 0 done, 1 unexpected failure, 2 usage, 3 bad input or output, 4 cancelled.\n"
      "Progress goes to stderr, results to stdout. Ctrl+C cancels and leaves no half-written file.";

sem_t signalled; // all that a signal handler may touch; it cannot be given an object

/// Turns Ctrl+C and a termination request into a stop request while it lives.
class SignalStop {
public:
    SignalStop()
    {
        sem_init(&signalled, 0, 0);
        m_waiter = std::jthread([stop = m_stop]() mutable {
            while (sem_wait(&signalled) != 0) {
            } // interrupted: a signal came, the next wait sees it
            stop.request_stop();
        });
        // A handler, not a mask: libraries start threads before main that would take the signal.
        for (const int signal : { SIGINT, SIGTERM })
            std::signal(signal, [](int) { sem_post(&signalled); });
    }
    ~SignalStop()
    {
        for (const int signal : { SIGINT, SIGTERM })
            std::signal(signal, SIG_DFL);
        sem_post(&signalled); // ends the wait
    }
    SignalStop(const SignalStop&) = delete;
    SignalStop& operator=(const SignalStop&) = delete;

    std::stop_token token() const { return m_stop.get_token(); }

private:
    std::stop_source m_stop;
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
