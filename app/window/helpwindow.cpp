// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/helpwindow.h"

#include "widgets/bar/pagebar.h"
#include "widgets/theme.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QListWidget>
#include <QScreen>
#include <QTextBrowser>
#include <QUrl>

#include <algorithm>

namespace app {

namespace {

    constexpr int helpWidth = 820;
    constexpr int helpHeight = 560;
    constexpr int listWidth = 190;

} // namespace

HelpWindow::HelpWindow(const std::filesystem::path& folder, QWidget* parent)
    : QDialog(parent)
    , m_folder(QString::fromStdString(folder.string()))
    , m_list(new QListWidget)
    , m_text(new QTextBrowser)
{
    setWindowTitle(tr("Quantscope help"));
    m_text->setOpenExternalLinks(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setAccessibleName(tr("Topics"));
    m_list->setFixedWidth(widgets::scaled(listWidth));
    fillList();
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 12, 0, 0);
    layout->addWidget(m_list);
    layout->addWidget(m_text, 1);
    connect(m_list, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem* item) {
        if (item)
            read(item->data(Qt::UserRole).toString());
    });
    connect(m_text, &QTextBrowser::sourceChanged, this, [this](const QUrl& source) { // by a link
        const qsizetype row = topics().indexOf(QFileInfo(source.fileName()).baseName());
        const QSignalBlocker blocker(m_list);
        m_list->setCurrentRow(int(row));
    });
    resize(QSize(widgets::scaled(helpWidth), widgets::scaled(helpHeight))
               .boundedTo(screen()->availableSize() * 0.9));
}

QString HelpWindow::topicOf(widgets::PageId page)
{
    switch (page) {
    case widgets::PageId::Model:
        return QStringLiteral("model");
    case widgets::PageId::Weights:
        return QStringLiteral("weights");
    case widgets::PageId::Activations:
        return QStringLiteral("activations");
    case widgets::PageId::Precision:
        return QStringLiteral("precision");
    case widgets::PageId::Quantize:
        return QStringLiteral("quantize");
    case widgets::PageId::Compare:
        return QStringLiteral("compare");
    case widgets::PageId::Export:
        return QStringLiteral("export");
    }
    return {};
}

void HelpWindow::fillList()
{
    const auto add = [this](const QString& title, const QString& topic) {
        auto* item = new QListWidgetItem(title, m_list); // the list owns it
        item->setData(Qt::UserRole, topic);
    };
    add(tr("A tour in 7 questions"), QStringLiteral("tour"));
    for (int page = 0; page < widgets::pageCount; ++page)
        add(QStringLiteral("%1  %2").arg(page + 1).arg(
                widgets::PageBar::title(widgets::PageId(page))),
            topicOf(widgets::PageId(page)));
    add(tr("What the words mean"), QStringLiteral("glossary"));
    add(tr("Grades"), QStringLiteral("grades"));
    add(tr("Architectures"), QStringLiteral("architectures"));
    add(tr("Formats"), QStringLiteral("formats"));
    add(tr("Methods"), QStringLiteral("methods"));
    add(tr("GPTQ"), QStringLiteral("gptq"));
    add(tr("Settings"), QStringLiteral("settings"));
    add(tr("Keyboard shortcuts"), QStringLiteral("keyboard"));
    add(tr("Command line"), QStringLiteral("command-line"));
}

QStringList HelpWindow::topics() const
{
    QStringList topics;
    for (int row = 0; row < m_list->count(); ++row)
        topics += m_list->item(row)->data(Qt::UserRole).toString();
    return topics;
}

QString HelpWindow::topic() const { return QFileInfo(m_text->source().fileName()).baseName(); }

void HelpWindow::read(const QString& topic)
{
    m_text->setSource(QUrl::fromLocalFile(m_folder + u'/' + topic + QStringLiteral(".md")),
        QTextDocument::MarkdownResource);
}

void HelpWindow::showTopic(const QString& topic)
{
    const qsizetype row = topics().indexOf(topic);
    m_list->setCurrentRow(int(std::max<qsizetype>(row, 0)));
    show();
    raise();
    activateWindow();
}

} // namespace app
