// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/measure/bandwidth.h"

#include <QtWidgets/QWidget>

#include <vector>

class QDoubleSpinBox;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace widgets {

class Label;
class SettingsTable;

/// Settings of the tokens/s bound: the user's own devices, and the context it is stated for.
class DeviceSection : public QWidget {
    Q_OBJECT

public:
    explicit DeviceSection(QWidget* parent = nullptr);

    /// Names that no own device can have.
    void setKnownNames(const QStringList& names);
    void setDevices(const std::vector<core::Device>& devices);
    void setContext(int tokens);

signals:
    void devicesChanged(const std::vector<core::Device>& devices);
    void contextChosen(int tokens);

private:
    void makeContext();
    void makeTable();
    void makeNew();
    void makeButtons();
    void fill();
    void check(); ///< whether what is typed in can be added
    bool isTaken(const QString& name) const;
    void add();
    void removeSelected();

    QStringList m_known;
    std::vector<core::Device> m_devices;
    QVBoxLayout* m_layout;
    QSpinBox* m_context;
    SettingsTable* m_table;
    QPushButton* m_remove;
    QLineEdit* m_name;
    QDoubleSpinBox *m_memory, *m_bandwidth; ///< GB, GB/s
    QPushButton* m_add;
    Label* m_problem;
};

} // namespace widgets
