// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/helpwindow.h"

#include "widgets/theme.h"

#include <QFileInfo>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

namespace app {

namespace {

    constexpr int helpWidth = 640;
    constexpr int helpHeight = 560;

} // namespace

HelpWindow::HelpWindow(const std::filesystem::path& folder, QWidget* parent)
    : QDialog(parent)
    , m_folder(QString::fromStdString(folder.string()))
    , m_text(new QTextBrowser)
{
    setWindowTitle(tr("Quantscope help"));
    m_text->setOpenExternalLinks(true);
    m_text->setFrameShape(QFrame::NoFrame);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 12, 0, 0);
    layout->addWidget(m_text);
    resize(widgets::scaled(helpWidth), widgets::scaled(helpHeight));
}

void HelpWindow::showTopic(const QString& topic)
{
    QString file = m_folder + u'/' + topic + QStringLiteral(".md");
    if (!QFileInfo::exists(file))
        file = m_folder + QStringLiteral("/tour.md");
    m_text->setSource(QUrl::fromLocalFile(file), QTextDocument::MarkdownResource);
    show();
    raise();
    activateWindow();
}

} // namespace app
