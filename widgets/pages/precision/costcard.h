// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/card.h"
#include "widgets/pages/precision/costtable.h"

class QPushButton;
class QToolButton;

namespace widgets {

/// What another format would change for the selected tensors, and the button that assigns it.
class CostCard : public Card {
    Q_OBJECT

public:
    explicit CostCard(QWidget* parent = nullptr);

    /// As PrecisionPage::setSelection().
    void setSelection(const QString& name, const std::vector<FormatChoice>& choices,
        const core::Format* assigned, const core::Format* looked);
    void setLocked(bool locked);
    /// Why the selection cannot be measured alone; empty: it can.
    void setWhyNotMeasure(const QString& reason);

signals:
    void lookRequested(const core::Format* format);
    void assignRequested(const core::Format* format);
    void measureRequested(const core::Format* format); ///< alone, in that format

private:
    void refresh();
    void showMeasured(const std::vector<FormatChoice>& choices);
    void assign(const core::Format* format);

    CostTable* m_table;
    QToolButton* m_study; ///< a menu of the formats for study, which the table has no room for
    Label* m_partial; ///< of how many tensors the errors are, while they are measured
    Label* m_note;
    Label* m_empty;
    QPushButton *m_assign, *m_measure;
    QString m_whyNotMeasure;
    QWidget* m_foot;
    const core::Format* m_assigned = nullptr;
    bool m_locked = false;
};

} // namespace widgets
