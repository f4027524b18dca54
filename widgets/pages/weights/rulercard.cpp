// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/weights/rulercard.h"

#include "core/formats/study.h"
#include "widgets/facts.h"
#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/legend.h"
#include "widgets/models/formatabout.h"
#include "widgets/models/formatmenu.h"
#include "widgets/models/tensorcells.h"
#include "widgets/plots/rulerplot.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QtWidgets/QComboBox>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QToolButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {

    constexpr std::size_t mostRulers = 4, mostSegments = 6;

    QString formatText(const core::Format* format)
    {
        return format ? formatName(format) : unknownText();
    }

    QString decibelText(double sqnr)
    {
        return std::isinf(sqnr)
            ? numberText(sqnr, 1)
            : RulerCard::tr("%1 dB").arg(numberText(sqnr, 1)).replace(u' ', QChar(0x00A0));
    }

    std::vector<Fact> factsOf(const core::RoundingPreview& preview)
    {
        std::vector<Fact> facts;
        if (preview.levelsPerGroup > 0) {
            facts.push_back({ RulerCard::tr("Levels"),
                RulerCard::tr("%1 per group of %2")
                    .arg(countText(preview.levelsPerGroup), countText(preview.groupSize)),
                RulerCard::tr("Values that the weights of one group can take.") });
            facts.push_back({ RulerCard::tr("Typical step"), significantText(preview.typical.step),
                RulerCard::tr("Distance of two levels in the median group.") });
            facts.push_back({ RulerCard::tr("Clipped"),
                RulerCard::tr("%1 weights, %2 %")
                    .arg(countText(std::int64_t(preview.clipped)),
                        numberText(preview.clippedShare * 100, 2)),
                RulerCard::tr(
                    "Weights beyond the end of their own group by more than half a step.") });
        }
        facts.push_back({ RulerCard::tr("RMS error"), significantText(preview.rmsError), {} });
        facts.push_back({ RulerCard::tr("SQNR"), decibelText(preview.sqnr),
            RulerCard::tr("Signal to quantization noise: 6 dB are one bit.") });
        facts.push_back({ preview.weighted ? RulerCard::tr("Output error")
                                           : RulerCard::tr("Weight error"),
            percentText(preview.outputError),
            preview.weighted
                ? RulerCard::tr("Of the tensor's output, relative, by the activations measured.")
                : RulerCard::tr("Relative. Measure activations to know the output's.") });
        return facts;
    }

    /// The same in one line, for a narrow window.
    QString lineOf(const core::RoundingPreview& preview)
    {
        const QString error = (preview.weighted ? RulerCard::tr("output error %1")
                                                : RulerCard::tr("weight error %1"))
                                  .arg(percentText(preview.outputError));
        if (preview.levelsPerGroup == 0)
            return RulerCard::tr("RMS error %1 · %2", "numbers, the error with its name")
                .arg(significantText(preview.rmsError), error);
        return RulerCard::tr(
            "%1 levels · typical step %2 · clipped %3 % · %4", "numbers, the error with its name")
            .arg(countText(preview.levelsPerGroup), significantText(preview.typical.step),
                numberText(preview.clippedShare * 100, 2), error);
    }

} // namespace

RulerCard::RulerCard(QWidget* parent)
    : Card({}, parent)
    , m_choice(new Segmented(Segmented::Look::Filled))
    , m_others(makeToolButton(QStringLiteral("more"), tr("Other formats"), nullptr))
    , m_box(new QComboBox)
    , m_recipe(new Label(TextRole::Caption))
    , m_legend(new Legend)
    , m_legendBelow(new Legend)
    , m_counts(new Segmented)
    , m_plots(new QWidget)
    , m_empty(new Label(TextRole::Secondary))
    , m_more(new Label(TextRole::Caption))
    , m_rule(new QFrame)
    , m_facts(new FactStrip)
    , m_line(new Label(TextRole::Caption))
{
    m_choice->setAccessibleName(tr("Format to look at"));
    m_box->setAccessibleName(tr("Format to look at"));
    m_box->hide();
    m_counts->setSegments({ tr("Log"), tr("Linear") });
    m_counts->setAccessibleName(tr("Counts"));
    m_others->setCheckable(true);
    addTitleWidget(m_choice);
    addTitleWidget(m_others);
    addTitleWidget(m_recipe);
    addTitleNote(m_legend, m_legendBelow);
    addTool(m_counts);
    addTool(m_box);

    makeRulers();
    addPlotTools(this, m_rulers.front());
    setContentFlush();
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_rule->setFixedHeight(1);
    m_rule->setAutoFillBackground(true);
    m_rule->setBackgroundRole(QPalette::Mid);
    m_line->setWordWrap(true);
    m_line->setContentsMargins(scaled(12), 0, scaled(12), scaled(8));
    m_more->setContentsMargins(scaled(12), 0, 0, 0);
    content()->setSpacing(0);
    content()->addWidget(m_empty, 1);
    content()->addWidget(m_plots, 1);
    content()->addWidget(m_more);
    content()->addWidget(m_rule);
    content()->addWidget(m_facts);
    content()->addWidget(m_line);

    connect(m_choice, &Segmented::chosen, this,
        [this](int index) { emit formatChosen(m_segments[std::size_t(index)]); });
    connect(m_others, &QToolButton::clicked, this, &RulerCard::openOthers);
    connect(m_box, &QComboBox::activated, this,
        [this] { emit formatChosen(m_box->currentData().value<const core::Format*>()); });
    connect(m_counts, &Segmented::chosen, this, [this](int index) {
        for (RulerPlot* ruler : m_rulers)
            ruler->setCounts(
                index == 0 ? RulerPlot::Counts::Logarithmic : RulerPlot::Counts::Linear);
    });
}

