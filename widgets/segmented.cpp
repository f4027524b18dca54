// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/segmented.h"

#include "widgets/theme.h"
#include "widgets/themedrawing.h"

#include <QtGui/QPainter>
#include <QtGui/QPainterPath>
#include <QtWidgets/QButtonGroup>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QToolButton>

namespace widgets {
namespace {

    /// One segment; draws its share of the common frame.
    class Segment : public QToolButton {
    public:
        Segment(const QString& text, Segmented::Look look, QWidget* parent)
            : QToolButton(parent)
            , m_look(look)
        {
            setText(text);
            setCheckable(true);
            setFocusPolicy(Qt::TabFocus);
            setAttribute(Qt::WA_Hover);
            setAccessibleName(text);
        }

        void setEnds(bool first, bool last) { m_first = first, m_last = last; }
        void setMarked(bool marked)
        {
            m_marked = marked;
            updateGeometry();
            update();
        }

        QSize sizeHint() const override
        {
            const int text
                = QFontMetrics(textFont(13, QFont::Bold)).horizontalAdvance(this->text());
            return { text + scaled(m_marked ? 30 : 20), scaled(26) };
        }
        QSize minimumSizeHint() const override { return sizeHint(); }

    protected:
        void paintEvent(QPaintEvent*) override
        {
            QPainter painter(this);
            painter.setRenderHint(QPainter::Antialiasing);
            const Tokens tokens = tokensOf(palette());
            const bool filled = isChecked() && m_look == Segmented::Look::Filled && isEnabled();
            drawFrame(painter, tokens, filled);
            drawText(painter, tokens, filled);
            if (hasFocus()) {
                painter.setPen(QPen(filled ? tokens.onAccent : tokens.accent, 2));
                painter.setBrush(Qt::NoBrush);
                painter.drawRoundedRect(QRectF(rect()).adjusted(2, 2, -2, -2), 2, 2);
            }
        }

    private:
        void drawFrame(QPainter& painter, const Tokens& tokens, bool filled) const
        {
            const QRectF all(rect());
            QRectF box = all.adjusted(0.5, 0.5, -0.5, -0.5);
            if (!m_first) // the rounded ends lie outside
                box.setLeft(box.left() - 10);
            if (!m_last)
                box.setRight(box.right() + 10);
            painter.setClipRect(all);
            QColor fill = tokens.base;
            if (filled)
                fill = tokens.accent;
            else if (isChecked())
                fill = tokens.selection;
            else if (underMouse() && isEnabled())
                fill = tokens.window;
            painter.setBrush(fill);
            painter.setPen(QPen(tokens.buttonLine, 1));
            painter.drawRoundedRect(box, cornerRadius, cornerRadius);
            if (!m_last) {
                painter.setPen(QPen(filled ? tokens.accent : tokens.line, 1));
                painter.drawLine(
                    QPointF(all.right() - 0.5, 1), QPointF(all.right() - 0.5, all.bottom() - 1));
            }
            painter.setClipping(false);
        }

        void drawText(QPainter& painter, const Tokens& tokens, bool filled) const
        {
            QColor ink = tokens.text;
            if (!isEnabled())
                ink = tokens.disabled;
            else if (filled)
                ink = tokens.onAccent;
            else if (isChecked())
                ink = tokens.accent;
            painter.setFont(textFont(13, isChecked() ? QFont::Bold : QFont::Normal));
            painter.setPen(ink);
            QRectF box(rect());
            if (m_marked) {
                const double dot = scaled(5);
                const QPointF at(box.right() - scaled(10), box.center().y());
                box.setRight(box.right() - scaled(12));
                painter.save();
                painter.setPen(Qt::NoPen);
                painter.setBrush(filled ? tokens.onAccent : tokens.accent);
                painter.drawEllipse(at, dot / 2, dot / 2);
                painter.restore();
            }
            painter.drawText(box, Qt::AlignCenter, text());
        }

        Segmented::Look m_look;
        bool m_first = false, m_last = false, m_marked = false;
    };

    Segment* segment(const QButtonGroup* group, int index)
    {
        return static_cast<Segment*>(group->button(index));
    }

} // namespace

Segmented::Segmented(Look look, QWidget* parent)
    : QWidget(parent)
    , m_look(look)
    , m_group(new QButtonGroup(this))
    , m_layout(new QHBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(m_group, &QButtonGroup::idClicked, this, &Segmented::chosen);
}

void Segmented::setSegments(const QStringList& texts)
{
    for (QAbstractButton* button : m_group->buttons())
        delete button;
    for (int i = 0; i < texts.size(); ++i) {
        auto* button = new Segment(texts[i], m_look, this);
        button->setEnds(i == 0, i == texts.size() - 1);
        m_group->addButton(button, i);
        m_layout->addWidget(button);
    }
    setCurrent(texts.isEmpty() ? -1 : 0);
}

int Segmented::count() const { return int(m_group->buttons().size()); }

QString Segmented::text(int index) const
{
    const QAbstractButton* button = m_group->button(index);
    return button ? button->text() : QString();
}

void Segmented::setSegmentEnabled(int index, bool enabled)
{
    if (QAbstractButton* button = m_group->button(index))
        button->setEnabled(enabled);
}

void Segmented::setMarked(int index)
{
    for (int i = 0; i < count(); ++i)
        segment(m_group, i)->setMarked(i == index);
}

int Segmented::current() const { return m_group->checkedId(); }

void Segmented::setCurrent(int index)
{
    if (QAbstractButton* button = m_group->button(index)) {
        button->setChecked(true);
    } else if (QAbstractButton* checked = m_group->checkedButton()) {
        m_group->setExclusive(false);
        checked->setChecked(false);
        m_group->setExclusive(true);
    }
}

} // namespace widgets
