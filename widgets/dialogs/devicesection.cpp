// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/devicesection.h"

#include "widgets/buttons.h"
#include "widgets/dialogs/settingstable.h"
#include "widgets/form.h"
#include "widgets/label.h"
#include "widgets/pages/sharebox.h"
#include "widgets/theme.h"

#include <QtCore/QSignalBlocker>
#include <QtWidgets/QGridLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace widgets {
namespace {

    constexpr double giga = 1e9;
    constexpr double leastFigure = 0.01; ///< GB, GB/s
    constexpr double mostFigure = 1e6;
    constexpr int mostContext = 10'000'000;
    constexpr int contextStep = 1024;
    constexpr int longestName = 60;
    constexpr std::size_t mostDevices = 100;
    constexpr double usualMemory = 16; ///< GB, of a laptop
    constexpr double usualBandwidth = 100; ///< GB/s

    QDoubleSpinBox* figureBox(double value, const QString& suffix)
    {
        auto* box = new ShareBox;
        box->setDecimals(2);
        box->setRange(leastFigure, mostFigure);
        box->setValue(value);
        box->setSuffix(suffix);
        return box;
    }

} // namespace

DeviceSection::DeviceSection(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
    , m_context(new QSpinBox)
    , m_table(new SettingsTable({ tr("Own devices"), tr("Memory"), tr("Bandwidth") }))
    , m_remove(makeButton(tr("Remove device"), QStringLiteral("remove")))
    , m_name(new QLineEdit)
    , m_memory(figureBox(usualMemory, QStringLiteral("\u00a0GB")))
    , m_bandwidth(figureBox(usualBandwidth, QStringLiteral("\u00a0GB/s")))
    , m_add(makeButton(tr("Add device"), QStringLiteral("add")))
    , m_problem(new Label(TextRole::Caption))
{
    m_layout->setSpacing(scaled(8));
    makeContext();
    makeTable();
    makeNew();
    makeButtons();
    fill();
    check();
}

void DeviceSection::makeContext()
{
    m_context->setRange(1, mostContext);
    m_context->setSingleStep(contextStep);
    m_context->setGroupSeparatorShown(true);
    m_context->setSuffix(tr(" tokens"));
    m_context->setKeyboardTracking(false);
    m_context->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    auto* form = new Form(static_cast<QWidget*>(nullptr));
    form->addField(
        tr("Context"), m_context, tr("Tokens whose keys and values are read for each new one."));
    auto* note = new Label(TextRole::Caption,
        tr("The bound of tokens/s holds at this many tokens, or at as many as the model was "
           "trained for where those are fewer."));
    note->setWordWrap(true);
    m_layout->addLayout(form);
    m_layout->addWidget(note);
    connect(m_context, &QSpinBox::valueChanged, this, &DeviceSection::contextChosen);
}

void DeviceSection::makeTable()
{
    m_table->setRootIsDecorated(false);
    m_layout->addWidget(m_table, 1);
    connect(m_table, &QTreeWidget::itemSelectionChanged, this,
        [this] { m_remove->setEnabled(!m_table->selectedItems().isEmpty()); });
    connect(m_table, &SettingsTable::deletePressed, this, &DeviceSection::removeSelected);
}

void DeviceSection::makeNew()
{
    m_name->setMaxLength(longestName);
    m_bandwidth->setToolTip(tr("Of the memory that the weights lie in, as the maker states it."));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(scaled(8));
    grid->setVerticalSpacing(scaled(4));
    grid->setColumnStretch(0, 1);
    int column = 0;
    const auto addField = [&](const QString& caption, QWidget* field) {
        field->setAccessibleName(caption);
        grid->addWidget(new Label(TextRole::Secondary, caption), 0, column);
        grid->addWidget(field, 1, column++);
    };
    addField(tr("New device"), m_name);
    addField(tr("Memory"), m_memory);
    addField(tr("Bandwidth"), m_bandwidth);
    m_layout->addLayout(grid);
    connect(m_name, &QLineEdit::textChanged, this, &DeviceSection::check);
    connect(m_name, &QLineEdit::returnPressed, this, &DeviceSection::add);
}

void DeviceSection::makeButtons()
{
    m_problem->setWordWrap(true);
    m_layout->addWidget(m_problem);
    auto* row = new QHBoxLayout;
    row->setSpacing(scaled(8));
    row->addWidget(m_add);
    row->addWidget(m_remove);
    row->addStretch(1);
    m_layout->addLayout(row);
    connect(m_add, &QPushButton::clicked, this, &DeviceSection::add);
    connect(m_remove, &QPushButton::clicked, this, &DeviceSection::removeSelected);
}

void DeviceSection::setKnownNames(const QStringList& names)
{
    m_known = names;
    check();
}

void DeviceSection::setDevices(const std::vector<core::Device>& devices)
{
    m_devices = devices;
    fill();
    check();
}

void DeviceSection::setContext(int tokens)
{
    const QSignalBlocker blocker(m_context);
    m_context->setValue(tokens);
}

void DeviceSection::fill()
{
    m_table->clear();
    const QLocale locale;
    for (const core::Device& device : m_devices) {
        auto* item = new QTreeWidgetItem(m_table,
            { QString::fromStdString(device.name),
                locale.toString(device.memoryBytes / giga, 'g', 6) + m_memory->suffix(),
                locale.toString(device.bytesPerSecond / giga, 'g', 6) + m_bandwidth->suffix() });
        SettingsTable::arrange(*item);
    }
    m_remove->setEnabled(false);
}

bool DeviceSection::isTaken(const QString& name) const
{
    return m_known.contains(name, Qt::CaseInsensitive)
        || std::ranges::any_of(m_devices, [&name](const core::Device& device) {
               return name.compare(QString::fromStdString(device.name), Qt::CaseInsensitive) == 0;
           });
}

void DeviceSection::check()
{
    const QString name = m_name->text().simplified();
    const bool isFull = m_devices.size() >= mostDevices;
    QString problem;
    if (isFull)
        problem = tr("There is no room for more than %1 devices.").arg(mostDevices);
    else if (isTaken(name))
        problem = tr("There is a device of this name.");
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_add->setEnabled(!name.isEmpty() && problem.isEmpty());
}

void DeviceSection::add()
{
    if (!m_add->isEnabled())
        return;
    m_devices.push_back({ m_name->text().simplified().toStdString(), m_bandwidth->value() * giga,
        m_memory->value() * giga, {} });
    m_name->clear();
    fill();
    check();
    emit devicesChanged(m_devices);
}

void DeviceSection::removeSelected()
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    if (rows.isEmpty())
        return;
    std::vector<core::Device> rest;
    for (int row = 0; row < int(m_devices.size()); ++row)
        if (!m_table->topLevelItem(row)->isSelected())
            rest.push_back(m_devices[std::size_t(row)]);
    m_devices = std::move(rest);
    fill();
    check();
    emit devicesChanged(m_devices);
}

} // namespace widgets
