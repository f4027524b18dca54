// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/weights/weightspage.h"

#include "core/formats/study.h"
#include "widgets/card.h"
#include "widgets/models/tensorcells.h"
#include "widgets/pages/weights/rulercard.h"
#include "widgets/pages/weights/weightsanswer.h"
#include "widgets/plots/channelplot.h"
#include "widgets/plots/heatmap.h"
#include "widgets/plots/rulerplot.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QtGui/QKeyEvent>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {
namespace {

    constexpr int leastRoomy = 660; ///< width of the ruler with a button for each format

    /// What all selected tensors get; null if they differ or none is selected.
    const core::Format* commonFormat(const std::vector<SelectedTensor>& tensors)
    {
        for (const SelectedTensor& tensor : tensors)
            if (!core::isSameFormat(tensor.recipeFormat, tensors.front().recipeFormat))
                return nullptr;
        return tensors.empty() ? nullptr : tensors.front().recipeFormat;
    }

} // namespace

WeightsPage::WeightsPage(QWidget* parent)
    : Page(tr("What does rounding do to a tensor?"), parent)
    , m_ruler(new RulerCard)
    , m_mapCard(new Card)
    , m_channelCard(new Card)
    , m_map(new HeatMap(tr("Kurtosis by layer and role")))
    , m_statistic(new QComboBox)
    , m_channels(new ChannelPlot(tr("Input channels")))
    , m_side(new Segmented)
    , m_views(new Segmented)
    , m_lower(new QWidget)
    , m_assign(addPrimaryAction(tr("Assign"), QStringLiteral("check")))
{
    makeMapCard();
    makeChannelCard();
    makeViewSwitch();
    auto* lower = new QHBoxLayout(m_lower);
    lower->setContentsMargins(0, 0, 0, 0);
    lower->setSpacing(scaled(12));
    lower->addWidget(m_mapCard, 39);
    lower->addWidget(m_channelCard, 46);
    content()->addWidget(m_ruler, 43);
    content()->addWidget(m_lower, 23);

    connect(m_ruler, &RulerCard::formatChosen, this, &WeightsPage::lookAt);
    connect(m_ruler, &RulerCard::groupWanted, this, &WeightsPage::groupWanted);
    for (RulerPlot* ruler : m_ruler->rulers())
        connect(ruler, &BasePlot::saveRequested, this,
            [this, ruler] { emit savePlotRequested(ruler); });
    connect(m_assign, &QPushButton::clicked, this, [this] {
        if (lookedAt())
            emit assignRequested(lookedAt());
    });
    arrange();
    updateAll();
}

void WeightsPage::makeMapCard()
{
    m_statistic->addItems(
        { tr("Kurtosis"), tr("Absmax/σ"), tr("Outlier share"), tr("Output error") });
    m_statistic->setAccessibleName(tr("Statistic of the map"));
    m_mapCard->addTool(m_statistic);
    m_mapCard->setContentMargin(4);
    m_mapCard->content()->addWidget(m_map);
    connect(m_statistic, &QComboBox::activated, this, &WeightsPage::updateMap);
    connect(m_map, &BasePlot::saveRequested, this, [this] { emit savePlotRequested(m_map); });
    connect(m_map, &HeatMap::cellsChosen, this, [this](const QRect& cells) {
        std::vector<core::Place> places;
        for (int row = cells.top(); row <= cells.bottom(); ++row)
            for (int column = cells.left(); column <= cells.right(); ++column)
                for (const TensorOverview& tensor : m_overview)
                    if (tensor.place.role == m_columns[std::size_t(column)]
                        && tensor.place.layer == m_rows[std::size_t(row)])
                        places.push_back(tensor.place);
        emit placesChosen(places);
    });
}

