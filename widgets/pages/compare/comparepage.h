// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/simulate/simulation.h"
#include "widgets/pages/compare/runrow.h"
#include "widgets/pages/page.h"

#include <vector>

class QBoxLayout;

namespace widgets {

class DetailCard;
class DriftPlot;
class RunTable;
class SizeLossPlot;

/// What was lost? The runs and added files with their errors, two of them pinned as A and B, drift
/// by layer, size against loss, and what A and B write and where they lose most.
class ComparePage : public Page {
    Q_OBJECT

public:
    explicit ComparePage(QWidget* parent = nullptr);

    /// The original first, then the runs; the numbers pinned as A and B (0: none).
    void setRuns(const std::vector<RunRow>& runs, int a, int b);
    /// What measuring reads, and about how long it takes (negative: unknown).
    /// `notes`: what is odd about how it is written; empty: nothing.
    void setEvaluationText(const QString& description, double seconds, const QString& notes = {});
    /// How layers compute while a run is measured.
    void setSimulation(const core::SimulationOptions& simulation);
    /// Locked while a job runs.
    /// Why the recipe cannot be quantized, and why a run cannot be measured; empty: they can.
    void setWhyNot(const QString& quantize, const QString& measure);
    void setLocked(bool locked);
    /// Text side by side and the worst tokens.
    DetailCard* details() const { return m_details; }

signals:
    void shown(); ///< the page came to sight
    void addFileRequested();
    void pinARequested(int run);
    void pinBRequested(int run);
    void measureRequested(int run); ///< 0: quantize and measure the present recipe
    void removeRequested(int run);
    void chooseTextRequested();
    void simulationChosen(const core::SimulationOptions& simulation);
    void recipeRequested(int run); ///< make its recipe the present one

protected:
    void arrange() override;
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeEmpty();
    void connectTable();
    void updateAnswer();
    void updatePlots();
    void updateDetails();
    void updateButtons();
    void chooseSimulation();
    const RunRow* find(int number) const; ///< null for 0

    std::vector<RunRow> m_runs;
    int m_a = 0;
    int m_b = 0;
    bool m_locked = false;
    QString m_whyNotQuantize, m_whyNotMeasure;
    core::SimulationOptions m_simulation;

    QPushButton* m_measure;
    QPushButton* m_chooseText;
    QString m_textTip; ///< which text, and what is odd about it
    QPushButton* m_chooseSimulation;
    QPushButton* m_copy;
    QPushButton* m_addFile;
    QPushButton* m_addFileEmpty;
    QPushButton* m_measureEmpty;
    Label* m_emptyHint;
    RunTable* m_table;
    DriftPlot* m_drift;
    SizeLossPlot* m_sizeLoss;
    DetailCard* m_details;
    QWidget* m_empty;
    QWidget* m_filled;
    QBoxLayout* m_plots;
};

} // namespace widgets
