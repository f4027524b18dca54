// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/pickle.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/picklescalar.h"

#include <utility>

namespace core {

namespace {

    // What a file of 100,000 tensors needs several times over; with these a hostile one stays
    // below 150 MB.
    constexpr std::size_t mostNodes = 1'000'000, mostItems = 2'000'000, mostMemos = 1'000'000,
                          mostOnStack = 250'000, mostMarks = 10'000;

    using Kind = PickleNode::Kind;

    std::string_view viewOf(std::span<const std::byte> bytes)
    {
        return { reinterpret_cast<const char*>(bytes.data()), bytes.size() };
    }

} // namespace

/// Carries out one pickle.
class Pickle::Machine {
public:
    using IsKnown = std::function<bool(std::string_view module, std::string_view name)>;

    Machine(Pickle& pickle, ByteReader& reader, const IsKnown& isKnown)
        : m_pickle(pickle)
        , m_reader(reader)
        , m_isKnown(isKnown)
    {
    }

    PickleValue run()
    {
        for (;;) {
            m_at = m_reader.position();
            const auto operation = m_reader.number<std::uint8_t>("an operation of the pickle");
            if (operation == '.')
                return pop();
            const bool isDone = scalar(operation) || container(operation) || stack(operation)
                || object(operation) || frame(operation);
            if (!isDone)
                throw Error(text(m_reader.place(), ": the pickle has operation ", +operation,
                    " at byte ", m_at, ", expected one of protocol 2 to 5"));
        }
    }

private:
    [[noreturn]] void fail(const char* what) const
    {
        throw Error(text(
            m_reader.place(), ": the pickle ", what, " at byte ", m_at, ": the file is damaged"));
    }

    void limit(std::size_t count, std::size_t most, const char* what) const
    {
        if (count >= most)
            throw Error(text(m_reader.place(), ": the pickle has more than ", most, " ", what,
                ", expected the tensors of a checkpoint"));
    }

    void push(PickleValue value)
    {
        limit(m_stack.size(), mostOnStack, "values on its stack");
        m_stack.push_back(value);
    }

    std::size_t bottom() const { return m_marks.empty() ? 0 : m_marks.back(); }

    PickleValue pop()
    {
        if (m_stack.size() <= bottom())
            fail("takes a value that is not there");
        const PickleValue value = m_stack.back();
        m_stack.pop_back();
        return value;
    }

    PickleValue& top()
    {
        if (m_stack.size() <= bottom())
            fail("needs a value that is not there");
        return m_stack.back();
    }

    /// The values above the last mark, which goes.
    std::vector<PickleValue> popToMark()
    {
        if (m_marks.empty())
            fail("looks for a mark that is not there");
        const auto first = m_stack.begin() + std::ptrdiff_t(m_marks.back());
        std::vector<PickleValue> values(first, m_stack.end());
        m_stack.erase(first, m_stack.end());
        m_marks.pop_back();
        return values;
    }

    PickleNode* make(Kind kind, std::vector<PickleValue> items = {})
    {
        limit(m_pickle.m_nodes.size(), mostNodes, "containers");
        count(items.size());
        return &m_pickle.m_nodes.emplace_back(PickleNode{ kind, std::move(items) });
    }

    void count(std::size_t items)
    {
        m_items += items;
        limit(m_items, mostItems, "items in containers");
    }

    /// Adds to the container on top of the stack: a list, or a dictionary by pairs.
    void extend(const std::vector<PickleValue>& values, Kind kind)
    {
        PickleNode** node = std::get_if<PickleNode*>(&top());
        if (!node || (*node)->kind != kind)
            fail("adds items to what is no container of theirs");
        if (kind == Kind::Dictionary && values.size() % 2 != 0)
            fail("has a key without a value");
        count(values.size());
        (*node)->items.insert((*node)->items.end(), values.begin(), values.end());
    }

    bool scalar(unsigned operation)
    {
        const std::optional<PickleValue> value = readPickleScalar(m_reader, operation);
        if (value)
            push(*value);
        return value.has_value();
    }

    bool frame(unsigned operation)
    {
        switch (operation) {
        case 0x80: // PROTO
            if (const auto protocol = m_reader.number<std::uint8_t>("the protocol"); protocol > 5)
                throw Error(text(m_reader.place(), ": the pickle has protocol ", +protocol,
                    ", expected 2 to 5"));
            return true;
        case 0x95: // FRAME
            m_reader.bytes(8, "a frame's length");
            return true;
        default:
            return false;
        }
    }

    void pushTuple(std::size_t count)
    {
        std::vector<PickleValue> items(count);
        for (std::size_t i = count; i > 0; --i)
            items[i - 1] = pop();
        push(make(Kind::Tuple, std::move(items)));
    }

    bool container(unsigned operation)
    {
        switch (operation) {
        case ')':
        case 0x85: // TUPLE1 …
        case 0x86:
        case 0x87:
            pushTuple(operation == ')' ? 0 : operation - 0x84);
            return true;
        case 't':
        case 0x91: // FROZENSET
            push(make(Kind::Tuple, popToMark()));
            return true;
        case ']':
        case 0x8f: // EMPTY_SET
            push(make(Kind::List));
            return true;
        case 'l':
            push(make(Kind::List, popToMark()));
            return true;
        case '}':
            push(make(Kind::Dictionary));
            return true;
        case 'd': {
            const auto items = popToMark();
            push(make(Kind::Dictionary));
            extend(items, Kind::Dictionary);
            return true;
        }
        case 'a': {
            const PickleValue item = pop();
            extend({ item }, Kind::List);
            return true;
        }
        case 's': {
            const PickleValue value = pop(), key = pop();
            extend({ key, value }, Kind::Dictionary);
            return true;
        }
        case 'e':
        case 0x90: // ADDITEMS
            extend(popToMark(), Kind::List);
            return true;
        case 'u':
            extend(popToMark(), Kind::Dictionary);
            return true;
        default:
            return false;
        }
    }

