// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/arrangement.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/mappedfile.h"
#include "core/model/arrangedrows.h"
#include "core/model/stackrows.h"
#include "core/model/valueheads.h"

#include <cassert>
#include <memory>
#include <utility>

namespace core {

namespace {

    /// A stored tensor of `columns` wide rows, to be decoded some rows at a time.
    Tensor rawTensor(const StoredTensor& stored)
    {
        Tensor raw;
        raw.name = raw.sourceName = stored.name;
        raw.columns = stored.shape.back();
        raw.rows = 1;
        for (std::size_t i = 0; i + 1 < stored.shape.size(); ++i)
            raw.rows *= stored.shape[i];
        raw.format = stored.format;
        raw.bytes = stored.bytes;
        raw.offset = stored.offset;
        raw.file = stored.file;
        raw.mapping = stored.mapping;
        raw.source = stored.source;
        return raw;
    }

    struct PlusOneRows : ArrangedRows {
        using ArrangedRows::ArrangedRows;
        Matrix rows(std::int64_t first, std::int64_t count) const override
        {
            Matrix values = decodeRows(raw(), first, count);
            values.array() += 1;
            return values;
        }
    };

    struct TransposedRows : ArrangedRows {
        using ArrangedRows::ArrangedRows;
        Matrix rows(std::int64_t first, std::int64_t count) const override
        {
            Matrix values(count, raw().rows);
            constexpr std::int64_t step = 64; // stored rows at a time
            for (std::int64_t row = 0; row < raw().rows; row += step) {
                const std::int64_t taken = std::min(step, raw().rows - row);
                values.middleCols(row, taken)
                    = decodeRows(raw(), row, taken).middleCols(first, count).transpose();
            }
            return values;
        }
    };

    struct HeadRows : ArrangedRows {
        using ArrangedRows::ArrangedRows;
        Matrix rows(std::int64_t first, std::int64_t count) const override
        {
            Matrix values(count, raw().columns);
            for (std::int64_t row = 0; row < count; ++row)
                values.row(row) = decodeRows(all()[std::size_t(first + row)], 0, 1);
            return values;
        }
    };

    /// Matrices of equal height, one under the other.
    struct StackedRows : ArrangedRows {
        using ArrangedRows::ArrangedRows;
        Matrix rows(std::int64_t first, std::int64_t count) const override
        {
            Matrix values(count, raw().columns);
            forParts(first, count,
                [&](const Tensor& part, std::int64_t inside, std::int64_t to, std::int64_t taken) {
                    values.middleRows(to, taken) = decodeRows(part, inside, taken);
                });
            return values;
        }
        /// Where it is the same of all.
        const Format* exactFormat() const override
        {
            const auto formatOf = [](const Tensor& part) {
                const bool isWhole = part.source && part.source->tensorScale() == 1.0f;
                return isWhole ? part.source->exactFormat() : nullptr;
            };
            const Format* format = formatOf(raw());
            const bool isSame = std::ranges::all_of(
                all(), [&](const Tensor& part) { return formatOf(part) == format; });
            return isSame ? format : nullptr;
        }
        std::vector<std::byte> exactRows(
            const Format& format, std::int64_t first, std::int64_t count) const override
        {
            std::vector<std::byte> bytes;
            forParts(first, count,
                [&](const Tensor& part, std::int64_t inside, std::int64_t, std::int64_t taken) {
                    const auto rows = part.source->exactRows(format, inside, taken);
                    bytes.insert(bytes.end(), rows.begin(), rows.end());
                });
            return bytes;
        }

    private:
        /// body(matrix, its first row, that row's number among `count`, rows) for each of them that
        /// has rows among first … first + count − 1.
        template<typename Body>
        void forParts(std::int64_t first, std::int64_t count, const Body& body) const
        {
            for (std::int64_t row = 0; row < count;) {
                const std::int64_t at = first + row, inside = at % raw().rows;
                const std::int64_t taken = std::min(count - row, raw().rows - inside);
                body(all()[std::size_t(at / raw().rows)], inside, row, taken);
                row += taken;
            }
        }
    };

