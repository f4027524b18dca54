// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QHBoxLayout;

namespace widgets {

class Label;

/// A thin bar, filled with the accent up to a share.
class ShareBar : public QWidget {
    Q_OBJECT

public:
    explicit ShareBar(QWidget* parent = nullptr);
    void setShare(double share); ///< 0 … 1; below 0: nothing is drawn
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double m_share = -1;
};

/// What a cell of the balance bar says.
struct BalanceText {
    QString original; ///< in the second colour; empty: none
    QString value;
    double share = -1; ///< of the original; below 0: no bar
    QString change; ///< third line, in the second colour
    QString looked; ///< third line instead, in the accent: "−8.4 kB if assigned"
    QString toolTip;
};

/// One figure of the balance bar: what it is, original → value, its change.
class BalanceCell : public QWidget {
    Q_OBJECT

public:
    explicit BalanceCell(const QString& caption, int width, QWidget* parent = nullptr);

    void setCaption(const QString& caption);
    void addCaptionWidget(QWidget* widget);
    void setText(const BalanceText& text);

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void applySizes();

    int m_width;
    QHBoxLayout* m_captionRow;
    Label* m_caption;
    Label* m_original;
    Label* m_arrow;
    Label* m_value;
    ShareBar* m_share;
    Label* m_change;
    Label* m_looked;
};

} // namespace widgets
