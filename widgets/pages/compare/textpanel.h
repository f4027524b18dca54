// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

#include <array>
#include <vector>

class QBoxLayout;
class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace widgets {

class Label;
class TextColumnView;

/// A token as it is shown.
struct ShownToken {
    QString text;
    bool differs = false; ///< from the original's
    bool operator==(const ShownToken&) const = default;
};

/// What one model writes.
struct TextColumn {
    QString letter; ///< "A"; empty: the original
    QString title; ///< empty: there is no such column
    QString note; ///< "differs from token 16"
    std::vector<ShownToken> tokens;
    int color = 0; ///< of the letter: index into Tokens::runs
    bool operator==(const TextColumn&) const = default;
};

/// How the user wants a prompt continued.
struct TextChoice {
    QString prompt;
    bool isOwn = false; ///< the user wrote it; else it was proposed
    double temperature = 0; ///< 0: the likeliest token
    int seed = 1;
    int count = 64; ///< tokens at most
};

/// The same prompt continued by the original, A and B side by side; tokens that differ stand out.
class TextPanel : public QWidget {
    Q_OBJECT

public:
    explicit TextPanel(QWidget* parent = nullptr);

    /// Prompt, sampling and the button, for the title row of the card.
    QWidget* controls() const { return m_controls; }
    /// What stands side by side elsewhere, one below the other.
    void setNarrow(bool narrow);
    /// A prompt to begin with; one that the user wrote stays.
    void proposePrompt(const QString& prompt);
    TextChoice choice() const;
    /// As it was chosen before; without a prompt of the user's one may be proposed.
    void setChoice(const TextChoice& choice);
    /// The original, A, B.
    void setColumns(const std::array<TextColumn, 3>& columns);
    void setRunning(bool running);
    /// Why nothing can be written; empty: it can.
    void setWhyNot(const QString& whyNot);
    /// How often A and B write the same over many prompts; empty: not known.
    void setMatch(const QString& text);

signals:
    void choiceChanged(); ///< by the user
    void writeRequested();
    void stopRequested();
    void matchRequested(); ///< over beginnings of the evaluation text
    void matchFileRequested(); ///< over prompts in a file

private:
    void makeControls();
    void explainControls();
    void connectControls();
    void updateButtons();
    void updateFoot();

    QWidget* m_controls;
    QLineEdit* m_prompt;
    QComboBox* m_sampling;
    QDoubleSpinBox* m_temperature;
    QSpinBox *m_seed, *m_count;
    QPushButton *m_write, *m_matchButton;
    QBoxLayout *m_controlRow, *m_columnRow;
    std::array<TextColumnView*, 3> m_columns;
    Label* m_match;
    QString m_whyNot, m_matchText;
    bool m_running = false;
    bool m_isOwnPrompt = false;
};

} // namespace widgets
