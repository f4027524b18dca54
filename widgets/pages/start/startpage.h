// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pages/page.h"

#include <vector>

class QBoxLayout;

namespace widgets {

class Card;
class DropArea;
class Label;
class RecentList;

/// A model or session opened before.
struct RecentEntry {
    enum class Kind { Folder, File, Session } kind = Kind::Folder;
    QString path; ///< what opening needs
    QString name, folder; ///< as shown
    QString facts; ///< "Llama · 1.24 B · BF16"; why it cannot be opened, if missing
    QString session; ///< what its session holds: "3 runs, last Q4_K_M by GPTQ"; may be empty
    QString interrupted; ///< "Q4_K_M by GPTQ: 18 of 30 layers are done"; empty: nothing to resume
    QString size, date;
    bool missing = false;
    bool isRemovable = true; ///< from the list
    bool operator==(const RecentEntry&) const = default;
};

/// What stands at the right side while no model is open: a drop area, what was open before, the
/// bundled sample and three help links. Messages (a model that cannot be opened) stand above.
class StartPage : public Page {
    Q_OBJECT

public:
    explicit StartPage(QWidget* parent = nullptr);

    void setRecent(const std::vector<RecentEntry>& entries);
    /// Models that other programs keep on this computer.
    void setKept(const std::vector<RecentEntry>& entries);
    /// "A trained Llama with 4.20 M parameters, …"; empty: no sample is installed, no button.
    void setSample(const QString& description);
    /// Adds buttons to the message above that open these files instead, the first few of them.
    void setOffers(const QStringList& paths);

signals:
    void openFolderRequested();
    void openFileRequested();
    /// A recent entry, or something dropped: a folder or file to open.
    void openRequested(const QString& path);
    void resumeRequested(const QString& path); ///< the interrupted run of that entry
    void removeRequested(const QString& path);
    void sampleRequested();
    /// "tour", "formats" or "shortcuts": a page of the help.
    void helpRequested(const QString& topic);

protected:
    void arrange() override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QWidget* makeSide();
    QWidget* makeLists();
    void arrangeLists(); ///< for what they hold

    DropArea* m_drop;
    RecentList* m_recent;
    RecentList* m_kept;
    QWidget* m_lists = nullptr;
    QWidget* m_side = nullptr;
    Label* m_sampleText;
    Card* m_sample;
    QBoxLayout* m_lower;
};

} // namespace widgets
