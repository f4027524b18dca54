// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/themestyle.h"

#include "widgets/theme.h"
#include "widgets/themedrawing.h"

#include <QtGui/QPainter>
#include <QtWidgets/QStyleFactory>
#include <QtWidgets/QStyleOption>
#include <QtWidgets/QWidget>

namespace widgets {
namespace {

    constexpr int headerPadding = 6; ///< beside Fusion's own 2: header text stands over cell text
    constexpr int headerMargin = 2; ///< Fusion's own
    constexpr int sortArrow = 4; ///< high, and half as wide
    constexpr int stepWidth = 16; ///< of a number field's arrows
    constexpr int fieldMargin = 4; ///< beside the text of a field, with QLineEdit's own 2

    bool isPrimary(const QWidget* widget) { return widget && widget->property("primary").toBool(); }

    void drawHeaderSection(QPainter* painter, const QStyleOption& option)
    {
        painter->fillRect(option.rect, option.palette.color(QPalette::Window));
        painter->setPen(QPen(option.palette.color(QPalette::Mid), 1));
        const QRectF rect = QRectF(option.rect).adjusted(0, 0, -0.5, -0.5);
        painter->drawLine(rect.bottomLeft(), rect.bottomRight());
        painter->drawLine(rect.topRight(), rect.bottomRight());
    }

    void drawMenuBarItem(QPainter* painter, const QStyleOptionMenuItem& item)
    {
        const bool open = item.state.testFlag(QStyle::State_Selected);
        painter->fillRect(
            item.rect, item.palette.color(open ? QPalette::Highlight : QPalette::Window));
        painter->setPen(item.palette.color(
            item.state.testFlag(QStyle::State_Enabled) ? QPalette::Active : QPalette::Disabled,
            QPalette::WindowText));
        painter->drawText(
            item.rect, Qt::AlignCenter | Qt::TextShowMnemonic | Qt::TextSingleLine, item.text);
    }

