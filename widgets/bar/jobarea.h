// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <optional>

class QProgressBar;
class QPushButton;
class QToolButton;

namespace widgets {

class Label;

/// A running job for people.
struct JobView {
    QString title; ///< "GPTQ: Q4_K_M"
    QString model; ///< whose it is, if it is not the open one
    QString step; ///< "layer 2 of 4"
    double done = 0; ///< 0 … 1
    std::optional<double> secondsLeft;
    bool paused = false;
};

/// The last cell of the balance bar: the running job with bar, time left, pause and cancel; else
/// what ran last, or what failed. A button opens the queue while something is lined up.
class JobArea : public QWidget {
    Q_OBJECT

public:
    explicit JobArea(QWidget* parent = nullptr);

    void setJob(const JobView& job);
    void setIdle(const QString& last); ///< "Last: measured activations, 2.4 s"
    void setFailed(const QString& title, const QString& kept);
    void setQueue(const QString& text); ///< "2 waiting"; empty: nothing is lined up
    void setCompact(bool compact); ///< one line

signals:
    void pauseRequested(bool paused);
    void cancelRequested();
    void queueRequested();
    void showRequested(); ///< the page of the failure

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applySizes();
    enum class Showing { Idle, Running, Failed };
    void present(Showing showing);

    Label* m_icon;
    Label* m_title;
    QPushButton* m_queue;
    QToolButton* m_pause;
    QToolButton* m_cancel;
    QProgressBar* m_bar;
    Label* m_step;
    Label* m_left;
    QPushButton* m_show;
    Showing m_showing = Showing::Idle;
    bool m_compact = false;
    bool m_paused = false;
};

} // namespace widgets
