// SPDX-License-Identifier: GPL-3.0-or-later
// Drives a fuzz target without libFuzzer: the seeds, then damaged ones, the same in every run.
//   fuzz_x [--quick S] a quick run of at most S (3) seconds, as a test
//   fuzz_x FILE...     only these inputs, such as one that failed
//   fuzz_x --for S     S seconds, with other damage each time
#include "core/base/error.h"
#include "tests/fuzz/fuzztarget.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/filebytes.h"

#include <chrono>
#include <iostream>
#include <optional>

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::optional<int> quickInputs; // as many as there is time for: they see most
#else
constexpr std::optional<int> quickInputs = 20000;
#endif
constexpr std::chrono::seconds quickLimit(3);

/// The input whose check is running; it is saved if the check fails.
const std::string* current = nullptr;

void saveCurrent()
{
    support::writeFile("fuzz-failure.bin", *current);
    std::cerr << "The input that failed lies in fuzz-failure.bin of this folder.\n";
}

enum class Outcome { Accepted, Refused, Fault };

Outcome tryInput(const std::string& bytes)
{
    current = &bytes;
    try {
        fuzz::check(bytes);
        return Outcome::Accepted;
    } catch (const core::Error& error) {
        if (*error.what() != '\0')
            return Outcome::Refused;
        std::cerr << "A core::Error without a sentence.\n";
    } catch (const std::exception& error) {
        std::cerr << "Something else than core::Error: " << error.what() << "\n";
    }
    saveCurrent();
    return Outcome::Fault;
}

int mutate(unsigned number, std::optional<int> inputs, std::chrono::seconds limit)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    fuzz::Mutator mutator(fuzz::seeds(), number);
    int counts[3] = {};
    int done = 0;
    for (; (!inputs || done < *inputs) && std::chrono::steady_clock::now() < end; ++done) {
        const Outcome outcome = tryInput(mutator.next());
        ++counts[int(outcome)];
        if (outcome == Outcome::Fault)
            return 1;
    }
    std::cout << done << " damaged inputs: " << counts[int(Outcome::Accepted)] << " accepted, "
              << counts[int(Outcome::Refused)] << " refused\n";
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 3 && std::string(argv[1]) == "--for")
        return mutate(
            std::random_device()(), std::nullopt, std::chrono::seconds(std::stoi(argv[2])));
    const bool isQuick = argc == 3 && std::string(argv[1]) == "--quick";
    for (int i = 1; i < argc && !isQuick; ++i) {
        if (tryInput(support::readFile(argv[i])) == Outcome::Fault)
            return 1;
    }
    if (argc > 1 && !isQuick)
        return 0;
    for (const std::string& seed : fuzz::seeds()) {
        if (tryInput(seed) != Outcome::Accepted) {
            std::cerr << "A sound input was refused.\n";
            return 1;
        }
    }
    return mutate(1, quickInputs, isQuick ? std::chrono::seconds(std::stoi(argv[2])) : quickLimit);
}
