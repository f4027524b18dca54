// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QDialog>

#include <vector>

class QAction;
class QCheckBox;
class QKeyEvent;
class QListWidget;
class QPushButton;

namespace widgets {

class Label;

/// A run that is lined up, for people.
struct QueueRow {
    enum class Kind { Active, Waiting, Interrupted, Failed } kind = Kind::Waiting;
    int id = 0;
    QString title; ///< "Q4_K_M by GPTQ"
    QString model; ///< whose run it is
    QString state; ///< "running, 3 of 6 layers"

    bool operator==(const QueueRow&) const = default;
};

/// Whether the queue goes on.
struct QueueFlow {
    bool paused = false; ///< what is active is held; or nothing is, and the next does not begin
    bool held = false; ///< nothing begins after what is active

    bool operator==(const QueueFlow&) const = default;
};

/// The runs that are lined up, the next first, in a small window of its own. It changes nothing by
/// itself: dragging or Alt+arrow asks for a move, Delete for a removal, Enter for resuming.
class QueueList : public QDialog {
    Q_OBJECT

public:
    explicit QueueList(QWidget* parent = nullptr);

    void setRows(const std::vector<QueueRow>& rows); ///< the chosen one stays chosen
    void setFlow(const QueueFlow& flow);
    /// Opens with its lower right corner at the upper right one of `widget`.
    void showAbove(const QWidget& widget);

signals:
    void moveRequested(int id, int to); ///< to that place in the list without it
    void removeRequested(int id);
    void resumeRequested(int id);
    void resumeAllRequested(); ///< all that are interrupted
    void pauseRequested();
    void goOnRequested();
    void holdRequested(); ///< nothing is to begin after what is active
    void releaseRequested(); ///< the other way

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; ///< the list's keys

private:
    void makeList();
    QWidget* makeFlowRow();
    QWidget* makeRowButtons();
    QAction* addAct(const QString& text, const QString& keys, void (QueueList::*act)());
    QAction* actFor(const QKeyEvent& event) const; ///< null if the key is the list's own
    const QueueRow* current() const; ///< null if none is chosen
    void fill();
    void updateActs();
    void moveUp();
    void moveDown();
    void remove();
    void resume();

    std::vector<QueueRow> m_rows;
    QueueFlow m_flow;
    QListWidget* m_list;
    Label* m_empty;
    QPushButton* m_pause;
    QCheckBox* m_hold;
    QPushButton* m_resumeAll;
    QAction *m_up, *m_down, *m_remove, *m_resume;
};

} // namespace widgets
