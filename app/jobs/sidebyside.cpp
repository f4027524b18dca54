// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/sidebyside.h"

#include "app/jobs/quantizejob.h"
#include "core/files/textfile.h"
#include "core/generate/endtokens.h"

#include <algorithm>
#include <fstream>

namespace app {

namespace {

    constexpr int promptsOfText = 20, tokensOfPrompt = 32;

    using Model = std::shared_ptr<const core::Checkpoint>;

    /// One column after the other; each model is opened when its turn comes, so that one at a time
    /// is held. body(column, model, progress).
    template<typename Body>
    void forModels(const SideBySide& models, const core::Progress& progress, const Body& body)
    {
        const std::array<std::shared_ptr<const Run>, 3> runs{ nullptr, models.a, models.b };
        const int all = 1 + (models.a ? 1 : 0) + (models.b ? 1 : 0);
        int done = 0;
        for (int column = 0; column < 3; ++column) {
            const auto& run = runs[std::size_t(column)];
            if (column > 0 && !run)
                continue;
            const Model model
                = run ? modelOf(*run, models.shelf.get(), models.original) : models.original;
            const double share = 1.0 / all;
            body(column, model, progress.part(done * share, (done + 1) * share));
            ++done;
        }
    }

    core::ContinuationOptions optionsOf(const TextWish& wish, const core::Checkpoint& original)
    {
        return { wish.count, wish.sampling, core::endTokens(original) };
    }

    std::vector<std::vector<int>> promptsOf(const MatchWish& wish, const core::Checkpoint& original)
    {
        if (wish.prompts.empty())
            return core::beginningsOf(
                readSequences(original, wish.text), promptsOfText, tokensOfPrompt);
        std::vector<std::vector<int>> prompts;
        for (const std::string& prompt : core::readPrompts(wish.prompts))
            prompts.push_back(core::promptTokens(original, prompt));
        return prompts;
    }

} // namespace

WrittenTexts writeTexts(const SideBySide& models, const TextWish& wish,
    const std::function<void(const WrittenToken&)>& told, const core::Progress& progress)
{
    progress.checkCancelled();
    const std::vector<int> prompt = core::promptTokens(*models.original, wish.prompt);
    const core::ContinuationOptions options = optionsOf(wish, *models.original);
    WrittenTexts texts;
    forModels(models, progress, [&](int column, const Model& model, const core::Progress& part) {
        told({ column, -1 });
        core::Generator generator(model, core::usualHeldBytes());
        texts[std::size_t(column)] = core::continueText(
            generator, prompt, options,
            [&](int token) {
                told({ column, token });
            },
            part);
    });
    return texts;
}

MatchRates matchTexts(
    const SideBySide& models, const MatchWish& wish, const core::Progress& progress)
{
    progress.checkCancelled();
    const auto prompts = promptsOf(wish, *models.original);
    const core::ContinuationOptions options = optionsOf(wish.how, *models.original);
    MatchRates rates;
    rates.prompts = int(prompts.size());
    rates.count = wish.how.count;
    rates.file = wish.prompts.empty() ? wish.text.file : wish.prompts;
    std::vector<std::vector<int>> originals;
    forModels(models, progress, [&](int column, const Model& model, const core::Progress& part) {
        core::Generator generator(model, core::usualHeldBytes());
        auto texts = core::continueAll(generator, prompts, options, part);
        if (column == 0)
            originals = std::move(texts);
        else
            (column == 1 ? rates.a : rates.b) = core::agreementOver(texts, originals);
    });
    return rates;
}

std::string firstWords(const std::filesystem::path& file)
{
    constexpr std::size_t looked = 2048, most = 90; // bytes; some words
    std::error_code none;
    if (!std::filesystem::is_regular_file(file, none))
        return {};
    std::string text(looked, '\0');
    std::ifstream stream(file, std::ios::binary);
    stream.read(text.data(), std::streamsize(looked));
    text.resize(std::size_t(stream.gcount()));
    if (const auto bad = core::findInvalidUtf8(text))
        text.resize(*bad); // also a character that was cut
    std::ranges::replace(text, '\n', ' ');
    std::erase(text, '\r');
    text.erase(0, text.find_first_not_of(' '));
    if (text.size() <= most)
        return text;
    const std::size_t space = text.rfind(' ', most);
    text.resize(space == std::string::npos ? 0 : space);
    return text;
}

} // namespace app
