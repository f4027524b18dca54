// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/formatabout.h"

#include "core/formats/study.h"
#include "core/quant/recipe.h"
#include "widgets/format.h"
#include "widgets/models/tensorcells.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QRegularExpression>
#include <QStandardItemModel>

#include <algorithm>
#include <array>
#include <string_view>

namespace widgets {
namespace {

    struct Words {
        Q_DECLARE_TR_FUNCTIONS(widgets::FormatAbout)
    };

    enum class Group { Floating, K, Plain, Levels, Floats, Ternary, Study, Other };

    struct About {
        std::string_view name;
        Group group;
        const char* line;
    };

    constexpr std::array known{
        About{ "F32", Group::Floating,
            QT_TRANSLATE_NOOP("widgets::FormatAbout", "32-bit floating point: nothing is lost.") },
        About{ "F16", Group::Floating,
            QT_TRANSLATE_NOOP(
                "widgets::FormatAbout", "16-bit floating point, largest value 65504.") },
        About{ "BF16", Group::Floating,
            QT_TRANSLATE_NOOP(
                "widgets::FormatAbout", "The upper half of F32: its range, 8 binary digits.") },
        About{ "Q8_0", Group::Plain,
            QT_TRANSLATE_NOOP(
                "widgets::FormatAbout", "Groups of 32 with one scale. Next to lossless.") },
        About{ "Q5_1", Group::Plain,
            QT_TRANSLATE_NOOP("widgets::FormatAbout", "Groups of 32 with a scale and a minimum.") },
        About{ "Q5_0", Group::Plain,
            QT_TRANSLATE_NOOP("widgets::FormatAbout", "Groups of 32 with one scale.") },
        About{ "Q4_1", Group::Plain,
            QT_TRANSLATE_NOOP("widgets::FormatAbout", "Groups of 32 with a scale and a minimum.") },
        About{ "Q4_0", Group::Plain,
            QT_TRANSLATE_NOOP(
                "widgets::FormatAbout", "Groups of 32 with one scale. The quickest to run.") },
        About{ "Q6_K", Group::K,
            QT_TRANSLATE_NOOP(
                "widgets::FormatAbout", "Super-blocks of 256: groups of 16, 8-bit scales.") },
        About{ "Q5_K", Group::K,
            QT_TRANSLATE_NOOP("widgets::FormatAbout",
                "Super-blocks of 256: groups of 32, 6-bit scales and "
                "minimums.") },
        About{ "Q4_K", Group::K,
            QT_TRANSLATE_NOOP("widgets::FormatAbout",
                "Super-blocks of 256: groups of 32, 6-bit scales and "
                "minimums. A good start.") },
        About{ "Q3_K", Group::K,
            QT_TRANSLATE_NOOP(
                "widgets::FormatAbout", "Super-blocks of 256: groups of 16, 6-bit scales.") },
        About{ "Q2_K", Group::K,
            QT_TRANSLATE_NOOP("widgets::FormatAbout",
                "Super-blocks of 256: groups of 16, 4-bit scales and "
                "minimums. Calibrate it.") },
        About{ "IQ4_NL", Group::Levels,
            QT_TRANSLATE_NOOP(
                "widgets::FormatAbout", "Groups of 32 on 16 levels that lie closer near 0.") },
        About{ "IQ4_XS", Group::Levels,
            QT_TRANSLATE_NOOP(
                "widgets::FormatAbout", "The levels of IQ4_NL in super-blocks of 256.") },
        About{ "MXFP4", Group::Floats,
            QT_TRANSLATE_NOOP("widgets::FormatAbout",
                "Groups of 32 in 4-bit floating point, scale a power "
                "of two.") },
        About{ "NVFP4", Group::Floats,
            QT_TRANSLATE_NOOP("widgets::FormatAbout",
                "Groups of 16 in 4-bit floating point, 8-bit floating "
                "scales.") },
        About{ "TQ2_0", Group::Ternary,
            QT_TRANSLATE_NOOP("widgets::FormatAbout",
                "−1, 0 or 1 times one scale for 256 weights. For "
                "models trained so.") },
        About{ "TQ1_0", Group::Ternary,
            QT_TRANSLATE_NOOP("widgets::FormatAbout", "As TQ2_0, packed closer.") },
        About{ "Q2_0", Group::Ternary,
            QT_TRANSLATE_NOOP("widgets::FormatAbout", "Four levels, one scale for 64 weights.") },
        About{ "Q1_0", Group::Ternary,
            QT_TRANSLATE_NOOP("widgets::FormatAbout", "Two levels, one scale for 128 weights.") },
    };

