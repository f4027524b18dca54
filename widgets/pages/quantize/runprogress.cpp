// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/quantize/runprogress.h"

#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/pages/quantize/methodchooser.h"
#include "widgets/pages/quantize/tensorcellstrip.h"
#include "widgets/pages/selectedtensor.h"
#include "widgets/theme.h"

#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QProgressBar>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {
namespace {

    constexpr std::size_t mostRows = 60; ///< beyond, layer means

    std::optional<double> measuredError(double error)
    {
        return error >= 0 ? std::optional(error) : std::nullopt;
    }

    /// What a tensor got and its error, beside that of importance-weighted rounding.
    QString reportText(const core::TensorReport& report)
    {
        QStringList lines{ RunProgress::tr("%1 by %2", "format, method")
                               .arg(QString::fromUtf8(report.format->name.data(),
                                        qsizetype(report.format->name.size())),
                                   treatmentText({ report.method, report.scaling })) };
        if (report.outputError >= 0)
            lines += errorSentence(
                percentText(report.outputError), { report.judgedOn, report.heldSequences });
        if (report.outputError >= 0 && report.importanceError >= 0)
            lines.back() += RunProgress::tr(", by importance-weighted rounding %1")
                                .arg(percentText(report.importanceError));
        if (!report.note.empty())
            lines += QString::fromStdString(report.note);
        return lines.join(u'\n');
    }

} // namespace

