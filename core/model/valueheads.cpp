// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/valueheads.h"

#include "core/model/arrangedrows.h"

#include <numeric>
#include <utility>

namespace core {

namespace {

    struct NegativePowers : OrderedColumns {
        using OrderedColumns::OrderedColumns;
        Matrix rows(std::int64_t first, std::int64_t count) const override
        {
            return -OrderedColumns::rows(first, count).array().exp();
        }
    };

    /// Value heads of a delta net as llama.cpp repeats keys, of `each` rows a head, behind `before`
    /// rows that stay (_LinearAttentionVReorderBase in its conversion/qwen.py): place i has the
    /// head i / keyHeads of those that share key head i mod keyHeads.
    std::vector<std::int64_t> valueOrder(
        const DeltaNetSpec& spec, std::int64_t before, std::int64_t each)
    {
        std::vector<std::int64_t> order(static_cast<std::size_t>(before));
        std::iota(order.begin(), order.end(), std::int64_t(0));
        const std::int64_t sharing = spec.valueHeads / spec.keyHeads;
        for (std::int64_t place = 0; place < spec.valueHeads; ++place) {
            const std::int64_t head = place % spec.keyHeads * sharing + place / spec.keyHeads;
            for (std::int64_t row = 0; row < each; ++row)
                order.push_back(before + head * each + row);
        }
        return order;
    }

} // namespace

bool reordersValueHeads(Arrangement arrangement)
{
    return arrangement == Arrangement::MixedHeads || arrangement == Arrangement::ValueHeads
        || arrangement == Arrangement::ValueHeadColumns
        || arrangement == Arrangement::NegativePowers;
}

std::shared_ptr<const RowSource> valueHeadSource(std::vector<Tensor> raw, Arrangement arrangement,
    const Tensor& tensor, const DeltaNetSpec& spec)
{
    const std::int64_t each = tensor.rows / spec.valueHeads; // rows of a head
    switch (arrangement) {
    case Arrangement::MixedHeads:
        return std::make_shared<OrderedRows>(
            std::move(raw), valueOrder(spec, 2 * spec.keys(), spec.headDim));
    case Arrangement::ValueHeadColumns:
        return std::make_shared<OrderedColumns>(std::move(raw), valueOrder(spec, 0, spec.headDim));
    case Arrangement::NegativePowers:
        return std::make_shared<NegativePowers>(std::move(raw), valueOrder(spec, 0, 1));
    default:
        break;
    }
    if (tensor.shape.size() == 1) // a value a head
        return std::make_shared<OrderedColumns>(std::move(raw), valueOrder(spec, 0, 1));
    return std::make_shared<OrderedRows>(std::move(raw), valueOrder(spec, 0, each));
}

} // namespace core
