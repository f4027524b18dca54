// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/themetokens.h"

#include <QtWidgets/QWidget>

#include <vector>

namespace widgets {

/// What the inks and marks of a plot mean, with words: in one line, or in more where the width does
/// not take them all.
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

    QSize sizeHint() const override; ///< of one line
    QSize minimumSizeHint() const override { return { 0, sizeHint().height() }; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void drawMark(QPainter& painter, const Entry& entry, const QRectF& rect) const;

    std::vector<QRect> rects(int width) const; ///< of the entries, with the mark

    std::vector<Entry> m_entries;
};

} // namespace widgets
