// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/card.h"
#include "widgets/pages/page.h"

class QComboBox;
class QPushButton;

namespace widgets {

class IconLabel;
class Label;
struct MeasuredActivations;

/// One line: what was measured on which text, the threshold of outliers, and measuring again.
class ActivationStrip : public Card {
    Q_OBJECT

public:
    explicit ActivationStrip(QWidget* parent = nullptr);

    void setMeasured(const MeasuredActivations& measured);
    void setThreshold(double threshold);
    void setWhyNot(const QString& reason); ///< why not again; empty: it can be
    /// Leaves out what does not fit the window.
    void setRoom(Breakpoint breakpoint);

signals:
    void thresholdChosen(double threshold);
    void measureAgainRequested();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit();

    IconLabel* m_icon;
    Label *m_text, *m_amount, *m_note, *m_thresholdLabel;
    QComboBox* m_threshold;
    QPushButton* m_again;
};

} // namespace widgets
