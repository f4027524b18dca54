// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/activations/activationspage.h"

#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/format.h"
#include "widgets/pages/activations/activationsanswer.h"
#include "widgets/pages/activations/activationstrip.h"
#include "widgets/pages/activations/largestvalues.h"
#include "widgets/plots/channelmap.h"
#include "widgets/plots/channelplot.h"
#include "widgets/plots/histogramplot.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QtWidgets/QBoxLayout>
#include <QtWidgets/QDialog>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QPushButton>

namespace widgets {

namespace {

    constexpr int leastInputCards = 840; ///< width of all three beside each other

} // namespace

ActivationsPage::ActivationsPage(QWidget* parent)
    : Page(tr("Which channels carry the load?"), parent)
    , m_setup(new ActivationSetup)
    , m_strip(new ActivationStrip)
    , m_mapCard(new Card)
    , m_histogramCard(new Card)
    , m_channelCard(new Card)
    , m_largestCard(new Card(tr("Largest values")))
    , m_map(new ChannelMap(tr("Channels by depth")))
    , m_inputs(new Segmented)
    , m_views(new Segmented)
    , m_histogram(new HistogramPlot(tr("Input"), tr("input value"), tr("values")))
    , m_channels(new ChannelPlot(tr("Channels of the input")))
    , m_largest(new LargestValues)
    , m_lower(new QBoxLayout(QBoxLayout::LeftToRight))
{
    makeMapCard();
    makeInputCards();
    m_view = makeView();
    content()->addWidget(m_setup);
    content()->addWidget(m_view, 1);
    content()->addStretch(0);
    m_setup->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    m_setup->setMaximumWidth(scaled(640));
    setMainAction(m_setup->button());

    connect(m_setup->button(), &QPushButton::clicked, this,
        [this] { emit measureRequested(m_setup->form()->settings()); });
    connect(m_setup->form(), &ActivationForm::chooseTextRequested, this,
        &ActivationsPage::chooseTextRequested);
    connect(m_setup->form(), &ActivationForm::changed, this, [this] {
        m_settings = m_setup->form()->settings();
        emit settingsChanged(m_settings);
    });
    connect(m_strip, &ActivationStrip::thresholdChosen, this, &ActivationsPage::thresholdChosen);
    connect(m_strip, &ActivationStrip::measureAgainRequested, this, &ActivationsPage::measureAgain);
    connect(m_map, &ChannelMap::cellChosen, this, [this](int, int channel) {
        if (m_inputs->current() != int(MapInput::Down))
            emit channelMarked(channel == m_marked ? -1 : channel);
    });
    connect(m_channels, &ChannelPlot::channelChosen, this, &ActivationsPage::channelMarked);
    connect(m_largest, &LargestValues::channelChosen, this, &ActivationsPage::channelMarked);
    for (BasePlot* plot : std::initializer_list<BasePlot*>{ m_map, m_histogram, m_channels })
        connect(
            plot, &BasePlot::saveRequested, this, [this, plot] { emit savePlotRequested(plot); });
    arrange();
    updateAll();
}

void ActivationsPage::makeMapCard()
{
    m_inputs->setAccessibleName(tr("Channels of"));
    m_views->setSegments({ tr("Histogram"), tr("Channels"), tr("Largest") });
    m_views->setAccessibleName(tr("View"));
    connect(m_views, &Segmented::chosen, this, &ActivationsPage::arrange);
    m_mapCard->addTool(m_inputs);
    addPlotTools(m_mapCard, m_map);
    m_mapCard->setContentMargin(4);
    m_mapCard->content()->addWidget(m_map);
    connect(m_inputs, &Segmented::chosen, this, &ActivationsPage::updateMap);
}

void ActivationsPage::makeInputCards()
{
    m_histogramCard->setContentMargin(4);
    m_channelCard->setContentMargin(4);
    m_histogramCard->content()->addWidget(m_histogram);
    addPlotTools(m_channelCard, m_channels);
    m_channelCard->content()->addWidget(m_channels);
    m_largestCard->setContentFlush();
    m_largestCard->content()->addWidget(m_largest);
}

QWidget* ActivationsPage::makeView()
{
    auto* view = new QWidget;
    auto* layout = new QVBoxLayout(view);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(12));
    layout->addWidget(m_strip);
    layout->addWidget(m_mapCard, 26);
    layout->addWidget(m_views, 0, Qt::AlignLeft); // above what it switches
    layout->addLayout(m_lower, 36);
    m_lower->setSpacing(scaled(12));
    m_lower->addWidget(m_histogramCard, 27);
    m_lower->addWidget(m_channelCard, 31);
    m_lower->addWidget(m_largestCard, 29);
    return view;
}

bool ActivationsPage::isWide() const { return contentWidth() >= scaled(leastInputCards); }

void ActivationsPage::arrange()
{
    const bool wide = isWide(), narrow = breakpoint() == Breakpoint::Narrow;
    m_strip->setRoom(breakpoint());
    const int input = std::max(0, m_inputs->current());
    m_inputs->setSegments(wide
            ? QStringList{ tr("Residual stream"), tr("Layer inputs"), tr("Inputs of ffn_down") }
            : QStringList{ tr("Residual"), tr("Layers"), tr("Down") });
    m_inputs->setCurrent(input);
    const int view = m_views->current();
    m_views->setVisible(!wide && m_measured.stats);
    m_histogramCard->setVisible(wide || view == 0);
    m_channelCard->setVisible(wide || view == 1);
    m_largestCard->setVisible(wide || view == 2);
    m_mapCard->setMinimumHeight(scaled(narrow ? 190 : 170));
    for (Card* card : { m_histogramCard, m_channelCard, m_largestCard })
        card->setMinimumHeight(scaled(narrow ? 190 : 160));
    updateMap();
}