void WeightsPage::makeChannelCard()
{
    m_side->setSegments({ tr("Inputs"), tr("Outputs") });
    m_side->setAccessibleName(tr("Channels"));
    m_channelCard->addTool(m_side);
    addPlotTools(m_channelCard, m_channels);
    m_channelCard->setContentMargin(4);
    m_channelCard->content()->addWidget(m_channels);
    connect(m_side, &Segmented::chosen, this, &WeightsPage::updateChannels);
    connect(
        m_channels, &BasePlot::saveRequested, this, [this] { emit savePlotRequested(m_channels); });
    connect(m_channels, &ChannelPlot::channelChosen, this, [this](int channel) {
        if (m_side->current() == 0)
            emit channelMarked(channel);
        else
            m_channels->setMarked(channel);
    });
}

void WeightsPage::makeViewSwitch()
{
    m_views->setSegments({ tr("Ruler"), tr("Channels"), tr("Map") });
    m_views->setAccessibleName(tr("View"));
    addHeaderWidget(m_views);
    connect(m_views, &Segmented::chosen, this, &WeightsPage::arrange);
}

void WeightsPage::arrange()
{
    const bool wide = breakpoint() == Breakpoint::Wide;
    const int view = m_views->current();
    m_views->setVisible(!wide);
    m_views->setSegmentEnabled(0, true);
    m_ruler->setBreakpoint(breakpoint());
    m_ruler->setChrome(
        contentWidth() < scaled(leastRoomy) ? RulerCard::Chrome::Tight : RulerCard::Chrome::Roomy);
    m_ruler->setVisible(wide || view == 0);
    m_channelCard->setVisible(wide || view == 1);
    m_mapCard->setVisible(wide || view == 2);
    m_lower->setVisible(wide || view != 0);
    m_lower->setMinimumHeight(scaled(wide ? 180 : 140));
    updateAll();
}

void WeightsPage::setFormats(const std::vector<const core::Format*>& formats)
{
    m_formats = formats;
    m_ruler->setFormats(formats);
    updateAll();
}

void WeightsPage::setSelection(const std::vector<SelectedTensor>& tensors)
{
    const auto samePlaces
        = [](const SelectedTensor& a, const SelectedTensor& b) { return a.place == b.place; };
    const bool same = std::equal(
        tensors.begin(), tensors.end(), m_selection.begin(), m_selection.end(), samePlaces);
    m_selection = tensors;
    if (!same)
        m_looked = nullptr;
    updateAll();
}

void WeightsPage::setPreviews(core::Place place, const Previews& previews)
{
    m_previews.set(place, previews);
    const bool shown = std::any_of(m_selection.begin(), m_selection.end(),
        [place](const SelectedTensor& tensor) { return tensor.place == place; });
    if (shown)
        updateAll();
}

void WeightsPage::setOverview(const std::vector<TensorOverview>& tensors)
{
    m_overview = tensors;
    updateMap();
}

void WeightsPage::setThreshold(double threshold)
{
    m_threshold = threshold;
    updateAll();
}

void WeightsPage::setGroup(core::Place tensor, const core::Format* format, core::WeightPlace weight,
    const core::GroupLevels& levels)
{
    m_ruler->setGroup(tensor, format, weight, levels);
}

void WeightsPage::setMarkedChannel(int channel)
{
    m_marked = channel;
    updateChannels();
}

void WeightsPage::clear()
{
    m_previews.clear();
    m_selection.clear();
    m_overview.clear();
    m_looked = nullptr;
    m_marked = -1;
    updateAll();
}

const core::Format* WeightsPage::lookedAt() const
{
    return m_looked ? m_looked : commonFormat(m_selection);
}

void WeightsPage::lookAt(const core::Format* format)
{
    m_looked = core::isSameFormat(format, commonFormat(m_selection)) ? nullptr : format;
    updateAll();
    emit formatLooked(m_looked);
}

void WeightsPage::stepFormat(int by)
{
    const auto found = std::find(m_formats.begin(), m_formats.end(), lookedAt());
    if (found == m_formats.end() || m_selection.empty())
        return;
    const auto to = std::clamp<std::ptrdiff_t>(
        found - m_formats.begin() + by, 0, std::ptrdiff_t(m_formats.size()) - 1);
    lookAt(m_formats[std::size_t(to)]);
}

