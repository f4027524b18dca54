// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/smallerfile.h"

#include "core/measure/comparedfile.h"
#include "core/model/backward.h"
#include "core/search/recipeloss.h"
#include "core/search/sensitivity.h"

#include <algorithm>

namespace core {

namespace {

    constexpr double leastSaved = 0.05; ///< of the bytes, less is no smaller file
    constexpr double lossWalks = 3; ///< forward, and two products each on the way back

    /// Of the usual formats those of which the table knows how much they lose, and what is
    /// quantized already as it is.
    MixSettings settingsFor(const Checkpoint& checkpoint, const SensitivityTable& table)
    {
        MixSettings settings;
        settings.recipe = smallerRecipe(checkpoint);
        settings.formats = usualSensitivityFormats();
        if (quantizedSource(checkpoint))
            settings.formats.push_back(&formats::source);
        settings.figures = methodOf(table).value_or(Method::Importance);
        return settings;
    }

    bool isSmaller(const SmallerFile& file, std::uint64_t bytes)
    {
        return double(file.mix.fileBytes) <= (1 - leastSaved) * double(bytes);
    }

} // namespace

std::string whyNotPredicted(const Checkpoint& checkpoint)
{
    if (!checkpoint.isComputed())
        return checkpoint.config().notComputed;
    if (!checkpoint.hasTokenizer())
        return "The model has no tokenizer to read a text.";
    return {};
}

Recipe smallerRecipe(const Checkpoint& checkpoint)
{
    Recipe recipe;
    recipe.method = checkpoint.isComputed() && checkpoint.hasTokenizer() ? Method::Gptq
                                                                         : Method::RoundToNearest;
    return recipe;
}

std::vector<SmallerFile> smallerFiles(const Checkpoint& checkpoint, const SensitivityTable& table)
{
    const MixSettings settings = settingsFor(checkpoint, table);
    const MixSearch search(checkpoint, table, settings);
    const std::uint64_t original = filesBytes(checkpoint);
    std::vector<SmallerFile> files;
    for (const GradeLimit& limit : gradeLimits) {
        SmallerFile file;
        file.asked = limit.grade;
        file.mix = fileOf(checkpoint, search.within(limit.kld), settings.recipe);
        file.predicted = gradeOf(file.mix.mix.kld);
        const bool isWithin = file.mix.mix.kld <= limit.kld;
        const std::uint64_t above = files.empty() ? original : files.back().mix.fileBytes;
        if (isWithin && isSmaller(file, original) && file.mix.fileBytes < above)
            files.push_back(std::move(file));
    }
    return files;
}

std::optional<SmallerFile> smallerFile(
    const Checkpoint& checkpoint, const SensitivityTable& table, Grade grade)
{
    for (SmallerFile& file : smallerFiles(checkpoint, table))
        if (file.asked == grade)
            return std::move(file);
    return std::nullopt;
}

const Device* smallestDevice(
    std::span<const Device> devices, const ModelConfig& config, int context, std::uint64_t bytes)
{
    const Device* smallest = nullptr;
    for (const Device& device : devices)
        if (bytes <= roomForWeights(device, config, context)
            && (!smallest || device.memoryBytes < smallest->memoryBytes))
            smallest = &device;
    return smallest;
}

SmallerWork smallerWork(const Checkpoint& checkpoint, const FileMix& mix, RunText losses,
    RunText calibration, RunText evaluation, const Progress& progress)
{
    const bool reads = needsText(mix.plan, Imatrix::None);
    const RunShape shape = runShape(
        checkpoint, mix.plan, mix.recipe.gptq, reads ? calibration : RunText(), Imatrix::None);
    const RoundingSpeed speed = measureSpeed(shape, progress);
    const auto walk = [&](const RunText& text) { // of every weight, the head included
        return 2 * double(text.tokens()) * double(checkpoint.weights()) / speed.products;
    };
    SmallerWork work;
    work.losses = lossWalks * walk(losses);
    work.rounding = runWork(shape, speed).total();
    work.measuring = 2 * walk(evaluation); // the original beside it
    return work;
}

} // namespace core
