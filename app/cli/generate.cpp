// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/input.h"
#include "core/base/text.h"
#include "core/files/json.h"
#include "core/generate/agreement.h"
#include "core/generate/continuation.h"
#include "core/generate/endtokens.h"
#include "core/generate/prompts.h"
#include "core/model/samemodel.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>

namespace cli {

namespace {

    struct GenerateArguments {
        std::string model;
        std::string original;
        std::optional<std::string> prompt;
        std::string prompts; ///< a file
        int count = 64;
        double temperature = 0;
        std::uint64_t seed = 1;
        bool json = false;
    };

    /// What one prompt was continued with.
    struct Answer {
        std::string prompt;
        core::Continuation model;
        std::optional<core::Continuation> original;
        core::Agreement agreement{};
    };

    CLI::Validator zeroOrMore()
    {
        return { [](const std::string& word) {
                    const double number = std::strtod(word.c_str(), nullptr);
                    return number >= 0 && std::isfinite(number)
                        ? std::string()
                        : core::text("found ", word, ", expected 0 or a number above it");
                },
            "NUMBER" };
    }

    std::vector<std::string> promptsOf(const GenerateArguments& options)
    {
        if (options.prompt)
            return { *options.prompt };
        return core::readPrompts(options.prompts);
    }

    /// A model that answers one prompt after the other.
    class Writer {
    public:
        Writer(const std::string& path, std::uint64_t heldBytes)
            : m_generator(openModel(path), heldBytes)
            , m_ends(core::endTokens(m_generator.checkpoint()))
        {
            if (const std::uint64_t anew = m_generator.decodedEachTime(); anew > 0)
                std::cerr << "note: " << path << ": weights of " << sizeText(double(anew))
                          << " do not fit into half of the memory and are decoded anew for every "
                             "token, which is slow\n";
        }

        const core::Checkpoint& checkpoint() const { return m_generator.checkpoint(); }
        const std::set<int>& ends() const { return m_ends; }

        core::Continuation answer(const std::vector<int>& prompt,
            const core::ContinuationOptions& options, const std::function<void(int)>& onToken,
            const core::Progress& progress)
        {
            return core::continueText(m_generator, prompt, options, onToken, progress);
        }

    private:
        core::Generator m_generator;
        std::set<int> m_ends;
    };

    std::string textOf(const core::Continuation& continuation, const core::Checkpoint& checkpoint)
    {
        return checkpoint.tokenizer().decode(continuation.tokens);
    }

    core::Json divergenceJson(const core::Agreement& agreement)
    {
        return agreement.firstDivergence ? core::Json(*agreement.firstDivergence) : core::Json();
    }

    core::Json toJson(const core::Continuation& continuation, const core::Checkpoint& checkpoint)
    {
        constexpr std::array ends{ "count", "end_token", "context" };
        return { { "text", textOf(continuation, checkpoint) }, { "tokens", continuation.tokens },
            { "end", ends[std::size_t(continuation.end)] },
            { "prompt_tokens", continuation.promptTokens },
            { "prompt_seconds", continuation.promptSeconds },
            { "tokens_per_second", continuation.tokensPerSecond() } };
    }

    core::Json toJson(const Answer& answer, const core::Checkpoint& checkpoint)
    {
        core::Json json = toJson(answer.model, checkpoint);
        json["prompt"] = answer.prompt;
        if (answer.original) {
            json["against"] = toJson(*answer.original, checkpoint);
            json["first_divergence"] = divergenceJson(answer.agreement);
            json["match_rate"] = answer.agreement.matchRate();
        }
        return json;
    }

    /// What several prompts come to.
    struct Total {
        core::Agreement agreement{};
        int diverged = 0; ///< prompts
        int steps = 0; ///< tokens but the first of each prompt, which its own walk gives
        std::size_t tokens = 0;
        double seconds = 0;

        explicit Total(const std::vector<Answer>& answers)
        {
            for (const Answer& answer : answers) {
                agreement = agreement + answer.agreement;
                diverged += answer.agreement.firstDivergence ? 1 : 0;
                steps += answer.model.steps;
                tokens += answer.model.tokens.size();
                seconds += answer.model.stepSeconds;
            }
        }
        double tokensPerSecond() const { return seconds > 0 ? steps / seconds : 0; }
    };

    void printJson(const std::vector<Answer>& answers, const core::Checkpoint& checkpoint,
        bool isOne, bool isCompared)
    {
        core::Json json;
        if (isOne) {
            json = toJson(answers.front(), checkpoint);
        } else {
            const Total total(answers);
            json = { { "prompts", core::Json::array() },
                { "tokens_per_second", total.tokensPerSecond() } };
            for (const Answer& answer : answers)
                json["prompts"].push_back(toJson(answer, checkpoint));
            if (isCompared) {
                json["first_divergence"] = divergenceJson(total.agreement);
                json["match_rate"] = total.agreement.matchRate();
                json["diverged"] = total.diverged;
            }
        }
        std::cout << core::jsonText(json, 2) << '\n';
    }

