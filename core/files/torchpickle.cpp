// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/torchpickle.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/storedtensor.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>
#include <utility>

namespace core::torchpickle {

namespace {

    using Kind = PickleNode::Kind;
    using Arguments = std::vector<PickleValue>;

    struct NumberType {
        std::string_view storage; ///< class of its storages in torch; empty: bytes only
        std::string_view name; ///< torch.dtype
        const Format* format; ///< null: nothing here decodes it
    };
    constexpr std::array numberTypes{ NumberType{ "FloatStorage", "float32", &formats::f32 },
        NumberType{ "HalfStorage", "float16", &formats::f16 },
        NumberType{ "BFloat16Storage", "bfloat16", &formats::bf16 },
        NumberType{ "DoubleStorage", "float64", &formats::f64 },
        NumberType{ "CharStorage", "int8", &formats::i8 },
        NumberType{ "ShortStorage", "int16", &formats::i16 },
        NumberType{ "IntStorage", "int32", &formats::i32 },
        NumberType{ "LongStorage", "int64", &formats::i64 },
        NumberType{ "ByteStorage", "uint8", &formats::u8 },
        NumberType{ "BoolStorage", "bool", &formats::boolean },
        NumberType{ "", "uint16", &formats::u16 }, NumberType{ "", "uint32", &formats::u32 },
        NumberType{ "", "uint64", &formats::u64 },
        NumberType{ "", "float8_e4m3fn", &formats::f8_E4M3 },
        NumberType{ "", "float8_e5m2", &formats::f8_E5M2 },
        NumberType{ "", "float8_e8m0fnu", &formats::f8_E8M0 },
        NumberType{ "", "float8_e4m3fnuz", nullptr }, NumberType{ "", "float8_e5m2fnuz", nullptr },
        NumberType{ "", "float4_e2m1fn_x2", nullptr },
        NumberType{ "ComplexFloatStorage", "complex64", nullptr },
        NumberType{ "ComplexDoubleStorage", "complex128", nullptr } };

    constexpr std::array<std::string_view, 5> makers{ "_rebuild_tensor", "_rebuild_tensor_v2",
        "_rebuild_tensor_v3", "_rebuild_parameter", "_rebuild_parameter_with_state" };

    bool isBytes(const PickleGlobal& global) { return global.name == "UntypedStorage"; }

    /// What a call calls and its arguments; null: `value` is none.
    struct Call {
        const PickleGlobal* callee = nullptr;
        const Arguments* arguments = nullptr;
    };
    Call callIn(const PickleValue& value)
    {
        const PickleNode* node = nodeOf(value, Kind::Call);
        if (!node)
            return {};
        return { std::get<const PickleGlobal*>(node->items[0]),
            &std::get<PickleNode*>(node->items[1])->items };
    }

    bool isMaker(const Call& call)
    {
        return call.callee && call.callee->module == "torch._utils"
            && std::ranges::find(makers, call.callee->name) != makers.end();
    }

    /// Reads one tensor; `m_place` names file and tensor.
    class TensorReader {
    public:
        explicit TensorReader(std::string place)
            : m_place(std::move(place))
        {
        }

        TensorEntry read(const PickleValue& value) const
        {
            Call call = callIn(value);
            for (int wrapped = 0;
                 call.callee && call.callee->name.starts_with("_rebuild_parameter"); ++wrapped) {
                if (wrapped == 4) // a parameter in a parameter is no use, a circle is damage
                    fail("a parameter within parameters");
                call = callIn(argument(call, 0));
                if (!isMaker(call))
                    fail("a parameter without a tensor");
            }
            TensorEntry tensor;
            tensor.storage = storage(argument(call, 0));
            tensor.first = sizeOf(argument(call, 1), "where it begins");
            tensor.shape = sizes(argument(call, 2), "shape");
            tensor.format = tensor.storage.format;
            tensor.type = tensor.storage.type;
            if (call.callee->name == "_rebuild_tensor_v3") {
                const NumberType& type = numberType(argument(call, 6));
                tensor.format = type.format;
                tensor.type = type.name;
            }
            if (tensor.type.empty())
                fail("a storage of bytes without a number type");
            requireRowByRow(tensor, sizes(argument(call, 3), "strides"));
            return tensor;
        }

