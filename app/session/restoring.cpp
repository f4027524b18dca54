// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/restoring.h"

#include "app/jobs/addedfile.h"
#include "app/session/keptevaluation.h"
#include "core/base/error.h"
#include "core/model/modelkey.h"

#include <QCoreApplication>

#include <nlohmann/json.hpp>

#include <utility>

namespace app {

namespace {

    QString translated(const char* text)
    {
        return QCoreApplication::translate("app::RestoredSession", text);
    }

    QString shown(const std::filesystem::path& path)
    {
        return QString::fromStdString(path.string());
    }

    /// Only what does not depend on the bytes of the model's files.
    SessionState withoutResults(SessionState state)
    {
        state.runs.clear();
        state.pinnedA = state.pinnedB = 0;
        state.activations.reset();
        state.exported.reset();
        return state;
    }

    /// Divergences position by position, which the document does not hold.
    void takePositions(SessionState& state, const core::Shelf& shelf)
    {
        for (auto& run : state.runs) {
            const auto found = run->evaluationKey.empty()
                ? std::nullopt
                : findEvaluation(shelf, run->evaluationKey);
            if (!found || !run->evaluation || !run->evaluation->against || !found->against)
                continue;
            Run whole = *run;
            whole.evaluation->against->divergences = found->against->divergences;
            run = std::make_shared<const Run>(std::move(whole));
        }
    }

    void lookAtFiles(SessionState& state)
    {
        for (auto& run : state.runs) {
            if (!run->file)
                continue;
            Run whole = *run;
            whole.file->state = stateOf(*run->file);
            run = std::make_shared<const Run>(std::move(whole));
        }
    }

    /// A file that was changed where it lies has another time; a copy somewhere else may have one.
    bool isSameModel(const ModelReference& model, const core::Checkpoint& checkpoint)
    {
        const auto path = std::filesystem::absolute(checkpoint.path()).lexically_normal();
        return model.path == path ? model.content == core::contentKey(checkpoint)
                                  : model.samples == core::sampleKey(checkpoint);
    }

} // namespace

RestoredSession restoreSession(
    const SessionPlaces& places, const QString& id, const core::Checkpoint& checkpoint)
{
    RestoredSession restored;
    const auto file = places.store.fileOf(id);
    try { // a damaged document must not keep its model from being opened
        const auto document = places.store.load(id);
        if (!document)
            return restored;
        SessionState state = sessionFromJson(*document, checkpoint, file.string());
        if (!isSameModel(state.model, checkpoint)) {
            if (!state.runs.empty())
                restored.note = translated(QT_TRANSLATE_NOOP("app::RestoredSession",
                                               "The model's files have changed since its last "
                                               "session. The runs of the former "
                                               "files are kept in %1."))
                                    .arg(shown(places.store.setAside(id)));
            restored.state = withoutResults(std::move(state));
            return restored;
        }
        lookAtFiles(state);
        if (places.shelf)
            takePositions(state, *places.shelf);
        if (places.shelf && state.activations)
            restored.activations
                = findActivations(*places.shelf, state.activations->key, state.activations->text);
        restored.state = std::move(state);
    } catch (const core::Error& error) {
        restored = {};
        restored.note = translated(
            QT_TRANSLATE_NOOP("app::RestoredSession",
                "The model's last session cannot be brought back: %1. It is kept in %2."))
                            .arg(QString::fromUtf8(error.what()), shown(places.store.setAside(id)));
    }
    return restored;
}

} // namespace app
