// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/themetokens.h"

#include <QtCore/QByteArray>
#include <QtGui/QImage>
#include <QtWidgets/QWidget>

#include <functional>
#include <vector>

class QCPAxis;
class QCustomPlot;
class QLabel;
class QMenu;

namespace widgets {

/// A plot's data for people and spreadsheets: the same numbers as drawn.
struct PlotTable {
    QStringList headers;
    std::vector<QStringList> rows; ///< numbers in C notation, so that any program reads them
};

/// What every plot shares: colours and fonts of the palette, hover, keyboard (arrow keys move a
/// cursor, Ctrl+C copies, Ctrl+S saves, Shift+F10 opens the menu), copy, PNG, SVG and CSV, a name
/// and a description for screen readers, and *Show data*.
class BasePlot : public QWidget {
    Q_OBJECT

public:
    /// `name` is what the plot is: "Input channels of blk.2.attn_k"; also the stem of its file.
    explicit BasePlot(const QString& name, QWidget* parent = nullptr);

    void setName(const QString& name);
    QString name() const { return accessibleName(); }
    /// What the plot says, as a sentence.
    void setDescription(const QString& description);

    virtual PlotTable table() const = 0;
    QImage image(double pixelRatio) const;
    QByteArray png() const; ///< at twice the shown size
    QByteArray svg() const;
    QByteArray csv() const; ///< UTF-8
    void copy() const; ///< picture and data to the clipboard
    void showData();

    /// For projectors: lines 2 px, markers 8 px, no grid, and what stands at a point in a label
    /// that stays in place of a tooltip. Bars of single values keep their width.
    enum class Drawing { Usual, Presented };
    void setDrawing(Drawing drawing);

    /// Draws sharp at this ratio although the screen has another: for pictures of the window.
    void setPixelRatio(double ratio);

    QSize minimumSizeHint() const override;

signals:
    /// The user wants the plot in a file.
    void saveRequested();

protected:
    QCustomPlot* plot() const { return m_plot; }
    /// Puts colours and fonts on everything drawn. Called before the first drawing and whenever
    /// palette or text size change; the base handles background and replot.
    virtual void applyTokens(const Tokens& tokens) = 0;
    Tokens tokens() const { return tokensOf(palette()); }
    void styleAxis(QCPAxis* axis, const Tokens& tokens) const;
    /// To be called by a subclass when its items are there or were made anew.
    void restyle();

    /// What stands at a point of the plot, for the tooltip; empty: nothing.
    virtual QString hoverText(const QPointF& position) const;
    virtual void pressed(const QPointF& position);
    virtual void dragged(const QPointF& position);
    virtual void released(const QPointF& position);
    virtual void doubleClicked(const QPointF& position);
    /// Moves the keyboard's cursor by whole steps; false if the plot has none.
    virtual bool moveCursor(int dx, int dy);
    /// Enter at the cursor.
    virtual void activateCursor();
    /// Entries that stand before those every plot has.
    virtual void fillMenu(QMenu* menu, const QPointF& position);

    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void thinTicks();
    void openMenu(const QPoint& position, const QPoint& globalPosition); ///< position in the plot
    void showHover(const QPoint& globalPosition, const QString& text);
    void present(); ///< what Drawing::Presented says, on what applyTokens() has drawn
    void unpresent();

    QCustomPlot* m_plot;
    Drawing m_drawing = Drawing::Usual;
    std::vector<std::function<void()>> m_unpresent; ///< gives everything its usual look
    QLabel* m_hover; ///< of a presentation
    bool m_pressed = false;
    bool m_styled = false;
};

/// Copy and save buttons for the title row of the card that holds `plot`.
class Card;
void addPlotTools(Card* card, BasePlot* plot);

} // namespace widgets
