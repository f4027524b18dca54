// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"
#include "tests/bench/pairs.h"
#include "tests/interop/interopfiles.h"

#include "core/base/randombits.h"
#include "core/files/textfile.h"
#include "core/quant/inputimportance.h"
#include "core/quant/quantize.h"
#include "core/search/candidates.h"
#include "core/search/lonetensor.h"
#include "core/search/sensitivityshelf.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace bench {

namespace {

    using core::Checkpoint;
    using Clock = std::chrono::steady_clock;
    using Sequences = std::vector<std::vector<int>>;

    double secondsSince(Clock::time_point start)
    {
        return std::chrono::duration<double>(Clock::now() - start).count();
    }

    /// A model, the text that losses are predicted on and the one they are measured on.
    struct Trial {
        std::string name;
        std::shared_ptr<const Checkpoint> model;
        Sequences predicting, measuring;
        int singles = 0; ///< tensors that are measured alone; 0: all
        std::vector<const char*> singleFormats;
        std::vector<const core::Format*> formats = core::usualSensitivityFormats();
        bool withGptq = false; ///< recipes that GPTQ rounds, too
    };

    void printSingles(const std::string& format, const std::vector<Pair>& pairs)
    {
        const std::vector<double> ratios = ratiosOf(pairs);
        std::printf("  %-7s %3zu tensors alone: rank %.3f, predicted/measured median %.3f, 80 %% "
                    "between %.2f and %.2f\n",
            format.c_str(), pairs.size(), rankCorrelation(pairs), quantileOf(ratios, 0.5),
            quantileOf(ratios, 0.1), quantileOf(ratios, 0.9));
    }

    void printRecipes(const char* which, const std::vector<Pair>& pairs)
    {
        const double factor = quantileOf(ratiosOf(pairs), 0.5);
        std::vector<double> errors, fitted;
        for (const Pair& pair : pairs) {
            errors.push_back(std::abs(pair.predicted / pair.measured - 1));
            fitted.push_back(std::abs(pair.predicted / factor / pair.measured - 1));
        }
        std::printf("  %zu recipes %s: rank %.3f, median error %.1f %%, with one factor (%.2f) "
                    "%.1f %%\n",
            pairs.size(), which, rankCorrelation(pairs), 100 * quantileOf(errors, 0.5), factor,
            100 * quantileOf(fitted, 0.5));
    }

    /// Where tables go on that were stopped; null: nowhere.
    std::unique_ptr<core::Shelf> keptTables()
    {
        const char* folder = std::getenv("QUANTSCOPE_BENCH_FOLDER");
        return folder ? std::make_unique<core::Shelf>(folder) : nullptr;
    }

    core::SensitivityTable predict(const Trial& trial, const core::SensitivitySettings& settings)
    {
        const auto start = Clock::now();
        const auto update = [&](const core::SensitivityTable& table) {
            double sum = 0;
            for (const core::TensorSensitivity& tensor : table.tensors)
                for (const core::SensitivityFigure& figure : tensor.figures)
                    sum += figure.kld;
            std::printf("  after %4d sequences, %6.1f s: %.5f nats in all\n", table.sequences,
                secondsSince(start), sum);
            std::fflush(stdout);
        };
        const auto shelf = keptTables();
        const std::string key = core::sensitivityKey(*trial.model, trial.predicting, settings);
        const auto begun = shelf ? core::findSensitivity(*shelf, key) : std::nullopt;
        const auto keep = [&](const core::SensitivityTable& table) {
            update(table);
            if (shelf)
                core::keepSensitivity(*shelf, key, *trial.model, settings.method, table);
        };
        return core::measureSensitivity(
            *trial.model, trial.predicting, settings, begun ? &*begun : nullptr, keep, {});
    }