void RulerCard::makeRulers()
{
    auto* grid = new QGridLayout(m_plots);
    grid->setContentsMargins(scaled(4), 0, scaled(4), 0);
    for (std::size_t i = 0; i < mostRulers; ++i) {
        m_names.push_back(new Label(TextRole::Strong));
        m_rulers.push_back(new RulerPlot(tr("Ruler")));
        grid->addWidget(m_names.back(), int(i / 2) * 2, int(i % 2));
        grid->addWidget(m_rulers.back(), int(i / 2) * 2 + 1, int(i % 2));
        grid->setRowStretch(int(i / 2) * 2 + 1, 1);
        grid->setColumnStretch(int(i % 2), i % 2 == 0 ? 1 : 0);
        connect(
            m_rulers.back(), &RulerPlot::groupWanted, this, [this, i](core::WeightPlace weight) {
                emit groupWanted(m_drawn[i].first, m_drawn[i].second, weight);
            });
    }
    m_drawn.resize(mostRulers);
}

void RulerCard::setFormats(const std::vector<const core::Format*>& formats)
{
    m_segments.clear();
    m_rest.clear();
    for (const core::Format* format : formats)
        (isMainFormat(format) || formats.size() <= mostSegments ? m_segments : m_rest)
            .push_back(format);
    QStringList names;
    for (const core::Format* format : m_segments)
        names.append(formatText(format));
    m_choice->setSegments(names);
    fillBox(formats);
    applyRoom();
}

void RulerCard::fillBox(const std::vector<const core::Format*>& formats)
{
    m_box->clear();
    for (FormatGroup group : formatGroups()) {
        std::erase_if(group.formats, [&](const core::Format* format) {
            return !format->study && !std::ranges::count(formats, format);
        });
        if (!group.formats.empty())
            addTitle(*m_box, group.title);
        for (const core::Format* format : group.formats)
            m_box->addItem(formatText(format), QVariant::fromValue(format));
    }
}

void RulerCard::show(const std::vector<SelectedTensor>& tensors, const PreviewStore& previews,
    const core::Format* looked, const core::Format* recipe)
{
    updateFormats(looked, recipe);
    m_recipe->setVisible(!tensors.empty() && !isTight());
    setTitleNoteShown(m_legend, !tensors.empty());
    const bool alone = tensors.size() == 1;
    const core::Format* drawn = alone ? storedFormat(tensors.front(), looked)
        : looked                      ? looked
                                      : recipe;
    for (Legend* legend : { m_legend, m_legendBelow })
        legend->setEntries({ { &Tokens::originalFill, tr("original") },
            { &Tokens::accent, tr("levels of %1").arg(formatText(drawn)) },
            { &Tokens::loss, tr("clipped, error") } });
    const std::size_t shown = std::min(tensors.size(), mostRulers);
    bool finite = true;
    for (std::size_t i = 0; i < mostRulers; ++i) {
        const bool visible = i < shown && tensors[i].stats;
        m_names[i]->setVisible(visible && !alone);
        m_rulers[i]->setVisible(visible);
        if (visible)
            fillRuler(i, tensors[i], previews, looked, alone);
        finite = finite && (i >= shown || !tensors[i].stats || tensors[i].stats->nonFiniteRow < 0);
    }
    auto* grid = static_cast<QGridLayout*>(m_plots->layout());
    grid->setColumnStretch(1, shown > 1 ? 1 : 0);
    grid->setRowStretch(3, shown > 2 ? 1 : 0);
    m_more->setVisible(tensors.size() > mostRulers);
    m_more->setText(tr("and %1 more tensors").arg(countText(std::int64_t(tensors.size() - shown))));

    m_empty->setText(tensors.empty() ? tr("Select a tensor in the table.")
            : !finite                ? tr("Weights that are not finite cannot be rounded.")
                                     : tr("Measuring the weights…"));
    const bool pending = tensors.empty() || !finite || !tensors.front().stats;
    m_empty->setVisible(pending);
    m_plots->setVisible(!pending);
    updateFacts(tensors, previews, looked);
}

