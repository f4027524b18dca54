// SPDX-License-Identifier: GPL-3.0-or-later
//
// Symbols as in runmemory.cpp.
#include "core/quant/groupmemory.h"

#include "core/base/parallel.h"
#include "core/quant/runfacts.h"

#include <algorithm>

namespace core {

namespace {

    constexpr double F = sizeof(float), D = sizeof(double);

    double floatsOf(const RunLayer& layer, LinearInput input)
    {
        double floats = 0;
        for (const RunGroup& group : layer.groups)
            if (group.input == input)
                floats += group.ofOneExpert().weights();
        return floats;
    }

    bool isOfAttention(LinearInput input)
    {
        return input == LinearInput::Attention || input == LinearInput::AttentionOutput
            || input == LinearInput::LatentQuery || input == LinearInput::HeadQuery
            || input == LinearInput::HeadContext;
    }

    /// Of attention, or of what is neither that nor a feed-forward nor a stack of experts.
    double otherFloats(const RunLayer& layer, bool ofAttention)
    {
        double floats = 0;
        for (const RunGroup& group : layer.groups) {
            const bool isFeedForward = group.input == LinearInput::FeedForward
                || group.input == LinearInput::Down || group.experts > 1;
            if (!isFeedForward && isOfAttention(group.input) == ofAttention)
                floats += group.weights();
        }
        return floats;
    }

} // namespace

GroupMemory::GroupMemory(const RunShape& shape, const RunGroup& group)
    : m_shape(shape)
    , m_group(group)
    , n(double(group.width))
    , nn(n * n)
    , m(double(group.mostRows()))
    , mn(m * n)
    , H(D * n * (n + runfacts::panel) / 2)
    , U(F * n * (n + runfacts::panel) / 2)
    , m_shared(group.isShared)
    , m_corrects(shape.corrects())
    , m_holdsOut(shape.gptq.holdOut && n <= runfacts::heldInputs)
    , m_fitsNorm(m_shared && shape.gptq.refitNorms && !group.isOneExpert)
{
}

/// What the target adds to W: for each input, or for each output where one matrix reads it.
double GroupMemory::change() const { return !m_corrects ? 0 : m_shared ? nn : mn; }

double GroupMemory::drift() const { return m_corrects && !m_shared && m_holdsOut ? mn : 0; }

double GroupMemory::fit() const { return H + F * (change() + drift()); }

double GroupMemory::held() const
{
    return !m_holdsOut ? 0 : fit() + (m_corrects && m_shared ? H : 0);
}

double GroupMemory::gathering() const
{
    const double one = H + D * (change() + drift());
    return one + (m_holdsOut ? one + (m_corrects && m_shared ? H : 0) : 0);
}

/// A factor of H: L, in whose place U comes, and columns of L⁻¹.
double GroupMemory::factoring() const
{
    return H
        + D * runfacts::panel * n
        * std::min(n / runfacts::panel + 1, std::max(4.0, double(threadCount())));
}

double GroupMemory::choosing() const
{
    if (!m_corrects || !m_holdsOut || !m_shape.gptq.chooseTarget)
        return 0;
    if (m_shared) {
        const double rows = std::min(double(m_group.rows()), runfacts::judgedRows);
        return F * (2 * nn + 2 * rows * n) + std::max(factoring(), U + F * (2 * nn + 2 * rows * n));
    }
    const double rows = std::min(m, runfacts::judgedRows);
    return F * (3 * rows * n + nn) + std::max(factoring(), U + F * 4 * rows * n);
}

double GroupMemory::common() const { return m_holdsOut && m_group.isOneExpert ? H : 0; }

double GroupMemory::trying() const { return m_holdsOut ? H + factoring() : 0; }

double GroupMemory::copyOfFit() const { return m_fitsNorm && m_holdsOut ? fit() : 0; }

double GroupMemory::preparing() const
{
    // A factor for the correction, then that for rounding.
    const double correcting = H + F * change() + std::max(factoring(), U + F * change());
    return 2 * common() + held()
        + std::max(fit() + std::max(choosing(), trying()), copyOfFit() + correcting);
}

double GroupMemory::standing() const
{
    // One matrix's correction becomes its target.
    const double ofNorm = m_fitsNorm && !m_holdsOut ? F * change() : 0;
    return H + U + common() + copyOfFit() + held() + ofNorm + (m_shared ? F * change() : 0);
}

double GroupMemory::copies() const
{
    // H_O as it is and its two parts of the factor, of which a block is made in double at a time.
    const double block = std::min(m, runfacts::outputsTogether);
    const double outputs = m_shape.gptq.twoSided && !m_group.isOneExpert
        ? 3 * F * runfacts::outputPairs(m) + 2 * D * block * block + F * mn
        : 0;
    // The others' originals for the norm; of the matrix in work the target, what it lacks and the
    // gradient, or what is left of it.
    return (m_fitsNorm ? originals() - F * mn : 0) + (m_corrects ? 3 : 2) * F * mn + outputs;
}

double GroupMemory::originals() const { return m_fitsNorm ? F * m_group.weights() : 0; }

double GroupMemory::fittingNorm() const
{
    // Three products of the matrices, two systems, a factor.
    return m_fitsNorm ? standing() + (m_holdsOut ? 6.5 : 5.5) * D * nn : 0;
}

double GroupMemory::gatheredChannels() const
{
    const double paths = m_corrects ? 2 : 1;
    return m_shared ? (paths + 1) * n
                    : (paths + 0.5) * n + (m_corrects ? 2 * m : 0) + double(m_shape.hidden);
}

namespace {

    /// Of a layer without experts: of the feed-forward only what is in work; scaled and not rounded
    /// yet, it cannot come back.
    PresentFloats ofDense(const RunShape& shape, const RunLayer& layer, LinearInput input)
    {
        const double readers = floatsOf(layer, LinearInput::FeedForward);
        const double down = floatsOf(layer, LinearInput::Down);
        const double others = otherFloats(layer, isOfAttention(input));
        const double paths = shape.corrects() ? 2 : 1;
        const double kept = shape.gptq.orderNeurons ? readers : 0; // rows move with ffn_down's
        if (input == LinearInput::Down)
            return { paths * others + kept + (paths - 1) * (readers + down)
                    + (paths == 1 ? down : 0),
                others + kept + down };
        double present = paths * others + (layer.isScaled() ? readers + down : 0);
        if (!layer.isScaled())
            present += isOfAttention(input) ? kept : readers;
        return { present, present };
    }

    /// Of one with experts: what stands beside them, and of one expert what is in work.
    PresentFloats ofSparse(const RunShape& shape, const RunLayer& layer, LinearInput input)
    {
        double beside = otherFloats(layer, isOfAttention(input));
        if (!isOfAttention(input))
            beside
                += floatsOf(layer, LinearInput::FeedForward) + floatsOf(layer, LinearInput::Down);
        const bool isOfExperts = input == LinearInput::Experts || input == LinearInput::ExpertsDown;
        const double present
            = (shape.corrects() ? 2 : 1) * beside + (isOfExperts ? floatsOf(layer, input) : 0);
        return { present, present };
    }

} // namespace

PresentFloats presentFloats(const RunShape& shape, const RunLayer& layer, LinearInput input)
{
    return layer.isDense() ? ofDense(shape, layer, input) : ofSparse(shape, layer, input);
}

} // namespace core
