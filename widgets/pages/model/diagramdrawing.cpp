// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/model/diagramdrawing.h"

#include "widgets/format.h"
#include "widgets/models/tensorcells.h"
#include "widgets/pages/model/layerwords.h"
#include "widgets/pages/selectedtensor.h"
#include "widgets/theme.h"

#include <QtGui/QFontMetricsF>

#include <algorithm>

namespace widgets {

using namespace diagram;

double diagram::textWidth(const QString& text)
{
    return QFontMetricsF(textFont(12)).horizontalAdvance(text) * 1000.0 / scaled(1000);
}

DiagramRoles::DiagramRoles(const core::Checkpoint& checkpoint)
{
    for (const core::Tensor& tensor : checkpoint.tensors()) {
        m_first.try_emplace(tensor.place.role, &tensor);
        ++m_counts[tensor.place.role];
    }
}

const core::Tensor* DiagramRoles::first(core::Role role) const
{
    const auto found = m_first.find(role);
    return found == m_first.end() ? nullptr : found->second;
}

DiagramDrawing::DiagramDrawing(const core::Checkpoint& checkpoint)
    : m_checkpoint(checkpoint)
    , m_roles(checkpoint)
    , m_biased(biasedMatrices(checkpoint))
{
}

double DiagramDrawing::unitWidth(core::Role role) const
{
    return std::max(80.0, 14 + std::max(textWidth(titleOf(role)), textWidth(detailOf(role))));
}

QString DiagramDrawing::titleOf(core::Role role) const
{
    const QString name = roleTitle(role);
    return m_biased.contains(name) ? DiagramText::tr("%1 + b", "a matrix and its bias").arg(name)
                                   : name;
}

QString DiagramDrawing::detailOf(core::Role role) const
{
    const core::Tensor* tensor = m_roles.first(role);
    if (!tensor)
        return {};
    return tensor->matrices() > 1
        ? QStringLiteral("%1 × %2").arg(QString::number(tensor->matrices()),
            shapeText(tensor->rows / tensor->matrices(), tensor->columns))
        : shapeText(tensor->rows, tensor->columns);
}

double DiagramDrawing::box(core::Role role, double left, double middle, double width)
{
    m_diagram.roles.push_back({ role, titleOf(role), detailOf(role),
        { left, middle - boxHeight / 2, width, boxHeight } });
    return left + width;
}

double DiagramDrawing::plain(
    const QString& title, const QString& detail, double left, double middle)
{
    const double width = std::max(44.0, 12 + std::max(textWidth(title), textWidth(detail)));
    const double height = detail.isEmpty() ? plainHeight : boxHeight + 6;
    m_diagram.plain.push_back({ title, detail, { left, middle - height / 2, width, height } });
    return left + width;
}

double DiagramDrawing::norm(double left, double middle)
{
    return plain(DiagramText::tr("norm"), {}, left, middle);
}

void DiagramDrawing::wire(std::initializer_list<QPointF> points, bool hasArrow)
{
    m_diagram.wires.push_back({ points, hasArrow });
}

double DiagramDrawing::sign(const QString& text, double left)
{
    m_diagram.signs.push_back({ text, { left + signRadius, 0 } });
    return left + 2 * signRadius;
}

void DiagramDrawing::text(const QString& words, double left, double top, bool isStrong)
{
    m_diagram.texts.push_back({ words, { left, top }, isStrong });
}

void DiagramDrawing::title(const QString& words, double left, const QStringList& notes)
{
    text(words, left + 10, frameTop + 6, true);
    const double after = textWidth(words) * 1.12 + 18; // it is bold
    text(notes.join(QStringLiteral("  ·  ")), left + after, frameTop + 6);
    m_diagram.frame.setRight(std::max(m_diagram.frame.right(),
        left + after + textWidth(notes.join(QStringLiteral("  ·  "))) + 10));
}

} // namespace widgets