    /// A copy of the option with another colour for its text.
    template<typename Option>
    Option recoloured(const Option& option, QPalette::ColorRole role, const QColor& color)
    {
        Option copy = option;
        copy.palette.setColor(QPalette::Active, role, color);
        copy.palette.setColor(QPalette::Inactive, role, color);
        return copy;
    }

} // namespace

ThemeStyle::ThemeStyle()
    : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion")))
{
}

void ThemeStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
    QPainter* painter, const QWidget* widget) const
{
    switch (element) {
    case PE_PanelButtonCommand: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool flat = button && button->features.testFlag(QStyleOptionButton::Flat);
        return drawButton(painter, *option, isPrimary(widget), flat);
    }
    case PE_PanelButtonTool:
        return drawButton(
            painter, *option, isPrimary(widget), option->state.testFlag(State_AutoRaise));
    case PE_PanelLineEdit: {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        if (frame && frame->lineWidth > 0)
            return drawField(painter, *option);
        return;
    }
    case PE_FrameLineEdit:
    case PE_FrameDefaultButton:
        return;
    case PE_FrameFocusRect:
        return drawFocusRing(painter, option->rect, *option);
    case PE_IndicatorCheckBox:
        return drawCheckBox(painter, *option);
    case PE_IndicatorArrowDown: // a push button's label draws its own
        if (!qstyleoption_cast<const QStyleOptionButton*>(option))
            drawChevron(painter, option->rect, Chevron::Down, *option);
        return;
    case PE_IndicatorHeaderArrow:
        if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option))
            drawChevron(painter, option->rect,
                header->sortIndicator == QStyleOptionHeader::SortUp ? Chevron::Up : Chevron::Down,
                *option);
        return;
    case PE_IndicatorRadioButton:
        return drawRadioButton(painter, *option);
    case PE_IndicatorBranch:
        if (option->state.testFlag(State_Children))
            drawChevron(painter, option->rect,
                option->state.testFlag(State_Open) ? Chevron::Down : Chevron::Right, *option);
        return;
    case PE_Frame:
        painter->setPen(option->palette.color(QPalette::Mid));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        return;
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void ThemeStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
    const QWidget* widget) const
{
    if (element == CE_PushButtonLabel)
        if (const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option))
            return drawButtonLabel(painter, *button, isPrimary(widget));
    if (element == CE_ToolButtonLabel)
        if (const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
            button && button->text.isEmpty() && !button->icon.isNull())
            return drawToolIcon(painter, *button);
    if (element == CE_HeaderSection)
        return drawHeaderSection(painter, *option);
    if (element == CE_HeaderLabel) {
        if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option)) {
            QStyleOptionHeader copy
                = recoloured(*header, QPalette::ButtonText, tokensOf(option->palette).text2);
            const bool right = copy.textAlignment.testFlag(Qt::AlignRight);
            copy.rect.adjust(right ? 0 : headerPadding, 0, right ? -headerPadding : 0, 0);
            return QProxyStyle::drawControl(element, &copy, painter, widget);
        }
    }
    if (element == CE_MenuBarItem)
        if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option))
            return drawMenuBarItem(painter, *item);
    if (element == CE_MenuBarEmptyArea) {
        painter->fillRect(option->rect, option->palette.color(QPalette::Window));
        return;
    }
    if (element == CE_HeaderEmptyArea || element == CE_Splitter) {
        painter->fillRect(option->rect, option->palette.color(QPalette::Window));
        if (element == CE_HeaderEmptyArea) {
            painter->setPen(option->palette.color(QPalette::Mid));
            painter->drawLine(option->rect.bottomLeft(), option->rect.bottomRight());
        } else {
            painter->fillRect(option->rect, option->palette.color(QPalette::Mid));
        }
        return;
    }
    if (element == CE_ProgressBarGroove) {
        painter->fillRect(option->rect, option->palette.color(QPalette::Mid));
        return;
    }
    if (element == CE_ProgressBarContents) {
        if (const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option)) {
            const double range = std::max(1, bar->maximum - bar->minimum);
            QRectF rect = option->rect;
            rect.setWidth(rect.width() * (bar->progress - bar->minimum) / range);
            painter->fillRect(rect, tokensOf(option->palette).accent);
        }
        return;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void ThemeStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
    QPainter* painter, const QWidget* widget) const
{
    if (control == CC_ComboBox) {
        drawField(painter, *option);
        return drawChevron(painter, subControlRect(control, option, SC_ComboBoxArrow, widget),
            Chevron::Down, *option);
    }
    if (control == CC_SpinBox) {
        drawField(painter, *option);
        const auto* box = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
        if (box && box->buttonSymbols == QAbstractSpinBox::NoButtons)
            return;
        drawChevron(
            painter, subControlRect(control, option, SC_SpinBoxUp, widget), Chevron::Up, *option);
        return drawChevron(painter, subControlRect(control, option, SC_SpinBoxDown, widget),
            Chevron::Down, *option);
    }
    if (const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option)) {
        if (control == CC_ScrollBar)
            return drawScrollBar(
                painter, subControlRect(control, option, SC_ScrollBarSlider, widget), *slider);
        if (control == CC_Slider && slider->orientation == Qt::Horizontal)
            return drawSlider(painter, subControlRect(control, option, SC_SliderGroove, widget),
                subControlRect(control, option, SC_SliderHandle, widget), *slider);
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QSize ThemeStyle::sizeFromContents(ContentsType type, const QStyleOption* option,
    const QSize& contents, const QWidget* widget) const
{
    QSize size = QProxyStyle::sizeFromContents(type, option, contents, widget);
    switch (type) {
    case CT_PushButton: {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool bare = button && button->text.isEmpty();
        return { bare ? std::max(contents.width() + scaled(16), scaled(36))
                      : contents.width() + scaled(button && !button->icon.isNull() ? 28 : 22),
            std::max(contents.height() + scaled(4), scaled(26)) };
    }
    case CT_ComboBox:
        return { contents.width() + scaled(36), std::max(contents.height(), scaled(26)) };
    case CT_SpinBox: { // Fusion's arrows and margins do not grow with the text
        const auto* box = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
        const bool bare = box && box->buttonSymbols == QAbstractSpinBox::NoButtons;
        return { contents.width() + scaled(2 * fieldMargin + (bare ? 0 : stepWidth)) + 6,
            std::max(contents.height(), scaled(26)) };
    }
    case CT_LineEdit:
        return { size.width(), std::max(contents.height(), scaled(26)) };
    case CT_ToolButton:
        return { std::max(contents.width() + scaled(8), scaled(24)),
            std::max(contents.height() + scaled(4), scaled(24)) };
    case CT_MenuBarItem:
        return { contents.width() + scaled(16), scaled(27) };
    case CT_HeaderSection:
        return { size.width() + headerPadding, std::max(size.height(), scaled(26)) };
    default:
        return size;
    }
}

QRect ThemeStyle::subElementRect(
    SubElement element, const QStyleOption* option, const QWidget* widget) const
{
    if (element == SE_PushButtonFocusRect || element == SE_ComboBoxFocusRect)
        return option->rect;
    if (element == SE_HeaderArrow) // above the title, at the edge: neither covers the other
        return { option->rect.center().x() - scaled(sortArrow), option->rect.top() + 1,
            2 * scaled(sortArrow), scaled(sortArrow) };
    if (element == SE_HeaderLabel) // all of its room, sorted or not
        return option->rect.adjusted(headerMargin, 0, -headerMargin, 0);
    const QRect rect = QProxyStyle::subElementRect(element, option, widget);
    if (element == SE_LineEditContents)
        return rect.adjusted(scaled(fieldMargin), 0, -scaled(fieldMargin), 0);
    return rect;
}

QRect ThemeStyle::numberFieldRect(const QStyleOptionSpinBox& option, SubControl part) const
{
    const QRect all = option.rect;
    const int steps = option.buttonSymbols == QAbstractSpinBox::NoButtons ? 0 : scaled(stepWidth);
    const int left = all.right() + 1 - steps, half = all.height() / 2;
    QRect rect = all.adjusted(1, 1, -std::max(steps, 1), -1);
    if (part == SC_SpinBoxUp)
        rect = { left, all.top(), steps, half };
    else if (part == SC_SpinBoxDown)
        rect = { left, all.top() + half, steps, all.height() - half };
    return visualRect(option.direction, all, rect);
}

QRect ThemeStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
    SubControl part, const QWidget* widget) const
{
    if (control == CC_SpinBox && part != SC_SpinBoxFrame)
        if (const auto* box = qstyleoption_cast<const QStyleOptionSpinBox*>(option))
            return numberFieldRect(*box, part);
    const QRect all = option->rect;
    const int arrow = scaled(26);
    QRect rect;
    if (control == CC_ComboBox && part == SC_ComboBoxArrow)
        rect = { all.right() + 1 - arrow, all.top(), arrow, all.height() };
    else if (control == CC_ComboBox && part == SC_ComboBoxEditField)
        rect = all.adjusted(scaled(8), 1, -arrow, -1);
    else if (control == CC_ScrollBar
        && (part == SC_ScrollBarAddLine || part == SC_ScrollBarSubLine))
        return {};
    else if (control == CC_ScrollBar && part == SC_ScrollBarGroove)
        return all;
    else if (control == CC_ScrollBar && part == SC_ScrollBarSlider) {
        const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
        if (!bar || bar->maximum <= bar->minimum)
            return all;
        const bool flatWays = bar->orientation == Qt::Horizontal;
        const int length = flatWays ? all.width() : all.height();
        const double share
            = double(bar->pageStep) / (double(bar->maximum) - bar->minimum + bar->pageStep);
        const int handle = std::min(length, std::max(int(length * share), scaled(24)));
        const int at = sliderPositionFromValue(
            bar->minimum, bar->maximum, bar->sliderPosition, length - handle, bar->upsideDown);
        return flatWays ? QRect(all.left() + at, all.top(), handle, all.height())
                        : QRect(all.left(), all.top() + at, all.width(), handle);
    } else {
        return QProxyStyle::subControlRect(control, option, part, widget);
    }
    return visualRect(option->direction, all, rect);
}

int ThemeStyle::pixelMetric(
    PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    switch (metric) {
    case PM_MenuBarPanelWidth:
    case PM_MenuBarItemSpacing:
    case PM_MenuBarVMargin:
        return 0;
    case PM_MenuBarHMargin:
        return scaled(8);
    case PM_DefaultFrameWidth:
    case PM_SplitterWidth:
        return 1;
    case PM_ScrollBarExtent:
        return scaled(11);
    case PM_ScrollBarSliderMin:
        return scaled(24);
    case PM_FocusFrameHMargin: // of cells: one less than between a line and its text
        return scaled(8) - 1;
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
        return 0;
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight:
        return scaled(16);
    case PM_SliderLength:
    case PM_SliderThickness:
    case PM_SliderControlThickness:
        return scaled(18);
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int ThemeStyle::styleHint(
    StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* data) const
{
    switch (hint) {
    case SH_ComboBox_Popup:
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
    case SH_Widget_Animate:
    case SH_Widget_Animation_Duration:
    case SH_ItemView_ActivateItemOnSingleClick:
        return 0;
    default:
        return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

} // namespace widgets
