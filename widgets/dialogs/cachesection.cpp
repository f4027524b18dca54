// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/cachesection.h"

#include "widgets/buttons.h"
#include "widgets/dialogs/cachetable.h"
#include "widgets/form.h"
#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/theme.h"

#include <QtCore/QSignalBlocker>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QVBoxLayout>

#include <cmath>

namespace widgets {
namespace {

    constexpr std::uint64_t gigabyte = 1'000'000'000;
    constexpr int mostGigabytes = 100'000;

} // namespace

CacheSection::CacheSection(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
    , m_form(new Form(static_cast<QWidget*>(nullptr)))
    , m_folder(new QLineEdit)
    , m_usual(makeLinkButton(tr("Use the usual folder")))
    , m_note(new Label(TextRole::Caption))
    , m_limit(new QSpinBox)
    , m_sum(new Label(TextRole::Secondary))
    , m_table(new CacheTable)
    , m_remove(makeButton(tr("Remove"), QStringLiteral("remove")))
    , m_clear(makeButton(tr("Remove all...")))
    , m_message(new MessageBar)
{
    m_layout->setSpacing(scaled(8));
    m_layout->addLayout(m_form);
    makeFolder();
    makeLimit();
    makeTable();
    setItems(std::nullopt);
}

void CacheSection::makeFolder()
{
    m_folder->setReadOnly(true);
    auto* choose = makeButton(tr("Choose..."), QStringLiteral("folder"));
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(scaled(8));
    layout->addWidget(m_folder, 1);
    layout->addWidget(choose);
    m_form->addField(tr("Folder"), row,
        tr("Quantized layers, statistics and measurements are kept in it, so that nothing is "
           "computed twice."));
    m_folder->setAccessibleName(tr("Folder"));
    m_note->setWordWrap(true);
    m_layout->addWidget(m_note);
    m_layout->addWidget(m_usual);
    connect(choose, &QPushButton::clicked, this, &CacheSection::folderRequested);
    connect(m_usual, &QPushButton::clicked, this, &CacheSection::usualFolderRequested);
}

void CacheSection::makeLimit()
{
    m_limit->setRange(1, mostGigabytes);
    m_limit->setGroupSeparatorShown(true);
    m_limit->setSuffix(QStringLiteral("\u00a0GB"));
    m_limit->setKeyboardTracking(false); // "2" of "20" would remove nine tenths
    m_limit->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_form->addField(tr("At most"), m_limit,
        tr("What was used longest ago makes room for what is new. Counts at once."));
    connect(m_limit, &QSpinBox::valueChanged, this,
        [this](int gigabytes) { emit limitChosen(quint64(gigabytes) * gigabyte); });
}

void CacheSection::makeTable()
{
    m_layout->addWidget(m_message);
    m_layout->addWidget(m_table, 1);
    auto* row = new QHBoxLayout;
    row->setSpacing(scaled(8));
    row->addWidget(m_remove);
    row->addWidget(m_clear);
    row->addStretch(1);
    row->addWidget(m_sum);
    m_layout->addLayout(row);
    const auto removeSelected = [this] {
        if (const auto keys = m_table->selectedKeys(); !keys.empty())
            emit removeRequested(keys);
    };
    connect(m_table, &QTreeWidget::itemSelectionChanged, this, &CacheSection::updateButtons);
    connect(m_remove, &QPushButton::clicked, this, removeSelected);
    connect(m_table, &CacheTable::deletePressed, this, removeSelected);
    connect(m_clear, &QPushButton::clicked, this, &CacheSection::askWhetherToClear);
}

void CacheSection::setFolders(const CacheFolders& folders)
{
    const QString next = folders.chosen.isEmpty() ? folders.usual : folders.chosen;
    m_folder->setText(next);
    m_folder->setCursorPosition(0);
    m_folder->setToolTip(next);
    m_usual->setVisible(!folders.chosen.isEmpty());
    if (folders.inUse.isEmpty())
        m_note->setText(tr("Nothing is kept now: the folder cannot be made or written to."));
    else if (folders.inUse != next)
        m_note->setText(
            tr("The folder is used from the next start on. Until then results are kept in "
               "\"%1\", and stay there.")
                .arg(folders.inUse));
    m_note->setVisible(folders.inUse != next);
}

void CacheSection::setLimit(std::uint64_t bytes)
{
    const QSignalBlocker blocker(m_limit);
    m_limit->setValue(int(std::lround(double(bytes) / double(gigabyte))));
}

void CacheSection::setItems(const std::optional<std::vector<core::ShelfEntry>>& items)
{
    m_items = items;
    m_message->clear();
    m_table->setItems(items.value_or(std::vector<core::ShelfEntry>()));
    m_sum->setText(sumText());
    updateButtons();
}

QString CacheSection::sumText() const
{
    if (!m_items)
        return pendingText();
    double bytes = 0;
    for (const core::ShelfEntry& item : *m_items)
        bytes += double(item.bytes);
    return m_items->empty()
        ? tr("Nothing is kept.")
        : tr("%n results, %1", "and their size", int(m_items->size())).arg(sizeText(bytes));
}

void CacheSection::setFailure(const QString& reason)
{
    m_message->setMessage(MessageBar::Kind::Failure, reason);
}

void CacheSection::askWhetherToClear()
{
    m_message->setMessage(MessageBar::Kind::Warning, tr("Remove %1?").arg(sumText()),
        tr("They are computed again when they are needed. Models, sessions and exported files "
           "stay as they are."));
    QPushButton* yes = m_message->addButton(tr("Remove all"));
    QPushButton* no = m_message->addButton(tr("Keep them"));
    connect(yes, &QPushButton::clicked, this, [this] {
        m_message->clear();
        m_clear->setFocus();
        emit clearRequested();
    });
    connect(no, &QPushButton::clicked, this, [this] {
        m_message->clear();
        m_clear->setFocus();
    });
    no->show(); // the layout would only later
    no->setFocus(Qt::OtherFocusReason);
}

void CacheSection::updateButtons()
{
    m_remove->setEnabled(!m_table->selectedItems().isEmpty());
    m_clear->setEnabled(m_items && !m_items->empty());
}

} // namespace widgets