void RulerCard::fillRuler(std::size_t index, const SelectedTensor& tensor,
    const PreviewStore& previews, const core::Format* looked, bool alone)
{
    RulerPlot* ruler = m_rulers[index];
    const core::Format* stored = storedFormat(tensor, looked);
    const bool fallsBack = looked && !core::isSameFormat(stored, looked);
    m_names[index]->setText(fallsBack
            ? tr("%1 falls back to %2", "a tensor, a format").arg(tensor.name, formatText(stored))
            : tensor.name);
    ruler->setName(tr("Ruler of %1").arg(tensor.name));
    ruler->setDetail(!alone                      ? RulerPlot::Detail::Small
            : m_breakpoint == Breakpoint::Narrow ? RulerPlot::Detail::Compact
                                                 : RulerPlot::Detail::Full);
    const core::Format* format = storedFormat(tensor, looked);
    m_drawn[index] = { tensor.place, format };
    ruler->setData(tensor.stats->histogram, previews.find(tensor.place, format));
    ruler->setDescription(
        tr("Histogram of %1, kurtosis %2, absmax %3, at %4")
            .arg(tensor.name, numberText(tensor.stats->moments.kurtosis, 2),
                significantText(tensor.stats->moments.absmax()), formatText(format)));
}

void RulerCard::setGroup(core::Place tensor, const core::Format* format, core::WeightPlace weight,
    const core::GroupLevels& levels)
{
    for (std::size_t i = 0; i < m_drawn.size(); ++i)
        if (m_drawn[i] == std::pair(tensor, format))
            m_rulers[i]->setGroupOf(weight, levels);
}

void RulerCard::openOthers()
{
    m_others->setChecked(!m_others->text().isEmpty()); // the choice changes it, not the click
    openFormatMenu(
        m_others, m_rest, [this](const core::Format* format) { emit formatChosen(format); });
}

void RulerCard::updateFormats(const core::Format* looked, const core::Format* recipe)
{
    const auto indexOf
        = [](const std::vector<const core::Format*>& formats, const core::Format* format) {
              const auto found = std::find_if(formats.begin(), formats.end(),
                  [format](const core::Format* f) { return core::isSameFormat(f, format); });
              return found == formats.end() ? -1 : int(found - formats.begin());
          };
    const core::Format* current = looked ? looked : recipe;
    m_choice->setCurrent(indexOf(m_segments, current));
    m_choice->setMarked(indexOf(m_segments, recipe));
    const bool other = current && indexOf(m_segments, current) < 0;
    m_others->setChecked(other);
    m_others->setText(other ? formatText(current) : QString());
    m_others->setToolButtonStyle(other ? Qt::ToolButtonTextOnly : Qt::ToolButtonIconOnly);
    m_box->setCurrentIndex(lineOfFormat(*m_box, current));
    const int marked = lineOfFormat(*m_box, recipe);
    for (int line = 0; line < m_box->count(); ++line)
        if (const auto* format = m_box->itemData(line).value<const core::Format*>())
            m_box->setItemText(line,
                line == marked ? tr("%1 · recipe").arg(formatText(format)) : formatText(format));
    m_recipe->setText(indexOf(m_segments, recipe) >= 0 ? tr("• recipe")
            : recipe                                   ? tr("recipe: %1").arg(formatText(recipe))
                                                       : tr("recipe: mixed"));
}

void RulerCard::updateFacts(const std::vector<SelectedTensor>& tensors,
    const PreviewStore& previews, const core::Format* looked)
{
    std::vector<Fact> facts;
    QString line;
    if (tensors.size() == 1) {
        const core::Format* format = storedFormat(tensors.front(), looked);
        if (const auto preview = previews.find(tensors.front().place, format)) {
            facts = factsOf(*preview);
            line = lineOf(*preview);
        } else if (tensors.front().stats) {
            facts = { { tr("Rounding"), pendingText(), {} } };
        }
    }
    m_facts->setFacts(facts);
    m_facts->setVisible(!facts.empty() && !isTight());
    m_rule->setVisible(!facts.empty() && !isTight());
    m_line->setText(line);
    m_line->setVisible(!line.isEmpty() && isTight());
}

bool RulerCard::isTight() const
{
    return m_breakpoint == Breakpoint::Narrow || m_chrome == Chrome::Tight;
}

void RulerCard::setBreakpoint(Breakpoint breakpoint)
{
    m_breakpoint = breakpoint;
    applyRoom();
}

void RulerCard::setChrome(Chrome chrome)
{
    m_chrome = chrome;
    applyRoom();
}

void RulerCard::applyRoom()
{
    for (QWidget* widget : std::initializer_list<QWidget*>{ m_choice, m_others, m_recipe })
        widget->setVisible(!isTight());
    m_counts->setVisible(m_breakpoint != Breakpoint::Narrow);
    m_box->setVisible(isTight());
}

} // namespace widgets
