// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/formatmenu.h"

#include "widgets/models/formatabout.h"

#include <QtWidgets/QMenu>
#include <QtWidgets/QToolButton>

#include <algorithm>
#include <utility>

namespace widgets {

void openFormatMenu(QToolButton* button, const std::vector<const core::Format*>& formats,
    std::function<void(const core::Format*)> chosen)
{
    auto* menu = new QMenu(button);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const FormatGroup& group : formatGroups()) {
        const bool study = group.formats.front()->study != nullptr;
        QMenu* within = study && !formats.empty() ? menu->addMenu(group.title) : menu;
        within->setToolTipsVisible(true);
        bool titled = study;
        for (const core::Format* format : group.formats) {
            if (!study && std::find(formats.begin(), formats.end(), format) == formats.end())
                continue;
            if (!std::exchange(titled, true))
                within->addSection(group.title);
            within->addAction(formatEntry(format), menu, [chosen, format] { chosen(format); })
                ->setToolTip(formatLine(format));
        }
    }
    menu->popup(button->mapToGlobal(QPoint(0, button->height())));
}

} // namespace widgets
