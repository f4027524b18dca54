// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/controllers/filecontroller.h"

#include "app/jobs/readfiles.h"
#include "app/session/sessionstore.h"
#include "core/files/atomicfile.h"
#include "widgets/plots/baseplot.h"

#include <QFileDialog>
#include <QFileInfo>

#include <nlohmann/json.hpp>

namespace app {

FileController::FileController(
    Jobs& quick, Session& session, const RunQueue& queue, QWidget& window, QObject* parent)
    : QObject(parent)
    , m_quick(quick)
    , m_session(session)
    , m_queue(queue)
    , m_window(window)
{
    connect(&m_quick, &Jobs::failed, this, [this](JobId id, const QString&, const QString& reason) {
        if (m_jobs.removeOne(id))
            emit failed(reason);
    });
}

QString FileController::askForModelFolder() const
{
    return QFileDialog::getExistingDirectory(&m_window, tr("Open a model folder"));
}

QString FileController::askForModelFile() const
{
    return QFileDialog::getOpenFileName(&m_window, tr("Open a model file"), {},
        tr("Models (*.gguf *.safetensors *.safetensors.index.json);;All files (*)"));
}

QString FileController::askForSession() const
{
    return QFileDialog::getOpenFileName(
        &m_window, tr("Open a session"), {}, tr("Sessions (*.quantscope);;All files (*)"));
}

QString FileController::askForModelLike(const QString& expected) const
{
    const QString suffix = QFileInfo(expected).suffix().toLower();
    const bool isFile = suffix == u"gguf" || suffix == u"safetensors" || suffix == u"json";
    return isFile ? askForModelFile() : askForModelFolder();
}

QString FileController::askWhereToSaveSession(const QString& name) const
{
    QFileDialog dialog(&m_window, tr("Save the session"), {}, tr("Sessions (*.quantscope)"));
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(QStringLiteral("quantscope"));
    dialog.selectFile(name + QStringLiteral(".quantscope"));
    return dialog.exec() == QDialog::Accepted ? dialog.selectedFiles().value(0) : QString();
}

void FileController::saveSession(const QString& file, const core::Json& document)
{
    const QString ending = QString::fromLatin1(SessionStore::extension);
    const QString whole = file.endsWith(ending) ? file : file + ending;
    if (whole != file && QFileInfo::exists(whole)) { // the dialog asked about another name
        emit failed(tr("Cannot save the session: \"%1\" exists already.").arg(whole));
        return;
    }
    m_jobs += m_quick.start(
        tr("Saving %1").arg(whole),
        [path = std::filesystem::path(whole.toStdString()), document,
            read = readFiles(m_session, m_queue)](const core::Progress&) {
            read.requireNotAmong(path);
            SessionStore::writeFile(path, document);
            return true;
        },
        [this, whole](bool) { emit sessionSaved(whole); });
}

QString FileController::askForText(const QString& title, const TextSettings& present) const
{
    return QFileDialog::getOpenFileName(&m_window, title,
        QString::fromStdString(present.file.parent_path().string()),
        tr("Text (*.txt *.raw *.md);;All files (*)"));
}

void FileController::chooseCalibrationText()
{
    TextSettings text = m_session.calibration();
    const QString file = askForText(tr("Choose the calibration text"), text);
    if (file.isEmpty())
        return;
    text.file = file.toStdString();
    m_session.setCalibration(text);
}

void FileController::chooseEvaluationText()
{
    TextSettings text = m_session.evaluation();
    const QString file = askForText(tr("Choose the evaluation text"), text);
    if (file.isEmpty())
        return;
    text.file = file.toStdString();
    m_session.setEvaluation(text);
}

void FileController::chooseImatrix()
{
    const QString file = QFileDialog::getOpenFileName(&m_window, tr("Choose an importance matrix"),
        {}, tr("Importance matrices (*.gguf *.dat *.imatrix);;All files (*)"));
    if (!file.isEmpty())
        m_session.setImatrix(file.toStdString());
}

QString FileController::askForPrompts() const
{
    return QFileDialog::getOpenFileName(&m_window, tr("Choose a file with a prompt on each line"),
        {}, tr("Text (*.txt *.raw *.md);;All files (*)"));
}

QString FileController::askForExportFolder(const QString& present) const
{
    return QFileDialog::getExistingDirectory(
        &m_window, tr("Choose the folder to export to"), present);
}

void FileController::loadRecipe()
{
    const QString file = QFileDialog::getOpenFileName(
        &m_window, tr("Load a recipe"), {}, tr("Recipes (*.json);;All files (*)"));
    if (!file.isEmpty())
        readRecipe(file);
}

void FileController::readRecipe(const QString& file)
{
    m_jobs += m_quick.start(
        tr("Loading a recipe"),
        [path = std::filesystem::path(file.toStdString())](
            const core::Progress&) { return core::readRecipe(path); },
        [this, file](core::Recipe recipe) {
            m_session.setRecipeFile(file.toStdString());
            m_session.recipe().replace(
                std::move(recipe), tr("Load %1").arg(QFileInfo(file).fileName()));
        });
}

void FileController::saveRecipe()
{
    const QString name
        = QString::fromStdString(m_session.recipe().recipe().name) + QStringLiteral(".json");
    const QString file = QFileDialog::getSaveFileName(
        &m_window, tr("Save the recipe"), name, tr("Recipes (*.json)"));
    if (file.isEmpty())
        return;
    m_jobs += m_quick.start(
        tr("Saving the recipe"),
        [path = std::filesystem::path(file.toStdString()), recipe = m_session.recipe().recipe(),
            read = readFiles(m_session, m_queue)](const core::Progress&) {
            read.requireNotAmong(path);
            core::writeRecipe(recipe, path);
            return true;
        },
        [](bool) {});
}

void FileController::savePlot(widgets::BasePlot* plot)
{
    const QString png = tr("Picture (*.png)");
    const QString svg = tr("Drawing (*.svg)");
    const QString csv = tr("Data (*.csv)");
    QString chosen = png;
    const QString file = QFileDialog::getSaveFileName(&m_window, tr("Save the plot"),
        plot->name() + QStringLiteral(".png"),
        QStringList({ png, svg, csv }).join(QStringLiteral(";;")), &chosen);
    if (file.isEmpty())
        return;
    const QString suffix = QFileInfo(file).suffix().toLower();
    if (suffix == u"svg" || (suffix.isEmpty() && chosen == svg))
        write(file, plot->svg());
    else if (suffix == u"csv" || (suffix.isEmpty() && chosen == csv))
        write(file, plot->csv());
    else
        write(file, plot->png());
}

void FileController::write(const QString& file, const QByteArray& bytes)
{
    m_jobs += m_quick.start(
        tr("Saving %1").arg(file),
        [path = std::filesystem::path(file.toStdString()), bytes = bytes.toStdString(),
            read = readFiles(m_session, m_queue)](const core::Progress&) {
            read.requireNotAmong(path);
            core::writeFileAtomically(path, bytes);
            return true;
        },
        [](bool) {});
}

} // namespace app
