// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare/textcolumnview.h"

#include "widgets/flowlayout.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtCore/QEvent>
#include <QtGui/QPainter>
#include <QtGui/QTextCursor>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QTextEdit>

namespace widgets {
namespace {

    constexpr const char* colorProperty = "runColor"; ///< of a Letter: index into Tokens::runs

    /// The letter of a pinned run in a frame of its colour, as in the table of runs.
    class Letter : public Label {
    public:
        Letter()
            : Label(TextRole::Strong)
        {
            setAlignment(Qt::AlignCenter);
        }

    protected:
        void paintEvent(QPaintEvent*) override
        {
            QPainter painter(this);
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setPen(tokensOf(palette()).runs[std::size_t(property(colorProperty).toInt())]);
            painter.setFont(font());
            painter.drawRoundedRect(
                QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), scaled(3), scaled(3));
            painter.drawText(rect(), Qt::AlignCenter, text());
        }
    };

} // namespace

TextColumnView::TextColumnView(QWidget* parent)
    : QWidget(parent)
    , m_letter(new Letter)
    , m_title(new Label(TextRole::Strong))
    , m_note(new Label(TextRole::Caption))
    , m_text(new QTextEdit)
{
    m_title->setWrapped();
    m_title->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->document()->setDocumentMargin(0);
    m_text->setTabChangesFocus(true);
    m_text->setMinimumHeight(scaled(72));
    m_text->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored); // it scrolls
    auto* heading = new QHBoxLayout;
    heading->setSpacing(scaled(8));
    auto* texts = new FlowLayout;
    texts->setSpacing(scaled(8));
    texts->addWidget(m_title);
    texts->addWidget(m_note);
    heading->addWidget(m_letter, 0, Qt::AlignTop);
    heading->addLayout(texts, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(scaled(12), scaled(6), scaled(12), scaled(4));
    layout->setSpacing(scaled(4));
    layout->addLayout(heading);
    layout->addWidget(m_text, 1);
    hide();
}

void TextColumnView::setColumn(const TextColumn& column)
{
    if (column == m_column)
        return;
    m_column = column;
    fill();
}

void TextColumnView::fill()
{
    m_letter->setFixedSize(scaled(20), scaled(20));
    m_letter->setText(m_column.letter);
    m_letter->setProperty(colorProperty, m_column.color);
    m_letter->setVisible(!m_column.letter.isEmpty());
    m_title->setText(m_column.title);
    m_note->setText(m_column.note);
    m_text->setAccessibleName(m_column.title);
    const Tokens tokens = tokensOf(palette());
    QTextCharFormat same, differs;
    same.setForeground(tokens.text);
    same.setFont(textFont(13));
    differs = same;
    differs.setBackground(tokens.highlight);
    differs.setUnderlineStyle(QTextCharFormat::SingleUnderline);
    differs.setUnderlineColor(tokens.loss);
    m_text->clear();
    QTextCursor cursor(m_text->document());
    for (const ShownToken& token : m_column.tokens)
        cursor.insertText(token.text, token.differs ? differs : same);
    setVisible(!m_column.title.isEmpty());
}

void TextColumnView::paintEvent(QPaintEvent*)
{
    if (m_column.letter.isEmpty())
        return;
    QPainter painter(this); // between it and its neighbour
    painter.fillRect(0, 0, 1, height(), tokensOf(palette()).line);
}

void TextColumnView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationFontChange)
        fill();
}

} // namespace widgets
