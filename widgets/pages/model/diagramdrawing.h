// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pages/model/layerdiagram.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QStringList>

#include <initializer_list>
#include <map>

namespace widgets {

struct DiagramText {
    Q_DECLARE_TR_FUNCTIONS(ModelDiagram)
};

// Measures of a LayerDiagram, in design pixels.
namespace diagram {
    inline constexpr double boxHeight = 40, plainHeight = 34, frameTop = -120, frameBottom = 114;
    inline constexpr double loop = 96; ///< where the residual stream passes a branch
    inline constexpr double overpass = -94; ///< where the layer's input passes attention
    inline constexpr double underpass = 86; ///< where it passes what stands beside attention
    inline constexpr double signRadius = 11, boxGap = 14;
    inline constexpr double spread = 58, halfSpread = 34; ///< of three boxes, of two

    double textWidth(const QString& text);
} // namespace diagram

/// The first tensor of every role, and how many there are.
class DiagramRoles {
public:
    explicit DiagramRoles(const core::Checkpoint& checkpoint);
    const core::Tensor* first(core::Role role) const; ///< null: none
    int count(core::Role role) const { return m_counts.contains(role) ? m_counts.at(role) : 0; }
    const std::map<core::Role, const core::Tensor*>& all() const { return m_first; }

private:
    std::map<core::Role, const core::Tensor*> m_first;
    std::map<core::Role, int> m_counts;
};

/// Puts boxes down from left to right.
class DiagramDrawing {
public:
    explicit DiagramDrawing(const core::Checkpoint& checkpoint);

protected:
    double unitWidth(core::Role role) const;
    QString titleOf(core::Role role) const;
    QString detailOf(core::Role role) const;
    /// Gives its right edge.
    double box(core::Role role, double left, double middle, double width);
    double plain(const QString& title, const QString& detail, double left, double middle = 0);
    double norm(double left, double middle = 0);
    void wire(std::initializer_list<QPointF> points, bool hasArrow = false);
    /// A circle with its left edge at `left`; gives its right edge.
    double sign(const QString& text, double left);
    void text(const QString& words, double left, double top, bool isStrong = false);
    void title(const QString& words, double left, const QStringList& notes);

    const core::Checkpoint& m_checkpoint;
    DiagramRoles m_roles;
    QStringList m_biased;
    LayerDiagram m_diagram;
};

} // namespace widgets