    void memoize(std::uint64_t index)
    {
        // Whoever writes pickles numbers them one after the other.
        if (index > m_memo.size())
            fail("leaves out numbers of its memo");
        limit(m_memo.size(), mostMemos, "values in its memo");
        if (index == m_memo.size())
            m_memo.push_back(top());
        else
            m_memo[std::size_t(index)] = top();
    }

    void recall(std::uint64_t index)
    {
        if (index >= m_memo.size())
            fail("asks its memo for what is not there");
        push(m_memo[std::size_t(index)]);
    }

    bool stack(unsigned operation)
    {
        switch (operation) {
        case '(':
            limit(m_marks.size(), mostMarks, "open marks");
            m_marks.push_back(m_stack.size());
            return true;
        case '0':
            pop();
            return true;
        case '1':
            popToMark();
            return true;
        case '2':
            push(PickleValue(top()));
            return true;
        case 'q':
            memoize(m_reader.number<std::uint8_t>("a number of the memo"));
            return true;
        case 'r':
            memoize(m_reader.number<std::uint32_t>("a number of the memo"));
            return true;
        case 0x94: // MEMOIZE
            memoize(m_memo.size());
            return true;
        case 'h':
            recall(m_reader.number<std::uint8_t>("a number of the memo"));
            return true;
        case 'j':
            recall(m_reader.number<std::uint32_t>("a number of the memo"));
            return true;
        default:
            return false;
        }
    }

    std::string_view line()
    {
        constexpr std::size_t longest = 1000; // no name of a class is as long
        const std::size_t at = m_reader.position();
        for (std::size_t length = 0; length < longest; ++length)
            if (m_reader.number<char>("a name") == '\n')
                return viewOf(m_reader.readBytes().subspan(at, length));
        fail("has a name that does not end");
    }

    void pushGlobal(std::string_view module, std::string_view name)
    {
        if (!m_isKnown(module, name))
            throw Error(text(m_reader.place(), ": the pickle calls for ", module.substr(0, 100),
                module.empty() ? "" : ".", name.substr(0, 100), " at byte ", m_at,
                ", expected tensors and containers only: it is not run. Save the model's "
                "state_dict(), or convert it to safetensors"));
        limit(m_pickle.m_globals.size(), mostNodes, "names of functions");
        push(&m_pickle.m_globals.emplace_back(PickleGlobal{ module, name }));
    }

    /// collections.OrderedDict gives a dictionary, from nothing or from a list of pairs.
    PickleNode* orderedDictionary(const PickleNode& arguments)
    {
        PickleNode* made = make(Kind::Dictionary);
        const PickleNode* list
            = arguments.items.empty() ? nullptr : nodeOf(arguments.items.front(), Kind::List);
        if (!list)
            return made;
        for (const PickleValue& item : list->items) {
            const auto* pair = std::get_if<PickleNode*>(&item);
            if (!pair || (*pair)->items.size() != 2)
                fail("makes a dictionary of what are no pairs");
            count(2);
            made->items.insert(made->items.end(), (*pair)->items.begin(), (*pair)->items.end());
        }
        return made;
    }

    void call()
    {
        const PickleValue arguments = pop(), callee = pop();
        const PickleNode* tuple = nodeOf(arguments, Kind::Tuple);
        const auto* global = std::get_if<const PickleGlobal*>(&callee);
        if (!tuple || !global)
            fail("calls what is no function");
        const bool isDictionary
            = (*global)->module == "collections" && (*global)->name == "OrderedDict";
        push(isDictionary ? orderedDictionary(*tuple) : make(Kind::Call, { callee, arguments }));
    }

    bool object(unsigned operation)
    {
        switch (operation) {
        case 'c': {
            const auto module = line();
            pushGlobal(module, line());
            return true;
        }
        case 0x93: { // STACK_GLOBAL
            const auto name = textOf(pop()), module = textOf(pop());
            if (!name || !module)
                fail("has a function's name that is no text");
            pushGlobal(*module, *name);
            return true;
        }
        case 'R':
        case 0x81: // NEWOBJ
            call();
            return true;
        case 'b': // the state of an object: a tensor's or a dictionary's attributes
            pop();
            top();
            return true;
        case 'Q':
            push(make(Kind::Persistent, { pop() }));
            return true;
        default:
            return false;
        }
    }

    Pickle& m_pickle;
    ByteReader& m_reader;
    const IsKnown& m_isKnown;
    std::vector<PickleValue> m_stack, m_memo;
    std::vector<std::size_t> m_marks;
    std::size_t m_items = 0, m_at = 0;
};

Pickle::Pickle(ByteReader& reader, const Machine::IsKnown& isKnown)
    : m_root(Machine(*this, reader, isKnown).run())
{
}

const PickleNode* nodeOf(const PickleValue& value, Kind kind)
{
    const auto* node = std::get_if<PickleNode*>(&value);
    return node && (*node)->kind == kind ? *node : nullptr;
}

std::optional<std::string_view> textOf(const PickleValue& value)
{
    const auto* found = std::get_if<std::string_view>(&value);
    return found ? std::optional(*found) : std::nullopt;
}

std::optional<std::int64_t> integerOf(const PickleValue& value)
{
    const auto* found = std::get_if<std::int64_t>(&value);
    return found ? std::optional(*found) : std::nullopt;
}

} // namespace core
