// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/format.h"
#include "core/model/role.h"
#include "widgets/card.h"
#include "widgets/judgedtext.h"
#include "widgets/pages/page.h"

#include <optional>
#include <vector>

class QComboBox;

namespace widgets {

class HeatMap;
class Segmented;

/// A layer's matrix as a cell of the map layers × roles; those without a role share one.
struct PrecisionCell {
    core::Place place;
    double bits = 0;
    std::optional<double> error; ///< at the recipe's format
    std::optional<double> loss{}; ///< predicted, if it alone goes to the format that is chosen here
    ErrorOf errorOf = ErrorOf::Output;
};

/// Layers × roles: the bits per weight that each matrix gets, or the error they cost it: of
/// outputs, unless only weights' errors are known.
class PrecisionMap : public Card {
    Q_OBJECT

public:
    explicit PrecisionMap(QWidget* parent = nullptr);

    void setCells(const std::vector<PrecisionCell>& cells);
    void setSelectedPlace(std::optional<core::Place> place);
    /// Without its title, where the switch needs the room.
    void setBreakpoint(Breakpoint breakpoint);
    HeatMap* map() const { return m_map; }
    const core::Format* format() const { return m_format; } ///< whose losses are shown

signals:
    void formatChosen();
    void placesChosen(const std::vector<core::Place>& places); ///< of one cell

private:
    void fill();
    void frameSelected();

    std::vector<PrecisionCell> m_cells;
    std::vector<core::Role> m_roles; ///< a column each
    int m_layers = 0;
    std::optional<core::Place> m_selected;
    HeatMap* m_map;
    Segmented* m_what;
    QComboBox* m_formats;
    const core::Format* m_format;
};

} // namespace widgets