    const char* studyLine(core::Study::Kind kind)
    {
        using Kind = core::Study::Kind;
        switch (kind) {
        case Kind::Symmetric:
            return QT_TRANSLATE_NOOP("widgets::FormatAbout", "Integers around 0 times a scale.");
        case Kind::Asymmetric:
            return QT_TRANSLATE_NOOP(
                "widgets::FormatAbout", "Integers with a zero point, from the least weight on.");
        case Kind::NormalFloat:
            return QT_TRANSLATE_NOOP(
                "widgets::FormatAbout", "16 levels that a normal distribution fills evenly.");
        case Kind::DoubleNormalFloat:
            return QT_TRANSLATE_NOOP("widgets::FormatAbout",
                "16 levels that a normal distribution fills evenly; its scales are quantized, "
                "too.");
        case Kind::E4M3:
            return QT_TRANSLATE_NOOP("widgets::FormatAbout",
                "8-bit floating point, 4 bits of exponent: finer, up to 448.");
        case Kind::E5M2:
            return QT_TRANSLATE_NOOP("widgets::FormatAbout",
                "8-bit floating point, 5 bits of exponent: coarser, up to 57344.");
        case Kind::Logarithmic:
            return QT_TRANSLATE_NOOP("widgets::FormatAbout", "Powers of two and 0.");
        case Kind::Ternary:
            return QT_TRANSLATE_NOOP("widgets::FormatAbout", "−1, 0 or 1 times a scale.");
        case Kind::Binary:
            return QT_TRANSLATE_NOOP("widgets::FormatAbout", "−1 or 1 times a scale.");
        }
        return "";
    }

    const About* aboutOf(const core::Format* format)
    {
        const auto found = std::find_if(known.begin(), known.end(),
            [format](const About& about) { return about.name == format->name; });
        return found == known.end() ? nullptr : &*found;
    }

    QString titleOf(Group group)
    {
        switch (group) {
        case Group::K:
            return Words::tr("K formats: super-blocks of 256");
        case Group::Plain:
            return Words::tr("Groups of 32");
        case Group::Levels:
            return Words::tr("Uneven levels");
        case Group::Floats:
            return Words::tr("Small floating point");
        case Group::Ternary:
            return Words::tr("One and two bits");
        case Group::Floating:
            return Words::tr("Not quantized");
        case Group::Study:
            return Words::tr("For study: measured, never exported");
        case Group::Other:
            break;
        }
        return Words::tr("Other");
    }

} // namespace

std::vector<FormatGroup> formatGroups()
{
    std::vector<FormatGroup> groups;
    for (const Group group : { Group::K, Group::Plain, Group::Levels, Group::Floats, Group::Ternary,
             Group::Other, Group::Floating }) {
        FormatGroup made{ titleOf(group), {} };
        for (const core::Format* format : core::allFormats()) {
            const About* about = aboutOf(format);
            if ((about ? about->group : Group::Other) == group)
                made.formats.push_back(format);
        }
        if (!made.formats.empty())
            groups.push_back(std::move(made));
    }
    const auto study = core::studyFormats();
    groups.push_back({ titleOf(Group::Study), { study.begin(), study.end() } });
    return groups;
}

QString formatLine(const core::Format* format)
{
    if (format == &core::formats::source)
        return Words::tr("A tensor stays as it is and is copied byte for byte.");
    if (format->study)
        return Words::tr(studyLine(format->study->kind));
    const About* about = aboutOf(format);
    return about ? Words::tr(about->line) : QString();
}

QString formatEntry(const core::Format* format)
{
    if (format == &core::formats::source)
        return formatName(format);
    return Words::tr("%1 · %2 bits", "format and its bits per weight")
        .arg(formatName(format), bitsText(format->bitsPerWeight()));
}

void addFormats(QComboBox& list)
{
    for (const FormatGroup& group : formatGroups()) {
        addTitle(list, group.title);
        for (const core::Format* format : group.formats) {
            list.addItem(formatEntry(format), QVariant::fromValue(format));
            list.setItemData(list.count() - 1, formatLine(format), Qt::ToolTipRole);
        }
    }
}

void addAsInFile(QComboBox& list)
{
    list.addItem(formatEntry(&core::formats::source), QVariant::fromValue(&core::formats::source));
    list.setItemData(list.count() - 1, formatLine(&core::formats::source), Qt::ToolTipRole);
}

QString presetTitle(const QString& name)
{
    static const QRegularExpression mix(QStringLiteral("^Mix of ([0-9.]+) bits$"));
    if (const auto found = mix.match(name); found.hasMatch())
        return Words::tr("Mix of %1 bits", "a recipe").arg(bitsText(found.captured(1).toDouble()));
    return name.toStdString() == core::formats::source.name
        ? Words::tr("As in the file", "a preset")
        : name;
}

void addTitle(QComboBox& list, const QString& title)
{
    list.addItem(title);
    auto* model = qobject_cast<QStandardItemModel*>(list.model());
    model->item(list.count() - 1)->setFlags(Qt::NoItemFlags);
}

int lineOfFormat(const QComboBox& list, const core::Format* format)
{
    for (int line = 0; line < list.count(); ++line) {
        const QVariant data = list.itemData(line); // none for a title
        if (data.isValid() && core::isSameFormat(data.value<const core::Format*>(), format))
            return line;
    }
    return -1;
}

void chooseFormat(QComboBox& list, const core::Format* format)
{
    if (format && lineOfFormat(list, format) < 0)
        list.addItem(formatEntry(format), QVariant::fromValue(format));
    list.setCurrentIndex(lineOfFormat(list, format));
}

} // namespace widgets
