// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/commandlist.h"

#include "app/window/windowactions.h"
#include "widgets/models/tensorcells.h"
#include "widgets/pages/selectedtensor.h"
#include "widgets/table/tensortable.h"

#include <QAction>
#include <QCoreApplication>
#include <QMenu>

namespace app {

namespace {

    QString words(const char* sentence)
    {
        return QCoreApplication::translate("app::CommandList", sentence);
    }

    QString withoutMnemonic(QString text) { return text.remove(u'&'); }

    void addActions(std::vector<Command>& commands, WindowActions& actions)
    {
        for (QAction* action : actions.all()) {
            if (action == actions.palette)
                continue;
            Command command{ withoutMnemonic(action->text()),
                action->shortcut().toString(QKeySequence::NativeText), {},
                [action] { action->trigger(); } };
            if (!action->isEnabled())
                command.disabledReason = action->property(WindowActions::whyNotProperty).toString();
            commands.push_back(std::move(command));
        }
    }

    void addFormats(std::vector<Command>& commands, WindowActions& actions)
    {
        for (const auto& [format, action] : actions.formats) {
            Command command{ words(QT_TRANSLATE_NOOP("app::CommandList", "Assign %1"))
                                 .arg(widgets::formatName(format)),
                words(QT_TRANSLATE_NOOP("app::CommandList", "format")), {},
                [action = action] { action->trigger(); } };
            command.disabledReason
                = actions.assign->menuAction()->property(WindowActions::whyNotProperty).toString();
            commands.push_back(std::move(command));
        }
        for (QAction* preset : actions.presetActions)
            commands.push_back(
                { words(QT_TRANSLATE_NOOP("app::CommandList", "Use preset %1")).arg(preset->text()),
                    words(QT_TRANSLATE_NOOP("app::CommandList", "recipe")), {},
                    [preset] { preset->trigger(); } });
    }

    void addTensors(
        std::vector<Command>& commands, const Session& session, widgets::TensorTable& table)
    {
        const auto& tensors = session.checkpoint()->tensors();
        for (int i = 0; i < int(tensors.size()); ++i)
            commands.push_back({ widgets::tensorName(tensors[std::size_t(i)]),
                words(QT_TRANSLATE_NOOP("app::CommandList", "tensor")), {}, [&table, i] {
                    table.selectTensors({ i });
                    table.focusTable();
                } });
    }

} // namespace

std::vector<Command> commandList(WindowActions& actions, Session& session,
    const RecentModels& recent, widgets::TensorTable& table,
    std::function<void(const QString& path)> open)
{
    std::vector<Command> commands;
    addActions(commands, actions);
    if (session.isOpen()) {
        addFormats(commands, actions);
        addTensors(commands, session, table);
    }
    for (const RecentModel& model : recent.models())
        commands.push_back(
            { words(QT_TRANSLATE_NOOP("app::CommandList", "Open %1")).arg(model.path),
                words(QT_TRANSLATE_NOOP("app::CommandList", "recent model")), {},
                [open, path = model.path] { open(path); } });
    return commands;
}

} // namespace app
