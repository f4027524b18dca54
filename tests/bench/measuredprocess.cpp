// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/measuredprocess.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

void Usage::add(const Usage& step)
{
    wall += step.wall;
    processor += step.processor;
    waited += step.waited;
    anonymous = std::max(anonymous, step.anonymous);
    resident = std::max(resident, step.resident);
}

double Usage::serial(unsigned threads) const
{
    if (threads < 2)
        return 0;
    return std::clamp((threads * wall - processor - waited) / (threads - 1.0), 0.0, wall);
}

double Usage::serialShare(unsigned measured, unsigned threads) const
{
    const double alone = serial(measured);
    const double shared = std::max(0.0, processor + waited - alone);
    return wall > 0 ? alone / (alone + shared / threads) : 0;
}

namespace {

    using Clock = std::chrono::steady_clock;

    /// A terminal: what a program on its far end shows can be read here.
    class Terminal {
    public:
        Terminal()
            : m_near(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC))
        {
            if (m_near < 0 || ::grantpt(m_near) != 0 || ::unlockpt(m_near) != 0)
                throw core::Error("no terminal can be made to run a program on");
        }
        ~Terminal() { ::close(m_near); }
        Terminal(const Terminal&) = delete;
        Terminal& operator=(const Terminal&) = delete;

        std::string farEnd() const { return ::ptsname(m_near); }

        /// What was shown since the last call, at most `milliseconds` later.
        std::string read(int milliseconds) const
        {
            pollfd waiting{ m_near, POLLIN, 0 };
            ::poll(&waiting, 1, milliseconds);
            char bytes[4096];
            const ssize_t count = ::read(m_near, bytes, sizeof(bytes));
            if (count <= 0 && (waiting.revents & POLLHUP)) // nobody is there yet, or any more
                ::usleep(useconds_t(1000 * milliseconds));
            return { bytes, std::size_t(std::max<ssize_t>(0, count)) };
        }

    private:
        int m_near;
    };

    pid_t start(const std::vector<std::string>& command, const std::string& terminal)
    {
        std::vector<char*> arguments;
        for (const std::string& argument : command)
            arguments.push_back(const_cast<char*>(argument.c_str()));
        arguments.push_back(nullptr);
        posix_spawn_file_actions_t files;
        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(
            &files, STDERR_FILENO, terminal.c_str(), O_WRONLY | O_NOCTTY, 0);
        pid_t child = 0;
        const int error
            = ::posix_spawn(&child, command[0].c_str(), &files, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&files);
        if (error != 0)
            throw core::Error(core::text(command[0], ": cannot be started"));
        return child;
    }

    /// Reads what Linux counts of a process.
    class Counters {
    public:
        explicit Counters(pid_t process)
            : m_folder("/proc/" + std::to_string(process))
        {
        }

        /// Since it began; memory as it is now.
        Usage now()
        {
            std::error_code none;
            for (const auto& thread :
                std::filesystem::directory_iterator(m_folder + "/task", none)) {
                double ran = 0, waited = 0; // nanoseconds
                std::ifstream(thread.path() / "schedstat") >> ran >> waited;
                Times& times = m_threads[thread.path().filename().string()];
                times = { std::max(times.ran, ran), std::max(times.waited, waited) };
            }
            Usage usage;
            usage.wall = std::chrono::duration<double>(Clock::now() - m_start).count();
            for (const auto& [name, times] : m_threads) {
                usage.processor += 1e-9 * times.ran;
                usage.waited += 1e-9 * times.waited;
            }
            std::ifstream status(m_folder + "/status");
            for (std::string line; std::getline(status, line);) {
                if (line.starts_with("RssAnon:"))
                    usage.anonymous = 1024 * std::atof(line.c_str() + 8);
                if (line.starts_with("VmRSS:"))
                    usage.resident = 1024 * std::atof(line.c_str() + 6);
            }
            return usage;
        }

    private:
        struct Times {
            double ran = 0, waited = 0;
        };
        std::string m_folder;
        Clock::time_point m_start = Clock::now();
        std::map<std::string, Times> m_threads; ///< also those that have ended
    };

    /// The step that the last progress line of `shown` names: "12 %  Layer 1 of 2, 3 s left".
    std::string stepIn(const std::string& shown, const std::string& before)
    {
        const auto sign = shown.rfind(" %  ");
        if (sign == std::string::npos)
            return before;
        std::string name = shown.substr(sign + 4);
        name.resize(std::min({ name.size(), name.find(','), name.find('\r'), name.find('\n') }));
        std::erase_if(name, [](unsigned char c) { return std::isdigit(c) || c == '\x1b'; });
        const auto twice = [](char a, char b) { return a == ' ' && b == ' '; };
        name.erase(std::unique(name.begin(), name.end(), twice), name.end());
        return name;
    }

    Step& stepNamed(std::vector<Step>& steps, const std::string& name)
    {
        const auto found = std::ranges::find(steps, name, &Step::name);
        return found != steps.end() ? *found : steps.emplace_back(Step{ name, {} });
    }

} // namespace

MeasuredRun measureRun(const std::vector<std::string>& command)
{
    const Terminal terminal;
    const pid_t child = start(command, terminal.farEnd());
    Counters counters(child);
    MeasuredRun run;
    std::string step = "Opening", shown;
    Usage before;
    for (bool ends = false; !ends;) {
        shown += terminal.read(10);
        siginfo_t information{};
        ends = ::waitid(P_PID, id_t(child), &information, WEXITED | WNOHANG | WNOWAIT) == 0
            && information.si_pid == child;
        const Usage now = counters.now();
        stepNamed(run.steps, step)
            .usage.add({ now.wall - before.wall, now.processor - before.processor,
                now.waited - before.waited, now.anonymous, now.resident });
        before = now;
        step = stepIn(shown, step);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw core::Error(core::text(command[0], " ", command[1], " failed: ", shown));
    for (const Step& part : run.steps)
        run.all.add(part.usage);
    return run;
}

} // namespace bench
