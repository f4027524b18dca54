// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/groups.h"

#include "core/base/lanes.h"

#include <cassert>

namespace core::formats {

using namespace lanes;

namespace {

    /// Weights i … i + width − 1 of the groups from `first` on, as columns.
    template<int width>
    QUANTSCOPE_KERNEL void loadSquare(
        const Places& places, std::size_t i, int first, Floats<width>* columns)
    {
        for (int k = 0; k < width; ++k)
            columns[k] = load<Floats<width>>(places[std::size_t(first + k)] + i);
        transpose<width>(columns);
    }

    template<int width>
    QUANTSCOPE_KERNEL void loadColumnsKernel(const Places& places, int count, Sixteen* values)
    {
        for (int first = 0; first < together; first += width) {
            for (int i = 0; i < count; i += width) {
                Floats<width> columns[width];
                loadSquare<width>(places, std::size_t(i), first, columns);
                for (int k = 0; k < width; ++k)
                    store(columns[k], &values[i + k][std::size_t(first)]);
            }
        }
    }

    /// Σ of(x)
    template<int width, typename Of>
    QUANTSCOPE_KERNEL void sumKernel(
        const Of& of, const Places& places, std::size_t count, Sixteen& result)
    {
        for (int first = 0; first < together; first += width) {
            Floats<width> sum{};
            for (std::size_t i = 0; i < count; i += width) {
                Floats<width> columns[width];
                loadSquare<width>(places, i, first, columns);
                for (int k = 0; k < width; ++k)
                    sum += of(columns[k]);
            }
            store(sum, &result[std::size_t(first)]);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void sumSquaresKernel(
        const Places& places, std::size_t count, Sixteen& result)
    {
        sumKernel<width>(
            [](const auto& x) __attribute__((always_inline)) { return x * x; }, places, count,
            result);
    }

    template<int width>
    QUANTSCOPE_KERNEL void sumMagnitudesKernel(
        const Places& places, std::size_t count, Sixteen& result)
    {
        sumKernel<width>(
            [](const auto& x) __attribute__((always_inline)) { return magnitude(x); }, places,
            count, result);
    }

    /// weight = weigh(x, weight, parameter) in all groups.
    template<int width, typename Weigh>
    QUANTSCOPE_KERNEL void weighKernel(const Weigh& weigh, const Sixteen& parameter, Groups& groups)
    {
        for (std::size_t first = 0; first < together; first += width) {
            const auto p = load<Floats<width>>(&parameter[first]);
            for (std::size_t i = 0; i < std::size_t(groups.size); ++i) {
                const auto x = load<Floats<width>>(&groups.x[i][first]);
                const auto w = load<Floats<width>>(&groups.weight[i][first]);
                store(weigh(x, w, p), &groups.weight[i][first]);
            }
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void sumsKernel(const Sixteen* values, int count, Sixteen& result)
    {
        for (std::size_t first = 0; first < together; first += width) {
            Floats<width> sum{};
            for (int i = 0; i < count; ++i)
                sum += load<Floats<width>>(&values[i][first]);
            store(sum, &result[first]);
        }
    }

    template<int width>
    QUANTSCOPE_KERNEL void importanceKernel(const Sixteen& variance, Groups& groups)
    {
        weighKernel<width>(
            [](const auto& x, const auto& w, const auto& v)
                __attribute__((always_inline)) { return w * squareRoot(v + x * x); },
            variance, groups);
    }

    template<int width>
    QUANTSCOPE_KERNEL void squaresKernel(Groups& groups)
    {
        weighKernel<width>(
            [](const auto& x, const auto&, const auto&)
                __attribute__((always_inline)) { return x * x; },
            {}, groups);
    }

    template<int width>
    QUANTSCOPE_KERNEL void magnitudesKernel(const Sixteen& offset, Groups& groups)
    {
        weighKernel<width>(
            [](const auto& x, const auto&, const auto& o)
                __attribute__((always_inline)) { return o + magnitude(x); },
            offset, groups);
    }

    QUANTSCOPE_EVERY_WIDTH(void loadAll(const Places& places, int count, Sixteen* values),
        loadColumnsKernel, (places, count, values))
    QUANTSCOPE_EVERY_WIDTH(
        void sumSquares(const Places& places, std::size_t count, Sixteen& result), sumSquaresKernel,
        (places, count, result))
    QUANTSCOPE_EVERY_WIDTH(
        void sumMagnitudes(const Places& places, std::size_t count, Sixteen& result),
        sumMagnitudesKernel, (places, count, result))
    QUANTSCOPE_EVERY_WIDTH(void sumAll(const Sixteen* values, int count, Sixteen& result),
        sumsKernel, (values, count, result))
    QUANTSCOPE_EVERY_WIDTH(void weighAll(const Sixteen& variance, Groups& groups), importanceKernel,
        (variance, groups))
    QUANTSCOPE_EVERY_WIDTH(void weighAllBySquares(Groups& groups), squaresKernel, (groups))
    QUANTSCOPE_EVERY_WIDTH(void weighAllByMagnitudes(const Sixteen& offset, Groups& groups),
        magnitudesKernel, (offset, groups))

} // namespace

Places consecutiveGroups(const float* first, std::size_t size)
{
    Places places;
    for (std::size_t g = 0; g < together; ++g)
        places[g] = first ? first + g * size : nullptr;
    return places;
}

Places pairOfBlocks(const Places& blocks, std::size_t first)
{
    Places places;
    for (std::size_t lane = 0; lane < together; ++lane) {
        const float* block = blocks[first + lane / 8];
        places[lane] = block ? block + lane % 8 * 32 : nullptr;
    }
    return places;
}

void loadColumns(const Places& places, int count, Sixteen* values)
{
    assert(count % together == 0);
    loadAll(places, count, values);
}

Sixteen sumsOfSquares(const Places& places, std::size_t count)
{
    assert(count % together == 0);
    Sixteen result;
    sumSquares(places, count, result);
    return result;
}

Sixteen sumsOfMagnitudes(const Places& places, std::size_t count)
{
    assert(count % together == 0);
    Sixteen result;
    sumMagnitudes(places, count, result);
    return result;
}

void loadWithImportance(const Places& x, const Places& importance, int size, Groups& groups)
{
    groups.size = size;
    loadColumns(x, size, groups.x.data());
    if (importance[0])
        loadColumns(importance, size, groups.weight.data());
    else
        for (std::size_t i = 0; i < std::size_t(size); ++i)
            groups.weight[i].fill(1.0f);
}

Sixteen sums(const Sixteen* values, int count)
{
    Sixteen result;
    sumAll(values, count, result);
    return result;
}

void weighByImportance(const Sixteen& variance, Groups& groups) { weighAll(variance, groups); }

void weighBySquares(Groups& groups) { weighAllBySquares(groups); }

void weighByMagnitudes(const Sixteen& offset, Groups& groups)
{
    weighAllByMagnitudes(offset, groups);
}

} // namespace core::formats
