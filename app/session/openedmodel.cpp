// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/openedmodel.h"

#include "core/files/textfile.h"
#include "core/quant/plan.h"

#include <algorithm>
#include <set>
#include <string>

namespace app {

namespace {

    namespace fs = std::filesystem;

    constexpr int longestSequence = 512; ///< llama-perplexity's and llama-imatrix's default
    constexpr int calibrationSequences = 64; ///< most of the gain at a quarter of the time
    constexpr std::int64_t smallModel = 20'000'000; ///< weights; all its chunks take seconds
    constexpr int evaluationChunks = 20; ///< of larger models
    constexpr std::size_t roundTripBytes = 8192; ///< takes a few milliseconds

    fs::path textBeside(const fs::path& model, const char* name, const fs::path& sampleFolder)
    {
        std::error_code ignored; // not there counts as no text
        const fs::path folder = fs::is_directory(model, ignored) ? model : model.parent_path();
        if (fs::is_regular_file(folder / name, ignored))
            return folder / name;
        return sampleFolder / name;
    }

    /// Through the tokenizer and back; a SentencePiece model puts a space before the text.
    std::optional<bool> roundTrips(const core::Checkpoint& checkpoint, const fs::path& file)
    {
        std::error_code ignored; // not there counts as no text
        if (!checkpoint.hasTokenizer() || !fs::is_regular_file(file, ignored))
            return std::nullopt;
        std::string text = core::readTextFile(file);
        text.resize(std::min(text.size(), text.rfind('\n', roundTripBytes)));
        const core::Tokenizer& tokenizer = checkpoint.tokenizer();
        const std::string back = tokenizer.decode(tokenizer.encode(text));
        return back == text || back == " " + text;
    }

} // namespace

OpenedModel openModel(
    const fs::path& path, const fs::path& sampleFolder, const core::Progress& progress)
{
    OpenedModel opened;
    opened.checkpoint = core::Checkpoint::open(path);
    progress.at(0.5);
    const core::Checkpoint& checkpoint = *opened.checkpoint;

    std::set<std::string> files;
    for (const core::Tensor& tensor : checkpoint.tensors())
        files.insert(tensor.file);
    for (const std::string& file : files) {
        opened.fileBytes += fs::file_size(file);
        opened.files.push_back(fs::path(file).filename().string());
    }

    const std::vector<std::string> presets = core::presetNames();
    const bool hasMix = std::find(presets.begin(), presets.end(), "Q4_K_M") != presets.end();
    opened.recipe = core::presetRecipe(hasMix ? "Q4_K_M" : "Q4_K", checkpoint, core::Method::Gptq);

    const int trained = checkpoint.config().context;
    const int length = trained > 0 ? std::min(trained, longestSequence) : longestSequence;
    opened.calibration
        = { textBeside(path, "calibration.txt", sampleFolder), length, calibrationSequences };
    opened.evaluation = { textBeside(path, "evaluation.txt", sampleFolder), length,
        checkpoint.weights() <= smallModel ? 0 : evaluationChunks };
    opened.tokenizerWorks = roundTrips(checkpoint, opened.evaluation.file);
    progress.at(1);
    return opened;
}

} // namespace app
