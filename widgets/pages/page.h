// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QHBoxLayout;
class QMenu;
class QPushButton;
class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace widgets {

class BasePlot;
class Label;
class MessageBar;

/// How much room the window has, by its width: from 1280 on, from 1000 on, below.
enum class Breakpoint { Wide, Medium, Narrow };
Breakpoint breakpointFor(int windowWidth);

/// The right side of the window: a question as heading, the answer made from the data under it,
/// buttons at the right end, messages, and cards below. Pages take plain values by
/// setX(...) and tell what the user wants by signals; they open no file and start no job.
class Page : public QWidget {
    Q_OBJECT

public:
    explicit Page(const QString& heading, QWidget* parent = nullptr);

    void setHeading(const QString& heading);
    QString heading() const;
    /// One sentence, in as many lines as it takes; below 1000 it scrolls with the cards.
    void setAnswer(const QString& answer);
    QString answer() const;
    /// What stands in place of the heading below 1000: the tensor's name and its shape. Empty: the
    /// heading stays.
    void setNarrowHeading(const QString& name, const QString& detail);

    /// Whether heading and answer may give way to that: where there is no room, or never.
    enum class Header { ByRoom, Whole };
    void setHeader(Header header);

    MessageBar* message() const { return m_message; }

    /// Presses the page's main button if it can be pressed (Ctrl+R).
    void triggerMainAction();
    QString whyNotMainAction() const; ///< empty: it can be pressed
    /// The window tells its width class; the page arranges itself.
    void setBreakpoint(Breakpoint breakpoint);
    Breakpoint breakpoint() const { return m_breakpoint; }

signals:
    /// The user wants `plot` saved; it gives PNG, SVG and CSV as bytes.
    void savePlotRequested(widgets::BasePlot* plot);

protected:
    /// Buttons at the right of the heading, in order of adding. Below 1000, and where the heading
    /// would not be whole, those that are not primary move into the ⋯ menu.
    QPushButton* addAction(const QString& text, const QString& iconName = {});
    QPushButton* addPrimaryAction(const QString& text, const QString& iconName = {});
    /// A tool or combo box beside the buttons, shown at every width.
    void addHeaderWidget(QWidget* widget);
    /// What Ctrl+R presses; by default the first primary action.
    void setMainAction(QPushButton* button) { m_main = button; }

    /// Cards go here, 12 apart. It scrolls where the window is too small for them.
    QVBoxLayout* content() const { return m_content; }
    /// Room at both sides where the window is not narrow; 16 unless set.
    void setSideMargin(int pixels);

    /// Rearranges the cards for the breakpoint(), a new text size or another contentWidth().
    virtual void arrange() { }
    /// Pixels that the cards have beside each other, at the present size of the page.
    int contentWidth() const;
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void applySizes();
    void updateHeader();
    void placeAnswer();
    void placeActions();
    bool lacksHeaderRoom() const; ///< for the heading beside all buttons
    void openMoreMenu();

    QString m_headingText, m_narrowName, m_narrowDetail;
    Breakpoint m_breakpoint = Breakpoint::Wide;
    Header m_headerStyle = Header::ByRoom;
    int m_sideMargin = 16;
    QWidget* m_header;
    Label* m_heading;
    Label* m_detail;
    Label* m_answer;
    QWidget* m_actions;
    QToolButton* m_more;
    QHBoxLayout* m_headingLine;
    QHBoxLayout* m_actionsLine; ///< under it
    MessageBar* m_message;
    QScrollArea* m_scroll;
    QVBoxLayout* m_content;
    QPushButton* m_main = nullptr;
    QList<QPushButton*> m_secondary;
};

} // namespace widgets
