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
    , m_fitsNorm(m_shared && shape.gptq.refitNorms)
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
    const double outputs = m_shape.gptq.twoSided
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

PresentFloats presentFloats(const RunShape& shape, const RunLayer& layer, LinearInput input)
{
    double rounded = 0;
    for (const RunGroup& group : layer.groups)
        if (!isOfAttention(group.input) || isOfAttention(input))
            rounded += group.ofOneExpert().weights();
    const double originals = shape.corrects() ? rounded : 0;
    const bool isLast = input == layer.groups.back().input;
    PresentFloats present{ rounded + originals, rounded + (isLast ? 0 : originals) };
    if (!layer.isDense())
        return present;

    const double readers = floatsOf(layer, LinearInput::FeedForward);
    const double down = floatsOf(layer, LinearInput::Down);
    const bool keepsReaders = shape.gptq.orderNeurons; // whose rows move with ffn_down's columns
    // Of the feed-forward only what is in work; scaled and not rounded yet, it cannot come back.
    double away = 0, awayRounding = 0;
    if (input == LinearInput::Down) {
        away = down + (keepsReaders ? 0 : readers);
        awayRounding = keepsReaders ? 0 : readers;
    } else {
        away = layer.isScaled() ? 0 : down;
        if (isOfAttention(input) && !layer.isScaled() && !keepsReaders)
            away += readers;
        if (shape.corrects())
            away += down + readers;
        awayRounding = away;
    }
    return { present.gathering - away, present.rounding - awayRounding };
}

} // namespace core
