// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/rulergroups.h"

#include "widgets/format.h"
#include "widgets/plots/rulerplot.h"
#include "widgets/plots/weightdialog.h"

#include <QtWidgets/QMenu>

#include <utility>

namespace widgets {

RulerGroups::RulerGroups(QWidget* dialogs)
    : QObject(dialogs)
    , m_dialogs(dialogs)
{
}

void RulerGroups::setPreview(std::shared_ptr<const core::RoundingPreview> preview)
{
    if (preview != m_preview)
        setOfWeight({}, {});
    m_preview = std::move(preview);
}

void RulerGroups::setOfWeight(core::WeightPlace place, core::GroupLevels levels)
{
    const bool is = !levels.levels.empty();
    m_place = place;
    m_ofWeight = std::move(levels);
    if (is || m_chosen == Group::OfWeight)
        choose(is ? Group::OfWeight : Group::Typical);
}

void RulerGroups::choose(Group group)
{
    m_chosen = group;
    emit changed();
}

bool RulerGroups::areThere() const { return m_preview && !m_preview->typical.levels.empty(); }

const core::GroupLevels& RulerGroups::levels(Group group) const
{
    return group == Group::Finest  ? m_preview->finest
        : group == Group::Coarsest ? m_preview->coarsest
        : group == Group::OfWeight ? m_ofWeight
                                   : m_preview->typical;
}

double RulerGroups::outsideShare(const core::Histogram& histogram) const
{
    if (m_chosen == Group::Typical)
        return m_preview->outsideTypical;
    const core::GroupLevels& chosen = chosenLevels(); // of the others by bins
    double outside = 0, all = 0;
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
        const double centre = histogram.minimum + (double(bin) + 0.5) * histogram.binWidth();
        const auto count = double(histogram.counts[bin]);
        all += count;
        if (centre < chosen.levels.front() || centre > chosen.levels.back())
            outside += count;
    }
    return all > 0 ? outside / all : 0;
}

QString RulerGroups::outsideText(const core::Histogram& histogram) const
{
    const QString text = m_chosen == Group::Typical
        ? RulerPlot::tr("outside the typical group\n%1 of weights")
        : m_chosen == Group::Finest ? RulerPlot::tr("outside the finest group\nabout %1 of weights")
        : m_chosen == Group::Coarsest
        ? RulerPlot::tr("outside the coarsest group\nabout %1 of weights")
        : RulerPlot::tr("outside the chosen group\nabout %1 of weights");
    return text.arg(percentText(outsideShare(histogram)));
}

void RulerGroups::fillMenu(QMenu* menu, double value, core::WeightPlace place)
{
    QMenu* groups = menu->addMenu(RulerPlot::tr("Levels in the histogram"));
    if (!areThere()) {
        groups->setEnabled(false);
        return;
    }
    for (const auto& [group, text] :
        { std::pair(Group::Finest, RulerPlot::tr("Of the finest group")),
            std::pair(Group::Typical, RulerPlot::tr("Of the typical group")),
            std::pair(Group::Coarsest, RulerPlot::tr("Of the coarsest group")) }) {
        QAction* action = groups->addAction(text, this, [this, wanted = group] { choose(wanted); });
        action->setCheckable(true);
        action->setChecked(group == m_chosen);
    }
    groups->addSeparator();
    fillWeights(groups, value, place);
}

void RulerGroups::fillWeights(QMenu* groups, double value, core::WeightPlace place)
{
    QAction* here
        = groups->addAction(RulerPlot::tr("Of a weight near %1").arg(significantText(value)), this,
            [this, place] { emit wanted(place); });
    here->setEnabled(place.row >= 0); // there may be none
    groups->addAction(
        RulerPlot::tr("Of a weight by row and column..."), this, &RulerGroups::askForWeight);
    if (m_chosen == Group::OfWeight) {
        QAction* now
            = groups->addAction(RulerPlot::tr("Row %1, column %2")
                                    .arg(countText(m_place.row), countText(m_place.column)));
        now->setCheckable(true);
        now->setChecked(true);
    }
}

void RulerGroups::askForWeight()
{
    auto* dialog = new WeightDialog(m_preview->rows, m_preview->columns, m_place, m_dialogs);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { emit wanted(dialog->place()); });
    dialog->open();
}

} // namespace widgets