void WeightsPage::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Plus || event->key() == Qt::Key_Minus)
        return stepFormat(event->key() == Qt::Key_Plus ? 1 : -1);
    if (event->key() == Qt::Key_Escape && m_looked)
        return lookAt(nullptr);
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_looked)
        return emit assignRequested(m_looked);
    Page::keyPressEvent(event);
}

void WeightsPage::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    if (m_mapIsStale)
        updateMap();
}

const core::RoundingPreview* WeightsPage::shown() const
{
    if (m_selection.empty())
        return nullptr;
    const SelectedTensor& first = m_selection.front();
    return m_previews.find(first.place, storedFormat(first, m_looked)).get();
}

void WeightsPage::updateAll()
{
    m_ruler->show(m_selection, m_previews, m_looked, commonFormat(m_selection));
    const bool narrow = breakpoint() == Breakpoint::Narrow; // a ruler says itself what it needs
    m_ruler->setMinimumHeight(m_selection.empty() ? scaled(narrow ? 200 : 300) : 0);
    m_assign->setVisible(m_looked != nullptr && !m_selection.empty());
    if (m_looked)
        m_assign->setText(narrow ? tr("Assign") // the list of formats stands below
                                 : tr("Assign %1").arg(formatName(m_looked)));
    updateHeading();
    updateMap();
    updateChannels();
}

void WeightsPage::updateHeading()
{
    if (m_selection.size() == 1) {
        const SelectedTensor& tensor = m_selection.front();
        setHeading(tr("What does rounding do to %1?").arg(tensor.name));
        setNarrowHeading(tensor.name, shapeText(tensor.rows, tensor.columns));
    } else {
        setHeading(m_selection.empty()
                ? tr("What does rounding do to a tensor?")
                : tr("What does rounding do to %1 tensors?").arg(qsizetype(m_selection.size())));
        setNarrowHeading({}, {});
    }
    setAnswer(weightsAnswer(m_selection, m_previews, m_formats, lookedAt(), m_threshold));
}

void WeightsPage::updateMap()
{
    m_mapIsStale = !isVisible();
    if (m_mapIsStale) // thousands of tensors, and other pages change them as one drags
        return;
    const WeightsMap map = weightsMap(
        m_overview, static_cast<WeightsStatistic>(m_statistic->currentIndex()), m_threshold);
    m_columns = map.columns;
    m_rows = map.rows;
    m_statistic->setItemText(int(WeightsStatistic::Error),
        errorOf(m_overview) == ErrorOf::Output ? tr("Output error") : tr("Weight error"));
    m_mapCard->setTitle(tr("%1 by layer and role").arg(m_statistic->currentText()));
    m_map->setName(m_mapCard->title());
    m_map->setData(map.data);
    int row = -1, column = -1;
    if (m_selection.size() == 1) {
        const core::Place place = m_selection.front().place;
        const auto r = std::find(m_rows.begin(), m_rows.end(), place.layer);
        const auto c = std::find(m_columns.begin(), m_columns.end(), place.role);
        if (r != m_rows.end() && c != m_columns.end())
            row = int(r - m_rows.begin()), column = int(c - m_columns.begin());
    }
    m_map->setCurrent(row, column);
}

void WeightsPage::updateChannels()
{
    const bool inputs = m_side->current() == 0;
    const core::TensorStats* stats
        = m_selection.size() == 1 ? m_selection.front().stats.get() : nullptr;
    const QString what = inputs ? tr("Input channels") : tr("Output channels");
    m_channelCard->setTitle(stats ? tr("%1 of %2").arg(what, m_selection.front().name) : what);
    m_channels->setName(m_channelCard->title());
    const std::vector<float> absmax = !stats ? std::vector<float>{}
        : inputs                             ? stats->inputAbsmax
                                             : stats->outputAbsmax;
    m_channels->setChannels(
        absmax, m_threshold, inputs ? tr("input channel") : tr("output channel"));
    m_channels->setVisible(stats != nullptr);
    m_channelCard->setHint(stats ? QString() : tr("select one tensor"));
    if (inputs)
        m_channels->setMarked(stats && m_marked < int(absmax.size()) ? m_marked : -1);
}

} // namespace widgets
