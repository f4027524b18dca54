// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"
#include "widgets/pages/model/layerdiagram.h"

#include <QtWidgets/QGraphicsView>

#include <map>
#include <memory>
#include <set>
#include <vector>

namespace widgets {

struct Tokens;

/// One decoder layer as boxes and arrows, with what comes before and after it. A box with a matrix
/// can be clicked: it chooses that role. Arrow keys move between boxes, Enter chooses.
class ModelDiagram : public QGraphicsView {
    Q_OBJECT

public:
    explicit ModelDiagram(QWidget* parent = nullptr);

    void setModel(std::shared_ptr<const core::Checkpoint> checkpoint);
    /// Roles that are framed as selected.
    void setSelected(const std::set<core::Role>& roles);

signals:
    void roleChosen(core::Role role);
    void roleOpened(core::Role role); ///< double click, or Enter on a chosen box

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void rebuild();
    void draw(const Tokens& tokens);
    void drawBox(const Tokens& tokens, const LayerDiagram::RoleBox& drawn);
    void drawPlain(const Tokens& tokens, const LayerDiagram::PlainBox& drawn);
    void drawSign(const Tokens& tokens, const LayerDiagram::Sign& drawn);
    void drawText(const QString& text, const QFont& font, const QColor& color, QPointF topLeft);
    void wire(const Tokens& tokens, const LayerDiagram::Wire& drawn);
    std::optional<core::Role> roleAt(const QPoint& position) const;

    QGraphicsScene* m_scene;
    std::shared_ptr<const core::Checkpoint> m_checkpoint;
    LayerDiagram m_diagram;
    std::set<core::Role> m_selected;
    std::map<core::Role, QRectF> m_boxes;
    std::optional<core::Role> m_cursor;
};

} // namespace widgets
