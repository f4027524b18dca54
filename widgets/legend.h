// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/themetokens.h"

#include <QtWidgets/QWidget>

#include <vector>

namespace widgets {

/// What the inks of a plot mean: small squares with words, in one line.
class Legend : public QWidget {
    Q_OBJECT

public:
    struct Entry {
        QColor Tokens::*ink;
        QString text;
    };
    explicit Legend(QWidget* parent = nullptr);
    void setEntries(std::vector<Entry> entries);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<Entry> m_entries;
};

} // namespace widgets
