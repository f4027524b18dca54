// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/role.h"

#include <QtWidgets/QWidget>

#include <vector>

namespace widgets {

/// How the parameters of a model are shared out, one bar a role; a click or Enter chooses a role,
/// arrow keys move.
class RoleBars : public QWidget {
    Q_OBJECT

public:
    struct Bar {
        QString name;
        std::vector<core::Role> roles; ///< one, or all norms
        double share = 0; ///< of all parameters
    };
    explicit RoleBars(QWidget* parent = nullptr);

    void setBars(std::vector<Bar> bars);
    const std::vector<Bar>& bars() const { return m_bars; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void rolesChosen(const std::vector<core::Role>& roles);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRectF rowRect(std::size_t row) const;

    std::vector<Bar> m_bars;
    int m_cursor = 0;
};

} // namespace widgets