    /// Falcon's query_key_value: for each key/value head its query heads, one key, one value.
    std::vector<std::int64_t> groupedOrder(const AttentionSpec& spec)
    {
        const std::int64_t perGroup = spec.heads / spec.keyValueHeads;
        const auto rowOf = [&](std::int64_t group, std::int64_t head, std::int64_t channel) {
            return ((group * (perGroup + 2)) + head) * spec.headDim + channel;
        };
        std::vector<std::int64_t> order;
        const auto addHeads = [&](std::int64_t from, std::int64_t until) {
            for (std::int64_t group = 0; group < spec.keyValueHeads; ++group)
                for (std::int64_t head = from; head < until; ++head)
                    for (std::int64_t channel = 0; channel < spec.headDim; ++channel)
                        order.push_back(rowOf(group, head, channel));
        };
        addHeads(0, perGroup);
        addHeads(perGroup, perGroup + 1);
        addHeads(perGroup + 1, perGroup + 2);
        return order;
    }

    /// Of latent attention: each head's values, which lie behind its keys.
    std::vector<std::int64_t> valueOrder(const AttentionSpec& spec)
    {
        const std::int64_t keys = spec.latent->plain, values = spec.latent->value;
        std::vector<std::int64_t> order;
        for (std::int64_t head = 0; head < spec.heads; ++head)
            for (std::int64_t value = 0; value < values; ++value)
                order.push_back(head * (keys + values) + keys + value);
        return order;
    }

    std::shared_ptr<const RowSource> sourceOf(std::vector<Tensor> raw, Arrangement arrangement,
        std::int64_t matrices, const AttentionSpec& heads)
    {
        switch (arrangement) {
        case Arrangement::AsItIs:
            return nullptr;
        case Arrangement::FirstHalves:
        case Arrangement::SecondHalves:
            return std::make_shared<HalfRows>(
                std::move(raw), matrices, arrangement == Arrangement::SecondHalves);
        case Arrangement::EvenColumns:
        case Arrangement::OddColumns:
            return std::make_shared<StackColumns>(
                std::move(raw), matrices, arrangement == Arrangement::OddColumns, 2);
        case Arrangement::TransposedStack:
            return std::make_shared<StackColumns>(std::move(raw), matrices, 0, 1);
        case Arrangement::EvenValues:
        case Arrangement::OddValues:
            return std::make_shared<EverySecond>(
                std::move(raw), arrangement == Arrangement::OddValues);
        case Arrangement::PlusOne:
            return std::make_shared<PlusOneRows>(std::move(raw));
        case Arrangement::Transposed:
            return std::make_shared<TransposedRows>(std::move(raw));
        case Arrangement::HeadRows:
            return std::make_shared<HeadRows>(std::move(raw));
        case Arrangement::Stacked:
            return std::make_shared<StackedRows>(std::move(raw));
        case Arrangement::HeadKeys:
            return std::make_shared<HeadKeys>(std::move(raw), *heads.latent);
        case Arrangement::HeadValues:
            return std::make_shared<OrderedRows>(std::move(raw), valueOrder(heads));
        default: // GroupedQkv
            break;
        }
        return std::make_shared<OrderedRows>(std::move(raw), groupedOrder(heads));
    }

    /// The shape without the one inside a convolution's (n, 1, k), where two dimensions are wanted.
    std::vector<std::int64_t> squeezed(std::vector<std::int64_t> shape, std::size_t dimensions)
    {
        if (dimensions == 2 && shape.size() == 3 && shape[1] == 1)
            shape.erase(shape.begin() + 1);
        return shape;
    }

    /// The shape that a stored tensor must have to become (rows, columns).
    std::vector<std::int64_t> storedShape(
        const Tensor& tensor, Arrangement arrangement, const AttentionSpec& spec)
    {
        if (arrangement == Arrangement::HeadKeys || arrangement == Arrangement::HeadValues)
            return { std::int64_t(spec.heads) * (spec.latent->plain + spec.latent->value),
                spec.latent->keyRank };
        if (tensor.shape.size() == 1 && reordersValueHeads(arrangement))
            return tensor.shape;
        const std::int64_t matrices = tensor.matrices(), rows = tensor.rows / matrices;
        switch (arrangement) {
        case Arrangement::Stacked:
            return { rows, tensor.columns };
        case Arrangement::FirstHalves:
        case Arrangement::SecondHalves:
            return { matrices, 2 * rows, tensor.columns };
        case Arrangement::EvenColumns:
        case Arrangement::OddColumns:
            return { matrices, tensor.columns, 2 * rows };
        case Arrangement::TransposedStack:
            return { matrices, tensor.columns, rows };
        case Arrangement::EvenValues:
        case Arrangement::OddValues:
            return { tensor.rows, 2 * tensor.columns };
        default:
            break;
        }
        if (arrangement == Arrangement::Transposed)
            return { tensor.columns, tensor.rows };
        if (arrangement == Arrangement::PlusOne || arrangement == Arrangement::HeadRows)
            return { tensor.columns };
        return { tensor.rows, tensor.columns };
    }

