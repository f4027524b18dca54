// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/card.h"
#include "widgets/pages/precision/budgetslider.h"

#include <optional>

class QDoubleSpinBox;
class QPushButton;

namespace widgets {

class Segmented;

/// What mixes can come to, and what one that fills a budget is predicted to lose.
struct BudgetScale {
    double least = 0, most = 0; ///< bytes of a file
    double weights = 0; ///< of the model
    double besides = 0; ///< bytes of a file that are not bits of weights
    std::vector<BudgetTick> ticks;
    std::optional<double> device; ///< bytes that fit the chosen device
    QString deviceName;
};

/// What is known of the losses that a mix is found by.
struct BudgetLosses {
    QString about; ///< "measured on 8,192 tokens", "rough, from the weights alone"
    bool isRough = true;
    bool isRunning = false;
    QString whyNot; ///< why they cannot be predicted on a text now; empty: they can
};

/// How large the file may be, by its size, its bits per weight or the device it is for; the slider
/// tries, the button makes the best mix of that size the recipe.
class BudgetCard : public Card {
    Q_OBJECT

public:
    explicit BudgetCard(QWidget* parent = nullptr);

    /// Nothing: no losses are known, so no mix can be found.
    void setScale(const std::optional<BudgetScale>& scale);
    void setLosses(const BudgetLosses& losses);
    void setBytes(double bytes); ///< without a signal
    /// "lands at 2,697,408 bytes, 0.10 % under"; empty: nothing is tried.
    void setLanding(const QString& landing);
    void setLocked(bool locked);

signals:
    void tried(double bytes); ///< while the slider moves, or a value is typed
    void settled(double bytes); ///< the hand is off it
    void assignRequested();
    void predictRequested(); ///< losses on the text
    void guessRequested(); ///< from the weights

private:
    enum Kind { Size, Bits, Device };
    QWidget* makeRow();
    void connectParts();
    void showValue();
    double bytesOfValue() const;
    void showAbout();
    void updateButtons();

    std::optional<BudgetScale> m_scale;
    BudgetLosses m_losses;
    QString m_landed;
    double m_bytes = 0;
    double m_unit = 1e6; ///< of the field of sizes
    bool m_locked = false, m_isTried = false;
    Segmented* m_kind;
    QDoubleSpinBox* m_value;
    class Label* m_landing;
    QPushButton *m_assign, *m_predict, *m_guess;
    BudgetSlider* m_slider;
    QWidget* m_row;
};

} // namespace widgets
