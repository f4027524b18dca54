// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensorcolumns.h"

#include <QTabBar>
#include <QWidget>

#include <array>

namespace widgets {

class Label;

/// What a tab says beside its name.
struct PageMark {
    enum class Dot { None, Running, Failed }; ///< round, square
    int count = 0; ///< "(8)" if not 0
    Dot dot = Dot::None;
    bool operator==(const PageMark&) const = default;
};

/// The tabs of the pages, numbered, the open one underlined.
class PageTabs : public QTabBar {
    Q_OBJECT

public:
    explicit PageTabs(QWidget* parent = nullptr);
    void setMark(PageId page, const PageMark& mark);
    /// Draws the tabs closer, and at last without numbers, where they would not fit.
    void fitInto(int width);
    int wantedWidth() const; ///< of all tabs as they are drawn now

protected:
    QSize tabSizeHint(int index) const override;
    QSize minimumTabSizeHint(int index) const override { return tabSizeHint(index); }
    void paintEvent(QPaintEvent* event) override;

private:
    enum class Fit { Roomy, Close, NamesOnly };
    void paintTab(QPainter& painter, int index) const;
    QString countText(int index) const;
    int padding() const;
    int numberGap() const;

    Fit m_fit = Fit::Roomy;
    int m_room = QWIDGETSIZE_MAX; ///< pixels for all tabs
    std::array<PageMark, std::size_t(pageCount)> m_marks;
};

/// The row of tabs with the open model's name at its right.
class PageBar : public QWidget {
    Q_OBJECT

public:
    explicit PageBar(QWidget* parent = nullptr);

    void setPage(PageId page);
    PageId page() const { return PageId(m_tabs->currentIndex()); }
    void setMark(PageId page, const PageMark& mark);
    /// Without a model only the first page can be opened.
    void setModelText(const QString& text, bool isOpen);
    void setNarrow(bool narrow); ///< without the model's name
    void focusTabs();
    static QString title(PageId page);

signals:
    void pageChosen(widgets::PageId page);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void applySizes();
    void fitTabs();

    PageTabs* m_tabs;
    Label* m_model;
    bool m_narrow = false;
};

} // namespace widgets
