// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QTableWidget;

namespace widgets {

class Label;
struct MeasuredActivations;

/// The largest values of the residual stream with the token that made each; choosing a row shows
/// the token in its text.
class LargestValues : public QWidget {
    Q_OBJECT

public:
    explicit LargestValues(QWidget* parent = nullptr);

    void setMeasured(const MeasuredActivations& measured);

signals:
    void channelChosen(int channel);

protected:
    void changeEvent(QEvent* event) override;

private:
    void showContext(int row);
    void colour();

    QStringList m_contexts; ///< one for each row
    QTableWidget* m_table;
    Label* m_context;
};

} // namespace widgets
