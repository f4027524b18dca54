// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/checkpoint.h"

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
    void drawFrame(const Tokens& tokens);
    void drawWires(const Tokens& tokens);
    void drawRoles(const Tokens& tokens);
    void drawBox(const Tokens& tokens, core::Role role, double left, double right, double middle);
    void drawPlain(const Tokens& tokens, const QString& title, const QString& detail, double left,
        double right);
    void drawSign(const Tokens& tokens, const QString& sign, double x);
    void drawText(const QString& text, const QFont& font, const QColor& color, QPointF topLeft);
    void wire(const Tokens& tokens, const std::vector<QPointF>& points, bool arrow);
    std::optional<core::Role> roleAt(const QPoint& position) const;
    QString detailOf(core::Role role) const;

    QGraphicsScene* m_scene;
    std::shared_ptr<const core::Checkpoint> m_checkpoint;
    std::set<core::Role> m_selected;
    std::map<core::Role, QRectF> m_boxes;
    std::optional<core::Role> m_cursor;
};

} // namespace widgets
