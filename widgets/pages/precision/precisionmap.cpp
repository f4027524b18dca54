// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/precisionmap.h"

#include "widgets/format.h"
#include "widgets/models/tensorcells.h"
#include "widgets/pages/selectedtensor.h"
#include "widgets/plots/heatmap.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QtWidgets/QComboBox>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace widgets {
namespace {

    enum What { Bits, Error, Loss };
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    QString valueText(What what, double value)
    {
        return std::isnan(value) ? pendingText()
            : what == Bits       ? bitsText(value)
            : what == Loss       ? significantText(1000 * value)
                                 : percentText(value);
    }

    ErrorOf errorOf(const std::vector<PrecisionCell>& cells)
    {
        const auto isKnown = [&cells](ErrorOf of) {
            return std::ranges::any_of(cells,
                [of](const PrecisionCell& cell) { return cell.error && cell.errorOf == of; });
        };
        return isKnown(ErrorOf::Weights) && !isKnown(ErrorOf::Output) ? ErrorOf::Weights
                                                                      : ErrorOf::Output;
    }

} // namespace

PrecisionMap::PrecisionMap(QWidget* parent)
    : Card(tr("Layers and roles"), parent)
    , m_map(new HeatMap(tr("Bits per weight by layer and role")))
    , m_what(new Segmented)
    , m_formats(new QComboBox)
    , m_format(&core::formats::q3_K)
{
    for (const core::Format* format : { &core::formats::q2_K, &core::formats::q3_K,
             &core::formats::q4_K, &core::formats::q5_K, &core::formats::q6_K })
        m_formats->addItem(formatName(format), QVariant::fromValue(format));
    m_formats->setCurrentIndex(1);
    m_formats->setAccessibleName(tr("The format whose losses are shown"));
    m_formats->setToolTip(tr("Predicted KL divergence × 10⁻³ if this tensor alone goes to it"));
    m_what->setSegments({ tr("Bits"), tr("Error"), tr("KLD at") });
    m_what->setAccessibleName(tr("What the map shows"));
    addTitleWidget(m_what);
    addTitleWidget(m_formats);
    addPlotTools(this, m_map);
    content()->addWidget(m_map, 1);
    connect(m_what, &Segmented::chosen, this, &PrecisionMap::fill);
    connect(m_formats, &QComboBox::activated, this, [this] {
        m_format = m_formats->currentData().value<const core::Format*>();
        emit formatChosen();
    });
    connect(m_map, &HeatMap::cellsChosen, this, [this](const QRect& cells) {
        if (cells.top() >= m_layers || cells.left() >= int(m_roles.size()))
            return;
        std::vector<core::Place> places;
        for (const PrecisionCell& cell : m_cells)
            if (cell.place.role == m_roles[std::size_t(cells.left())]
                && cell.place.layer == cells.top())
                places.push_back(cell.place);
        emit placesChosen(places);
    });
}

void PrecisionMap::setCells(const std::vector<PrecisionCell>& cells)
{
    m_cells = cells;
    std::erase_if(m_cells, [](const PrecisionCell& cell) { return cell.place.layer < 0; });
    std::set<core::Role> present;
    m_layers = 0;
    for (const PrecisionCell& cell : m_cells) {
        present.insert(cell.place.role);
        m_layers = std::max(m_layers, cell.place.layer + 1);
    }
    m_roles.assign(present.begin(), present.end());
    fill();
}

void PrecisionMap::setSelectedPlace(std::optional<core::Place> place)
{
    m_selected = place;
    frameSelected();
}

void PrecisionMap::setBreakpoint(Breakpoint breakpoint)
{
    setTitle(breakpoint == Breakpoint::Medium ? QString() : tr("Layers and roles"));
}

void PrecisionMap::fill()
{
    const auto what = What(std::max(0, m_what->current()));
    m_formats->setVisible(what == Loss);
    HeatMapData data;
    data.scale = what == Bits ? HeatMapData::Scale::Magnitude : HeatMapData::Scale::Loss;
    const ErrorOf of = errorOf(m_cells);
    data.what = what == Error ? (of == ErrorOf::Output ? tr("output error") : tr("weight error"))
        : what == Loss        ? tr("KLD × 10⁻³ alone")
                              : tr("bits per weight");
    for (int layer = 0; layer < m_layers; ++layer) {
        data.rows << TensorCells::layerTitle(layer);
        data.shortRows << QString::number(layer);
    }
    for (const core::Role role : m_roles)
        data.columns << shortRoleName(role);
    data.values.assign(std::size_t(m_layers) * m_roles.size(), unknown);
    for (const PrecisionCell& cell : m_cells) {
        const auto column = std::find(m_roles.begin(), m_roles.end(), cell.place.role);
        if (column == m_roles.end())
            continue;
        const auto at = std::size_t(cell.place.layer) * m_roles.size()
            + std::size_t(column - m_roles.begin());
        data.values[at] = std::fmax(data.values[at],
            what == Bits             ? cell.bits
                : what == Loss       ? cell.loss.value_or(unknown)
                : cell.errorOf == of ? cell.error.value_or(unknown)
                                     : unknown); // another quantity
    }
    for (const double value : data.values)
        data.labels.push_back(valueText(what, value));
    data.text = [what](double value) { return valueText(what, value); };
    data.spread = what != Bits ? HeatScale::Kind::Ratios : HeatScale::Kind::Linear;
    m_map->setName(what == Error ? (of == ErrorOf::Output ? tr("Output error by layer and role")
                                                          : tr("Weight error by layer and role"))
            : what == Loss       ? tr("Predicted loss by layer and role")
                                 : tr("Bits per weight by layer and role"));
    const int rows = m_layers > HeatMap::mostRowsDown ? int(m_roles.size()) : m_layers;
    m_map->setMinimumHeight(scaled(60 + std::clamp(18 * rows, 72, 240)));
    m_map->setData(std::move(data));
    frameSelected();
}

void PrecisionMap::frameSelected()
{
    const auto column
        = m_selected ? std::find(m_roles.begin(), m_roles.end(), m_selected->role) : m_roles.end();
    const bool shown = column != m_roles.end() && m_selected->layer >= 0;
    m_map->setCurrent(shown ? m_selected->layer : -1, int(column - m_roles.begin()));
}

} // namespace widgets
