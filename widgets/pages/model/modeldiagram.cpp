// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/modeldiagram.h"

#include "widgets/pages/selectedtensor.h"
#include "widgets/theme.h"

#include <QtGui/QMouseEvent>
#include <QtGui/QPainterPath>
#include <QtWidgets/QGraphicsScene>
#include <QtWidgets/QGraphicsSimpleTextItem>

#include <algorithm>
#include <cmath>

namespace widgets {
namespace {

    // Where things stand, in design pixels from the left and from the line of the residual stream.
    constexpr double boxHeight = 40, frameTop = -120, frameBottom = 114, loop = 96;
    constexpr double sceneWidth = 868;

    struct Spot {
        core::Role role;
        double left, right, middle;
    };
    constexpr Spot spots[] = {
        { core::Role::TokenEmbd, 2, 88, 0 },
        { core::Role::AttnQ, 198, 280, -58 },
        { core::Role::AttnK, 198, 280, 0 },
        { core::Role::AttnV, 198, 280, 58 },
        { core::Role::AttnOutput, 304, 388, 0 },
        { core::Role::FfnGate, 504, 584, -34 },
        { core::Role::FfnUp, 504, 584, 34 },
        { core::Role::FfnDown, 624, 706, 0 },
        { core::Role::Output, 812, 866, 0 },
    };

