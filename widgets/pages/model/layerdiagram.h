// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

#include <QtCore/QRectF>
#include <QtCore/QString>

#include <vector>

namespace widgets {

/// What is drawn of a model's layers, in design pixels from the left and from the line of the
/// residual stream.
struct LayerDiagram {
    /// A role that can be clicked.
    struct RoleBox {
        core::Role role;
        QString title, detail;
        QRectF rect;
    };
    struct PlainBox {
        QString title, detail;
        QRectF rect;
    };
    struct Sign {
        QString text;
        QPointF middle;
    };
    struct Wire {
        std::vector<QPointF> points;
        bool hasArrow = false; ///< at its end, to the right
    };
    struct Text {
        QString text;
        QPointF topLeft;
        bool isStrong = false;
    };
    std::vector<RoleBox> roles;
    std::vector<PlainBox> plain;
    std::vector<Sign> signs;
    std::vector<Wire> wires;
    std::vector<Text> texts;
    QRectF frame; ///< of the layer
    double width = 0; ///< of all
};

/// The layer of a model: what it is made of and how that is connected; of one that is not computed
/// only what it is made of.
LayerDiagram layerDiagram(const core::Checkpoint& checkpoint);

} // namespace widgets
