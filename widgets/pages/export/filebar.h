// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/role.h"

#include <QtWidgets/QWidget>

#include <cstdint>
#include <vector>

namespace widgets {

/// One part of a file: what it is, how long, which tensors lie in it.
struct FilePart {
    enum class Kind { Metadata, Embedding, Attention, FeedForward, Other, Norms, Head };
    Kind kind = Kind::Metadata;
    QString name;
    std::uint64_t bytes = 0;
    std::vector<core::Place> places;
};

/// A file drawn to scale with a legend below: click a part (or choose it by ← → and press Enter) to
/// select its tensors.
class FileBar : public QWidget {
    Q_OBJECT

public:
    explicit FileBar(QWidget* parent = nullptr);

    void setParts(std::vector<FilePart> parts);
    const std::vector<FilePart>& parts() const { return m_parts; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void partChosen(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    QRectF barRect() const;
    QRectF partRect(int index) const; ///< in the bar
    std::vector<QRectF> legendRects(int width) const; ///< in lines as wide as the bar
    int partAt(const QPointF& position) const; ///< −1: none
    QColor partColor(int index) const;
    QString legendText(int index) const;

    std::vector<FilePart> m_parts;
    int m_focused = 0;
};

} // namespace widgets
