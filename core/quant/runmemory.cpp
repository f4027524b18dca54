// SPDX-License-Identifier: GPL-3.0-or-later
//
// Symbols: n the width of an input, m the rows of matrices that read it, T tokens of the text.
#include "core/quant/runmemory.h"

#include "core/base/parallel.h"
#include "core/quant/groupmemory.h"
#include "core/quant/runfacts.h"
#include "core/quant/tensorbytes.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <unistd.h>

namespace core {

namespace {

    constexpr double F = sizeof(float), D = sizeof(double);
    constexpr double productBytes = 4e6; // that OpenBLAS packs factors into, a thread

    constexpr double roomBytes = 5e5; // that rows are decoded and rounded in, a thread

    /// Of rounding a matrix from its file, beside its bytes: row by row, or tile by tile.
    double roundingRoom(Method method, double weights)
    {
        return method == Method::Hqq ? 3 * F * std::min(runfacts::tileWeights, weights)
                                     : roomBytes * threadCount();
    }

    /// Tokens of at most `tokens` in whole sequences, one at least.
    double wholeSequences(const RunText& text, double tokens)
    {
        const double length = double(std::max<std::int64_t>(1, text.length));
        return std::min(double(text.tokens()), std::max(1.0, std::floor(tokens / length)) * length);
    }

    /// Tokens that pass through a layer at a time (walkTileRows).
    double tileOf(const RunText& text, const RunLayer& layer)
    {
        double widest = 1;
        for (const RunGroup& group : layer.groups)
            widest = std::max(widest, double(group.width));
        const double most = std::floor(runfacts::tileValues / widest);
        return wholeSequences(
            text, layer.isDense() ? std::min(runfacts::tileTokens, most) : runfacts::tileTokens);
    }

    /// The channels that a token takes while it passes through a layer: of attention queries, keys
    /// and values between its input and the heads' outputs; of the feed-forward its input and what
    /// comes of it, for gate and up are made and multiplied a piece at a time.
    double walkedChannels(const RunLayer& layer)
    {
        double most = 0;
        for (std::size_t i = 0; i + 1 < layer.groups.size(); ++i) {
            const RunGroup& group = layer.groups[i];
            const double between = i == 0 ? double(group.rows()) : 0;
            most
                = std::max(most, double(group.width) + between + double(layer.groups[i + 1].width));
        }
        return most;
    }

    /// Of values of all tokens, `bytes` large: those that lie on the disk are in memory as far as
    /// the tile of so many tokens.
    double inMemory(const RunText& text, double bytes, double tile)
    {
        return bytes <= runfacts::keptBytes ? bytes : bytes * tile / double(text.tokens());
    }

    double pathStates(const RunShape& shape)
    {
        const double ofChannel = F * double(shape.text.tokens());
        return inMemory(shape.text, ofChannel * double(shape.hidden),
                   wholeSequences(shape.text, runfacts::tileTokens))
            + ofChannel * double(shape.beside);
    }

    RunMemory walkMemory(const RunShape& shape, const RunLayer& layer)
    {
        RunMemory memory;
        memory.states = pathStates(shape);
        memory.weights = F * layer.heldWeights();
        memory.activations = F * tileOf(shape.text, layer) * walkedChannels(layer);
        return memory;
    }

    RunMemory larger(const RunMemory& a, const RunMemory& b)
    {
        return b.total() > a.total() ? b : a;
    }

    /// The peak while one group is gathered and rounded.
    RunMemory groupMemory(
        const RunShape& shape, const RunLayer& layer, std::size_t which, const RunMemory& before)
    {
        const RunGroup group = layer.groups[which].ofOneExpert();
        RunMemory memory = before;
        if (!group.usesGptq()) {
            memory.rounding = 3 * F * double(group.mostRows()) * double(group.width);
            return memory;
        }
        const GroupMemory of(shape, group);
        const double tokens = double(shape.text.tokens());
        const PresentFloats present = presentFloats(shape, layer, group.input);
        if (layer.groups[which].experts > 1) // what all of them read, on both paths
            memory.activations = (shape.corrects() ? 2 : 1) * pathStates(shape);
        else if (!group.isShared)
            memory.activations
                = inMemory(shape.text, F * tokens * double(group.width), tileOf(shape.text, layer));

        RunMemory gathering = memory;
        gathering.weights = F * present.gathering;
        gathering.sums = of.gathering();
        gathering.activations += F * tileOf(shape.text, layer) * of.gatheredChannels();

        RunMemory preparing = memory;
        preparing.weights = F * present.rounding;
        RunMemory rounding = preparing, fitting = preparing;
        preparing.sums = of.preparing();
        rounding.sums = of.standing();
        rounding.rounding = of.copies();
        fitting.sums = of.fittingNorm();
        fitting.rounding = of.originals();
        return larger(larger(gathering, preparing), larger(rounding, fitting));
    }

