// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QFrame>

#include <vector>

class QHBoxLayout;
class QToolButton;
class QVBoxLayout;

namespace widgets {

class Label;

/// A framed area of a page: one-pixel line, no shadow, no radius; a title row 36 high with a bold
/// title, a hint in the second colour, and tools at its right end; the content below. A hint that
/// has no room there stands under it, in as many lines as it takes; so do the controls where the
/// title would be cut.
class Card : public QFrame {
    Q_OBJECT

public:
    /// An empty `title` without hint, widgets and tools takes no room.
    explicit Card(const QString& title = {}, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    QString title() const;
    /// Secondary text beside the title.
    void setHint(const QString& hint);
    /// A note in two places, of which one is shown: `beside` the tools, or `below` the title row
    /// where that has no room for it.
    void addTitleNote(QWidget* beside, QWidget* below);
    void setTitleNoteShown(const QWidget* beside, bool shown); ///< true unless set
    /// A control that stands directly after the title and its hint.
    void addTitleWidget(QWidget* widget);
    /// A control at the right end of the title row, after those already there.
    void addTool(QWidget* widget);
    /// A borderless button with an icon at the right end of the title row.
    QToolButton* addToolButton(const QString& iconName, const QString& toolTip);

    /// Where the content goes: margins 12, none at the top.
    QVBoxLayout* content() const { return m_content; }
    /// 12 unless set; plots have some of their own.
    void setContentMargin(int pixels);
    /// Without margins, for tables that reach the frame.
    void setContentFlush() { setContentMargin(0); }

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; ///< of the title row

private:
    struct Note {
        QWidget* beside;
        QWidget* below;
        bool shown;
    };
    void applySizes();
    void placeNotes();
    void placeControls();
    void applyTitleHeight();
    int titleRoom() const; ///< that title and controls leave beside each other

    QWidget* m_titleRow;
    QHBoxLayout* m_titleLayout;
    QHBoxLayout* m_controlLayout; ///< under it
    Label* m_title;
    Label* m_hint;
    Label* m_hintBelow;
    QVBoxLayout* m_below;
    std::vector<Note> m_notes;
    QVBoxLayout* m_content;
    std::vector<QWidget*> m_titleWidgets, m_tools;
    bool m_controlsBelow = false;
    int m_margin = 12;
};

/// A line of one pixel between what lies beside or above each other.
QFrame* makeLine(Qt::Orientation orientation, QWidget* parent = nullptr);
/// A borderless button that shows only an icon.
QToolButton* makeToolButton(const QString& iconName, const QString& toolTip, QWidget* parent);

} // namespace widgets
