// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

#include <vector>

namespace widgets {

/// One thing that was looked at: fine (✓), worth knowing (⚠), or in the way.
struct Check {
    enum class Kind { Fine, Warning, Failure };
    Kind kind = Kind::Fine;
    QString text; ///< "Every row fits its format"
    QString detail; ///< at the right end: "0 fallbacks"
    bool operator==(const Check&) const = default;
};

/// Checks one below the other.
class CheckList : public QWidget {
    Q_OBJECT

public:
    explicit CheckList(QWidget* parent = nullptr);
    void setChecks(const std::vector<Check>& checks);
    /// At the design's text size; 24 unless set.
    void setRowHeight(int pixels);
    const std::vector<Check>& checks() const { return m_checks; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void rebuild();

    std::vector<Check> m_checks;
    int m_rowHeight = 24;
};

} // namespace widgets