    /// Whether a stack has inputs as rows, as those of gpt-oss in BF16; quantized ones (MXFP4) have
    /// outputs.
    bool isStackOfInputs(Arrangement arrangement)
    {
        return arrangement == Arrangement::EvenColumns || arrangement == Arrangement::OddColumns
            || arrangement == Arrangement::TransposedStack;
    }

    /// Row first, first + step, … of each matrix of a stack.
    std::vector<std::int64_t> steppedOrder(std::int64_t rows, std::int64_t first, std::int64_t step)
    {
        std::vector<std::int64_t> order;
        for (std::int64_t row = 0; row < rows; ++row)
            order.push_back(row * step + first);
        return order;
    }

    /// Takes a stack of outputs for what would be a stack of inputs.
    void arrangeQuantizedStack(Tensor& tensor, const StoredTensor& stored, Arrangement arrangement)
    {
        const std::int64_t step = arrangement == Arrangement::TransposedStack ? 1 : 2;
        const std::vector<std::int64_t> wanted{ tensor.matrices(),
            tensor.rows / tensor.matrices() * step, tensor.columns };
        if (stored.shape != wanted)
            throw Error(text(stored.file, ": tensor ", stored.name, " has shape ",
                shapeText(stored.shape), ", expected ", shapeText(wanted)));
        tensor.source = step == 1
            ? stored.source
            : std::make_shared<OrderedRows>(std::vector{ rawTensor(stored) },
                steppedOrder(tensor.rows, arrangement == Arrangement::OddColumns, step));
    }

} // namespace

bool isOfShape(const std::vector<std::int64_t>& stored, const std::vector<std::int64_t>& expected,
    std::optional<Arrangement> arrangement)
{
    if (arrangement)
        return squeezed(stored, expected.size()) == expected;
    const bool isRow = expected.size() == 2 && expected.front() == 1;
    return stored == expected || (isRow && stored == std::vector{ expected.back() });
}

void arrange(Tensor& tensor, const std::vector<const StoredTensor*>& stored,
    Arrangement arrangement, const LayerSpec& layer)
{
    assert(!stored.empty());
    if (stored.front()->source && isStackOfInputs(arrangement))
        return arrangeQuantizedStack(tensor, *stored.front(), arrangement);
    std::vector<Tensor> raw;
    for (const StoredTensor* part : stored) {
        if (const auto wanted = storedShape(tensor, arrangement, layer.attention);
            squeezed(part->shape, wanted.size()) != wanted)
            throw Error(text(part->file, ": tensor ", part->name, " has shape ",
                shapeText(part->shape), ", expected ", shapeText(wanted)));
        raw.push_back(rawTensor(*part));
    }
    // 1 + w is no value of BF16 where w is one, nor is e^w.
    const bool isComputed
        = arrangement == Arrangement::PlusOne || arrangement == Arrangement::NegativePowers;
    tensor.format = isComputed ? &formats::f32 : stored.front()->format;
    tensor.bytes = {};
    if (!reordersValueHeads(arrangement)) {
        tensor.source = sourceOf(std::move(raw), arrangement, tensor.matrices(), layer.attention);
        return;
    }
    if (!layer.deltaNet)
        throw Error(text(stored.front()->file, ": tensor ", stored.front()->name,
            " is one of linear attention, expected none in layer ", tensor.place.layer));
    tensor.source = valueHeadSource(std::move(raw), arrangement, tensor, *layer.deltaNet);
}

} // namespace core
