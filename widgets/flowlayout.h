// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QLayout>

#include <memory>
#include <vector>

namespace widgets {

/// Items beside each other, and on further lines below where the width does not take them all: no
/// wider than its widest item needs to be. Those that may expand share the rest of their line.
class FlowLayout : public QLayout {
    Q_OBJECT

public:
    explicit FlowLayout(QWidget* parent = nullptr);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override; ///< takes it
    int count() const override;
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;

    Qt::Orientations expandingDirections() const override { return Qt::Horizontal; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

private:
    struct Line {
        std::vector<QLayoutItem*> items;
        int width = 0; ///< that they want, with the gaps
    };
    std::vector<Line> lines(int width) const;
    enum class Move { No, Yes };
    int place(const QRect& rect, Move move) const; ///< gives the height

    std::vector<std::unique_ptr<QLayoutItem>> m_items;
};

} // namespace widgets
