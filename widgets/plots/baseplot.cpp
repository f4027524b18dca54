// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/baseplot.h"

#include "widgets/card.h"
#include "widgets/plots/datadialog.h"
#include "widgets/plots/tickers.h"
#include "widgets/theme.h"

#include <qcustomplot.h>

#include <QtCore/QBuffer>
#include <QtCore/QMimeData>
#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtSvg/QSvgGenerator>
#include <QtWidgets/QLabel>
#include <QtWidgets/QMenu>
#include <QtWidgets/QToolButton>
#include <QtWidgets/QToolTip>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {
namespace {

    QString csvField(const QString& text)
    {
        if (!text.contains(u',') && !text.contains(u'"') && !text.contains(u'\n'))
            return text;
        return u'"' + QString(text).replace(u'"', QStringLiteral("\"\"")) + u'"';
    }

    QString csvLine(const QStringList& fields)
    {
        QStringList quoted;
        for (const QString& field : fields)
            quoted.append(csvField(field));
        return quoted.join(u',') + u'\n';
    }

} // namespace

BasePlot::BasePlot(const QString& name, QWidget* parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot)
    , m_hover(new QLabel(m_plot))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2, 2, 2, 2); // room of the focus ring
    layout->addWidget(m_plot);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(name);
    m_hover->setMargin(4);
    m_hover->setFrameShape(QFrame::Box);
    m_hover->setAutoFillBackground(true);
    m_hover->setBackgroundRole(QPalette::ToolTipBase);
    m_hover->setForegroundRole(QPalette::ToolTipText);
    m_hover->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_hover->hide();
    m_plot->setFocusPolicy(Qt::NoFocus);
    // QCustomPlot keeps mouse events from its parents, the one for the menu included.
    m_plot->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_plot, &QWidget::customContextMenuRequested, this,
        [this](const QPoint& position) { openMenu(position, m_plot->mapToGlobal(position)); });
    m_plot->setMinimumSize(0, 0);
    connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        setFocus(Qt::MouseFocusReason);
        m_pressed = event->button() == Qt::LeftButton;
        if (m_pressed)
            pressed(event->position());
    });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (m_pressed)
            dragged(event->position());
        showHover(event->globalPosition().toPoint(), hoverText(event->position()));
    });
    connect(m_plot, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        if (std::exchange(m_pressed, false))
            released(event->position());
    });
    // Between layout and drawing: only then the axes are as high as they will be drawn.
    connect(m_plot, &QCustomPlot::afterLayout, this, &BasePlot::thinTicks);
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this,
        [this](QMouseEvent* event) { doubleClicked(event->position()); });
}

void BasePlot::showHover(const QPoint& globalPosition, const QString& text)
{
    if (m_drawing == Drawing::Usual) {
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(globalPosition, text, m_plot);
        return;
    }
    if (text.isEmpty()) // it stays: a room reads slower than a hand moves
        return;
    constexpr int gap = 12; ///< beside the pointer
    m_hover->setText(text);
    m_hover->adjustSize();
    const QPoint beside = m_plot->mapFromGlobal(globalPosition) + QPoint(gap, gap);
    const QSize room = m_plot->size() - m_hover->size();
    m_hover->move(std::clamp(beside.x(), 0, std::max(0, room.width())),
        std::clamp(beside.y(), 0, std::max(0, room.height())));
    m_hover->show();
}

void BasePlot::setDrawing(Drawing drawing)
{
    m_drawing = drawing;
    m_hover->hide();
    if (m_styled)
        restyle();
}

void BasePlot::present()
{
    constexpr double line = 2, marker = 8; // the shared design's §7
    for (int i = 0; i < m_plot->graphCount(); ++i) {
        QCPGraph* graph = m_plot->graph(i);
        const QPen pen = graph->pen();
        if (graph->lineStyle() != QCPGraph::lsImpulse && pen.style() != Qt::NoPen) {
            QPen wide = pen;
            wide.setWidthF(std::max(line, pen.widthF()));
            graph->setPen(wide);
            m_unpresent.push_back([graph, pen] { graph->setPen(pen); });
        }
        const QCPScatterStyle style = graph->scatterStyle();
        if (!style.isNone()) {
            QCPScatterStyle large = style;
            large.setSize(std::max(marker, style.size()));
            graph->setScatterStyle(large);
            m_unpresent.push_back([graph, style] { graph->setScatterStyle(style); });
        }
    }
    for (QCPAxisRect* rect : m_plot->axisRects())
        for (QCPAxis* axis : rect->axes())
            if (QCPGrid* grid = axis->grid(); grid->visible()) {
                grid->setVisible(false);
                m_unpresent.push_back([grid] { grid->setVisible(true); });
            }
}

void BasePlot::unpresent()
{
    for (const auto& undo : m_unpresent)
        undo();
    m_unpresent.clear();
}

void BasePlot::setName(const QString& name) { setAccessibleName(name); }
void BasePlot::setDescription(const QString& description) { setAccessibleDescription(description); }

QImage BasePlot::image(double pixelRatio) const
{
    return m_plot->toPixmap(m_plot->width(), m_plot->height(), pixelRatio).toImage();
}

QByteArray BasePlot::png() const
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image(2).save(&buffer, "PNG");
    return buffer.data();
}

