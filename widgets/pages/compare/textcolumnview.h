// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pages/compare/textpanel.h"

class QTextEdit;

namespace widgets {

/// One model's text under its name, with the tokens marked that differ from the original's.
class TextColumnView : public QWidget {
    Q_OBJECT

public:
    explicit TextColumnView(QWidget* parent = nullptr);

    /// Without a title it is hidden.
    void setColumn(const TextColumn& column);
    const TextColumn& column() const { return m_column; }

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void fill();

    TextColumn m_column;
    Label *m_letter, *m_title, *m_note;
    QTextEdit* m_text;
};

} // namespace widgets