    private:
        [[noreturn]] void fail(const std::string& found) const
        {
            throw Error(text(m_place, " has ", found,
                " in the pickle, expected a tensor as "
                "torch.save writes it"));
        }

        const PickleValue& argument(const Call& call, std::size_t index) const
        {
            if (index >= call.arguments->size())
                fail(text("only ", call.arguments->size(), " facts"));
            return (*call.arguments)[index];
        }

        std::int64_t sizeOf(const PickleValue& value, const char* what) const
        {
            const auto number = integerOf(value);
            if (!number || *number < 0)
                fail(number ? text(what, " ", *number) : text("no whole number as ", what));
            return *number;
        }

        std::vector<std::int64_t> sizes(const PickleValue& value, const char* what) const
        {
            constexpr std::size_t mostDimensions = 64; // of torch
            const PickleNode* tuple = nodeOf(value, Kind::Tuple);
            if (const Call call = callIn(value); call.callee && call.callee->name == "Size")
                tuple = call.arguments->empty() ? nullptr
                                                : nodeOf(call.arguments->front(), Kind::Tuple);
            if (!tuple || tuple->items.size() > mostDimensions)
                fail(text("no list of at most ", mostDimensions, " numbers as ", what));
            std::vector<std::int64_t> numbers;
            for (const PickleValue& item : tuple->items)
                numbers.push_back(sizeOf(item, what));
            return numbers;
        }

        const NumberType& numberType(const PickleValue& value) const
        {
            const auto* global = std::get_if<const PickleGlobal*>(&value);
            const auto found = global
                ? std::ranges::find(numberTypes, (*global)->name, &NumberType::name)
                : numberTypes.end();
            if (found == numberTypes.end())
                fail("no number type");
            return *found;
        }

        /// ("storage", its class, key, device, number of elements).
        Storage storage(const PickleValue& value) const
        {
            const PickleNode* persistent = nodeOf(value, Kind::Persistent);
            const PickleNode* tuple
                = persistent ? nodeOf(persistent->items.front(), Kind::Tuple) : nullptr;
            if (!tuple || tuple->items.size() < 5)
                fail("no storage");
            const auto* type = std::get_if<const PickleGlobal*>(&tuple->items[1]);
            const auto key = textOf(tuple->items[2]);
            if (!type || !key)
                fail("a storage without type or key");
            Storage storage{ *key, nullptr, {}, sizeOf(tuple->items[4], "a storage's size") };
            if (isBytes(**type))
                return storage;
            const auto found = std::ranges::find(numberTypes, (*type)->name, &NumberType::storage);
            if (found == numberTypes.end())
                fail(text("a storage of class ", (*type)->name.substr(0, 60)));
            storage.format = found->format;
            storage.type = found->name;
            return storage;
        }

        /// Throws Error for a transposed or expanded tensor. Strides of dimensions of 1 say
        /// nothing.
        void requireRowByRow(
            const TensorEntry& tensor, const std::vector<std::int64_t>& strides) const
        {
            if (strides.size() != tensor.shape.size())
                fail(text(tensor.shape.size(), " dimensions and ", strides.size(), " strides"));
            if (weightCount(tensor.shape) == 0u)
                return;
            std::uint64_t expected = 1; // wraps around only where no file would hold the tensor
            for (std::size_t i = tensor.shape.size(); i > 0; --i) {
                const auto size = std::uint64_t(tensor.shape[i - 1]);
                if (size != 1 && std::uint64_t(strides[i - 1]) != expected)
                    throw Error(text(m_place, " of shape ", shapeText(tensor.shape),
                        " lies with strides ", shapeText(strides),
                        " in its storage, expected row "
                        "by row: save it contiguous, as safetensors does"));
                expected *= size;
            }
        }

        std::string m_place;
    };

    /// Looks for the model in what was saved.
    class Search {
    public:
        explicit Search(const std::string& place)
            : m_place(place)
        {
        }

