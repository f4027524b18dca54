// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QDialog>

class QListWidget;
class QStackedWidget;

namespace widgets {

class CacheSection;
class ComputingSection;
class DeviceSection;
class LooksSection;

/// The settings, in sections named at the left. What is changed is told at once; there is nothing
/// to confirm.
class SettingsDialog : public QDialog {
    Q_OBJECT

public:
    /// `languages`: codes of those there are texts in; `processors`: how many there are.
    SettingsDialog(const QStringList& languages, int processors, QWidget* parent = nullptr);

    LooksSection* looks() const { return m_looks; }
    CacheSection* cache() const { return m_cache; }
    ComputingSection* computing() const { return m_computing; }
    DeviceSection* devices() const { return m_devices; }
    void showSection(int index); ///< 0 … 3, in the order above

signals:
    void helpRequested();

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void addSection(const QString& title, QWidget* section);
    QWidget* makeFoot();
    void applySizes();

    QListWidget* m_list;
    QStackedWidget* m_stack;
    LooksSection* m_looks;
    CacheSection* m_cache;
    ComputingSection* m_computing;
    DeviceSection* m_devices;
};

} // namespace widgets
