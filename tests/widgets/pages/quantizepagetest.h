// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pagetest.h"
#include "tests/widgets/pictures.h"
#include "tests/widgets/sampleruns.h"
#include "widgets/pages/quantize/quantizepage.h"
#include "widgets/pages/quantize/tensorcellstrip.h"

#include <QtWidgets/QLabel>
#include <QtWidgets/QPushButton>

/// The page with a recipe, a text and an estimate, and what is found on it.
namespace quantizepage {

using namespace widgets;

inline std::vector<core::Place> placesOf(const QList<QVariant>& arguments)
{
    return arguments[0].value<std::vector<core::Place>>();
}

template<typename Widget>
Widget* named(QWidget& page, const QString& text)
{
    for (Widget* one : page.findChildren<Widget*>())
        if (one->accessibleName() == text)
            return one;
    return nullptr;
}

template<typename Button = QPushButton>
Button* button(QWidget& page, const QString& text)
{
    for (Button* one : page.findChildren<Button*>())
        if (one->text() == text && one->isVisible())
            return one;
    return nullptr;
}

inline bool shows(QWidget& page, const QString& text)
{
    for (QLabel* label : page.findChildren<QLabel*>())
        if (label->isVisible() && label->text().replace(QChar(0xA0), ' ').contains(text))
            return true;
    return false;
}

inline std::vector<core::Place> places()
{
    std::vector<core::Place> all;
    for (const core::TensorReport& report : sampleReports())
        all.push_back(report.place);
    return all;
}

/// The page as it stands before a run, or in one.
struct Shown {
    QuantizePage page;
    QuantizeSettings settings;
    Shown()
    {
        settings.calibrationFile = "/texts/calibration.txt";
        settings.sequences = 64;
        page.setRecipeTitle("Q3_K_M");
        page.setTensors(places());
        page.setSettings(settings);
        page.setEstimate({ 21, 212e6, 5.5e6 });
        settle(page, { 927, 760 });
    }
    void run(int reports)
    {
        page.setState(QuantizePage::State::Running);
        for (int i = 0; i < reports; ++i)
            page.addReport(sampleReports()[std::size_t(i)]);
        page.setProgress(reports / 28.0, "Layer 2: attn_output", 11.9, 8.3);
        settle(page, { 927, 760 });
    }
    TensorCellStrip* cells() { return page.findChild<TensorCellStrip*>(); }
};

} // namespace quantizepage
