// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QSpinBox;

namespace widgets {

/// Settings of how the program computes: on how many processors.
class ComputingSection : public QWidget {
    Q_OBJECT

public:
    explicit ComputingSection(int processors, QWidget* parent = nullptr);

    /// 0: all. More than there are counts as all.
    void setThreads(int threads);

signals:
    void threadsChosen(int threads);

private:
    QSpinBox* m_threads;
};

} // namespace widgets