    std::string matchText(const core::Agreement& agreement)
    {
        return core::text(agreement.matching, " of ", agreement.tokens, " tokens are the same (",
            percent(agreement.matchRate()), ")");
    }

    void printComparison(const Answer& answer, const core::Checkpoint& checkpoint)
    {
        std::cout << "\n[original] " << textOf(*answer.original, checkpoint) << "\n["
                  << matchText(answer.agreement);
        if (answer.agreement.firstDivergence)
            std::cout << ", the first that differs is number "
                      << *answer.agreement.firstDivergence + 1;
        std::cout << "]\n";
    }

    void printTotal(const std::vector<Answer>& answers, bool isCompared)
    {
        const Total total(answers);
        std::cout << "\n\n[" << total.tokens << (total.tokens == 1 ? " token" : " tokens");
        if (total.steps > 0)
            std::cout << " at " << fixed(total.tokensPerSecond(), 1) << " a second";
        std::cout << "]\n";
        if (isCompared && answers.size() > 1)
            std::cout << "[" << answers.size() - std::size_t(total.diverged) << " of "
                      << answers.size() << " prompts are continued the same; "
                      << matchText(total.agreement) << "]\n";
    }

    /// The models of a command and what they are asked.
    struct Writers {
        const GenerateArguments& options;
        Writer model;
        std::optional<Writer> original{};

        explicit Writers(const GenerateArguments& its)
            : options(its)
            , model(its.model, core::usualHeldBytes() / (its.original.empty() ? 1 : 2))
        {
            if (its.original.empty())
                return;
            original.emplace(its.original, core::usualHeldBytes() / 2);
            core::requireSameModel(original->checkpoint(), model.checkpoint());
        }

        /// Answers one prompt, in words as they come unless it is to be JSON.
        Answer answer(const std::string& prompt, const core::Progress& progress, ProgressLine& line)
        {
            const auto tokens = core::promptTokens(model.checkpoint(), prompt);
            core::requireRoom(model.checkpoint(), tokens);
            const core::ContinuationOptions wanted{ options.count,
                { options.temperature, options.seed }, model.ends() };
            const auto show = [&](int token) {
                line.clear();
                std::cout << model.checkpoint().tokenizer().piece(token) << std::flush;
            };
            if (!options.json)
                std::cout << prompt << std::flush;
            Answer answer{ prompt,
                model.answer(
                    tokens, wanted, options.json ? std::function<void(int)>() : show, progress),
                {} };
            if (!original)
                return answer;
            answer.original = original->answer(tokens, wanted, nullptr, progress);
            answer.agreement = core::agreementOf(answer.model.tokens, answer.original->tokens);
            if (!options.json)
                printComparison(answer, model.checkpoint());
            return answer;
        }
    };

    void generate(
        const GenerateArguments& options, const core::Progress& progress, ProgressLine& line)
    {
        const std::vector<std::string> prompts = promptsOf(options);
        Writers writers(options);
        std::vector<Answer> answers;
        for (const std::string& prompt : prompts) {
            if (!options.json && !answers.empty())
                std::cout << '\n';
            const double share = 1.0 / double(prompts.size());
            const double start = share * double(answers.size());
            answers.push_back(
                writers.answer(prompt, progress.part(start, start + share, "Writing"), line));
        }
        const bool isCompared = writers.original.has_value();
        if (options.json)
            printJson(answers, writers.model.checkpoint(), options.prompt.has_value(), isCompared);
        else
            printTotal(answers, isCompared);
    }

} // namespace

void addGenerate(CLI::App& app, Action& action)
{
    const auto options = std::make_shared<GenerateArguments>();
    CLI::App* command = app.add_subcommand(
        "generate", "Continues a text, beside the original's continuation if asked for");
    command->add_option("model", options->model, "Folder (safetensors) or GGUF file")->required();
    command->add_option("--against", options->original,
        "Original model, which continues the same prompts with the same noise");
    CLI::Option_group* what = command->add_option_group("what");
    what->add_option("--prompt", options->prompt, "The text to continue");
    what->add_option("--prompts", options->prompts, "A file with a prompt on each line (UTF-8)");
    what->require_option(1);
    command->add_option("-n,--tokens", options->count, "Tokens to write at most")
        ->capture_default_str()
        ->check(positive());
    command
        ->add_option("--temperature", options->temperature,
            "Draws tokens from the softmax of logits divided by it (default: 0, the likeliest)")
        ->check(zeroOrMore());
    command->add_option("--seed", options->seed, "Of the noise that draws tokens")
        ->capture_default_str()
        ->check(zeroOrMore());
    command->add_flag("--json", options->json,
        "Print one JSON object: text, tokens, tokens_per_second, first_divergence, match_rate and "
        "more");
    command->callback([options, &action] {
        action = [options](const core::Progress& progress, ProgressLine& line) {
            generate(*options, progress, line);
        };
    });
}

} // namespace cli