        std::vector<TensorEntry> run(const PickleValue& root)
        {
            const PickleNode* node = nodeOf(root, Kind::Dictionary);
            if (!node)
                throw Error(text(m_place,
                    ": the pickle holds no dictionary, expected the tensors "
                    "of a model by their names"));
            const PickleNode* model = modelIn(*node, 0);
            if (!model)
                throw Error(text(m_place, ": the pickle holds no tensors but ", keysOf(*node),
                    ", expected those of a model by their names"));
            std::vector<TensorEntry> tensors;
            for (std::size_t i = 0; i + 1 < model->items.size(); i += 2)
                add(model->items[i], model->items[i + 1], tensors);
            return tensors;
        }

    private:
        static bool holdsTensors(const PickleNode& node)
        {
            for (std::size_t i = 1; i < node.items.size(); i += 2)
                if (isMaker(callIn(node.items[i])))
                    return true;
            return false;
        }

        /// The dictionary with the model's tensors: this one, one under a usual name, or the only
        /// one there is; null if there is none.
        static const PickleNode* modelIn(const PickleNode& node, int depth)
        {
            constexpr int deepest = 4;
            if (holdsTensors(node))
                return &node;
            if (depth == deepest)
                return nullptr;
            for (const std::string_view name :
                { "state_dict", "model_state_dict", "model", "module", "net", "params", "weights" })
                for (std::size_t i = 0; i + 1 < node.items.size(); i += 2) {
                    const PickleNode* inner = nodeOf(node.items[i + 1], Kind::Dictionary);
                    if (!inner || textOf(node.items[i]) != name)
                        continue;
                    if (const PickleNode* found = modelIn(*inner, depth + 1))
                        return found;
                }
            const PickleNode* only = nullptr;
            for (std::size_t i = 1; i < node.items.size(); i += 2) {
                const PickleNode* inner = nodeOf(node.items[i], Kind::Dictionary);
                if (!inner || inner == only || !holdsTensors(*inner))
                    continue;
                if (only)
                    return nullptr;
                only = inner;
            }
            return only;
        }

        static std::string keysOf(const PickleNode& node)
        {
            constexpr std::size_t shown = 5;
            std::string keys;
            for (std::size_t i = 0; i < std::min(node.items.size(), 2 * shown); i += 2)
                keys.append(keys.empty() ? "" : ", ")
                    .append(textOf(node.items[i]).value_or("a number").substr(0, 60));
            return keys.empty() ? "nothing" : keys;
        }

        void add(
            const PickleValue& key, const PickleValue& value, std::vector<TensorEntry>& tensors)
        {
            if (!isMaker(callIn(value))) // a number of steps, a text, the state of an optimizer
                return;
            const auto name = textOf(key);
            if (!name || name->empty())
                throw Error(text(m_place, ": the pickle has a tensor without a name"));
            if (!m_seen.insert(*name).second)
                throw Error(text(m_place, ": tensor ", name->substr(0, 200),
                    " stands twice, "
                    "expected once"));
            const TensorReader reader(text(m_place, ": tensor ", name->substr(0, 200)));
            tensors.push_back(reader.read(value));
            tensors.back().name = *name;
        }

        const std::string& m_place;
        std::unordered_set<std::string_view> m_seen;
    };

} // namespace

bool isKnown(std::string_view module, std::string_view name)
{
    if (module == "collections")
        return name == "OrderedDict";
    if (module == "torch._utils")
        return std::ranges::find(makers, name) != makers.end();
    if (module == "_codecs") // how Python 2's protocols write bytes
        return name == "encode";
    if (module == "builtins" || module == "__builtin__")
        return name == "set" || name == "frozenset";
    if (module == "torch.storage")
        return name == "UntypedStorage" || name == "TypedStorage" || name == "_TypedStorage";
    if (module == "torch.serialization")
        return name == "_get_layout";
    if (module != "torch" || name.empty())
        return false;
    return name == "Size" || name == "device" || name == "UntypedStorage"
        || std::ranges::find(numberTypes, name, &NumberType::name) != numberTypes.end()
        || std::ranges::find(numberTypes, name, &NumberType::storage) != numberTypes.end();
}

std::vector<TensorEntry> tensorsIn(const PickleValue& root, const std::string& place)
{
    return Search(place).run(root);
}

} // namespace core::torchpickle