    /// H_O of a matrix while it is added up: triangles in double, their diagonal blocks whole.
    double sumsOfOutputs(double rows)
    {
        return D / 2 * (runfacts::outputPairs(rows) + runfacts::panel * rows);
    }

    /// The walk back to what the end loss makes of outputs: the streams before all layers, and one
    /// layer's sums in double.
    RunMemory lookingBack(const RunShape& shape, const RunLayer& layer)
    {
        RunMemory memory = walkMemory(shape, layer);
        const double streams = memory.states * double(shape.layers.size() + 1);
        memory.states += std::min(streams, runfacts::keptBytes);
        memory.activations *= 2;
        for (const RunGroup& group : layer.groups)
            for (const RunGroup::Reader& reader : group.readers)
                memory.sums += group.experts > 1 ? 0 : sumsOfOutputs(double(reader.rows));
        return memory;
    }

    /// H_O of all matrices, in memory or on the disk.
    double outputSums(const RunShape& shape)
    {
        double values = 0;
        for (const RunLayer& layer : shape.layers)
            for (const RunGroup& group : layer.groups)
                for (const RunGroup::Reader& reader : group.readers)
                    if (reader.planned.method == Method::Gptq && group.experts == 1)
                        values += runfacts::outputPairs(double(reader.rows));
        return F * values <= runfacts::keptBytes ? F * values : 0;
    }

    RunMemory scalingMemory(const RunShape& shape, const RunLayer& layer)
    {
        RunMemory memory = walkMemory(shape, layer);
        double widest = 0;
        for (const RunGroup& group : layer.groups)
            if (group.isScaled()) {
                memory.sums += D / 2 * double(group.width) * double(group.width);
                widest = std::max(widest, double(group.width));
            }
        memory.rounding = 6 * F * runfacts::scaleRows * widest; // rows on trial
        if (layer.usesGptq())
            memory.sums += (D + F) * widest * widest; // a factor and the same scaled
        return memory;
    }

    /// What is rounded of a layer and waits until all of it is: large matrices lie on the disk.
    void addWaiting(RunMemory& memory, const RunLayer& layer)
    {
        double small = 0;
        for (const RunGroup& group : layer.groups)
            for (const RunGroup::Reader& reader : group.readers) {
                const double weights = double(reader.rows) * double(group.width);
                const double bytes = weights * reader.planned.format->bitsPerWeight() / 8;
                if (!reader.planned.keeps
                    && bytes / double(group.experts) <= double(TensorBytes::mostInMemory))
                    small += bytes;
            }
        memory.rounding += small;
        memory.kept += layer.plannedBytes - std::min(small, layer.plannedBytes);
    }

    /// Of a layer that is rounded from its file, a tile of a matrix at a time.
    RunMemory aloneMemory(const RunLayer& layer, const RunMemory& states)
    {
        RunMemory memory = states;
        for (const RunGroup& group : layer.groups)
            for (const RunGroup::Reader& reader : group.readers)
                memory.rounding = std::max(memory.rounding,
                    roundingRoom(reader.planned.method, double(reader.rows) * double(group.width)));
        addWaiting(memory, layer);
        return memory;
    }