    /// A random format for every tensor; with `bytes`, moved to within 1 % of that size.
    std::vector<std::size_t> randomRecipe(
        const core::SensitivityTable& table, std::uint64_t number, double bytes)
    {
        std::uint64_t drawn = 0;
        const auto draw = [&](std::size_t count) {
            return std::size_t(core::randomBits(number, drawn++) % count);
        };
        std::vector<std::size_t> recipe;
        double size = 0;
        for (const core::TensorSensitivity& tensor : table.tensors) {
            recipe.push_back(draw(tensor.figures.size()));
            size += double(tensor.figures[recipe.back()].bytes);
        }
        for (int step = 0; bytes > 0 && std::abs(size / bytes - 1) > 0.01 && step < 100'000;
             ++step) {
            const std::size_t i = draw(recipe.size());
            const auto& figures = table.tensors[i].figures;
            const std::size_t other = draw(figures.size());
            const double change = double(figures[other].bytes) - double(figures[recipe[i]].bytes);
            if (std::abs(size + change - bytes) < std::abs(size - bytes)) {
                recipe[i] = other;
                size += change;
            }
        }
        return recipe;
    }

    void measureSingles(const Trial& trial, const core::SensitivityTable& table,
        const std::vector<std::vector<core::Candidate>>& candidates,
        const core::LoneMeasurement& lone)
    {
        for (const char* name : trial.singleFormats) {
            const core::Format* wanted = core::findFormat(name);
            std::vector<Pair> pairs;
            const std::size_t all = table.tensors.size();
            const std::size_t step = trial.singles > 0
                ? std::max<std::size_t>(1, all / std::size_t(trial.singles))
                : 1;
            for (std::size_t i = 0; i < all; i += step) {
                const core::TensorSensitivity& tensor = table.tensors[i];
                const std::size_t index
                    = std::size_t(trial.model->find(tensor.name) - trial.model->tensors().data());
                const core::Format* format
                    = core::fallbackFormat(wanted, trial.model->tensors()[index].columns);
                for (std::size_t j = 0; j < tensor.figures.size(); ++j) {
                    if (tensor.figures[j].format != format)
                        continue;
                    const auto measured = lone.measure(*candidates[index][j].rounded, {});
                    pairs.push_back({ tensor.figures[j].kld, measured.kld });
                    double whole = 0, stretches = 0;
                    for (const core::SlopeSums& slope : tensor.figures[j].slopes) {
                        whole += double(slope.whole) * double(slope.whole);
                        stretches += double(slope.stretches);
                    }
                    if (std::getenv("QUANTSCOPE_BENCH_EACH"))
                        std::printf("    ratio %.2f %-26s %-6s predicted %.3e ± %.1e, measured "
                                    "%.3e ± %.1e, "
                                    "ratio %.2f\n",
                            whole / stretches, tensor.name.c_str(),
                            std::string(format->name).c_str(), tensor.figures[j].kld,
                            tensor.figures[j].error, measured.kld, measured.error,
                            tensor.figures[j].kld / measured.kld);
                }
            }
            printSingles(name, pairs);
            std::fflush(stdout);
        }
    }

    void measureRecipes(const Trial& trial, const core::SensitivityTable& table,
        const std::vector<std::vector<core::Candidate>>& candidates,
        const core::LoneMeasurement& lone)
    {
        constexpr int count = 24;
        std::vector<Pair> all, equal;
        double bytes = 0;
        for (int i = 0; i < count; ++i) {
            const std::vector<std::size_t> recipe = randomRecipe(table, std::uint64_t(i), bytes);
            std::vector<core::Tensor> rounded;
            double predicted = 0, size = 0;
            for (std::size_t t = 0; t < recipe.size(); ++t) {
                const core::TensorSensitivity& tensor = table.tensors[t];
                const std::size_t index
                    = std::size_t(trial.model->find(tensor.name) - trial.model->tensors().data());
                rounded.push_back(*candidates[index][recipe[t]].rounded);
                predicted += tensor.figures[recipe[t]].kld;
                size += double(tensor.figures[recipe[t]].bytes);
            }
            const auto changed = trial.model->withTensors(rounded);
            const double measured = lone.measureModel(*changed, {}).kld;
            if (std::getenv("QUANTSCOPE_BENCH_EACH"))
                std::printf("    recipe %2d, %.0f bytes: predicted %.5f, measured %.5f\n", i, size,
                    predicted, measured);
            std::fflush(stdout);
            all.push_back({ predicted, measured });
            if (bytes > 0)
                equal.push_back(all.back());
            if (i == count / 2 - 1)
                bytes = size; // the second half has the size of the last of the first
        }
        printRecipes("in all", all);
        printRecipes("of one size", equal);
    }