void ActivationsPage::setMeasured(MeasuredActivations measured)
{
    m_measured = std::move(measured);
    if (m_measured.stats)
        m_largest->setMeasured(m_measured);
    updateAll();
}

void ActivationsPage::setSelection(const std::vector<SelectedTensor>& tensors)
{
    m_selection = tensors;
    updateInput();
}

void ActivationsPage::setThreshold(double threshold)
{
    m_threshold = threshold;
    updateAll();
}

void ActivationsPage::setMarkedChannel(int channel)
{
    m_marked = channel;
    m_map->setMarked(m_inputs->current() == int(MapInput::Down) ? -1 : channel);
    updateInput();
}

void ActivationsPage::setSettings(const ActivationSettings& settings)
{
    m_settings = settings;
    m_setup->form()->setSettings(settings);
    m_setup->setRunning(m_running);
}

ActivationSettings ActivationsPage::settings() const { return m_settings; }

void ActivationsPage::setTextNotes(const QString& notes)
{
    m_textNotes = notes;
    m_setup->form()->setTextNotes(notes);
}

void ActivationsPage::setEstimate(double seconds)
{
    m_estimate = seconds;
    m_setup->setEstimate(seconds);
}

void ActivationsPage::setWhyNot(const QString& reason)
{
    m_setup->setWhyNot(reason);
    m_strip->setWhyNot(reason);
}

void ActivationsPage::setRunning(bool running)
{
    m_running = running;
    m_setup->setRunning(running);
}

void ActivationsPage::measureAgain()
{
    auto* dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Measure activations"));
    auto* form = new ActivationForm;
    form->setSettings(m_settings);
    auto* buttons = new QDialogButtonBox;
    auto* measure = makePrimaryButton(tr("Measure activations"), QStringLiteral("play"));
    buttons->addButton(measure, QDialogButtonBox::AcceptRole);
    buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole);
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(form);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, dialog, &QDialog::accept);
    connect(form, &ActivationForm::chooseTextRequested, this, [this, form] {
        emit chooseTextRequested();
        ActivationSettings settings = form->settings();
        settings.text = m_settings.text;
        settings.textName = m_settings.textName;
        form->setSettings(settings);
        form->setTextNotes(m_textNotes);
    });
    connect(dialog, &QDialog::accepted, this, [this, form] {
        m_settings = form->settings();
        emit settingsChanged(m_settings);
        emit measureRequested(m_settings);
    });
    dialog->open();
}

void ActivationsPage::updateAll()
{
    const bool measured = m_measured.stats != nullptr;
    m_setup->setVisible(!measured);
    m_view->setVisible(measured);
    m_views->setVisible(measured && !isWide());
    if (!measured) {
        setAnswer(tr("Not measured yet. A text has to run through the model once."));
        return;
    }
    setAnswer(m_measured.stale ? tr("The values below were measured with other settings.")
                               : activationsAnswer(*m_measured.stats, m_threshold));
    m_strip->setMeasured(m_measured);
    m_strip->setThreshold(m_threshold);
    updateMap();
    updateInput();
}

void ActivationsPage::updateMap()
{
    if (!m_measured.stats)
        return;
    const auto input = static_cast<MapInput>(m_inputs->current());
    m_map->setName(tr("%1: channels by depth").arg(m_inputs->text(m_inputs->current())));
    m_mapCard->setTitle(isWide() ? m_map->name() : tr("Channels by depth"));
    m_map->setDescription(activationsAnswer(*m_measured.stats, m_threshold));
    m_map->setData(channelMapData(*m_measured.stats, input, m_threshold));
    m_map->setMarked(input == MapInput::Down ? -1 : m_marked);
}

void ActivationsPage::updateInput()
{
    const core::InputStats* input = nullptr;
    if (m_measured.stats && m_selection.size() == 1
        && core::isMatrix(m_selection.front().place.role)) {
        const core::Place place = m_selection.front().place;
        if (const auto read = core::findInput(place.role))
            input = m_measured.stats->find(*read, place.layer);
    }
    const QString name = m_selection.size() == 1 ? m_selection.front().name : QString();
    m_histogramCard->setTitle(input ? tr("Input of %1").arg(name) : tr("Input"));
    m_channelCard->setTitle(tr("Its channels"));
    m_histogramCard->setHint(input ? QString() : tr("select one tensor"));
    m_histogram->setName(m_histogramCard->title());
    m_channels->setName(tr("Input channels of %1").arg(name));
    m_histogram->setVisible(input != nullptr);
    m_channels->setVisible(input != nullptr);
    if (!input)
        return;
    m_histogram->setHistogram(
        input->histogram, tr("kurtosis %1").arg(numberText(input->moments.kurtosis, 1)));
    m_channels->setChannels(input->absmax, m_threshold, tr("input channel"));
    m_channels->setMarked(m_marked < int(input->absmax.size()) ? m_marked : -1);
}

} // namespace widgets