QByteArray BasePlot::svg() const
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(m_plot->size());
    generator.setViewBox(QRect(QPoint(), m_plot->size()));
    generator.setTitle(accessibleName());
    generator.setDescription(accessibleDescription());
    QCPPainter painter;
    painter.begin(&generator);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    m_plot->toPainter(&painter, m_plot->width(), m_plot->height());
    painter.end();
    return buffer.data();
}

QByteArray BasePlot::csv() const
{
    const PlotTable data = table();
    QString text = csvLine(data.headers);
    for (const QStringList& row : data.rows)
        text += csvLine(row);
    return text.toUtf8();
}

void BasePlot::copy() const
{
    auto* data = new QMimeData; // the clipboard owns it
    data->setImageData(image(2));
    data->setText(QString::fromUtf8(csv()));
    QGuiApplication::clipboard()->setMimeData(data);
}

void BasePlot::showData()
{
    auto* dialog = new DataDialog(name(), table(), csv(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

/// Of vertical axes, as many as leave a line of text each.
void BasePlot::thinTicks()
{
    const int line = QFontMetrics(textFont(12)).height();
    for (const QCPAxisRect* rect : m_plot->axisRects())
        for (const QCPAxis* axis : rect->axes(QCPAxis::atLeft))
            limitTicks(*axis->ticker(), rect->height() / (line + 2));
}

void BasePlot::setPixelRatio(double ratio)
{
    m_plot->setBufferDevicePixelRatio(ratio);
    m_plot->setPlottingHint(QCP::phCacheLabels, false); // those cached have the old ratio
    m_plot->replot();
}

QSize BasePlot::minimumSizeHint() const { return { scaled(120), scaled(80) }; }

void BasePlot::styleAxis(QCPAxis* axis, const Tokens& tokens) const
{
    const QPen line(tokens.original, 1);
    axis->setBasePen(line);
    axis->setTickPen(line);
    axis->setSubTickPen(Qt::NoPen);
    axis->setTickLengthIn(0);
    axis->setTickLengthOut(scaled(4));
    axis->setTickLabelPadding(scaled(3));
    axis->setLabelPadding(scaled(2));
    axis->setTickLabelFont(textFont(12));
    axis->setLabelFont(textFont(12));
    axis->setTickLabelColor(tokens.text2);
    axis->setLabelColor(tokens.text);
    axis->grid()->setPen(QPen(tokens.grid, 1));
    axis->grid()->setZeroLinePen(Qt::NoPen);
}

void BasePlot::restyle()
{
    const Tokens now = tokens();
    m_plot->setBackground(QBrush(now.base));
    unpresent();
    applyTokens(now);
    if (m_drawing == Drawing::Presented)
        present();
    m_styled = true;
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

QString BasePlot::hoverText(const QPointF&) const { return {}; }
void BasePlot::pressed(const QPointF&) { }
void BasePlot::dragged(const QPointF&) { }
void BasePlot::released(const QPointF&) { }
void BasePlot::doubleClicked(const QPointF&) { }
bool BasePlot::moveCursor(int, int) { return false; }
void BasePlot::activateCursor() { }
void BasePlot::fillMenu(QMenu*, const QPointF&) { }

void BasePlot::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (m_styled
        && (event->type() == QEvent::PaletteChange
            || event->type() == QEvent::ApplicationFontChange))
        restyle();
}

void BasePlot::keyPressEvent(QKeyEvent* event)
{
    const auto step = [this, event](int dx, int dy) {
        if (!moveCursor(dx, dy))
            event->ignore();
    };
    if (event->matches(QKeySequence::Copy))
        return copy();
    if (event->matches(QKeySequence::Save))
        return emit saveRequested();
    switch (event->key()) {
    case Qt::Key_Left:
        return step(-1, 0);
    case Qt::Key_Right:
        return step(1, 0);
    case Qt::Key_Up:
        return step(0, -1);
    case Qt::Key_Down:
        return step(0, 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return activateCursor();
    default:
        QWidget::keyPressEvent(event);
    }
}

void BasePlot::contextMenuEvent(QContextMenuEvent* event)
{
    openMenu(m_plot->mapFrom(this, event->pos()), event->globalPos());
}

void BasePlot::openMenu(const QPoint& position, const QPoint& globalPosition)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillMenu(menu, position);
    if (!menu->isEmpty())
        menu->addSeparator();
    menu->addAction(tr("Copy"), this, &BasePlot::copy);
    menu->addAction(tr("Save..."), this, &BasePlot::saveRequested);
    menu->addAction(tr("Show data"), this, &BasePlot::showData);
    menu->popup(globalPosition);
}

void BasePlot::paintEvent(QPaintEvent* event)
{
    QWidget::paintEvent(event);
    if (!hasFocus())
        return;
    QPainter painter(this);
    painter.setPen(QPen(tokens().accent, 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

void BasePlot::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void BasePlot::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

void BasePlot::showEvent(QShowEvent* event)
{
    if (!m_styled)
        restyle();
    QWidget::showEvent(event);
}

void addPlotTools(Card* card, BasePlot* plot)
{
    QToolButton* copy = card->addToolButton(QStringLiteral("copy"), BasePlot::tr("Copy plot"));
    QToolButton* save = card->addToolButton(QStringLiteral("save"), BasePlot::tr("Save plot..."));
    QObject::connect(copy, &QToolButton::clicked, plot, &BasePlot::copy);
    QObject::connect(save, &QToolButton::clicked, plot, &BasePlot::saveRequested);
}

} // namespace widgets
