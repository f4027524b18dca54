// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

#include <vector>

class QButtonGroup;
class QHBoxLayout;

namespace widgets {

/// One of a few choices, side by side in one frame: a switch of views, or the formats of the ruler.
/// Arrow keys move between segments.
class Segmented : public QWidget {
    Q_OBJECT

public:
    /// How the chosen segment stands out: tinted for a view, filled with the accent for a format.
    enum class Look { Tinted, Filled };
    explicit Segmented(Look look = Look::Tinted, QWidget* parent = nullptr);

    /// Replaces all segments; the first is chosen.
    void setSegments(const QStringList& texts);
    int count() const;
    QString text(int index) const;
    void setSegmentEnabled(int index, bool enabled);
    /// A dot after the text of one segment (the recipe's format); −1: none.
    void setMarked(int index);

    int current() const;
    /// Without a signal. −1: none.
    void setCurrent(int index);

signals:
    /// The user chose a segment.
    void chosen(int index);

private:
    Look m_look;
    QButtonGroup* m_group;
    QHBoxLayout* m_layout;
};

} // namespace widgets
