// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/card.h"

#include <QtCore/QString>

class QPushButton;
class QSpinBox;

namespace widgets {

class Label;

/// What measuring activations is asked to run.
struct ActivationSettings {
    QString text; ///< path or the sample's own; what the app was told is what it gets back
    QString textName; ///< as shown: "calibration.txt"
    int sequences = 64;
    int length = 256; ///< tokens in a sequence
    bool operator==(const ActivationSettings&) const = default;
};

/// Text, number of sequences and their length: what to measure with.
class ActivationForm : public QWidget {
    Q_OBJECT

public:
    explicit ActivationForm(QWidget* parent = nullptr);

    void setSettings(const ActivationSettings& settings);
    ActivationSettings settings() const;
    /// What is odd about how the text is written; empty: nothing.
    void setTextNotes(const QString& notes);

signals:
    void changed();
    void chooseTextRequested();

private:
    QString m_text;
    Label *m_name, *m_notes;
    QSpinBox *m_sequences, *m_length;
};

/// The one card of the page while nothing is measured: what measuring does, with what, how long it
/// takes, and the button. It needs no decision.
class ActivationSetup : public Card {
    Q_OBJECT

public:
    explicit ActivationSetup(QWidget* parent = nullptr);

    ActivationForm* form() const { return m_form; }
    QPushButton* button() const { return m_button; }
    /// Seconds; negative: unknown.
    void setEstimate(double seconds);
    /// Why measuring cannot be started; empty: it can.
    void setWhyNot(const QString& reason);
    void setRunning(bool running);

private:
    ActivationForm* m_form;
    Label* m_estimate;
    QPushButton* m_button;
    QString m_whyNot;
    double m_seconds = -1;
    bool m_running = false;
};

} // namespace widgets
