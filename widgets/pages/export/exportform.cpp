// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/export/exportform.h"

#include "widgets/buttons.h"
#include "widgets/form.h"
#include "widgets/format.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtCore/QSignalBlocker>
#include <QtGui/QStandardItemModel>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>

namespace widgets {

ExportForm::ExportForm(QWidget* parent)
    : QWidget(parent)
    , m_form(new Form(this))
    , m_source(new QComboBox)
    , m_choose(makeButton(tr("Choose...")))
{
    m_source->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_form->addField(tr("What"), m_source);
    m_source->setAccessibleName(tr("What to write"));
    m_folder = addField(tr("Folder"), {}, m_choose);
    m_fileName = addField(tr("File name"), {});
    m_existing = new ExistingChoice;
    m_form->addRow(new QWidget, m_existing);
    m_modelName = addField(tr("Model name"), tr("as in the checkpoint"));
    m_license = addField(tr("License"), tr("not set"));
    connect(m_source, &QComboBox::activated, this,
        [this](int index) { emit sourceChosen(m_source->itemData(index).toInt()); });
    connect(m_choose, &QPushButton::clicked, this, &ExportForm::chooseFolderRequested);
    for (QLineEdit* field : { m_folder, m_fileName })
        connect(field, &QLineEdit::textChanged, this, &ExportForm::forgetChoice);
    connect(m_existing, &ExistingChoice::replacingChanged, this, &ExportForm::replacingChanged);
    connect(m_existing, &ExistingChoice::freeNameChosen, this, [this](const QString& name) {
        m_fileName->setText(name);
        emit settingsChanged(settings());
    });
}

QLineEdit* ExportForm::addField(const QString& label, const QString& placeholder, QWidget* beside)
{
    auto* field = new QLineEdit;
    field->setPlaceholderText(placeholder);
    field->setAccessibleName(label);
    auto* row = new QHBoxLayout;
    row->setSpacing(scaled(8));
    row->addWidget(field, 1);
    if (beside)
        row->addWidget(beside);
    m_form->addRow(new Label(TextRole::Secondary, label), row);
    connect(field, &QLineEdit::textEdited, this, [this] { emit settingsChanged(settings()); });
    return field;
}

void ExportForm::setSources(const std::vector<RunRow>& sources, int chosen)
{
    const QSignalBlocker blocker(m_source);
    m_source->clear();
    for (const RunRow& source : sources) {
        m_source->addItem(
            tr("%1, %2, %3").arg(source.title, source.method, sizeText(double(source.fileBytes))),
            source.number);
        if (source.isFile) {
            const int row = m_source->count() - 1;
            static_cast<QStandardItemModel*>(m_source->model())->item(row)->setEnabled(false);
            m_source->setItemData(row,
                tr("It is a file already, and nothing of it was rounded here: copy it where it is "
                   "needed."),
                Qt::ToolTipRole);
        }
    }
    m_source->setCurrentIndex(m_source->findData(chosen));
}

void ExportForm::setSettings(const ExportSettings& settings)
{
    const auto show = [](QLineEdit* field, const QString& text) {
        if (field->text() != text)
            field->setText(text); // keeps the cursor while the user types
    };
    show(m_folder, settings.folder);
    show(m_fileName, settings.fileName);
    show(m_modelName, settings.modelName);
    show(m_license, settings.license);
}

ExportSettings ExportForm::settings() const
{
    return { m_folder->text(), m_fileName->text(), m_modelName->text(), m_license->text() };
}

void ExportForm::setExisting(const ExistingFile& file) { m_existing->setFile(file); }

void ExportForm::forgetChoice() { m_existing->forget(); }

} // namespace widgets
