// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/openedmodel.h"

#include "core/files/textfile.h"
#include "core/measure/comparedfile.h"
#include "core/quant/plan.h"
#include "core/model/modelkey.h"

#include <QCoreApplication>

#include <nlohmann/json.hpp>

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

namespace {

    /// What a model begins with that has no session yet.
    SessionState firstState(const core::Checkpoint& checkpoint, const fs::path& sampleFolder)
    {
        SessionState state;
        state.recipe.first = core::presetRecipe(
            core::quantizedSource(checkpoint) ? std::string(core::formats::source.name) : "Q4_K_M",
            checkpoint,
            checkpoint.isComputed() ? core::Method::Gptq : core::Method::RoundToNearest);
        const int trained = checkpoint.config().context;
        const int length = trained > 0 ? std::min(trained, longestSequence) : longestSequence;
        const fs::path& path = checkpoint.path();
        state.calibration
            = { textBeside(path, "calibration.txt", sampleFolder), length, calibrationSequences };
        state.evaluation = { textBeside(path, "evaluation.txt", sampleFolder), length,
            checkpoint.weights() <= smallModel ? 0 : evaluationChunks };
        return state;
    }

    void describeFiles(OpenedModel& opened)
    {
        std::set<std::string> files;
        for (const core::Tensor& tensor : opened.checkpoint->tensors())
            files.insert(tensor.file);
        for (const std::string& file : files)
            opened.files.push_back(fs::path(file).filename().string());
        opened.fileBytes = core::filesBytes(*opened.checkpoint);
    }

} // namespace

OpenedModel openModel(const fs::path& path, const fs::path& sampleFolder,
    const SessionPlaces& places, const core::Progress& progress)
{
    OpenedModel opened;
    opened.checkpoint = core::Checkpoint::open(path);
    (void)core::quantizedSource(*opened.checkpoint); // reads scales here, not where plans are made
    progress.at(0.5);
    describeFiles(opened);
    opened.session = SessionStore::idOf(path);
    RestoredSession restored = restoreSession(places, opened.session, *opened.checkpoint);
    opened.activations = std::move(restored.activations);
    opened.sessionNote = restored.note;
    opened.state = restored.state ? *std::move(restored.state)
                                  : firstState(*opened.checkpoint, sampleFolder);
    opened.reference
        = { fs::absolute(path).lexically_normal(), core::contentKey(*opened.checkpoint),
              core::sampleKey(*opened.checkpoint), opened.checkpoint->config().name };
    opened.tokenizerWorks = roundTrips(*opened.checkpoint, opened.state.evaluation.file);
    progress.at(1);
    return opened;
}

OpenedSession openSessionFile(const fs::path& file, const fs::path& model,
    const fs::path& sampleFolder, const SessionPlaces& places, const core::Progress& progress)
{
    core::Json document = SessionStore::readFile(file);
    const fs::path path = model.empty() ? modelOfSession(document, file.string()).path : model;
    std::error_code none;
    if (model.empty() && !fs::exists(path, none))
        return { {}, path };
    const auto checkpoint = core::Checkpoint::open(path); // throws before anything is set aside
    (void)sessionFromJson(document, *checkpoint, file.string());
    const QString id = SessionStore::idOf(path);
    const auto before = places.store.load(id);
    const QString aside = before && *before != document
        ? QString::fromStdString(places.store.setAside(id).string())
        : QString();
    places.store.save(id, document); // its path tells a copy from the model itself
    OpenedModel opened = openModel(path, sampleFolder, places, progress);
    if (!aside.isEmpty() && opened.sessionNote.isEmpty())
        opened.sessionNote = QCoreApplication::translate(
            "app::OpenedModel", "The session that this model had before is kept in %1.")
                                 .arg(aside);
    return { std::move(opened), {} };
}

} // namespace app
