// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/modeldiagram.h"

#include "widgets/theme.h"

#include <QtGui/QMouseEvent>
#include <QtGui/QPainterPath>
#include <QtWidgets/QGraphicsScene>
#include <QtWidgets/QGraphicsSimpleTextItem>

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {

    constexpr double sceneTop = -124, sceneBottom = 118; ///< of the scene, in design pixels

    QPointF onScreen(QPointF point) { return point * (scaled(1000) / 1000.0); }
    QRectF onScreen(const QRectF& rect)
    {
        return QRectF(onScreen(rect.topLeft()), onScreen(rect.bottomRight()));
    }

} // namespace

ModelDiagram::ModelDiagram(QWidget* parent)
    : QGraphicsView(parent)
    , m_scene(new QGraphicsScene(this))
{
    setScene(m_scene);
    setFrameShape(QFrame::NoFrame);
    setRenderHint(QPainter::Antialiasing);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setBackgroundRole(QPalette::Base);
    setAccessibleName(tr("Architecture"));
    rebuild();
}

void ModelDiagram::setModel(std::shared_ptr<const core::Checkpoint> checkpoint)
{
    m_checkpoint = std::move(checkpoint);
    m_cursor.reset();
    rebuild();
}

void ModelDiagram::setSelected(const std::set<core::Role>& roles)
{
    if (roles == m_selected)
        return;
    m_selected = roles;
    rebuild();
}

void ModelDiagram::rebuild()
{
    const Tokens tokens = tokensOf(palette());
    m_scene->clear();
    m_boxes.clear();
    setBackgroundBrush(tokens.base);
    m_diagram = m_checkpoint ? layerDiagram(*m_checkpoint) : LayerDiagram();
    m_scene->setSceneRect(
        onScreen(QRectF(0, sceneTop, std::max(1.0, m_diagram.width), sceneBottom - sceneTop)));
    draw(tokens);
    resetTransform();
    const double fit = std::min(
        viewport()->width() / m_scene->width(), viewport()->height() / m_scene->height());
    const double zoom = std::clamp(fit, 0.93, 1.3);
    scale(zoom, zoom);
    const auto role = m_cursor ? m_cursor
        : m_selected.empty()   ? std::optional<core::Role>()
                               : std::optional(*m_selected.begin());
    if (role && m_boxes.contains(*role)) // where the diagram is wider than its room
        ensureVisible(m_boxes[*role]);
}

void ModelDiagram::draw(const Tokens& tokens)
{
    if (!m_checkpoint)
        return;
    QPainterPath frame;
    frame.addRoundedRect(onScreen(m_diagram.frame), 4, 4);
    m_scene->addPath(frame, QPen(tokens.line, 1), tokens.window);
    for (const LayerDiagram::Wire& one : m_diagram.wires)
        wire(tokens, one);
    for (const LayerDiagram::PlainBox& box : m_diagram.plain)
        drawPlain(tokens, box);
    for (const LayerDiagram::Sign& sign : m_diagram.signs)
        drawSign(tokens, sign);
    for (const LayerDiagram::RoleBox& box : m_diagram.roles)
        drawBox(tokens, box);
    for (const LayerDiagram::Text& text : m_diagram.texts)
        drawText(text.text, textFont(12, text.isStrong ? QFont::Bold : QFont::Normal),
            text.isStrong ? tokens.text : tokens.text2, onScreen(text.topLeft));
}

void ModelDiagram::drawBox(const Tokens& tokens, const LayerDiagram::RoleBox& drawn)
{
    const core::Role role = drawn.role;
    const bool selected = m_selected.contains(role), cursor = hasFocus() && m_cursor == role;
    const QRectF box = onScreen(drawn.rect);
    m_boxes[role] = box;
    QPainterPath path;
    path.addRoundedRect(box, 3, 3);
    QColor fill = tokens.selection;
    if (!selected) // between the selection and the ground
        fill = QColor((fill.red() + tokens.base.red()) / 2,
            (fill.green() + tokens.base.green()) / 2, (fill.blue() + tokens.base.blue()) / 2);
    m_scene->addPath(path, QPen(tokens.accent, selected ? 2.5 : 1.2), fill);
    if (cursor)
        m_scene->addRect(box.adjusted(-4, -4, 4, 4), QPen(tokens.accent, 2));
    const QString& title = drawn.title;
    const QFont titleFont = textFont(12, selected ? QFont::Bold : QFont::Normal);
    const QFont detailFont = textFont(12);
    const QString& detail = drawn.detail;
    const QFontMetricsF titles(titleFont), details(detailFont);
    const double top = box.center().y() - (titles.height() + details.height()) / 2 + 1;
    drawText(title, titleFont, tokens.text,
        QPointF(box.center().x() - titles.horizontalAdvance(title) / 2, top));
    drawText(detail, detailFont, tokens.text2,
        QPointF(
            box.center().x() - details.horizontalAdvance(detail) / 2, top + titles.height() - 1));
}

