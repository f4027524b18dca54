// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

#include <vector>

namespace widgets {

/// One thing known about something: "Layers", "4 decoder layers".
struct Fact {
    QString label, value, toolTip;
    bool operator==(const Fact&) const = default;
};

/// Facts one below the other in two columns, the labels in the second colour.
class FactList : public QWidget {
    Q_OBJECT

public:
    explicit FactList(QWidget* parent = nullptr);
    void setFacts(const std::vector<Fact>& facts);
    const std::vector<Fact>& facts() const { return m_facts; }
    /// At the design's text size; 24 unless set.
    void setRowHeight(int pixels);

private:
    void rebuild();

    std::vector<Fact> m_facts;
    int m_rowHeight = 24;
};

/// Facts side by side, the label above the value, thin lines between.
class FactStrip : public QWidget {
    Q_OBJECT

public:
    explicit FactStrip(QWidget* parent = nullptr);
    void setFacts(const std::vector<Fact>& facts);
    const std::vector<Fact>& facts() const { return m_facts; }

private:
    std::vector<Fact> m_facts;
};

} // namespace widgets
