// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/start/startpage.h"

#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/iconlabel.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/pages/start/droparea.h"
#include "widgets/pages/start/recentlist.h"
#include "widgets/theme.h"

#include <QtCore/QFileInfo>
#include <QtCore/QMimeData>
#include <QtCore/QUrl>
#include <QtGui/QDropEvent>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {
namespace {

    constexpr qsizetype mostOffers = 4; ///< buttons in a row

    QString droppedPath(const QMimeData* data)
    {
        const QList<QUrl> urls = data->urls();
        return urls.size() == 1 && urls.front().isLocalFile() ? urls.front().toLocalFile()
                                                              : QString();
    }

} // namespace

StartPage::StartPage(QWidget* parent)
    : Page(tr("Open a model"), parent)
    , m_drop(new DropArea)
    , m_recent(new RecentList(tr("Recent")))
    , m_kept(new RecentList(tr("In other programs' folders")))
    , m_sampleText(new Label(TextRole::Secondary))
    , m_sample(new Card)
    , m_lower(new QBoxLayout(QBoxLayout::LeftToRight))
{
    setAnswer(
        tr("See what is inside, choose the precision of every tensor, and export a GGUF whose "
           "size and loss you know beforehand."));
    setAcceptDrops(true);
    setSideMargin(32);
    connect(m_drop, &DropArea::openFolderRequested, this, &StartPage::openFolderRequested);
    connect(m_drop, &DropArea::openFileRequested, this, &StartPage::openFileRequested);

    m_lists = makeLists();
    m_lower->setSpacing(scaled(20));
    m_lower->addWidget(m_lists, 2);
    m_side = makeSide();
    auto* side = new QHBoxLayout; // not an alignment: that would ask for no height for the width
    side->addWidget(m_side, 1);
    side->addStretch(0);
    m_lower->addLayout(side, 1);
    content()->addWidget(m_drop);
    content()->addSpacing(scaled(8));
    content()->addLayout(m_lower);
    content()->addStretch(1);
    arrangeLists();
    setSample({});
}

QWidget* StartPage::makeSide()
{
    auto* sampleTitle = new QHBoxLayout;
    auto* picture = new IconLabel;
    picture->setIcon(QStringLiteral("chip"));
    sampleTitle->addWidget(picture);
    sampleTitle->addWidget(new Label(TextRole::Strong, tr("Bundled sample")));
    sampleTitle->addStretch(1);
    auto* open = makeButton(tr("Open sample"), QStringLiteral("play"));
    connect(open, &QPushButton::clicked, this, &StartPage::sampleRequested);
    m_sampleText->setWordWrap(true);
    m_sample->content()->addLayout(sampleTitle);
    m_sample->content()->addWidget(m_sampleText);
    m_sample->content()->addWidget(open, 0, Qt::AlignLeft);

    auto* learn = new Card(tr("Learn"));
    learn->content()->setSpacing(0);
    const std::pair<QString, QString> topics[]
        = { { tr("A tour in 7 questions"), QStringLiteral("tour") },
              { tr("What do Q4_K and bits per weight mean?"), QStringLiteral("formats") },
              { tr("Keyboard shortcuts"), QStringLiteral("shortcuts") } };
    for (const auto& [text, topic] : topics) {
        auto* link = makeLinkButton(text);
        connect(link, &QPushButton::clicked, this,
            [this, topic = topic] { emit helpRequested(topic); });
        learn->content()->addWidget(link);
    }
    auto* side = new QWidget;
    auto* layout = new QVBoxLayout(side);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(8));
    layout->addWidget(new Label(TextRole::Strong, tr("Try it now")));
    layout->addWidget(m_sample);
    layout->addWidget(learn);
    layout->addStretch(1);
    return side;
}

void StartPage::setRecent(const std::vector<RecentEntry>& entries)
{
    m_recent->setEntries(entries);
    arrangeLists();
}

void StartPage::setKept(const std::vector<RecentEntry>& entries)
{
    m_kept->setEntries(entries);
    arrangeLists();
}

void StartPage::arrangeLists()
{
    const bool isEmpty = m_recent->isHidden() && m_kept->isHidden();
    m_lists->setVisible(!isEmpty);
    m_side->setMaximumWidth(isEmpty ? scaled(400) : QWIDGETSIZE_MAX);
}

QWidget* StartPage::makeLists()
{
    auto* lists = new QWidget;
    auto* layout = new QVBoxLayout(lists);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(16));
    for (RecentList* list : { m_recent, m_kept }) {
        connect(list, &RecentList::openRequested, this, &StartPage::openRequested);
        connect(list, &RecentList::resumeRequested, this, &StartPage::resumeRequested);
        connect(list, &RecentList::removeRequested, this, &StartPage::removeRequested);
        layout->addWidget(list);
    }
    layout->addStretch(1);
    return lists;
}

void StartPage::setSample(const QString& description)
{
    m_sampleText->setText(description);
    m_sample->setVisible(!description.isEmpty());
}

void StartPage::setOffers(const QStringList& paths)
{
    for (const QString& path : paths.first(std::min<qsizetype>(paths.size(), mostOffers))) {
        QPushButton* open = message()->addButton(QFileInfo(path).fileName());
        connect(open, &QPushButton::clicked, this, [this, path] { emit openRequested(path); });
    }
}

void StartPage::arrange()
{
    m_lower->setDirection(
        breakpoint() == Breakpoint::Narrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

void StartPage::dragEnterEvent(QDragEnterEvent* event)
{
    if (droppedPath(event->mimeData()).isEmpty())
        return;
    event->acceptProposedAction();
    m_drop->setActive(true);
}

void StartPage::dragLeaveEvent(QDragLeaveEvent*) { m_drop->setActive(false); }

void StartPage::dropEvent(QDropEvent* event)
{
    m_drop->setActive(false);
    const QString path = droppedPath(event->mimeData());
    if (path.isEmpty())
        return;
    event->acceptProposedAction();
    emit openRequested(path);
}

} // namespace widgets
