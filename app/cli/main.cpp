// SPDX-License-Identifier: GPL-3.0-or-later
// quantscope-cli: the core without a window. The twin of app/jobs: it catches, cancels and reports.
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/blasmemory.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/files/temporaryfiles.h"

#include <CLI/CLI.hpp>

#include <array>
#include <atomic>
#include <csignal>
#include <iostream>
#include <new>
#include <stop_token>
#include <string_view>
#include <system_error>
#include <thread>

#include <semaphore.h>
#include <unistd.h>

namespace {

/// Exit codes; --help and the README list them.
enum ExitCode { Done = 0, Unexpected = 1, Usage = 2, BadInput = 3, Stopped = 4 };

constexpr const char* footer
    = "Exit codes: 0 done, 1 unexpected failure, 2 usage, 3 bad input or output, 4 cancelled.\n"
      "Progress goes to stderr, results to stdout. Ctrl+C cancels and leaves no half-written file; "
      "a second one ends at once.";

// All that a signal handler may touch; it cannot be given an object.
sem_t signalled;
std::atomic<int> signals = 0;

/// The first asks to stop, the second ends the program where it is.
void onSignal(int)
{
    if (signals++ == 0) {
        sem_post(&signalled);
        return;
    }
    core::removeTemporaryFiles();
    constexpr std::string_view words = "\nEnded at once; no half-written file is left.\n";
    (void)!::write(STDERR_FILENO, words.data(), words.size());
    ::_exit(Stopped);
}

/// Of signals that end the program anyway: nothing half-written stays.
void onEnd(int signal)
{
    core::removeTemporaryFiles();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

/// What asks to stop: Ctrl+C, a termination request, no more processor time (ulimit -t), and below
/// a closed terminal.
constexpr std::array stopSignals{ SIGINT, SIGTERM, SIGXCPU };

/// Turns Ctrl+C, a closed terminal and a termination request into a stop request while it lives.
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
        for (const int signal : stopSignals)
            std::signal(signal, onSignal);
        if (std::signal(SIGHUP, onSignal) == SIG_IGN) // nohup
            std::signal(SIGHUP, SIG_IGN);
    }
    ~SignalStop()
    {
        for (const int signal : stopSignals)
            std::signal(signal, SIG_DFL);
        std::signal(SIGHUP, SIG_DFL);
        sem_post(&signalled); // ends the wait
    }
    SignalStop(const SignalStop&) = delete;
    SignalStop& operator=(const SignalStop&) = delete;

    std::stop_token token() const { return m_stop.get_token(); }

private:
    std::stop_source m_stop;
    std::jthread m_waiter;
};

/// What an exception becomes: a sentence and an exit code. To be called where one is caught.
int sayException()
{
    try {
        throw;
    } catch (const core::Cancelled&) {
        std::cerr << "Cancelled.\n";
        return Stopped;
    } catch (const core::Error& error) {
        std::cerr << error.what() << '\n';
        return BadInput;
    } catch (const std::bad_alloc&) {
        std::cerr << "Not enough memory: the system or a limit set for this program (ulimit -v) "
                     "gives no more.\n";
        return BadInput;
    } catch (const std::system_error& error) {
        const bool isThread = error.code() == std::errc::resource_unavailable_try_again;
        std::cerr << (isThread ? "Not enough memory or threads: the system starts no more threads "
                                 "for this program (ulimit -u, ulimit -v)"
                               : error.what())
                  << ".\n";
        return BadInput;
    } catch (const std::exception& error) {
        std::cerr << "Unexpected failure: " << error.what() << '\n';
        return Unexpected;
    }
}

/// The option that every command has.
void addThreads(CLI::App& app)
{
    constexpr int mostThreads = 1'000'000; // more than processors are not used
    for (CLI::App* command : app.get_subcommands({}))
        command
            ->add_option_function<int>(
                "--threads", [](int threads) { core::setThreadLimit(unsigned(threads)); },
                "Processors to use (all); the results do not depend on it")
            ->check(CLI::Range(1, mostThreads))
            ->type_name("N");
}

int run(const cli::Action& action)
{
    cli::ProgressLine line;
    try {
        core::takeBlasMemory(); // while there is one thread
        const SignalStop stop;
        action(core::Progress(stop.token(), line.report()), line);
        line.clear();
        std::cout.flush();
        if (!std::cout)
            throw core::Error("Cannot write the results to the standard output.");
        return Done;
    } catch (...) {
        line.clear();
        return sayException();
    }
}

} // namespace

int main(int argc, char** argv)
try {
    std::signal(SIGXFSZ, SIG_IGN); // a file beyond ulimit -f is an error of write()
    for (const int signal : { SIGPIPE, SIGQUIT })
        if (std::signal(signal, onEnd) == SIG_IGN)
            std::signal(signal, SIG_IGN);
    CLI::App app("Looks into a language-model checkpoint, quantizes it and measures what was lost.",
        "quantscope-cli");
    app.footer(footer);
    app.set_version_flag("--version", QUANTSCOPE_VERSION);
    app.require_subcommand(1);
    cli::Action action;
    cli::addModels(app, action);
    cli::addInspect(app, action);
    cli::addPreview(app, action);
    cli::addActivations(app, action);
    cli::addQuantize(app, action);
    cli::addEvaluate(app, action);
    cli::addCompare(app, action);
    cli::addImatrix(app, action);
    cli::addGenerate(app, action);
    cli::addSensitivity(app, action);
    cli::addRecipe(app, action);
    cli::addShrink(app, action);
    addThreads(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? Done : Usage;
    }
    return run(action);
} catch (...) {
    return sayException();
}
