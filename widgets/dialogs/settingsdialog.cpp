// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/settingsdialog.h"

#include "widgets/buttons.h"
#include "widgets/dialogs/cachesection.h"
#include "widgets/dialogs/computingsection.h"
#include "widgets/dialogs/devicesection.h"
#include "widgets/dialogs/lookssection.h"
#include "widgets/theme.h"

#include <QtCore/QEvent>
#include <QtGui/QKeyEvent>
#include <QtGui/QScreen>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QListWidget>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QVBoxLayout>

namespace widgets {
namespace {

    constexpr QSize dialogSize{ 700, 448 };
    constexpr int sectionHeight = 32; ///< of the list of sections
    constexpr int beside = 32; ///< its text's margins

} // namespace

SettingsDialog::SettingsDialog(const QStringList& languages, int processors, QWidget* parent)
    : QDialog(parent)
    , m_list(new QListWidget)
    , m_stack(new QStackedWidget)
    , m_looks(new LooksSection(languages))
    , m_cache(new CacheSection)
    , m_computing(new ComputingSection(processors))
    , m_devices(new DeviceSection)
{
    setWindowTitle(tr("Settings"));
    m_list->setAccessibleName(tr("Sections"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    addSection(tr("Language and looks"), m_looks);
    addSection(tr("Kept results"), m_cache);
    addSection(tr("Computing"), m_computing);
    addSection(tr("Devices"), m_devices);
    connect(m_list, &QListWidget::currentRowChanged, m_stack, &QStackedWidget::setCurrentIndex);
    m_list->setCurrentRow(0);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_list);
    middle->addWidget(m_stack, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(middle, 1);
    layout->addWidget(makeFoot());
    applySizes();
}

void SettingsDialog::addSection(const QString& title, QWidget* section)
{
    section->layout()->setContentsMargins(scaled(16), scaled(16), scaled(16), scaled(8));
    auto* area = new QScrollArea; // for small screens
    area->setWidget(section);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setFocusPolicy(Qt::NoFocus);
    m_stack->addWidget(area);
    m_list->addItem(title);
}

QWidget* SettingsDialog::makeFoot()
{
    auto* help = makeButton(tr("Help"), QStringLiteral("help"));
    auto* close = makeButton(tr("Close"));
    help->setShortcut(QKeySequence::HelpContents);
    connect(help, &QPushButton::clicked, this, &SettingsDialog::helpRequested);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    auto* foot = new QWidget;
    auto* layout = new QHBoxLayout(foot);
    layout->setContentsMargins(scaled(16), scaled(8), scaled(16), scaled(12));
    layout->addWidget(help);
    layout->addStretch(1);
    layout->addWidget(close);
    return foot;
}

void SettingsDialog::showSection(int index) { m_list->setCurrentRow(index); }

void SettingsDialog::applySizes()
{
    for (int row = 0; row < m_list->count(); ++row)
        m_list->item(row)->setSizeHint({ 0, scaled(sectionHeight) });
    int width = 0;
    for (int row = 0; row < m_list->count(); ++row)
        width = std::max(
            width, QFontMetrics(textFont(13)).horizontalAdvance(m_list->item(row)->text()));
    m_list->setFixedWidth(width + scaled(beside));
    const QSize wanted(scaled(dialogSize.width()), scaled(dialogSize.height()));
    resize(wanted.boundedTo(screen()->availableSize()));
}

void SettingsDialog::changeEvent(QEvent* event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        applySizes();
}

void SettingsDialog::keyPressEvent(QKeyEvent* event)
{
    // Enter ends the editing of a field; it presses no button that has not the focus.
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (!isEnter)
        QDialog::keyPressEvent(event);
}

} // namespace widgets