    /// Recipes that GPTQ rounds (16 sequences, rows alone), beside what importance's figures
    /// predict: for the order, and the one factor between the two methods.
    void measureGptqRecipes(
        const Trial& trial, const core::SensitivityTable& table, const core::LoneMeasurement& lone)
    {
        constexpr int count = 24;
        core::QuantizeOptions options;
        options.calibration.assign(trial.predicting.begin(), trial.predicting.begin() + 16);
        std::vector<Pair> pairs;
        for (int i = 0; i < count; ++i) {
            const std::vector<std::size_t> chosen = randomRecipe(table, std::uint64_t(i), 0);
            core::Recipe recipe;
            recipe.method = core::Method::Gptq;
            recipe.gptq.twoSided = false;
            double predicted = 0;
            for (std::size_t t = 0; t < chosen.size(); ++t) {
                const core::TensorSensitivity& tensor = table.tensors[t];
                core::Rule rule;
                rule.name = tensor.name;
                rule.format = tensor.figures[chosen[t]].format;
                recipe.rules.push_back(rule);
                predicted += tensor.figures[chosen[t]].kld;
            }
            const auto run = core::quantize(trial.model, recipe, options, {}, {});
            pairs.push_back({ predicted, lone.measureModel(*run.checkpoint, {}).kld });
            if (std::getenv("QUANTSCOPE_BENCH_EACH"))
                std::printf("    recipe %2d by GPTQ: predicted %.5f, measured %.5f\n", i, predicted,
                    pairs.back().measured);
            std::fflush(stdout);
        }
        printRecipes("by GPTQ", pairs);
    }

    /// The geometric mean, by role, of losses predicted on text over those from weights alone.
    void printRough(const Trial& trial, const core::SensitivityTable& table,
        const core::SensitivitySettings& settings)
    {
        const core::SensitivityTable rough = core::roughSensitivity(*trial.model, settings, {});
        std::map<core::Role, std::vector<double>> byRole;
        std::vector<Pair> pairs;
        for (std::size_t i = 0; i < table.tensors.size(); ++i)
            for (std::size_t j = 0; j < table.tensors[i].figures.size(); ++j) {
                const double told = table.tensors[i].figures[j].kld;
                const double guessed = rough.tensors[i].figures[j].kld;
                byRole[table.tensors[i].role].push_back(std::log(told / guessed));
                pairs.push_back({ guessed, told });
            }
        const std::vector<double> ratios = ratiosOf(pairs);
        std::printf("  from weights alone: rank %.3f, median %.2f of the figures on text, 80 %% "
                    "between %.2f and %.2f; on text / from weights:\n",
            rankCorrelation(pairs), quantileOf(ratios, 0.5), quantileOf(ratios, 0.1),
            quantileOf(ratios, 0.9));
        for (const auto& [role, logs] : byRole)
            std::printf("    %-12s %.3f\n", std::string(core::roleName(role)).c_str(),
                std::exp(std::accumulate(logs.begin(), logs.end(), 0.0) / double(logs.size())));
        std::fflush(stdout);
    }

