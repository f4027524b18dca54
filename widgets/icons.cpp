// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/icons.h"

#include "widgets/themetokens.h"

#include <QtCore/QFile>
#include <QtGui/QGuiApplication>
#include <QtGui/QIconEngine>
#include <QtGui/QPainter>
#include <QtSvg/QSvgRenderer>

namespace widgets {
namespace {

    /// Draws one SVG whose currentColor is the ink in the palette of the moment.
    class InkEngine : public QIconEngine {
    public:
        InkEngine(QString name, Ink ink)
            : m_name(std::move(name))
            , m_ink(ink)
        {
        }

        void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
        {
            const QPalette palette = QGuiApplication::palette();
            const QColor color = mode == QIcon::Disabled
                ? palette.color(QPalette::Disabled, QPalette::Text)
                : inkColor(m_ink, palette);
            QSvgRenderer(svg(color)).render(painter, QRectF(rect));
        }

        QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
        {
            QPixmap pixmap(size);
            pixmap.fill(Qt::transparent);
            QPainter painter(&pixmap);
            paint(&painter, QRect(QPoint(), size), mode, state);
            return pixmap;
        }

        QIconEngine* clone() const override { return new InkEngine(m_name, m_ink); }
        QString key() const override { return QStringLiteral("quantscope"); }
        bool isNull() override { return false; }
        QString iconName() override { return m_name; }

    private:
        QByteArray svg(const QColor& color) const
        {
            QFile file(QStringLiteral(":/icons/%1.svg").arg(m_name));
            if (!file.open(QIODevice::ReadOnly))
                return {};
            return file.readAll().replace("currentColor", color.name().toLatin1());
        }

        QString m_name;
        Ink m_ink;
    };

} // namespace

QIcon icon(const QString& name, Ink ink)
{
    Q_ASSERT(QFile::exists(QStringLiteral(":/icons/%1.svg").arg(name)));
    return QIcon(new InkEngine(name, ink)); // QIcon owns its engine
}

QIcon applicationIcon()
{
    QSvgRenderer drawing(QStringLiteral(":/icons/application.svg"));
    QIcon icon;
    for (const int size : { 16, 24, 32, 48, 64, 128, 256 }) {
        QPixmap pixmap(size, size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        drawing.render(&painter);
        icon.addPixmap(pixmap);
    }
    return icon;
}

QColor inkColor(Ink ink, const QPalette& palette)
{
    const Tokens tokens = tokensOf(palette);
    switch (ink) {
    case Ink::Text:
        return tokens.text;
    case Ink::Text2:
        return tokens.text2;
    case Ink::Accent:
        return tokens.accent;
    case Ink::OnAccent:
        return tokens.onAccent;
    case Ink::Loss:
        return tokens.loss;
    case Ink::Ok:
        return tokens.ok;
    case Ink::Warn:
        return tokens.warn;
    case Ink::Err:
        return tokens.err;
    }
    return tokens.text;
}

} // namespace widgets