RunProgress::RunProgress(QWidget* parent)
    : QWidget(parent)
    , m_title(new Label(TextRole::Strong))
    , m_times(new Label(TextRole::Secondary))
    , m_bar(new QProgressBar)
    , m_cells(new TensorCellStrip)
    , m_plot(new DumbbellPlot(errorTitle({ core::JudgedOn::HeldOut, 0 })))
{
    auto* titleRow = new QHBoxLayout;
    m_title->setWordWrap(true);
    titleRow->addWidget(m_title, 1);
    titleRow->addWidget(m_times);
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_bar->setFixedHeight(scaled(6));
    m_bar->setAccessibleName(tr("Progress of the run"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(8));
    layout->addLayout(titleRow);
    layout->addWidget(m_bar);
    layout->addWidget(m_cells);
    layout->addWidget(m_plot, 1);
    connect(m_cells, &TensorCellStrip::chosen, this, [this](int index) {
        if (index >= 0 && index < int(m_places.size()))
            emit placesChosen({ m_places[std::size_t(index)] });
    });
    connect(m_plot, &DumbbellPlot::rowChosen, this, &RunProgress::chooseRow);
}

void RunProgress::setPlaces(const std::vector<core::Place>& places, const QStringList& names)
{
    if (places == m_places && names == m_names)
        return;
    m_places = places;
    m_names = names;
    QStringList shown;
    for (std::size_t i = 0; i < places.size(); ++i)
        shown += nameOf(i);
    m_cells->setPlaces(places, shown);
    clearReports();
}

QString RunProgress::nameOf(std::size_t place) const
{
    return m_names.isEmpty() ? tensorName(m_places[place]) : m_names[qsizetype(place)];
}

void RunProgress::clearReports()
{
    m_reports.assign(m_places.size(), std::nullopt);
    m_cells->setAllStates(CellState::Waiting);
    m_bar->setValue(0);
    updatePlot();
}

void RunProgress::addReport(const core::TensorReport& report)
{
    const auto found = std::find(m_places.begin(), m_places.end(), report.place);
    if (found == m_places.end())
        return;
    const auto index = found - m_places.begin();
    m_reports[std::size_t(index)] = report;
    m_cells->setState(int(index), CellState::Done);
    m_cells->setReport(int(index), reportText(report));
    m_plot->setMethodName(treatmentText({ report.method, report.scaling }));
    setRunning(m_running);
    updatePlot();
}

void RunProgress::setRunning(bool running)
{
    m_running = running;
    const auto next = std::find(m_reports.begin(), m_reports.end(), std::nullopt);
    if (next != m_reports.end())
        m_cells->setState(
            int(next - m_reports.begin()), running ? CellState::Rounding : CellState::Waiting);
}

void RunProgress::setFailed()
{
    m_running = false;
    const auto next = std::find(m_reports.begin(), m_reports.end(), std::nullopt);
    if (next != m_reports.end())
        m_cells->setState(int(next - m_reports.begin()), CellState::Failed);
}

void RunProgress::setTitle(const QString& title, const QString& times)
{
    m_title->setText(title);
    m_times->setText(times);
}

void RunProgress::setDone(double share) { m_bar->setValue(int(1000 * share)); }

int RunProgress::doneCount() const
{
    return int(std::count_if(
        m_reports.begin(), m_reports.end(), [](const auto& report) { return report.has_value(); }));
}

std::optional<double> RunProgress::meanChange() const
{
    double sum = 0;
    int count = 0;
    for (std::size_t i = 0; i < m_reports.size(); ++i) {
        const auto& report = m_reports[i];
        if (isShown(i) && report->method == core::Method::Gptq && report->outputError >= 0
            && report->importanceError > 0) {
            sum += report->outputError / report->importanceError - 1;
            ++count;
        }
    }
    return count > 0 ? std::optional(sum / count) : std::nullopt;
}

Judged RunProgress::judged() const
{
    Judged best;
    for (const auto& report : m_reports)
        if (report && report->judgedOn > best.on)
            best = { report->judgedOn, report->heldSequences };
    return best;
}

bool RunProgress::isShown(std::size_t place) const
{
    return m_reports[place] && m_reports[place]->judgedOn == judged().on;
}

void RunProgress::chooseRow(int row)
{
    if (m_places.size() <= mostRows) {
        emit placesChosen({ m_places[std::size_t(row)] });
        return;
    }
    std::vector<core::Place> places; // of one layer, as rowsByLayer() counts them
    for (std::size_t i = 0, at = 0; i < m_places.size(); ++i) {
        if (i > 0 && m_places[i].layer != m_places[i - 1].layer)
            ++at;
        if (at == std::size_t(row))
            places.push_back(m_places[i]);
    }
    emit placesChosen(places);
}

void RunProgress::updatePlot()
{
    const std::vector<DumbbellRow> rows
        = m_places.size() > mostRows ? rowsByLayer() : rowsByTensor();
    constexpr int rowHeight = 13, axis = 50, most = 460;
    m_plot->setMinimumHeight(scaled(std::clamp(axis + rowHeight * int(rows.size()), 140, most)));
    m_plot->setName(errorTitle(judged()));
    m_plot->setErrorName(judged().on == core::JudgedOn::Weights
            ? tr("error of the weights against the original ones")
            : tr("output error against the original model"));
    m_plot->setRows(rows);
}

std::vector<DumbbellRow> RunProgress::rowsByTensor() const
{
    std::vector<DumbbellRow> rows;
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        const core::Place place = m_places[i];
        const bool first = i == 0 || m_places[i - 1].layer != place.layer;
        const bool isOther = core::isOther(place.role);
        DumbbellRow row{ isOther ? shortTensorName(nameOf(i)) : shortRoleName(place.role),
            nameOf(i), {}, {}, first };
        if (first && place.layer >= 0)
            row.label = tr("Layer %1  %2").arg(QString::number(place.layer), row.label);
        if (isShown(i)) {
            row.importance = measuredError(m_reports[i]->importanceError);
            row.method = measuredError(m_reports[i]->outputError);
        }
        rows.push_back(row);
    }
    return rows;
}

std::vector<DumbbellRow> RunProgress::rowsByLayer() const
{
    std::vector<DumbbellRow> rows;
    double importance = 0, method = 0;
    int count = 0;
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        const core::Place place = m_places[i];
        if (isShown(i) && m_reports[i]->importanceError >= 0 && m_reports[i]->outputError >= 0) {
            importance += m_reports[i]->importanceError;
            method += m_reports[i]->outputError;
            ++count;
        }
        if (i + 1 < m_places.size() && m_places[i + 1].layer == place.layer)
            continue;
        const QString name = place.layer >= 0 ? tr("Layer %1").arg(place.layer) : nameOf(i);
        DumbbellRow row{ name, name, {}, {}, false };
        if (count > 0) {
            row.importance = importance / count;
            row.method = method / count;
        }
        rows.push_back(row);
        importance = method = 0;
        count = 0;
    }
    return rows;
}

} // namespace widgets
