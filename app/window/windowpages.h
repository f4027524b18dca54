// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/models/tensorcolumns.h"
#include "widgets/pages/page.h"

#include <QStackedWidget>

#include <vector>

namespace widgets {
class ActivationsPage;
class ComparePage;
class ExportPage;
class ModelPage;
class PrecisionPage;
class QuantizePage;
class StartPage;
class WeightsPage;
}

namespace app {

/// The right side of the window: the start page and the seven pages, one of them shown.
class WindowPages : public QStackedWidget {
    Q_OBJECT

public:
    explicit WindowPages(QWidget* parent = nullptr);

    widgets::StartPage* start;
    widgets::ModelPage* model;
    widgets::WeightsPage* weights;
    widgets::ActivationsPage* activations;
    widgets::PrecisionPage* precision;
    widgets::QuantizePage* quantize;
    widgets::ComparePage* compare;
    widgets::ExportPage* exporting;

    void showStart();
    void showPage(widgets::PageId page);
    widgets::Page* page(widgets::PageId page) const;
    widgets::Page* current() const;
    std::vector<widgets::Page*> all() const; ///< the start page, too
};

} // namespace app
