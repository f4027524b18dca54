// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/shelf.h"

#include <QtWidgets/QWidget>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

class QLineEdit;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace widgets {

class CacheTable;
class Form;
class Label;
class MessageBar;

/// Where results are kept.
struct CacheFolders {
    QString usual; ///< where they are kept unless told otherwise
    QString chosen; ///< from the next start on; empty: the usual one
    QString inUse; ///< now; empty: there is none, nothing is kept
};

/// Settings of what was computed and is kept: its folder, how much it may become, and what lies
/// there, which can be removed.
class CacheSection : public QWidget {
    Q_OBJECT

public:
    explicit CacheSection(QWidget* parent = nullptr);

    void setFolders(const CacheFolders& folders);
    void setLimit(std::uint64_t bytes);
    /// None: not known yet.
    void setItems(const std::optional<std::vector<core::ShelfEntry>>& items);
    void setFailure(const QString& reason);

signals:
    void folderRequested();
    void usualFolderRequested();
    void limitChosen(quint64 bytes);
    void removeRequested(const std::vector<std::string>& keys);
    void clearRequested();

private:
    void makeFolder();
    void makeLimit();
    void makeTable();
    void askWhetherToClear();
    void updateButtons();
    QString sumText() const;

    std::optional<std::vector<core::ShelfEntry>> m_items;
    QVBoxLayout* m_layout;
    Form* m_form;
    QLineEdit* m_folder;
    QPushButton* m_usual;
    Label* m_note;
    QSpinBox* m_limit; ///< GB
    Label* m_sum;
    CacheTable* m_table;
    QPushButton *m_remove, *m_clear;
    MessageBar* m_message; ///< asks whether to clear, says what failed
};

} // namespace widgets
