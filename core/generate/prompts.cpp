// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/prompts.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/textfile.h"

#include <algorithm>
#include <cassert>
#include <sstream>

namespace core {

std::vector<std::string> readPrompts(const std::filesystem::path& file)
{
    std::istringstream text(readTextFile(file));
    std::vector<std::string> prompts;
    for (std::string line; std::getline(text, line);) {
        if (line.ends_with('\r'))
            line.pop_back();
        if (!line.empty())
            prompts.push_back(line);
    }
    if (prompts.empty())
        throw Error(core::text(file.string(), ": holds no prompt, expected one on each line"));
    return prompts;
}

std::vector<std::vector<int>> beginningsOf(
    const std::vector<std::vector<int>>& sequences, int count, int length)
{
    std::vector<std::vector<int>> prompts;
    const std::size_t all = sequences.size();
    const std::size_t wanted = std::min(all, std::size_t(std::max(0, count)));
    for (std::size_t i = 0; i < wanted; ++i) {
        const std::vector<int>& sequence = sequences[i * all / wanted];
        const auto end = std::min(sequence.size(), std::size_t(std::max(0, length)));
        prompts.emplace_back(sequence.begin(), sequence.begin() + std::ptrdiff_t(end));
    }
    return prompts;
}

std::vector<std::vector<int>> continueAll(Generator& generator,
    const std::vector<std::vector<int>>& prompts, const ContinuationOptions& options,
    const Progress& progress)
{
    std::vector<std::vector<int>> texts;
    const double share = 1.0 / double(prompts.size());
    for (const std::vector<int>& prompt : prompts) {
        const double start = share * double(texts.size());
        texts.push_back(
            continueText(generator, prompt, options, nullptr, progress.part(start, start + share))
                .tokens);
    }
    return texts;
}

PromptsAgreement agreementOver(
    const std::vector<std::vector<int>>& model, const std::vector<std::vector<int>>& original)
{
    assert(model.size() == original.size());
    PromptsAgreement over;
    for (std::size_t i = 0; i < model.size(); ++i) {
        const Agreement agreement = agreementOf(model[i], original[i]);
        over.all = over.all + agreement;
        ++over.prompts;
        over.same += agreement.firstDivergence ? 0 : 1;
    }
    return over;
}

} // namespace core
