// SPDX-License-Identifier: GPL-3.0-or-later
// quantscope-bench-window: how long the window's thread is busy for one frame of the table and of
// page 4's budget, with 300 and with 20,000 tensors. Run it with QT_QPA_PLATFORM=offscreen.
#include "app/controllers/losscontroller.h"
#include "app/controllers/tensorscout.h"
#include "app/window/mainwindow.h"
#include "app/window/windowpages.h"
#include "tests/bench/syntheticgguf.h"
#include "tests/support/filebytes.h"
#include "widgets/pages/precision/budgetcard.h"
#include "widgets/pages/precision/budgetslider.h"
#include "widgets/pages/precision/precisionpage.h"
#include "widgets/table/tensortable.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QMouseEvent>
#include <QScrollBar>
#include <QSettings>
#include <QTreeView>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <iostream>
#include <vector>

namespace {

using widgets::TensorColumn;

constexpr bench::GgufShape few{ "300 tensors", 33, 256, 32, 2, 2, 16, 300 };
constexpr bench::GgufShape many{ "20,000 tensors", 2222, 256, 32, 2, 2, 16, 300 };

/// Processor time of this thread: other programs on the machine do not lengthen it.
double busyMilliseconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

/// Times of frames: what was done and all that it led to, painted.
class Frames {
public:
    explicit Frames(const char* name)
        : m_name(name)
    {
    }
    ~Frames()
    {
        std::ranges::sort(m_times);
        std::printf("  %-34s %6zu frames  median %8.1f ms  worst %8.1f ms\n", m_name,
            m_times.size(), m_times[m_times.size() / 2], m_times.back());
    }
    Frames(const Frames&) = delete;
    Frames& operator=(const Frames&) = delete;

    template<typename Action>
    void take(const Action& action)
    {
        const double start = busyMilliseconds();
        action();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
        QCoreApplication::processEvents();
        m_times.push_back(busyMilliseconds() - start);
    }

private:
    const char* m_name;
    std::vector<double> m_times;
};

template<typename Condition>
void waitFor(const Condition& condition)
{
    while (!condition())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 50);
    for (int i = 0; i < 20; ++i) // what presenters put off
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
}

void measureTable(app::MainWindow& window)
{
    widgets::TensorTable& table = window.table();
    auto& tree = *table.findChild<QTreeView*>();
    const auto sort = [&](const char* name, std::initializer_list<TensorColumn> columns) {
        Frames frames(name);
        for (const TensorColumn column : columns)
            for (const Qt::SortOrder order : { Qt::DescendingOrder, Qt::AscendingOrder })
                frames.take([&] { tree.sortByColumn(int(column), order); });
        tree.sortByColumn(-1, Qt::AscendingOrder);
        QCoreApplication::processEvents();
    };
    const auto scroll = [&](const char* name) {
        Frames frames(name);
        QScrollBar& bar = *tree.verticalScrollBar();
        for (int i = 0; i <= 60; ++i)
            frames.take([&] { bar.setValue(int(double(bar.maximum()) * i / 60)); });
        bar.setValue(0);
    };
    const auto filter = [&](const char* name) {
        Frames frames(name);
        for (const char* words : { "f", "ff", "ffn", "ffn_d", "ffn_down", "layer 3-20",
                 "kurtosis > 1", "Q4_K", "attn parameters > 100", "nothing of the kind", "" })
            frames.take([&] { table.setFilterText(words); });
    };
    {
        Frames frames("unfold, fold all");
        frames.take([&] { table.expandAll(); });
        frames.take([&] { table.collapseAll(); });
        table.expandAll();
    }
    const auto columns = { TensorColumn::Parameters, TensorColumn::Size, TensorColumn::Kurtosis };
    sort("sort inside layers", columns);
    scroll("scroll, layers unfolded");
    filter("filter, layers unfolded");
    {
        Frames frames("a flat list, and back");
        frames.take([&] { table.setFlat(true); });
        frames.take([&] { table.setFlat(false); });
        table.setFlat(true);
    }
    sort("sort the flat list", columns);
    scroll("scroll the flat list");
    filter("filter the flat list");
    {
        Frames frames("select all");
        frames.take([&] { table.selectAllShown(); });
        frames.take([&] { table.selectTensors({ 3 }); });
    }
    table.setFlat(false);
    table.collapseAll();
}

void measureBudget(app::MainWindow& window)
{
    widgets::BudgetCard& budget = *window.pages().precision->budget();
    auto& slider = *budget.findChild<widgets::BudgetSlider*>();
    emit budget.guessRequested();
    waitFor([&] { return window.session().losses() && !slider.isHidden(); });
    for (const bool unfolded : { false, true }) {
        unfolded ? window.table().expandAll() : window.table().collapseAll();
        const auto mouse = [&](QEvent::Type type, double share) {
            const QPointF place(share * slider.width(), slider.height() / 2.0);
            QMouseEvent event(type, place, slider.mapToGlobal(place),
                type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton,
                type == QEvent::MouseButtonRelease ? Qt::NoButton : Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&slider, &event);
        };
        mouse(QEvent::MouseButtonPress, 0.05);
        QCoreApplication::processEvents();
        {
            Frames frames(unfolded ? "drag the budget, layers unfolded" : "drag the budget");
            for (int i = 1; i <= 40; ++i)
                frames.take([&] { mouse(QEvent::MouseMove, 0.05 + 0.9 * i / 40); });
        }
        Frames frames("let it go");
        frames.take([&] { mouse(QEvent::MouseButtonRelease, 0.95); });
    }
    window.selection().look(nullptr);
}

void measure(const bench::GgufShape& shape)
{
    const support::TemporaryFolder folder;
    const auto model = folder / "model.gguf";
    bench::writeSyntheticGguf(shape, model);
    QSettings settings(QString::fromStdString(folder / "settings.ini"), QSettings::IniFormat);
    widgets::Theme theme(*qApp);
    const std::filesystem::path resources
        = std::filesystem::path(QUANTSCOPE_SOURCE_DIR) / "resources";
    app::MainWindow window(settings, theme, core::readDevices(resources / "devices.json"),
        app::WindowFolders{ resources, folder.path(), folder.path() });
    window.show();
    window.open(model);
    waitFor([&] { return window.session().isOpen(); });
    std::printf("%s: %zu\n", shape.name, window.session().checkpoint()->tensors().size());
    waitFor([&] { return window.scout().isIdle(); });
    measureTable(window);
    {
        Frames frames("open a page");
        for (const auto page : { widgets::PageId::Weights, widgets::PageId::Precision,
                 widgets::PageId::Export, widgets::PageId::Precision })
            frames.take([&] { window.showPage(page); });
    }
    measureBudget(window);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv)
try {
    QApplication application(argc, argv);
    std::printf("Processor time of the window's thread. Bars: 50 ms a frame of the table; the "
                "budget 16 ms with 300 tensors, 100 ms with 20,000.\n");
    measure(few);
    measure(many);
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
