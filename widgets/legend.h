// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/themetokens.h"

#include <QtWidgets/QWidget>

#include <vector>

namespace widgets {

/// What the inks and marks of a plot mean, with words, in one line. Where the line does not fit it
/// gives way to the controls beside it, and takes no height either.
class Legend : public QWidget {
    Q_OBJECT

public:
    enum class Mark { Square, Hollow, Disc, Dashes, Diamond };
    struct Entry {
        QColor Tokens::*ink;
        QString text;
        Mark mark = Mark::Square;
    };
    explicit Legend(QWidget* parent = nullptr);
    void setEntries(std::vector<Entry> entries);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return { 0, sizeHint().height() }; }

protected:
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void drawMark(QPainter& painter, const Entry& entry, const QRectF& rect) const;

    int lineWidth() const;
    void updateFit();

    std::vector<Entry> m_entries;
    bool m_fits = true;
};

} // namespace widgets
