// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pages/compare/runrow.h"
#include "widgets/pages/page.h"

#include <QtWidgets/QTableWidget>

#include <vector>

namespace widgets {

/// The runs, a row each, the original first. Click on Pin or the keys A and B pin the row; the
/// context menu and Delete offer the rest.
class RunTable : public QTableWidget {
    Q_OBJECT

public:
    explicit RunTable(QWidget* parent = nullptr);

    /// The original (number 0) first; the numbers pinned as A and B (0: none). Keeps the current
    /// row.
    void setRuns(const std::vector<RunRow>& runs, int a, int b);
    void setLocked(bool locked) { m_locked = locked; }
    /// Leaves out columns where there is no room for them.
    void setBreakpoint(Breakpoint breakpoint);
    const RunRow* current() const; ///< null: no row
    /// Header and rows, separated by tabs, for spreadsheets.
    QString toText() const;

signals:
    void pinARequested(int run);
    void pinBRequested(int run);
    void measureRequested(int run);
    void removeRequested(int run);
    void recipeRequested(int run);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override; ///< keeps the current row in sight

private:
    enum Column {
        Pin,
        Recipe,
        Method,
        Size,
        Bits,
        Tokens,
        Perplexity,
        Kld,
        Kld999,
        Top1,
        ColumnCount
    };
    void fitRecipe();
    void fill();
    void fillRow(int row, const RunRow& run);
    void set(int row, Column column, const QString& text, bool secondary = false);
    void togglePin(int row);

    std::vector<RunRow> m_runs;
    int m_a = 0;
    int m_b = 0;
    bool m_locked = false;
};

} // namespace widgets
