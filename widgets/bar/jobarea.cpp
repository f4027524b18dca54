// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar/jobarea.h"

#include "widgets/buttons.h"
#include "widgets/card.h"
#include "widgets/format.h"
#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace widgets {

namespace {

    constexpr int progressHeight = 4;
    constexpr int steps = 1000; ///< of the progress bar

} // namespace

JobArea::JobArea(QWidget* parent)
    : QWidget(parent)
    , m_icon(new Label(TextRole::Body))
    , m_title(new Label(TextRole::Caption))
    , m_queue(makeLinkButton({}))
    , m_pause(makeToolButton(QStringLiteral("pause"), tr("Pause (Space)"), this))
    , m_cancel(makeToolButton(QStringLiteral("cancel"), tr("Cancel"), this))
    , m_bar(new QProgressBar)
    , m_step(new Label(TextRole::Caption))
    , m_left(new Label(TextRole::Caption))
    , m_show(makeLinkButton(tr("Show")))
{
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("Job"));
    m_title->setElided();
    m_step->setElided();
    m_bar->setRange(0, steps);
    m_bar->setTextVisible(false);
    auto* top = new QHBoxLayout;
    for (QWidget* widget : { static_cast<QWidget*>(m_icon), static_cast<QWidget*>(m_title),
             static_cast<QWidget*>(m_queue), static_cast<QWidget*>(m_pause),
             static_cast<QWidget*>(m_cancel) })
        top->addWidget(widget, widget == m_title ? 1 : 0);
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(m_step, 1);
    bottom->addWidget(m_left);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(2);
    layout->addStretch(0); // centres the one line when compact
    layout->addLayout(top);
    layout->addWidget(m_bar);
    layout->addLayout(bottom);
    layout->addWidget(m_show);
    layout->addStretch(1);
    connect(m_pause, &QToolButton::clicked, this, [this] { emit pauseRequested(!m_paused); });
    connect(m_cancel, &QToolButton::clicked, this, &JobArea::cancelRequested);
    connect(m_queue, &QPushButton::clicked, this, &JobArea::queueRequested);
    connect(m_show, &QPushButton::clicked, this, &JobArea::showRequested);
    setIdle({});
    setQueue({});
    applySizes();
}

void JobArea::present(Showing showing)
{
    m_showing = showing;
    const bool running = showing == Showing::Running;
    m_pause->setVisible(running);
    m_cancel->setVisible(running);
    m_bar->setVisible(running && !m_compact);
    m_left->setVisible(running && !m_compact);
    m_step->setVisible(!m_compact);
    m_show->setVisible(showing == Showing::Failed && !m_compact);
    m_icon->setVisible(showing == Showing::Failed);
}

void JobArea::setCompact(bool compact)
{
    m_compact = compact;
    present(m_showing);
    applySizes();
}

void JobArea::setQueue(const QString& text)
{
    m_queue->setText(text.isEmpty() ? text : tr("%1 ▾", "opens the queue").arg(text));
    m_queue->setAccessibleName(tr("Queue: %1").arg(text));
    m_queue->setToolTip(tr("Show the queue"));
    m_queue->setVisible(!text.isEmpty());
}

void JobArea::setJob(const JobView& job)
{
    present(Showing::Running);
    m_paused = job.paused;
    m_title->setRole(TextRole::Caption);
    m_title->setForegroundRole(QPalette::WindowText);
    const QString title = job.model.isEmpty()
        ? job.title
        : tr("%1  ·  %2", "a job and its model").arg(job.title, job.model);
    m_title->setText(
        m_compact ? tr("%1 % · %2", "share done, job").arg(int(100 * job.done)).arg(title) : title);
    m_bar->setValue(int(job.done * steps));
    m_step->setText(job.step);
    m_pause->setIcon(icon(job.paused ? QStringLiteral("play") : QStringLiteral("pause")));
    m_pause->setToolTip(job.paused ? tr("Resume (Space)") : tr("Pause (Space)"));
    if (job.paused)
        m_left->setText(tr("Paused"));
    else
        m_left->setText(
            job.secondsLeft ? tr("%1 left").arg(durationText(*job.secondsLeft)) : QString());
}

void JobArea::setIdle(const QString& last)
{
    present(Showing::Idle);
    m_title->setRole(TextRole::Caption);
    m_title->setText(tr("No job running"));
    m_step->setText(last.isEmpty() ? tr("Jobs run here, one at a time.") : last);
}

void JobArea::setFailed(const QString& title, const QString& kept)
{
    present(Showing::Failed);
    m_icon->setPixmap(icon(QStringLiteral("error"), Ink::Err)
                          .pixmap(QSize(scaled(16), scaled(16)), devicePixelRatioF()));
    m_title->setRole(TextRole::Strong);
    m_title->setText(title);
    m_step->setText(kept);
}

void JobArea::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Space && m_showing == Showing::Running)
        emit pauseRequested(!m_paused);
    else
        QWidget::keyPressEvent(event);
}

void JobArea::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        applySizes();
}

void JobArea::applySizes()
{
    layout()->setContentsMargins(
        scaled(16), m_compact ? 0 : scaled(7), scaled(16), m_compact ? 0 : scaled(2));
    static_cast<QVBoxLayout*>(layout())->setStretch(0, m_compact ? 1 : 0);
    m_bar->setFixedHeight(scaled(progressHeight));
}

} // namespace widgets
