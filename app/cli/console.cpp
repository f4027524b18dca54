// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <sstream>

#include <unistd.h>

namespace cli {

namespace {

    double now()
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }

    /// Characters, not bytes, of UTF-8 text.
    std::size_t width(const std::string& text)
    {
        return std::size_t(std::count_if(text.begin(), text.end(),
            [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
    }

} // namespace

Table::Table(std::vector<std::string> header)
    : m_rows{ std::move(header) }
{
}

void Table::addRow(std::vector<std::string> cells) { m_rows.push_back(std::move(cells)); }

void Table::print(std::ostream& out) const
{
    std::vector<std::size_t> widths(m_rows.front().size());
    for (const auto& row : m_rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width(row[i]));
    }
    for (const auto& row : m_rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - width(row[i]), ' ');
            line += i == 0 ? row[i] + padding : "  " + padding + row[i];
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << '\n';
    }
}

std::string fixed(double value, int decimals)
{
    std::ostringstream out;
    out << std::fixed << std::setprecision(decimals) << value;
    return out.str();
}

std::string significant(double value)
{
    std::ostringstream out;
    out << std::setprecision(3) << value;
    return out.str();
}

std::string durationText(double seconds)
{
    std::ostringstream out;
    if (seconds < 60)
        out << std::lround(seconds) << " s";
    else if (seconds < 3600)
        out << int(seconds) / 60 << " min " << int(seconds) % 60 << " s";
    else
        out << int(seconds) / 3600 << " h " << int(seconds) % 3600 / 60 << " min";
    return out.str();
}

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

void Notes::add(const std::string& tensor, const std::string& note)
{
    if (note.empty())
        return;
    auto found = std::ranges::find(m_notes, note, &Note::text);
    if (found == m_notes.end())
        found = m_notes.insert(found, { note, tensor });
    ++found->count;
}

void Notes::print(std::ostream& out) const
{
    for (const Note& note : m_notes) {
        if (note.count > 1)
            out << note.count << " tensors, from " << note.firstTensor << " on";
        else
            out << note.firstTensor;
        out << ": " << note.text << '\n';
    }
}

std::string sizeText(double bytes)
{
    static constexpr std::array<const char*, 5> units{ "B", "kB", "MB", "GB", "TB" };
    std::size_t unit = 0;
    while (bytes >= 999.5 && unit + 1 < units.size()) {
        bytes /= 1000;
        ++unit;
    }
    const int decimals = unit == 0 || bytes >= 99.95 ? 0 : bytes >= 9.995 ? 1 : 2;
    return fixed(bytes, decimals) + " " + units[unit];
}

core::Progress::Report ProgressLine::report()
{
    return [this](double done, const std::string& step) { show(done, step); };
}

void ProgressLine::show(double done, const std::string& step)
{
    const bool terminal = isatty(STDERR_FILENO) != 0;
    const double interval
        = terminal ? 0.2 : 5; // seconds between two changes, or two lines of a log
    const double time = now();
    if (m_started < 0)
        m_started = time;
    if (time - m_shownAt < interval)
        return;
    m_shownAt = time;
    std::ostringstream line;
    line << std::setw(3) << std::lround(100 * done) << " %  " << step;
    const double elapsed = time - m_started;
    std::optional<double> left;
    if (m_forecast)
        left = m_forecast();
    else if (done > 0.02 && elapsed > 1)
        left = elapsed * (1 - done) / done;
    if (left)
        line << ", " << durationText(*left) << " left";
    if (terminal)
        std::cerr << "\r\033[K" << line.str() << std::flush;
    else
        std::cerr << line.str() << '\n';
    m_visible = terminal;
}

void ProgressLine::clear()
{
    if (m_visible)
        std::cerr << "\r\033[K" << std::flush;
    m_visible = false;
}

} // namespace cli
