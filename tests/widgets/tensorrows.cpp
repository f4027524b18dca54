// SPDX-License-Identifier: GPL-3.0-or-later
#include "tensorrows.h"

#include <string>

namespace {

widgets::TensorRow makeRow(core::Place place, std::int64_t rows, std::int64_t columns)
{
    widgets::TensorRow row;
    row.place = place;
    const std::string name = core::ggufName(place);
    row.name = QString::fromStdString(name.substr(0, name.rfind('.')));
    row.sourceName = QStringLiteral("model.") + row.name;
    row.rows = rows;
    row.columns = columns;
    row.format = core::isMatrix(place.role) ? &core::formats::f16 : &core::formats::f32;
    row.bytes = std::uint64_t(rows) * row.format->rowBytes(std::size_t(columns));
    row.recipeFormat = row.wantedFormat = row.format;
    return row;
}

} // namespace

std::vector<widgets::TensorRow> smallModelRows(int layers)
{
    using core::Role;
    std::vector<widgets::TensorRow> rows{ makeRow({ Role::TokenEmbd }, 512, 256) };
    for (int layer = 0; layer < layers; ++layer) {
        rows.push_back(makeRow({ Role::AttnNorm, layer }, 1, 256));
        rows.push_back(makeRow({ Role::AttnQ, layer }, 256, 256));
        rows.push_back(makeRow({ Role::AttnK, layer }, 128, 256));
        rows.push_back(makeRow({ Role::FfnDown, layer }, 256, 768));
    }
    rows.push_back(makeRow({ Role::OutputNorm }, 1, 256));
    return rows;
}
