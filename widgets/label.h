// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QLabel>

namespace widgets {

/// What a text is in the window: its size, weight and colour follow.
enum class TextRole {
    Body, ///< 13 px
    Secondary, ///< 13 px, second colour
    Caption, ///< 12 px, second colour: labels, units, hints
    Strong, ///< bold 13 px: titles of cards
    Heading, ///< bold 16 px: the question of a page
    Value, ///< 15 px: values of the balance bar
    StrongValue, ///< bold 15 px
};

/// A plain-text label in one role that follows palette and text size. Unless told to wrap or to
/// elide, it keeps its whole text visible.
class Label : public QLabel {
    Q_OBJECT

public:
    explicit Label(TextRole role, const QString& text = {}, QWidget* parent = nullptr);

    void setRole(TextRole role);
    /// One line; what does not fit ends in "…" and the whole text becomes the tooltip.
    void setElided();

    /// In one line if there is room for it, else in as many as it takes.
    void setWrapped();

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void applyRole();
    void applyColour(); ///< an owner may choose another afterwards
    void updateToolTip();

    TextRole m_role;
    bool m_elided = false;
    bool m_wrapped = false;
};

} // namespace widgets
