// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/interop/bothsides.h"

#include "core/export/ggufexport.h"
#include "core/measure/evaluation.h"
#include "core/model/logitscaling.h"
#include "core/model/walk.h"
#include "core/quant/quantize.h"
#include "core/simulate/ggmlarithmetic.h"

#include <algorithm>
#include <cmath>

namespace interop {

using core::Checkpoint;
using core::Progress;

std::shared_ptr<const Checkpoint> exportAs(std::shared_ptr<const Checkpoint> checkpoint,
    const std::string& type, const std::filesystem::path& file)
{
    const core::Recipe recipe = core::presetRecipe(type, *checkpoint, core::Method::RoundToNearest);
    auto rounded
        = core::quantize(checkpoint, recipe, {}, [](const core::TensorReport&) {}, {}).checkpoint;
    core::exportGguf(*rounded, { file, core::Existing::Replace }, {}, {});
    return rounded;
}

namespace {

    double lossWith(const core::LinearArithmetic* arithmetic, const Checkpoint& checkpoint,
        const TextChunks& chunks)
    {
        const auto sequences = core::tokenSequences(
            checkpoint.tokenizer(), chunks.text, chunks.length, chunks.count);
        return core::evaluate(checkpoint, arithmetic, nullptr, sequences, {}).meanLoss;
    }

} // namespace

double ourLoss(const Checkpoint& checkpoint, const TextChunks& chunks)
{
    return lossWith(nullptr, checkpoint, chunks);
}

double ourLossAsLlama(const Checkpoint& checkpoint, const TextChunks& chunks)
{
    const core::GgmlArithmetic arithmetic(checkpoint);
    return lossWith(&arithmetic, checkpoint, chunks);
}

double llamaLoss(const std::shared_ptr<const LlamaLibrary>& llama,
    const std::filesystem::path& file, const TextChunks& chunks)
{
    const auto model = std::make_shared<const LlamaModel>(llama, file);
    return perplexity(model, llamaChunks(*model, chunks.text, chunks.length, chunks.count))
        .meanLoss;
}

QString disagreement(const char* what, double ours, double theirs, double bound)
{
    if (std::abs(ours - theirs) <= bound) // false for NaN
        return {};
    return QString("%1: ours %2, llama.cpp's %3, they differ by %4, allowed is %5")
        .arg(what)
        .arg(ours, 0, 'g', 9)
        .arg(theirs, 0, 'g', 9)
        .arg(ours - theirs)
        .arg(bound);
}

QString difference(
    const std::vector<int>& ours, const std::vector<int>& theirs, const LlamaModel& model)
{
    const auto [a, b] = std::ranges::mismatch(ours, theirs);
    if (a == ours.end() && b == theirs.end())
        return {};
    QByteArray before;
    for (auto token = theirs.begin(); token != b; ++token)
        before += model.piece(*token).c_str();
    return QString("token %1 after «%2»: ours %3 of %4, llama.cpp's %5 of %6")
        .arg(a - ours.begin())
        .arg(QString::fromUtf8(before.right(60)))
        .arg(a == ours.end() ? -1 : *a)
        .arg(ours.size())
        .arg(b == theirs.end() ? -1 : *b)
        .arg(theirs.size());
}

namespace {

    core::Matrix logitsWith(const core::LinearArithmetic* arithmetic, const Checkpoint& checkpoint,
        const std::vector<std::vector<int>>& sequences)
    {
        core::HiddenStates hidden = core::embed(checkpoint, sequences);
        for (int layer = 0; layer < checkpoint.config().layers; ++layer) {
            core::LayerWeights weights = core::loadLayer(checkpoint, layer, {});
            if (arithmetic)
                arithmetic->prepare(weights, layer, {});
            core::walkLayer(hidden, weights, layer, nullptr, arithmetic, {});
        }
        core::Matrix read = core::headInput(hidden.states, checkpoint, {});
        if (arithmetic)
            arithmetic->roundInput(core::LinearInput::Head, -1, read, {});
        core::Matrix logits = core::multiplyTransposed(read, core::decode(checkpoint.head()));
        core::scaleLogits(logits, core::logitScaling(checkpoint.config()));
        return logits;
    }

} // namespace

core::Matrix ourLogits(const Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences)
{
    return logitsWith(nullptr, checkpoint, sequences);
}

core::Matrix ourLogitsAsLlama(
    const Checkpoint& checkpoint, const std::vector<std::vector<int>>& sequences)
{
    const core::GgmlArithmetic arithmetic(checkpoint);
    return logitsWith(&arithmetic, checkpoint, sequences);
}

// Ours are found from llama.cpp's whole continuation at once: as long as both agree, it is the same
// prefix that both continue; at the first token where they do not, the two continuations part.
QString greedyDisagreement(const Checkpoint& checkpoint, LlamaContext& context,
    const std::vector<std::vector<int>>& prompts, int count, float closeCall)
{
    std::vector<std::vector<GreedyToken>> theirs;
    std::vector<std::vector<int>> sequences;
    for (const std::vector<int>& prompt : prompts) {
        theirs.push_back(continueGreedily(context, prompt, count));
        sequences.push_back(prompt);
        for (const GreedyToken& next : theirs.back())
            sequences.back().push_back(next.token);
    }
    const core::Matrix logits = ourLogits(checkpoint, sequences);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const std::size_t lastOfPrompt = i * sequences[i].size() + prompts[i].size() - 1;
        for (std::size_t j = 0; j < theirs[i].size(); ++j) {
            const GreedyToken ours = likeliest(logits.row(Eigen::Index(lastOfPrompt + j)));
            if (ours.token == theirs[i][j].token)
                continue;
            if (std::max(ours.gap, theirs[i][j].gap) < closeCall)
                break;
            return QString("prompt %1, token %2: ours %3 (ahead by %4), llama.cpp's %5 (by %6)")
                .arg(i)
                .arg(j)
                .arg(ours.token)
                .arg(ours.gap)
                .arg(theirs[i][j].token)
                .arg(theirs[i][j].gap);
        }
    }
    return {};
}

} // namespace interop