void ModelDiagram::drawPlain(const Tokens& tokens, const LayerDiagram::PlainBox& drawn)
{
    const auto& [title, detail, rect] = drawn;
    const QRectF box = onScreen(rect);
    QPainterPath path;
    path.addRoundedRect(box, 3, 3);
    m_scene->addPath(path, QPen(tokens.buttonLine, 1), tokens.base);
    const QFont font = textFont(12);
    const QFontMetricsF metrics(font);
    const double lines = detail.isEmpty() ? 1 : 2;
    const double top = box.center().y() - lines * metrics.height() / 2;
    drawText(title, font, tokens.text,
        QPointF(box.center().x() - metrics.horizontalAdvance(title) / 2, top));
    drawText(detail, font, tokens.text2,
        QPointF(box.center().x() - metrics.horizontalAdvance(detail) / 2, top + metrics.height()));
}

void ModelDiagram::drawSign(const Tokens& tokens, const LayerDiagram::Sign& drawn)
{
    const QPointF middle = drawn.middle;
    const QRectF circle = onScreen(QRectF(middle - QPointF(11, 11), middle + QPointF(11, 11)));
    m_scene->addEllipse(circle, QPen(tokens.original, 1.2), tokens.base);
    const QFont font = textFont(14);
    const QFontMetricsF metrics(font);
    drawText(drawn.text, font, tokens.text,
        circle.center() - QPointF(metrics.horizontalAdvance(drawn.text) / 2, metrics.height() / 2));
}

void ModelDiagram::drawText(
    const QString& text, const QFont& font, const QColor& color, QPointF topLeft)
{
    auto* item = m_scene->addSimpleText(text, font);
    item->setBrush(color);
    item->setPos(topLeft);
}

void ModelDiagram::wire(const Tokens& tokens, const LayerDiagram::Wire& drawn)
{
    QPainterPath path(onScreen(drawn.points.front()));
    for (const QPointF& point : drawn.points)
        path.lineTo(onScreen(point));
    m_scene->addPath(path, QPen(tokens.original, 1.4));
    if (!drawn.hasArrow)
        return;
    const QPointF end = onScreen(drawn.points.back()); // all arrows point to the right
    const double size = scaled(4);
    m_scene->addPolygon(
        QPolygonF({ end, end + QPointF(-1.7 * size, -size), end + QPointF(-1.7 * size, size) }),
        Qt::NoPen, tokens.original);
}

std::optional<core::Role> ModelDiagram::roleAt(const QPoint& position) const
{
    const QPointF point = mapToScene(position);
    for (const auto& [role, box] : m_boxes)
        if (box.contains(point))
            return role;
    return {};
}

void ModelDiagram::changeEvent(QEvent* event)
{
    QGraphicsView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationFontChange)
        rebuild();
}

void ModelDiagram::resizeEvent(QResizeEvent* event)
{
    QGraphicsView::resizeEvent(event);
    rebuild();
}

void ModelDiagram::mousePressEvent(QMouseEvent* event)
{
    if (const auto role = roleAt(event->pos()); role && event->button() == Qt::LeftButton) {
        m_cursor = role;
        emit roleChosen(*role);
    }
}

void ModelDiagram::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (const auto role = roleAt(event->pos()))
        emit roleOpened(*role);
}

void ModelDiagram::mouseMoveEvent(QMouseEvent* event)
{
    viewport()->setCursor(roleAt(event->pos()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void ModelDiagram::keyPressEvent(QKeyEvent* event)
{
    const bool forward = event->key() == Qt::Key_Right || event->key() == Qt::Key_Down;
    const bool back = event->key() == Qt::Key_Left || event->key() == Qt::Key_Up;
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_cursor) {
        if (m_selected.contains(*m_cursor))
            emit roleOpened(*m_cursor);
        else
            emit roleChosen(*m_cursor);
        return;
    }
    if ((!forward && !back) || m_boxes.empty())
        return QGraphicsView::keyPressEvent(event);
    auto box = m_cursor ? m_boxes.find(*m_cursor) : m_boxes.end();
    if (box == m_boxes.end())
        box = m_boxes.begin();
    else if (forward && std::next(box) != m_boxes.end())
        ++box;
    else if (back && box != m_boxes.begin())
        --box;
    m_cursor = box->first;
    const auto drawn = std::ranges::find(m_diagram.roles, *m_cursor, &LayerDiagram::RoleBox::role);
    setAccessibleDescription(tr("%1, %2").arg(drawn->title, drawn->detail));
    rebuild();
}

} // namespace widgets