    /// Losses that follow from other formats', over those that the walk finds for the same format.
    void printTransfers(const Trial& trial, core::SensitivitySettings settings)
    {
        settings.alsoFormats = core::otherSensitivityFormats();
        const core::SensitivityTable followed
            = core::measureSensitivity(*trial.model, trial.predicting, settings, nullptr, {}, {});
        settings.formats = std::exchange(settings.alsoFormats, {});
        const core::SensitivityTable walked
            = core::measureSensitivity(*trial.model, trial.predicting, settings, nullptr, {}, {});
        for (const core::Format* format : settings.formats) {
            std::vector<Pair> pairs;
            for (std::size_t i = 0; i < walked.tensors.size(); ++i) {
                const auto* direct = walked.tensors[i].find(format, settings.method);
                const auto* other = followed.tensors[i].find(format, settings.method);
                if (direct && direct->kld > 0 && other && other->isTransferred)
                    pairs.push_back({ other->kld, direct->kld });
            }
            if (pairs.empty())
                continue;
            const std::vector<double> ratios = ratiosOf(pairs);
            std::printf("  %-7s follows from others: median %.3f of what the walk finds, 80 %% "
                        "between %.2f and %.2f\n",
                std::string(format->name).c_str(), quantileOf(ratios, 0.5), quantileOf(ratios, 0.1),
                quantileOf(ratios, 0.9));
        }
    }

    void run(const Trial& trial)
    {
        std::printf("%s: predicted on %zu sequences of %zu tokens, measured on %zu others\n",
            trial.name.c_str(), trial.predicting.size(), trial.predicting.front().size(),
            trial.measuring.size());
        core::SensitivitySettings settings;
        settings.formats = trial.formats;
        settings.importance = core::inputImportance(*trial.model, trial.predicting, {});
        const core::SensitivityTable table = predict(trial, settings);
        printRough(trial, table, settings);
        printTransfers(trial, settings);
        core::Recipe recipe;
        auto candidates = core::candidatesFor(*trial.model, settings.formats, recipe);
        for (auto& each : candidates)
            core::roundCandidates(*trial.model, each, settings.importance, {});
        const core::LoneMeasurement lone(*trial.model, trial.measuring, {});
        measureSingles(trial, table, candidates, lone);
        measureRecipes(trial, table, candidates, lone);
        if (trial.withGptq)
            measureGptqRecipes(trial, table, lone);
    }

    Trial sampleTrial()
    {
        const std::filesystem::path sample
            = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources/sample";
        Trial trial{ "sample", Checkpoint::open(sample), {}, {}, 0, { "Q2_K", "Q4_K" } };
        const core::Tokenizer& tokenizer = trial.model->tokenizer();
        trial.predicting = core::tokenSequences(
            tokenizer, core::readTextFile(sample / "calibration.txt"), 256, 256);
        trial.measuring = core::tokenSequences(
            tokenizer, core::readTextFile(sample / "evaluation.txt"), 256, 24);
        trial.withGptq = true;
        return trial;
    }

    void runReal()
    {
        const auto wiki = interop::sharedFile("text/wiki.test.raw");
        for (const auto& file : { interop::smolLm2(), wiki })
            if (const std::string absent = interop::missing(file); !absent.empty()) {
                std::printf("%s\n", absent.c_str());
                return;
            }
        Trial trial{ "SmolLM2-135M", Checkpoint::open(interop::smolLm2()), {}, {}, 24, { "Q4_K" } };
        const Sequences all
            = core::tokenSequences(trial.model->tokenizer(), core::readTextFile(wiki), 256, 44);
        trial.predicting.assign(all.begin(), all.begin() + 32);
        trial.measuring.assign(all.begin() + 32, all.end());
        trial.formats
            = { core::findFormat("Q2_K"), core::findFormat("Q4_K"), core::findFormat("Q6_K") };
        run(trial);
    }

} // namespace

void sensitivity() { run(sampleTrial()); }

void realSensitivity() { runReal(); }

} // namespace bench
