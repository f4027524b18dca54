// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/rounding.h"
#include "core/stats/histogram.h"

#include <QtCore/QObject>
#include <QtCore/QString>

#include <memory>

class QMenu;
class QWidget;

namespace widgets {

/// The groups whose levels the ruler's histogram can show: three of the tensor's, and that of any
/// weight. One of them is chosen, in the menu that it fills; at first the typical one.
class RulerGroups : public QObject {
    Q_OBJECT

public:
    /// `dialogs`: the widget over which a weight is asked for.
    explicit RulerGroups(QWidget* dialogs);

    /// Null: of no rounding. A new one forgets the group of a weight.
    void setPreview(std::shared_ptr<const core::RoundingPreview> preview);
    /// The group of a weight that was wanted; it is chosen. Empty levels: none is any more.
    void setOfWeight(core::WeightPlace place, core::GroupLevels levels);

    enum class Group { Finest, Typical, Coarsest, OfWeight };
    void choose(Group group);
    Group chosen() const { return m_chosen; }

    bool areThere() const; ///< whether the format has a grid; what is below requires it
    const core::GroupLevels& levels(Group group) const;
    const core::GroupLevels& chosenLevels() const { return levels(m_chosen); }
    /// Of the weights, those beyond the chosen group's levels; of `histogram` where nothing closer
    /// is known.
    double outsideShare(const core::Histogram& histogram) const;
    QString outsideText(const core::Histogram& histogram) const; ///< "outside the typical group …"

    /// Adds the menu that chooses, opened at `value`, near which the weight at `place` lies;
    /// disabled where there are no groups.
    void fillMenu(QMenu* menu, double value, core::WeightPlace place);

signals:
    void changed();
    /// The levels of the group that this weight is in are to be shown.
    void wanted(core::WeightPlace place);

private:
    void fillWeights(QMenu* groups, double value, core::WeightPlace place);
    void askForWeight();

    QWidget* m_dialogs;
    std::shared_ptr<const core::RoundingPreview> m_preview;
    Group m_chosen = Group::Typical;
    core::WeightPlace m_place; ///< of the weight whose group was wanted
    core::GroupLevels m_ofWeight; ///< of that group; empty: none was
};

} // namespace widgets
