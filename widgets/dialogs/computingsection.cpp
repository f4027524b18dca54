// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/computingsection.h"

#include "widgets/form.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QtCore/QSignalBlocker>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QVBoxLayout>

namespace widgets {

ComputingSection::ComputingSection(int processors, QWidget* parent)
    : QWidget(parent)
    , m_threads(new QSpinBox)
{
    auto* form = new Form(static_cast<QWidget*>(nullptr));
    m_threads->setRange(0, processors);
    m_threads->setSpecialValueText(tr("all (%1)", "processors").arg(processors));
    m_threads->setKeyboardTracking(false);
    form->addField(tr("Processors"), m_threads);
    auto* note = new Label(TextRole::Caption,
        tr("Counts at once, also for what runs. Fewer leave room for other programs. The results "
           "are the same for any number."));
    note->setWordWrap(true);
    m_threads->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(scaled(12));
    layout->addLayout(form);
    layout->addWidget(note);
    layout->addStretch(1);
    connect(m_threads, &QSpinBox::valueChanged, this, &ComputingSection::threadsChosen);
}

void ComputingSection::setThreads(int threads)
{
    const QSignalBlocker blocker(m_threads);
    m_threads->setValue(threads > m_threads->maximum() ? 0 : threads);
}

} // namespace widgets
