// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/export/filemix.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/amount.h"
#include "core/quant/foldedrecipe.h"
#include "core/quant/runneeds.h"
#include "core/search/recipeloss.h"

#include <algorithm>
#include <cstdio>

namespace core {

namespace {

    std::string nameOf(double bitsPerWeight)
    {
        char bits[32];
        std::snprintf(bits, sizeof bits, "%.2f", bitsPerWeight);
        return text("Mix of ", bits, " bits");
    }

} // namespace

FileMix fileOf(const Checkpoint& checkpoint, const MixSearch::Mix& mix, const Recipe& recipe)
{
    FileMix file;
    file.recipe = foldedRecipe(checkpoint, mix.formats, recipe);
    file.plan = planTensors(checkpoint, file.recipe);
    file.recipe.name = nameOf(bitsPerWeight(checkpoint, file.plan));
    GgufExportOptions options;
    options.recipe = recipeText(file.recipe);
    file.fileBytes = exportedBytes(checkpoint, file.plan, options);
    file.mix = mix;
    return file;
}

FileMix mixForFile(const Checkpoint& checkpoint, const MixSearch& search, const Recipe& recipe,
    std::uint64_t fileBytes, MixSearch::Care care)
{
    // What a file has besides its tensors hardly depends on their formats: asked for once, and
    // again where it is more with the formats that were found.
    std::uint64_t besides
        = fileOf(checkpoint, search.under(search.leastBytes(), care), recipe).fileBytes;
    besides -= std::min(besides, search.leastBytes());
    for (;;) {
        if (fileBytes < search.leastBytes() + besides)
            throw Error(text("No mix fits into ", amountText(fileBytes), ": the smallest takes ",
                amountText(search.leastBytes() + besides), '.'));
        FileMix file = fileOf(checkpoint, search.under(fileBytes - besides, care), recipe);
        if (file.fileBytes <= fileBytes)
            return file;
        besides += file.fileBytes - fileBytes;
    }
}

std::optional<PresetLoss> betterPreset(const Checkpoint& checkpoint, const SensitivityTable& table,
    const Recipe& recipe, std::uint64_t fileBytes, double kld)
{
    std::optional<PresetLoss> best;
    for (const std::string& name : presetNames()) {
        Recipe preset = presetRecipe(name, checkpoint, recipe.method);
        preset.scaling = recipe.scaling;
        preset.encoder = recipe.encoder;
        const auto plan = planTensors(checkpoint, preset);
        const PredictedKld predicted
            = predictedKld(checkpoint, asPredicted(checkpoint, plan, table), table);
        if (predicted.unknown > 0 || predicted.kld >= (best ? best->kld : kld))
            continue;
        GgufExportOptions options;
        options.recipe = recipeText(preset);
        if (const std::uint64_t bytes = exportedBytes(checkpoint, plan, options);
            bytes <= fileBytes)
            best = { name, bytes, predicted.kld };
    }
    return best;
}

} // namespace core
