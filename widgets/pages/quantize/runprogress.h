// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantize.h"
#include "widgets/judgedtext.h"
#include "widgets/plots/dumbbellplot.h"

#include <QtWidgets/QWidget>

#include <optional>
#include <vector>

class QProgressBar;

namespace widgets {

class Label;
class TensorCellStrip;

/// How a run goes: title, bar, one cell for each tensor, and the errors so far against
/// importance-weighted rounding.
class RunProgress : public QWidget {
    Q_OBJECT

public:
    explicit RunProgress(QWidget* parent = nullptr);

    /// `names`: of the tensors; none: those of their places.
    void setPlaces(const std::vector<core::Place>& places, const QStringList& names = {});
    void clearReports();
    void addReport(const core::TensorReport& report);
    /// The tensors that follow the last one reported are being rounded.
    void setRunning(bool running);
    void setFailed();
    void setTitle(const QString& title, const QString& times);
    void setDone(double share);

    /// Mean of method error / importance error − 1 over the tensors that GPTQ rounded and that have
    /// both; none: there is none.
    std::optional<double> meanChange() const;
    /// What those errors were measured on: held-out sequences if any was, else the calibration
    /// text, else the weights alone. The mean and the plot leave tensors out that were not.
    Judged judged() const;
    int doneCount() const;
    DumbbellPlot* plot() const { return m_plot; }

signals:
    void placesChosen(const std::vector<core::Place>& places);

private:
    void updatePlot();
    /// Whether it is reported, with errors measured on what judged() says.
    bool isShown(std::size_t place) const;
    std::vector<DumbbellRow> rowsByTensor() const;
    std::vector<DumbbellRow> rowsByLayer() const;
    void chooseRow(int row);

    QString nameOf(std::size_t place) const;

    std::vector<core::Place> m_places;
    QStringList m_names; ///< of places; empty: their own
    std::vector<std::optional<core::TensorReport>> m_reports; ///< by place
    Label* m_title;
    Label* m_times;
    QProgressBar* m_bar;
    TensorCellStrip* m_cells;
    DumbbellPlot* m_plot;
    bool m_running = false;
};

} // namespace widgets
