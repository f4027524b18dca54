// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/input.h"

#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/textfile.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>

namespace cli {

CLI::Validator positive()
{
    const auto complaint = [](const std::string& word) {
        const double number = std::strtod(word.c_str(), nullptr);
        return number > 0 && std::isfinite(number)
            ? std::string()
            : core::text("found ", word, ", expected a number above 0");
    };
    return { complaint, "POSITIVE" };
}

void addCount(CLI::App& command, const std::string& name, int& value, const std::string& about)
{
    command.add_option(name, value, about)->check(positive());
}

namespace {

    void sayNotes(const std::vector<std::string>& notes)
    {
        for (const std::string& note : notes)
            std::cerr << "note: " << note << '\n';
    }

} // namespace

std::shared_ptr<const core::Checkpoint> openModel(const std::filesystem::path& path)
{
    auto checkpoint = core::Checkpoint::open(path);
    sayNotes(checkpoint->notes());
    return checkpoint;
}

std::vector<std::vector<int>> readSequences(
    const core::Checkpoint& checkpoint, const TextOptions& options)
{
    constexpr int usual = 512; // llama-perplexity's and llama-imatrix's default
    checkpoint.requireComputed(); // nothing else is done with a text
    const int trained = checkpoint.config().context;
    const int length = options.length > 0 ? options.length
        : trained > 0                     ? std::min(trained, usual)
                                          : usual;
    const core::Tokenizer& tokenizer = checkpoint.tokenizer();
    const core::NotedText read = core::readText(options.file);
    sayNotes(read.notes);
    return core::tokenSequences(tokenizer, read.text, length, options.sequences);
}

void requireMayBeWritten(
    const core::SourceFiles& read, const std::filesystem::path& file, core::Existing existing)
{
    read.requireNotAmong(file);
    std::error_code none;
    if (existing == core::Existing::Keep && std::filesystem::is_regular_file(file, none))
        throw core::Error(core::text(file.string(),
            ": exists already, expected the name of a new file, or --overwrite to replace it"));
    const core::AtomicFile probe(file, existing); // throws where none can be; nothing of it stays
}

namespace {

    /// Where a file of that name is written: links followed, even those that lead to nothing yet.
    std::filesystem::path placeOf(std::filesystem::path file)
    {
        constexpr int mostLinks = 40; // as many as Linux follows
        std::error_code error;
        for (int i = 0; i < mostLinks && std::filesystem::is_symlink(file, error); ++i)
            file = file.parent_path() / std::filesystem::read_symlink(file, error);
        const auto place
            = std::filesystem::weakly_canonical(std::filesystem::absolute(file, error), error);
        return error ? file.lexically_normal() : place;
    }

} // namespace

bool isSamePlace(const std::filesystem::path& one, const std::filesystem::path& other)
{
    return !one.empty() && !other.empty() && placeOf(one) == placeOf(other);
}

std::string headline(const core::Checkpoint& checkpoint)
{
    const core::ModelConfig& config = checkpoint.config();
    const std::string size
        = core::text(checkpoint.weights(), " weights, ", sizeText(double(checkpoint.bytes())));
    if (!checkpoint.isComputed())
        return core::text(config.name, ": ", config.architecture, ", ", config.layers, " layers, ",
            checkpoint.tensors().size(), " tensors, ", size);
    return core::text(config.name, ": ", config.architecture, ", ", config.layers,
        " layers, hidden ", config.hidden, ", feed-forward ", config.feedForward, ", ",
        config.heads, " heads of ", config.headDim, ", ", config.keyValueHeads,
        " key/value heads, vocabulary ", config.vocabulary, ", context ", config.context,
        config.tiedHead ? ", tied head" : "", ", ", size);
}

} // namespace cli
