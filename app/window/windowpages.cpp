// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/windowpages.h"

#include "widgets/pages/activations/activationspage.h"
#include "widgets/pages/compare/comparepage.h"
#include "widgets/pages/export/exportpage.h"
#include "widgets/pages/model/modelpage.h"
#include "widgets/pages/precision/precisionpage.h"
#include "widgets/pages/quantize/quantizepage.h"
#include "widgets/pages/start/startpage.h"
#include "widgets/pages/weights/weightspage.h"

namespace app {

WindowPages::WindowPages(QWidget* parent)
    : QStackedWidget(parent)
    , start(new widgets::StartPage(this))
    , model(new widgets::ModelPage(this))
    , weights(new widgets::WeightsPage(this))
    , activations(new widgets::ActivationsPage(this))
    , precision(new widgets::PrecisionPage(this))
    , quantize(new widgets::QuantizePage(this))
    , compare(new widgets::ComparePage(this))
    , exporting(new widgets::ExportPage(this))
{
    for (widgets::Page* page : all())
        addWidget(page);
}

std::vector<widgets::Page*> WindowPages::all() const
{
    return { start, model, weights, activations, precision, quantize, compare, exporting };
}

widgets::Page* WindowPages::page(widgets::PageId page) const
{
    return all()[std::size_t(page) + 1];
}

widgets::Page* WindowPages::current() const
{
    return qobject_cast<widgets::Page*>(currentWidget());
}

void WindowPages::showStart() { setCurrentWidget(start); }
void WindowPages::showPage(widgets::PageId page) { setCurrentWidget(this->page(page)); }

} // namespace app
