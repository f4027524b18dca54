// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QFrame>

class QHBoxLayout;
class QPushButton;
class QToolButton;

namespace widgets {

class IconLabel;
class Label;

/// A message inside a page: what happened in bold, what is kept below it, buttons that solve it.
/// It stays until solved or dismissed; hidden while it has nothing to say.
class MessageBar : public QFrame {
    Q_OBJECT

public:
    enum class Kind { Done, Warning, Failure };
    explicit MessageBar(QWidget* parent = nullptr);

    /// Shows the message, without buttons. `text` is "Cannot ⟨do⟩ “⟨thing⟩”: ⟨found⟩, ⟨needed⟩.",
    /// `kept` what is as it was (may be empty).
    void setMessage(Kind kind, const QString& text, const QString& kept = {});
    /// A button below the text, the first one primary; the owner connects it.
    QPushButton* addButton(const QString& text, const QString& iconName = {});
    void clear();
    QString text() const;

signals:
    void dismissed();

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyColours();

    Kind m_kind = Kind::Done;
    IconLabel* m_icon;
    Label* m_text;
    Label* m_kept;
    QWidget* m_buttonRow;
    QHBoxLayout* m_buttons;
    QToolButton* m_copy;
    QToolButton* m_dismiss;
};

} // namespace widgets