    RunMemory layerMemory(const RunShape& shape, const RunLayer& layer, const RunMemory& states)
    {
        RunMemory before = states;
        before.weights = F * layer.heldWeights();
        RunMemory most = before; // once more for the original's path, as the layer is loaded
        most.weights *= shape.corrects() ? 2 : 1;
        if (layer.isScaled()) {
            most = scalingMemory(shape, layer);
            most.states = states.states;
            before.sums = most.sums;
        }
        for (std::size_t i = 0; i < layer.groups.size(); ++i) {
            RunMemory memory = groupMemory(shape, layer, i, before);
            most = larger(most, memory);
        }
        addWaiting(most, layer);
        return most;
    }

    RunMemory outsideMemory(const RunShape& shape, const RunOutside& outside)
    {
        RunMemory memory;
        if (outside.planned.keeps)
            return memory;
        if (outside.planned.method != Method::Gptq) {
            memory.rounding = roundingRoom(outside.planned.method, outside.weights());
            return memory;
        }
        const double n = double(outside.columns);
        memory.sums = D * n * (n + runfacts::panel); // H and L
        memory.rounding = 5 * F * std::min(runfacts::gptqTileWeights, outside.weights());
        if (shape.layers.empty())
            return memory;
        return larger(memory, walkMemory(shape, shape.layers.front()));
    }

} // namespace

RunMemory runMemory(const RunShape& shape)
{
    const double ofPath = pathStates(shape);
    const auto uses = [&](auto condition) { return std::ranges::any_of(shape.layers, condition); };
    RunMemory states;
    if (uses(&RunLayer::usesGptq))
        states.states += ofPath * (shape.corrects() ? 2 : 1);
    if (uses(&RunLayer::isScaled))
        states.states += ofPath;
    const bool looksBack = shape.gptq.twoSided && uses(&RunLayer::usesGptq);
    if (looksBack)
        states.states += outputSums(shape);

    std::size_t loaded = 0; // layers that the paths go through
    for (std::size_t i = 0; i < shape.layers.size(); ++i)
        if (shape.layers[i].usesGptq() || shape.layers[i].isScaled())
            loaded = i + 1;
    double kept = 0; // so far
    RunMemory most;
    const auto meet = [&](RunMemory memory) {
        memory.kept += kept;
        most = larger(most, memory);
    };
    const auto round = [&](const RunOutside& outside) {
        RunMemory memory = outsideMemory(shape, outside);
        const double bytes = outside.planned.keeps
            ? 0
            : outside.weights() * outside.planned.format->bitsPerWeight() / 8;
        memory.rounding += bytes;
        meet(memory);
        kept += bytes;
    };
    std::ranges::for_each(shape.before, round);
    for (const RunLayer& layer : shape.layers) {
        if (shape.measuresImportance && &layer == &shape.layers.front())
            meet(walkMemory(shape, layer));
        if (looksBack && &layer == &shape.layers.front()) {
            RunMemory back = lookingBack(shape, layer);
            back.states += outputSums(shape);
            meet(back);
        }
        meet(std::size_t(&layer - shape.layers.data()) < loaded ? layerMemory(shape, layer, states)
                                                                : aloneMemory(layer, states));
        kept += layer.plannedBytes;
    }
    std::ranges::for_each(shape.after, round);
    most.source = shape.sourceBytes;
    const bool multiplies = shape.text.tokens() > 0;
    most.products = multiplies ? productBytes * threadCount() : 0;
    return most;
}

double exportMemory(const RunShape& shape, double fileBytes)
{
    double largest = 0; // a tensor's bytes, which are copied on their way into the file
    const auto meet = [&largest](double weights, const PlannedTensor& planned) {
        largest = std::max(largest, weights * planned.format->bitsPerWeight() / 8);
    };
    for (const auto* outside : { &shape.before, &shape.after })
        for (const RunOutside& matrix : *outside)
            meet(matrix.weights(), matrix.planned);
    for (const RunLayer& layer : shape.layers)
        for (const RunGroup& group : layer.groups)
            for (const RunGroup::Reader& reader : group.readers)
                meet(double(reader.rows) * double(group.width), reader.planned);
    return shape.sourceBytes + shape.plannedBytes + fileBytes + 2 * largest;
}

double residentBytes()
{
    std::ifstream pages("/proc/self/statm"); // size, resident, … in pages (proc(5))
    double size = 0, resident = 0;
    return pages >> size >> resident ? resident * double(sysconf(_SC_PAGESIZE)) : 0;
}

} // namespace core
