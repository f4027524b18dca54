// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/evaluation.h"
#include "widgets/bar/jobarea.h"

#include <QWidget>

#include <optional>

class QMenu;
class QPushButton;
class QToolButton;

namespace widgets {

class BalanceCell;
class Label;

/// A figure of the model: as it was, under the recipe, and if what is looked at were assigned.
struct Balance {
    double original = 0;
    double now = 0;
    std::optional<double> looked;
};

/// The KL divergence that the recipe is predicted to cause, nats a token.
struct BalancePrediction {
    double kld = 0, error = 0;
    std::optional<double> looked; ///< of what is looked at
    bool isRough = false; ///< right to a factor only
    QString method; ///< whose figures it is made of: "importance-weighted"
};

/// What the bar says about the model.
struct BalanceFigures {
    Balance bytes;
    Balance bitsPerWeight;
    std::optional<Balance> tokensPerSecond; ///< upper bounds; none without a device
    std::optional<BalancePrediction> predicted; ///< none before losses are
    int context = 0; ///< tokens/s holds at so many tokens in the cache
};

/// What was measured of the recipe.
struct BalanceMeasured {
    std::optional<core::Evaluation> evaluation; ///< of a run of exactly this recipe
    bool stale = false; ///< with other settings than the present ones
    bool canMeasure = false;
};

/// The bottom of the window: what the recipe costs and gains against the original, what was
/// measured, and the job that runs. On one line where the window is small.
class BalanceBar : public QWidget {
    Q_OBJECT

public:
    explicit BalanceBar(QWidget* parent = nullptr);

    void setFigures(const std::optional<BalanceFigures>& figures); ///< none: no model
    void setMeasured(const BalanceMeasured& measured);
    void setDevices(const QStringList& names, int chosen);
    void setCompact(bool compact);
    JobArea* jobArea() const { return m_job; }

signals:
    void deviceChosen(int index);
    void measureRequested();

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void makeCells();
    QWidget* makeMeasuredCell();
    void updatePredicted();
    void updateMeasured();
    void applySizes();
    void updateLine();

    BalanceCell* m_bytes;
    BalanceCell* m_bits;
    BalanceCell* m_tokens;
    BalanceCell* m_predicted;
    QToolButton* m_device;
    QMenu* m_devices;
    QWidget* m_measuredCell;
    Label* m_measuredValue;
    Label* m_measuredDetail;
    QPushButton* m_measure;
    JobArea* m_job;
    QWidget* m_cells;
    Label* m_line;
    std::optional<BalanceFigures> m_figures;
    BalanceMeasured m_measured;
    bool m_compact = false;
};

} // namespace widgets
