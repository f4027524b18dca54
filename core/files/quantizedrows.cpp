// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/quantizedrows.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/files/mappedfile.h"

#include <algorithm>
#include <cassert>

namespace core {

QuantizedRows::QuantizedRows(
    std::int64_t rows, std::int64_t columns, const std::vector<StoredTensor>& parts)
    : m_rows(rows)
    , m_columns(columns)
{
    for (const StoredTensor& part : parts) {
        m_parts.push_back(part.bytes);
        if (part.mapping && std::ranges::find(m_mappings, part.mapping) == m_mappings.end())
            m_mappings.push_back(part.mapping);
    }
}

std::vector<std::byte> RowSource::exactRows(const Format&, std::int64_t, std::int64_t) const
{
    assert(false); // there is no exactFormat()
    return {};
}

void QuantizedRows::requireUnchanged() const
{
    for (const auto& mapping : m_mappings)
        mapping->requireUnchanged();
}

void requireShape(const StoredTensor& tensor, const std::vector<std::int64_t>& shape)
{
    if (tensor.shape != shape)
        throw Error(text(tensor.file, ": tensor ", tensor.name.substr(0, 200), " has shape ",
            shapeText(tensor.shape), ", expected ", shapeText(shape)));
}

void requireStoredAs(const StoredTensor& tensor, std::initializer_list<const Format*> formats)
{
    if (std::ranges::find(formats, tensor.format) != formats.end())
        return;
    std::string names;
    for (const Format* format : formats)
        names.append(names.empty() ? "" : " or ").append(format->name);
    throw Error(text(tensor.file, ": tensor ", tensor.name.substr(0, 200), " is stored as ",
        storedType(tensor), ", expected ", names));
}

} // namespace core
