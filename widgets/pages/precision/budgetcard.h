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
    int context = 0; ///< tokens beside which they fit
};

/// What is known of the losses that a mix is found by.
struct BudgetLosses {
    QString about; ///< "measured on 8,192 tokens", "rough, from the weights alone"
    /// What can be predicted on the chosen text: all of it, what a stopped prediction left, or
    /// what was predicted on another one.
    enum class Missing { All, Rest, ThisText, Nothing } missing = Missing::All;
    bool isRunning = false;
    bool isGuessed = false; ///< roughly, at the moment
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
    /// Tries another size, with its signals, as if the slider were moved there.
    void tryBytes(double bytes);
    /// What is tried already, without a signal. `assign`: the button's text; empty: the best mix's.
    void showTried(double bytes, const QString& assign = {});
    void setLoss(double kld); ///< predicted of what is shown; 0: not known
    void setLocked(bool locked);

signals:
    void tried(double bytes); ///< while the slider moves, or a value is typed
    void settled(double bytes); ///< the hand is off it
    void lossTried(double kld); ///< the smallest file that loses no more
    void assignRequested();
    void predictRequested(); ///< losses on the text
    void guessRequested(); ///< from the weights

private:
    enum Kind { Size, Bits, Device, Loss };
    QWidget* makeRow();
    void connectParts();
    void takeBytes(double bytes);
    void takeValue();
    void fitDevice();
    void showValue();
    double bytesOfValue() const;
    void showAbout();
    void updateButtons();

    std::optional<BudgetScale> m_scale;
    BudgetLosses m_losses;
    QString m_landed;
    double m_bytes = 0, m_loss = 0;
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
