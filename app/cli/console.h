// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"

#include <functional>
#include <optional>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace cli {

/// Rows of cells printed in aligned columns: the first to the left, the others to the right.
class Table {
public:
    explicit Table(std::vector<std::string> header);
    void addRow(std::vector<std::string> cells);
    void print(std::ostream& out) const;

private:
    std::vector<std::vector<std::string>> m_rows; ///< the first is the header
};

/// What is to be said of tensors, one line for all of which the same is said.
class Notes {
public:
    void add(const std::string& tensor, const std::string& note); ///< nothing if `note` is empty
    /// "blk.0.attn_q.weight: raised damping", "180 tensors, from blk.0.attn_q.weight on: rows ..."
    void print(std::ostream& out) const;

private:
    struct Note {
        std::string text, firstTensor;
        int count = 0;
    };
    std::vector<Note> m_notes;
};

/// "2.70 MB": three digits, decimal units.
std::string sizeText(double bytes);
/// Fixed decimals: fixed(3.14159, 2) = "3.14"; "nan", "inf" by name.
std::string fixed(double value, int decimals);
/// Three significant digits: "0.00462".
std::string significant(double value);
/// "8 s", "4 min 10 s", "2 h 5 min"
std::string durationText(double seconds);
/// "12.3 %"
std::string percent(double share);

/// Writes progress to stderr: one changing line on a terminal, else a line every few seconds. Hands
/// out reports to a Progress; clear() removes the line.
class ProgressLine {
public:
    core::Progress::Report report();
    void clear();

    /// How the time left is told from now on, in place of the share that is done: seconds; nothing:
    /// not known. An empty one: by the share again.
    using Forecast = std::function<std::optional<double>()>;
    void setForecast(Forecast forecast) { m_forecast = std::move(forecast); }

private:
    void show(double done, const std::string& step);

    Forecast m_forecast;
    double m_shownAt = -1; ///< seconds since start of the last line
    double m_started = -1;
    bool m_visible = false;
};

} // namespace cli
