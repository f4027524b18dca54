// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QAbstractSlider>

#include <vector>

namespace widgets {

/// A named place on a scale of bytes.
struct BudgetTick {
    QString name; ///< "Q4_K_M"
    double bytes = 0;
    bool isMarked = false; ///< its name stands out, and before the others
    bool operator==(const BudgetTick&) const = default;
};

/// A slider over file sizes with llama.cpp's mixes as ticks under it. A click on a tick's name goes
/// there; arrow keys, page keys, Home and End move it.
class BudgetSlider : public QAbstractSlider {
    Q_OBJECT

public:
    explicit BudgetSlider(QWidget* parent = nullptr);

    /// From `least` to `most` bytes. Without a signal.
    void setScale(double least, double most, std::vector<BudgetTick> ticks);
    double bytes() const;
    void setBytes(double bytes); ///< without a signal
    std::vector<BudgetTick> namedTicks() const; ///< those whose names have room

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    /// While it is dragged, and at every step of the keyboard.
    void moved(double bytes);
    void released(); ///< the hand is off it; after every step of the keyboard, too

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void sliderChange(SliderChange change) override;
    void changeEvent(QEvent* event) override;

private:
    double left() const; ///< where the groove begins and ends, pixels
    double right() const;
    double xOf(double bytes) const;
    void moveTo(double x);
    QFont fontOf(const BudgetTick& tick) const;
    QRectF nameRect(const BudgetTick& tick) const;
    void drawTicks(QPainter& painter) const;

    double m_least = 0, m_most = 1;
    std::vector<BudgetTick> m_ticks; ///< within the scale, by bytes
    bool m_isSetting = false;
};

} // namespace widgets
