// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/selectedtensor.h"

#include "core/quant/plan.h"

#include <QtCore/QRegularExpression>

namespace widgets {

const core::Format* storedFormat(const SelectedTensor& tensor, const core::Format* format)
{
    return format ? core::fallbackFormat(format, tensor.columns) : tensor.recipeFormat;
}

QString shortRoleName(core::Role role)
{
    const QString name
        = QString::fromUtf8(core::roleName(role).data(), qsizetype(core::roleName(role).size()));
    if (role == core::Role::AttnGate) // "gate" is the feed-forward's
        return name;
    const bool isUsual
        = name.startsWith(QLatin1String("attn_")) || name.startsWith(QLatin1String("ffn_"));
    return isUsual ? name.section(u'_', 1) : name;
}

QString shortTensorName(const QString& name)
{
    static const QRegularExpression layer(
        QStringLiteral("^(?:blk|(?:.*\\.)?(?:layers|h|blocks))\\.\\d+\\."));
    return QString(name).remove(layer);
}

QString tensorName(core::Place place)
{
    if (core::isOther(place.role)) // whoever has the tensor says its name
        return shortRoleName(place.role);
    QString name = QString::fromStdString(core::ggufName(place));
    if (name.endsWith(QLatin1String(".weight")))
        name.chop(7);
    return name;
}

QString tensorName(const core::Tensor& tensor)
{
    QString name = QString::fromStdString(tensor.name);
    if (name.endsWith(QLatin1String(".weight")))
        name.chop(7);
    return name;
}

bool isMainFormat(const core::Format* format)
{
    return format->name.ends_with("_K") || format->name == "Q8_0";
}

QString shapeText(std::int64_t rows, std::int64_t columns)
{
    return QStringLiteral("%1 %2 %3")
        .arg(QString::number(rows), QChar(0x00D7), QString::number(columns));
}

} // namespace widgets
