// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/precision/ruletext.h"

#include "widgets/models/tensorcells.h"
#include "widgets/pages/quantize/methodchooser.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QStringList>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace widgets {
namespace {

    QString translated(const char* text)
    {
        return QCoreApplication::translate("widgets::RulesCard", text);
    }

    QString shownLayers(const core::LayerRanges& layers)
    {
        const bool isOne = layers.size() == 1 && layers[0].first && layers[0].last
            && layers[0].first == layers[0].last;
        if (layers.size() == 1 && layers[0].first && !layers[0].last)
            return translated(QT_TRANSLATE_NOOP("widgets::RulesCard", "from layer %1"))
                .arg(*layers[0].first);
        const QString numbers = QString::fromStdString(core::layersText(layers));
        return (isOne ? translated(QT_TRANSLATE_NOOP("widgets::RulesCard", "layer %1"))
                      //: several, as "0, 3–5"
                      : translated(QT_TRANSLATE_NOOP("widgets::RulesCard", "layers %1")))
            .arg(numbers);
    }

    core::Json withoutAssignments(core::Recipe recipe)
    {
        std::erase_if(recipe.rules, core::isAssignment);
        recipe.name.clear();
        return core::recipeToJson(recipe);
    }

} // namespace

QString ruleSubject(const core::Rule& rule)
{
    QStringList parts;
    for (const core::Role role : rule.roles) {
        const std::string_view name = core::roleName(role);
        parts << QString::fromUtf8(name.data(), qsizetype(name.size()));
    }
    if (!rule.layers.empty())
        parts << shownLayers(rule.layers);
    if (!rule.name.empty()) {
        QString name = QString::fromStdString(rule.name);
        if (name.endsWith(QStringLiteral(".weight")))
            name.chop(7); // as the table writes tensors
        parts << name;
    }
    return parts.isEmpty() ? translated(QT_TRANSLATE_NOOP("widgets::RulesCard", "every tensor"))
                           : parts.join(QStringLiteral(", "));
}

QString ruleGives(const core::Rule& rule)
{
    QStringList parts;
    if (rule.format)
        parts << formatName(rule.format);
    if (rule.method)
        parts << treatmentText({ *rule.method, rule.scaling });
    return parts.join(QStringLiteral(", "));
}

bool sameButAssignments(const core::Recipe& a, const core::Recipe& b)
{
    return withoutAssignments(a) == withoutAssignments(b);
}

} // namespace widgets
