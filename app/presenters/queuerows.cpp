// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/presenters/queuerows.h"

#include "app/session/recipeeditor.h"

#include <QCoreApplication>

#include <algorithm>

namespace app {

namespace {

    using State = QueuedRun::State;
    using Kind = widgets::QueueRow::Kind;

    QString queueWords(const char* sentence, int n = -1)
    {
        return QCoreApplication::translate("app::QueueRows", sentence, nullptr, n);
    }

    int layersOf(const QueuedRun& run)
    {
        return std::max(0, run.parts - 2); // without embedding and output
    }

    int layersDone(const QueuedRun& run) { return std::clamp(run.partsDone - 1, 0, layersOf(run)); }

    QString runningWords(const QueuedRun& run, Held held)
    {
        if (layersOf(run) == 0)
            return held == Held::Yes ? queueWords(QT_TRANSLATE_NOOP("app::QueueRows", "paused"))
                                     : queueWords(QT_TRANSLATE_NOOP("app::QueueRows", "running"));
        const QString text = held == Held::Yes
            ? queueWords(
                QT_TRANSLATE_N_NOOP("app::QueueRows", "paused, %1 of %n layers"), layersOf(run))
            : queueWords(
                QT_TRANSLATE_N_NOOP("app::QueueRows", "running, %1 of %n layers"), layersOf(run));
        return text.arg(layersDone(run));
    }

    QString interruptedWords(const QueuedRun& run)
    {
        if (run.measuredRun > 0)
            return queueWords(QT_TRANSLATE_NOOP(
                "app::QueueRows", "interrupted before what was lost was measured"));
        const QString layers = layersWords(run);
        return layers.isEmpty()
            ? queueWords(QT_TRANSLATE_NOOP("app::QueueRows", "interrupted: no layer is done"))
            : queueWords(QT_TRANSLATE_NOOP("app::QueueRows", "interrupted: %1")).arg(layers);
    }

    QString stateWords(const QueuedRun& run, Held held)
    {
        switch (run.state) {
        case State::Running:
            return runningWords(run, held);
        case State::Measuring:
            return held == Held::Yes
                ? queueWords(
                    QT_TRANSLATE_NOOP("app::QueueRows", "paused while measuring what was lost"))
                : queueWords(QT_TRANSLATE_NOOP("app::QueueRows", "measuring what was lost"));
        case State::Waiting:
            return run.measuredRun > 0
                ? queueWords(QT_TRANSLATE_NOOP("app::QueueRows", "waits to be measured"))
                : queueWords(QT_TRANSLATE_NOOP("app::QueueRows", "waits"));
        case State::Interrupted:
            return interruptedWords(run);
        case State::Failed:
            break;
        }
        return queueWords(QT_TRANSLATE_NOOP("app::QueueRows", "failed: %1")).arg(run.reason);
    }

    Kind rowKindOf(const QueuedRun& run)
    {
        switch (run.state) {
        case State::Running:
        case State::Measuring:
            return Kind::Active;
        case State::Waiting:
            return Kind::Waiting;
        case State::Interrupted:
            return Kind::Interrupted;
        case State::Failed:
            break;
        }
        return Kind::Failed;
    }

} // namespace

QString runWords(const QString& title, core::Treatment treatment)
{
    return queueWords(QT_TRANSLATE_NOOP("app::QueueRows", "%1 by %2"))
        .arg(title, methodTitle(treatment));
}

QString layersWords(const QueuedRun& run)
{
    if (layersDone(run) == 0)
        return {};
    return queueWords(
        QT_TRANSLATE_N_NOOP("app::QueueRows", "%1 of %n layers are done"), layersOf(run))
        .arg(layersDone(run));
}

widgets::QueueRow queueRow(const QueuedRun& run, Held held)
{
    const QString title = run.isFile ? run.title : runWords(run.title, run.recipe.treatment());
    return { rowKindOf(run), run.id, title, run.modelName, stateWords(run, held) };
}

} // namespace app