    QRectF design(double left, double top, double right, double bottom)
    {
        const double unit = scaled(1000) / 1000.0;
        return QRectF(QPointF(left, top) * unit, QPointF(right, bottom) * unit);
    }
    QPointF at(double x, double y) { return QPointF(x, y) * (scaled(1000) / 1000.0); }

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
    m_scene->setSceneRect(design(0, frameTop - 4, sceneWidth, frameBottom + 4));
    drawFrame(tokens);
    drawWires(tokens);
    drawRoles(tokens);
    resetTransform();
    const double fit = std::min(
        viewport()->width() / m_scene->width(), viewport()->height() / m_scene->height());
    const double zoom = std::clamp(fit, 1.0, 1.3);
    scale(zoom, zoom);
    const auto role = m_cursor ? m_cursor
        : m_selected.empty()   ? std::optional<core::Role>()
                               : std::optional(*m_selected.begin());
    if (role && m_boxes.contains(*role)) // where the diagram is wider than its room
        ensureVisible(m_boxes[*role]);
}

QString ModelDiagram::detailOf(core::Role role) const
{
    const int layer = role == core::Role::TokenEmbd || role == core::Role::Output ? -1 : 0;
    const core::Tensor* tensor = m_checkpoint ? m_checkpoint->find({ role, layer }) : nullptr;
    if (tensor)
        return shapeText(tensor->rows, tensor->columns);
    return role == core::Role::Output ? tr("tied") : QString();
}

void ModelDiagram::drawFrame(const Tokens& tokens)
{
    QPainterPath frame;
    frame.addRoundedRect(design(104, frameTop, 744, frameBottom), 4, 4);
    m_scene->addPath(frame, QPen(tokens.line, 1), tokens.window);
    const int layers = m_checkpoint ? m_checkpoint->config().layers : 0;
    drawText(tr("Decoder layer"), textFont(12, QFont::Bold), tokens.text, at(114, frameTop + 6));
    const double width
        = QFontMetricsF(textFont(12, QFont::Bold)).horizontalAdvance(tr("Decoder layer"));
    if (layers > 0)
        drawText(tr("× %1").arg(layers), textFont(12), tokens.text2,
            at(114, frameTop + 6) + QPointF(width + scaled(6), 0));
    if (m_checkpoint) {
        const core::ModelConfig& config = m_checkpoint->config();
        drawText(tr("attention\n%1 heads, %2 KV")
                     .arg(QString::number(config.heads), QString::number(config.keyValueHeads)),
            textFont(12), tokens.text2, at(298, -78));
    }
    drawText(tr("SiLU"), textFont(12), tokens.text2, at(530, -76));
}

void ModelDiagram::drawWires(const Tokens& tokens)
{
    const auto line = [&](std::initializer_list<QPointF> points, bool arrow = false) {
        std::vector<QPointF> path;
        for (const QPointF& point : points)
            path.push_back(at(point.x(), point.y()));
        wire(tokens, path, arrow);
    };
    line({ { 88, 0 }, { 126, 0 } });
    line({ { 174, 0 }, { 198, 0 } }, true);
    line({ { 184, 0 }, { 184, -58 }, { 198, -58 } }, true);
    line({ { 184, 0 }, { 184, 58 }, { 198, 58 } }, true);
    line({ { 280, -58 }, { 292, -58 }, { 292, 58 }, { 280, 58 } });
    line({ { 280, 0 }, { 304, 0 } }, true);
    line({ { 388, 0 }, { 400, 0 } });
    line({ { 113, 0 }, { 113, loop }, { 411, loop }, { 411, 11 } });
    line({ { 422, 0 }, { 440, 0 } });
    line({ { 484, 0 }, { 492, 0 }, { 492, -34 }, { 504, -34 } }, true);
    line({ { 492, 0 }, { 492, 34 }, { 504, 34 } }, true);
    line({ { 584, -34 }, { 600, -34 }, { 600, -10 } });
    line({ { 584, 34 }, { 600, 34 }, { 600, 10 } });
    line({ { 611, 0 }, { 624, 0 } }, true);
    line({ { 706, 0 }, { 714, 0 } });
    line({ { 430, 0 }, { 430, loop }, { 724, loop }, { 724, 11 } });
    line({ { 735, 0 }, { 754, 0 } });
    line({ { 798, 0 }, { 812, 0 } }, true);
    drawPlain(tokens, tr("norm"), {}, 126, 174);
    drawPlain(tokens, tr("norm"), {}, 440, 484);
    drawPlain(tokens, tr("norm"), {}, 754, 798);
    drawSign(tokens, QStringLiteral("+"), 411);
    drawSign(tokens, QStringLiteral("×"), 600);
    drawSign(tokens, QStringLiteral("+"), 724);
}

void ModelDiagram::drawRoles(const Tokens& tokens)
{
    for (const Spot& spot : spots) {
        const bool tied = spot.role == core::Role::Output
            && (!m_checkpoint || !m_checkpoint->find({ core::Role::Output, -1 }));
        if (tied)
            drawPlain(tokens, tr("head"), tr("tied"), spot.left, spot.right);
        else
            drawBox(tokens, spot.role, spot.left, spot.right, spot.middle);
    }
}

void ModelDiagram::drawBox(
    const Tokens& tokens, core::Role role, double left, double right, double middle)
{
    const bool selected = m_selected.contains(role), cursor = hasFocus() && m_cursor == role;
    const QRectF box = design(left, middle - boxHeight / 2, right, middle + boxHeight / 2);
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
    const QString title = tensorName(core::Place{ role, -1 }).section(u'.', -1);
    const QFont titleFont = textFont(12, selected ? QFont::Bold : QFont::Normal);
    const QFont detailFont = textFont(12);
    const QString detail = detailOf(role);
    const QFontMetricsF titles(titleFont), details(detailFont);
    const double top = box.center().y() - (titles.height() + details.height()) / 2 + 1;
    drawText(title, titleFont, tokens.text,
        QPointF(box.center().x() - titles.horizontalAdvance(title) / 2, top));
    drawText(detail, detailFont, tokens.text2,
        QPointF(
            box.center().x() - details.horizontalAdvance(detail) / 2, top + titles.height() - 1));
}

void ModelDiagram::drawPlain(
    const Tokens& tokens, const QString& title, const QString& detail, double left, double right)
{
    const double half = detail.isEmpty() ? 17 : boxHeight / 2 + 3;
    const QRectF box = design(left, -half, right, half);
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

void ModelDiagram::drawSign(const Tokens& tokens, const QString& sign, double x)
{
    const QRectF circle = design(x - 11, -11, x + 11, 11);
    m_scene->addEllipse(circle, QPen(tokens.original, 1.2), tokens.base);
    const QFont font = textFont(14);
    const QFontMetricsF metrics(font);
    drawText(sign, font, tokens.text,
        circle.center() - QPointF(metrics.horizontalAdvance(sign) / 2, metrics.height() / 2));
}

void ModelDiagram::drawText(
    const QString& text, const QFont& font, const QColor& color, QPointF topLeft)
{
    auto* item = m_scene->addSimpleText(text, font);
    item->setBrush(color);
    item->setPos(topLeft);
}

void ModelDiagram::wire(const Tokens& tokens, const std::vector<QPointF>& points, bool arrow)
{
    QPainterPath path(points.front());
    for (const QPointF& point : points)
        path.lineTo(point);
    m_scene->addPath(path, QPen(tokens.original, 1.4));
    if (!arrow)
        return;
    const QPointF end = points.back(); // all arrows point to the right
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
    setAccessibleDescription(
        tr("%1, %2").arg(tensorName(core::Place{ *m_cursor, -1 }).section(u'.', -1), detailOf(*m_cursor)));
    rebuild();
}

} // namespace widgets
