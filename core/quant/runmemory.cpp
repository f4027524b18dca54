// SPDX-License-Identifier: GPL-3.0-or-later
//
// Symbols: n the width of an input, m the rows of matrices that read it, T tokens of the text.
#include "core/quant/runmemory.h"

#include "core/base/parallel.h"
#include "core/quant/runfacts.h"

#include <algorithm>
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

    double tileOf(const RunText& text)
    {
        const double whole = std::max<std::int64_t>(
            1, std::int64_t(runfacts::tileTokens) / std::max<std::int64_t>(1, text.length));
        return std::min(double(text.tokens()), whole * double(text.length));
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
    /// the tile in work.
    double inMemory(const RunText& text, double bytes)
    {
        if (bytes <= runfacts::keptBytes)
            return bytes;
        return bytes * tileOf(text) / double(text.tokens());
    }

    double pathStates(const RunShape& shape)
    {
        const double ofChannel = F * double(shape.text.tokens());
        return inMemory(shape.text, ofChannel * double(shape.hidden))
            + ofChannel * double(shape.beside);
    }

    RunMemory walkMemory(const RunShape& shape, const RunLayer& layer)
    {
        RunMemory memory;
        memory.states = pathStates(shape);
        memory.weights = F * layer.heldWeights();
        memory.activations = F * tileOf(shape.text) * walkedChannels(layer);
        return memory;
    }

    /// One group of a layer on its way through GPTQ.
    struct GroupMemory {
        const RunShape& shape;
        const RunGroup& group;
        double n, nn, m, mn; ///< m the rows of the largest matrix
        bool shared, corrects, holdsOut, fitsNorm;

        GroupMemory(const RunShape& run, const RunGroup& of)
            : shape(run)
            , group(of)
            , n(double(of.width))
            , nn(n * n)
            , m(double(of.mostRows()))
            , mn(m * n)
            , shared(of.isShared)
            , corrects(run.corrects())
            , holdsOut(run.gptq.holdOut && n <= runfacts::heldInputs)
            , fitsNorm(shared && run.gptq.refitNorms)
        {
        }

        /// What the target adds to W: for each input, or for each output where one matrix reads it.
        double change() const { return !corrects ? 0 : shared ? nn : mn; }
        double drift() const { return corrects && !shared && holdsOut ? mn : 0; }
        double fit() const { return D * nn + F * (change() + drift()); }
        double held() const { return !holdsOut ? 0 : fit() + (corrects && shared ? D * nn : 0); }
        /// While sums are added up, in double.
        double gathering() const
        {
            const double one = D * (nn + change() + drift());
            return one + (holdsOut ? one + (corrects && shared ? D * nn : 0) : 0);
        }
        /// A factor of H and what it is made in.
        double factoring() const { return (D + F) * nn; }

        double choosing() const
        {
            if (!corrects || !holdsOut || !shape.gptq.chooseTarget)
                return 0;
            if (shared) {
                const double rows = std::min(double(group.rows()), runfacts::judgedRows);
                return F * (2 * nn + 2 * rows * n)
                    + std::max(factoring(), F * (3 * nn + 2 * rows * n));
            }
            const double rows = std::min(m, runfacts::judgedRows);
            return F * (3 * rows * n + nn) + std::max(factoring(), F * (nn + 4 * rows * n));
        }
        double trying() const { return holdsOut ? D * nn + factoring() : 0; }
        double copyOfFit() const { return fitsNorm && holdsOut ? fit() : 0; }

        double preparing() const
        {
            return fit() + held()
                + std::max({ choosing(), trying(), copyOfFit() + F * 2 * change() + factoring() });
        }
        /// What stays while the matrices are rounded: sums, the factor, the correction.
        double standing() const { return fit() + copyOfFit() + held() + F * nn + F * change(); }
        /// The norm's equations: three products of the matrices, two systems, a factor.
        double fittingNorm() const
        {
            return fitsNorm ? standing() + (holdsOut ? 6.5 : 5.5) * D * nn : 0;
        }
        /// Copies of the matrices: the originals for the norm, and of the one in work the target,
        /// what is left of it, the gradient and what is stored.
        double copies() const
        {
            const double outputs
                = shape.gptq.twoSided ? (3 * F + D) * runfacts::outputPairs(m) + 2 * F * mn : 0;
            return F * ((fitsNorm ? group.weights() : 0) + (corrects ? 5.0 : 4.0) * mn) + outputs;
        }

        /// Channels of a token in a tile while its input is gathered.
        double gatheredChannels() const
        {
            const double paths = corrects ? 2 : 1;
            return shared ? 2 * paths * n
                          : (1.5 * paths + 1) * n + (corrects ? 2 * m : 0) + double(shape.hidden);
        }
    };

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
        const bool isLast = which + 1 == layer.groups.size();
        double originals = 0; // of the groups from here on, and what attention still needs
        for (std::size_t i = which < 2 ? 0 : 2; i < layer.groups.size(); ++i)
            originals += shape.corrects() ? F * layer.groups[i].ofOneExpert().weights() : 0;
        if (layer.groups[which].experts > 1) // what all of them read, on both paths
            memory.activations = (shape.corrects() ? 2 : 1) * pathStates(shape);
        else if (!group.isShared)
            memory.activations = inMemory(shape.text, F * tokens * of.n);

        RunMemory gathering = memory;
        gathering.weights += originals;
        gathering.sums = of.gathering();
        gathering.activations += F * tileOf(shape.text) * of.gatheredChannels();

        RunMemory preparing = memory;
        preparing.weights += isLast ? 0 : originals;
        RunMemory rounding = preparing, fitting = preparing;
        preparing.sums = of.preparing();
        rounding.sums = of.standing();
        rounding.rounding = of.copies();
        fitting.sums = of.fittingNorm();
        fitting.rounding = of.fitsNorm ? F * group.weights() : 0;
        return larger(larger(gathering, preparing), larger(rounding, fitting));
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
                memory.sums
                    += group.experts > 1 ? 0 : D * runfacts::outputPairs(double(reader.rows));
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
                memory.sums += D * double(group.width) * double(group.width);
                widest = std::max(widest, double(group.width));
            }
        memory.rounding = 6 * F * runfacts::scaleRows * widest; // rows on trial
        if (layer.usesGptq())
            memory.sums += (2 * D + 2 * F) * widest * widest;
        return memory;
    }

    /// Of a layer that is rounded from its file, a tile of a matrix at a time.
    RunMemory aloneMemory(const RunLayer& layer, const RunMemory& states)
    {
        RunMemory memory = states;
        for (const RunGroup& group : layer.groups)
            for (const RunGroup::Reader& reader : group.readers)
                memory.rounding = std::max(memory.rounding,
                    roundingRoom(reader.planned.method, double(reader.rows) * double(group.width)));
        memory.rounding += layer.plannedBytes;
        return memory;
    }

    RunMemory layerMemory(const RunShape& shape, const RunLayer& layer, const RunMemory& states)
    {
        RunMemory before = states;
        before.weights = F * layer.heldWeights();
        before.rounding = layer.plannedBytes;
        RunMemory most = before;
        if (layer.isScaled()) {
            most = scalingMemory(shape, layer);
            most.states = states.states;
            before.sums = most.sums;
        }
        for (std::size_t i = 0; i < layer.groups.size(); ++i) {
            RunMemory memory = groupMemory(shape, layer, i, before);
            memory.rounding += layer.plannedBytes;
            most = larger(most, memory);
        }
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
        const double nn = double(outside.columns) * double(outside.columns);
        memory.sums = (2 * D + F) * nn;
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
        memory.kept = kept;
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
