// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/export/exportpage.h"

#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/checklist.h"
#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/pages/export/filebar.h"
#include "widgets/pages/export/fileparts.h"
#include "widgets/theme.h"

#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QBoxLayout>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QTableWidget>

#include <algorithm>

namespace widgets {

namespace {

    constexpr int leastFormAndChecks
        = 640; ///< width that the form and the checks need beside each other

} // namespace

ExportPage::ExportPage(QWidget* parent)
    : Page(tr("What will be written?"), parent)
    , m_export(addPrimaryAction(tr("Export"), QStringLiteral("save")))
    , m_cancel(makeButton(tr("Cancel"), QStringLiteral("cancel")))
    , m_bar(new FileBar)
    , m_form(new ExportForm)
    , m_metadata(new QTableWidget(0, 2))
    , m_checkList(new CheckList)
    , m_command(new QPlainTextEdit)
    , m_expected(new Label(TextRole::Caption))
    , m_columns(new QBoxLayout(QBoxLayout::LeftToRight))
{
    addHeaderWidget(m_cancel); // at every width, unlike other secondary buttons
    auto* barCard = new Card(tr("What is in the file"));
    barCard->setHint(tr("to scale; click a part to select its tensors"));
    barCard->content()->addWidget(m_bar);
    content()->addWidget(barCard);

    auto* checksCard = new Card(tr("Checks"));
    checksCard->content()->addWidget(m_checkList);
    auto* right = new QVBoxLayout;
    right->setSpacing(scaled(12));
    right->addWidget(checksCard);
    right->addWidget(makeCommandCard(), 1);
    m_columns->setSpacing(scaled(12));
    m_columns->addWidget(makeFileCard(), 1);
    m_columns->addLayout(right, 1);
    content()->addLayout(m_columns, 1);

    connect(m_export, &QPushButton::clicked, this, &ExportPage::exportRequested);
    connect(m_cancel, &QPushButton::clicked, this, &ExportPage::cancelRequested);
    connect(m_bar, &FileBar::partChosen, this,
        [this](int index) { emit placesSelected(m_bar->parts()[std::size_t(index)].places); });
    connect(m_form, &ExportForm::sourceChosen, this, &ExportPage::sourceChosen);
    connect(m_form, &ExportForm::replacingChanged, this, [this] {
        updateChecks();
        updateButtons();
    });
    connect(m_form, &ExportForm::chooseFolderRequested, this, &ExportPage::chooseFolderRequested);
    connect(m_form, &ExportForm::settingsChanged, this, [this](const ExportSettings& settings) {
        updateCommand();
        emit settingsChanged(settings);
    });
    updateButtons();
}

QWidget* ExportPage::makeFileCard()
{
    auto* card = new Card(tr("File"));
    m_metadata->setHorizontalHeaderLabels({ tr("Metadata key"), tr("Value") });
    m_metadata->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_metadata->horizontalHeader()->setStretchLastSection(true);
    m_metadata->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_metadata->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_metadata->horizontalHeader()->setHighlightSections(false);
    m_metadata->verticalHeader()->hide();
    m_metadata->setShowGrid(false);
    m_metadata->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_metadata->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_metadata->setFrameShape(QFrame::NoFrame);
    m_metadata->setTabKeyNavigation(false);
    m_metadata->setAccessibleName(tr("Metadata of the file"));
    m_metadata->setMinimumHeight(scaled(120));
    card->content()->addWidget(m_form);
    card->content()->addWidget(m_metadata, 1);
    return card;
}

QWidget* ExportPage::makeCommandCard()
{
    auto* card = new Card(tr("Run it in llama.cpp"));
    QPushButton* copy = makeButton(tr("Copy"), QStringLiteral("copy"));
    card->addTool(copy);
    m_command->setReadOnly(true);
    m_command->setFont(codeFont());
    m_command->setAccessibleName(tr("Command for llama.cpp"));
    m_command->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_command->setFixedHeight(scaled(60));
    m_expected->setWordWrap(true);
    card->content()->addWidget(m_command);
    card->content()->addWidget(m_expected);
    card->content()->addStretch(1);
    connect(copy, &QPushButton::clicked, this,
        [this] { QGuiApplication::clipboard()->setText(m_command->toPlainText()); });
    return card;
}

void ExportPage::arrange()
{
    m_columns->setDirection(contentWidth() < scaled(leastFormAndChecks) ? QBoxLayout::TopToBottom
                                                                        : QBoxLayout::LeftToRight);
}

void ExportPage::setSources(const std::vector<RunRow>& sources, int chosen)
{
    m_sources = sources;
    m_source = chosen;
    m_form->setSources(sources, chosen);
    updateButtons();
    updateAnswer();
}

void ExportPage::setPlan(const std::optional<core::GgufPlan>& plan, const QString& reason)
{
    m_plan = plan;
    m_reason = reason;
    m_bar->setParts(plan ? fileParts(*plan) : std::vector<FilePart>{});
    showMetadata();
    updateAnswer();
    updateChecks();
    updateButtons();
}

void ExportPage::setSettings(const ExportSettings& settings)
{
    m_form->setSettings(settings);
    updateCommand();
}

ExportSettings ExportPage::settings() const { return m_form->settings(); }

void ExportPage::setChecks(const ExportChecks& checks)
{
    m_checks = checks;
    m_form->setExisting(checks.existing);
    updateChecks();
    updateButtons();
}

void ExportPage::setReport(const std::optional<core::GgufExportReport>& report)
{
    m_report = report;
    message()->clear();
    if (report) {
        message()->setMessage(MessageBar::Kind::Done,
            tr("%1 is ready: %2, %n tensors verified in %3.", nullptr, report->tensorsVerified)
                .arg(QString::fromStdString(report->file.filename().string()),
                    exactSizeText(report->bytes), durationText(report->seconds)));
        connect(message()->addButton(tr("Open folder"), QStringLiteral("folder")),
            &QPushButton::clicked, this, &ExportPage::openFolderRequested);
    }
    updateAnswer();
    updateChecks();
    updateButtons();
}

void ExportPage::setError(const QString& error)
{
    message()->setMessage(MessageBar::Kind::Failure, error,
        tr("No file was kept. An older file of that name is as it was."));
}

void ExportPage::setRunning(bool running)
{
    m_running = running;
    m_form->forgetChoice(); // the next file is another question
    m_form->setEnabled(!running);
    updateChecks();
    updateButtons();
}

void ExportPage::setExpectation(const QString& text)
{
    m_expectation = text;
    m_expected->setText(text);
}

void ExportPage::updateAnswer()
{
    if (!m_plan) {
        setAnswer(m_reason);
        return;
    }
    const QString size = exactSizeText(m_plan->layout.fileSize);
    setAnswer(m_report ? tr("One GGUF file of exactly %1. It was written beside its target, read "
                            "back block by block, and renamed.")
                             .arg(size)
                       : tr("One GGUF file of exactly %1. It will be written beside its target, "
                            "read back block by block, and renamed.")
                             .arg(size));
}

void ExportPage::updateButtons()
{
    const bool fresh = m_source < 0;
    m_export->setText(fresh ? tr("Quantize and export")
            : m_report      ? tr("Export again")
                            : tr("Export"));
    m_export->setEnabled(canExport());
    m_export->setToolTip(obstacle());
    m_cancel->setVisible(m_running);
}

core::Existing ExportPage::existing() const
{
    return m_form->existing().isReplacing() ? core::Existing::Replace : core::Existing::Keep;
}

bool ExportPage::canExport() const { return m_plan && !m_running && obstacle().isEmpty(); }

QString ExportPage::obstacle() const
{
    using Kind = ExistingFile::Kind;
    if (!m_plan && !m_reason.isEmpty())
        return m_reason;
    if (!m_checks.folderExists)
        return tr("The folder does not exist");
    if (!m_checks.hasName)
        return tr("The file needs a name");
    if (m_checks.existing.kind == Kind::Read)
        return tr("A file that is read is never replaced");
    if (m_checks.existing.kind == Kind::Other && existing() == core::Existing::Keep)
        return tr("A file of this name exists: choose beside the name");
    return {};
}

void ExportPage::updateChecks()
{
    ExportChecks checks = m_checks;
    checks.isReplacing = existing() == core::Existing::Replace;
    m_checkList->setChecks(
        m_plan ? exportChecks(*m_plan, checks, m_report.has_value()) : std::vector<Check>{});
}

void ExportPage::updateCommand()
{
    QString name = m_form->settings().fileName;
    if (name.contains(QLatin1Char(' ')))
        name = QLatin1Char('"') + name + QLatin1Char('"');
    m_command->setPlainText(
        QStringLiteral("llama-cli -m %1 \\\n  -p \"We have the smallest Government in\"")
            .arg(name));
}

void ExportPage::showMetadata()
{
    m_metadata->setRowCount(0);
    if (!m_plan)
        return;
    const auto& pairs = m_plan->metadata.pairs();
    m_metadata->setRowCount(int(pairs.size()));
    for (int row = 0; row < int(pairs.size()); ++row) {
        const auto& [key, value] = pairs[std::size_t(row)];
        auto* keyItem = new QTableWidgetItem(QString::fromStdString(key));
        keyItem->setFont(codeFont());
        keyItem->setToolTip(keyItem->text());
        const QString text = QString::fromStdString(core::toText(value)).simplified();
        auto* valueItem = new QTableWidgetItem(text.left(200));
        valueItem->setToolTip(text.left(2000));
        m_metadata->setItem(row, 0, keyItem);
        m_metadata->setItem(row, 1, valueItem);
        m_metadata->setRowHeight(row, scaled(24));
    }
}

} // namespace widgets
