// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/weights/weightspage.h"

#include "core/formats/study.h"
#include "pagetest.h"
#include "tests/widgets/pictures.h"
#include "tests/widgets/sampledata.h"
#include "widgets/pages/weights/rulercard.h"
#include "widgets/pages/weights/weightsanswer.h"
#include "widgets/plots/channelplot.h"
#include "widgets/plots/rulerplot.h"
#include "widgets/segmented.h"

#include <QtTest/QtTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QToolButton>

using namespace widgets;

namespace {
constexpr core::Place attnK{ core::Role::AttnK, 2 };

QToolButton* segment(QWidget& page, const QString& text)
{
    for (QToolButton* button : page.findChildren<QToolButton*>())
        if (button->text() == text)
            return button;
    return nullptr;
}

/// The page with one tensor of the sample, its roundings and the map.
struct Shown {
    WeightsPage page;
    Shown()
    {
        page.setFormats(sampleData().formats);
        page.setOverview(sampleData().overview);
        page.setPreviews(attnK, sampleData().previews(attnK));
        page.setSelection({ sampleData().select(attnK) });
        settle(page, { 927, 760 });
    }
};
} // namespace

class WeightsPageTest : public PageTest {
    Q_OBJECT

private slots:
    void answersForTheTensorAtTheRecipesFormat()
    {
        Shown shown;
        QCOMPARE(shown.page.heading(), "What does rounding do to blk.2.attn_k?");
        QVERIFY2(
            shown.page.answer().startsWith(
                "Heavy tails (kurtosis 1.77, absmax 11.2 σ) and outliers in input channel 29 and "
                "output channel 79. Q4_K changes its output by"),
            qPrintable(shown.page.answer()));
        QVERIFY(shown.page.answer().contains(", Q5_K by"));
        takePictures(shown.page, theme(), "weights");
    }

    void looksAtAFormatWithoutAssigningIt()
    {
        Shown shown;
        QSignalSpy looked(&shown.page, &WeightsPage::formatLooked);
        QSignalSpy assigned(&shown.page, &WeightsPage::assignRequested);
        const core::Format* q2 = core::findFormat("Q2_K");
        QTest::mouseClick(segment(shown.page, "Q2_K"), Qt::LeftButton);
        QCOMPARE(looked.size(), 1);
        QCOMPARE(looked[0][0].value<const core::Format*>(), q2);
        QCOMPARE(shown.page.lookedAt(), q2);
        QVERIFY(shown.page.answer().contains("Q2_K changes its output by"));
        QCOMPARE(assigned.size(), 0);
    }

    void assignsWhatIsLookedAt()
    {
        Shown shown;
        QSignalSpy assigned(&shown.page, &WeightsPage::assignRequested);
        shown.page.lookAt(core::findFormat("Q6_K"));
        auto* button = shown.page.findChild<QPushButton*>();
        QVERIFY(!button->isHidden());
        QCOMPARE(button->text(), "Assign Q6_K");
        shown.page.triggerMainAction();
        QCOMPARE(assigned.size(), 1);
        QCOMPARE(assigned[0][0].value<const core::Format*>(), core::findFormat("Q6_K"));
    }

    void escapeGoesBackToTheRecipe()
    {
        Shown shown;
        shown.page.lookAt(core::findFormat("Q6_K"));
        QTest::keyClick(&shown.page, Qt::Key_Escape);
        QCOMPARE(shown.page.lookedAt(), core::findFormat("Q4_K"));
        QVERIFY(shown.page.findChild<QPushButton*>()->isHidden());
    }

    void plusAndMinusStepThroughTheFormats()
    {
        Shown shown;
        const auto& formats = sampleData().formats;
        const auto at = std::find(formats.begin(), formats.end(), core::findFormat("Q4_K"));
        QTest::keyClick(&shown.page, Qt::Key_Plus);
        QCOMPARE(shown.page.lookedAt(), *(at + 1));
        QTest::keyClick(&shown.page, Qt::Key_Minus);
        QTest::keyClick(&shown.page, Qt::Key_Minus);
        QCOMPARE(shown.page.lookedAt(), *(at - 1));
    }

    void aFormatThatDoesNotFitShowsWhatItFallsBackTo()
    {
        Shown shown;
        SelectedTensor tensor = sampleData().select(attnK);
        tensor.columns = 576; // rows of SmolLM2: no super-blocks of 256
        tensor.recipeFormat = core::findFormat("Q8_0");
        shown.page.setSelection({ tensor });
        shown.page.lookAt(core::findFormat("Q4_K"));
        QVERIFY2(shown.page.answer().contains("Q4_K, here Q5_0, changes its output by"),
            qPrintable(shown.page.answer()));
    }

    void aFormatForStudyIsLookedAtLikeTheOthers()
    {
        Shown shown;
        const core::Tensor& tensor = *sampleData().checkpoint->find(attnK);
        const core::Format* format = core::findStudyFormat("INT4_ASYM_CHANNEL");
        Previews previews = sampleData().previews(attnK);
        previews.push_back(std::make_shared<core::RoundingPreview>(core::previewRounding(
            core::decode(tensor), *core::formatForRows(format, tensor.columns), {},
            sampleData().select(attnK).stats->histogram, {})));
        shown.page.setPreviews(attnK, previews);
        shown.page.lookAt(format);
        QVERIFY2(shown.page.answer().contains("INT4_ASYM_CHANNEL changes its weights by"),
            qPrintable(shown.page.answer()));
        QVERIFY(segment(shown.page, "INT4_ASYM_CHANNEL")->isChecked()); // among the others
        takePictures(shown.page, theme(), "weights-study");
    }

    void aNarrowWindowListsTheFormatsInGroups()
    {
        Shown shown;
        shown.page.setBreakpoint(Breakpoint::Narrow);
        settle(shown.page, { 600, 760 });
        QSignalSpy looked(&shown.page, &WeightsPage::formatLooked);
        auto* list = shown.page.findChild<RulerCard*>()->findChild<QComboBox*>();
        QVERIFY(list->isVisible());
        QCOMPARE(list->currentText(), "Q4_K · recipe");
        const int title = list->findText("For study: measured, never exported");
        QVERIFY(title > 0);
        QVERIFY(!list->model()->flags(list->model()->index(title, 0)).testFlag(Qt::ItemIsEnabled));
        QCOMPARE(list->findText("F32"), -1); // no grid to look at
        list->setCurrentIndex(title + 1);
        emit list->activated(title + 1);
        QCOMPARE(looked.size(), 1);
        const auto* format = looked[0][0].value<const core::Format*>();
        QVERIFY(format && format->study);
        QCOMPARE(list->currentText(), QString::fromStdString(std::string(format->name)));
    }

    void clickingACellOfTheMapChoosesItsTensor()
    {
        Shown shown;
        QSignalSpy chosen(&shown.page, &WeightsPage::placesChosen);
        auto* map = shown.page.findChild<HeatMap*>();
        emit map->cellsChosen(QRect(1, 2, 1, 1));
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].value<std::vector<core::Place>>(), std::vector<core::Place>{ attnK });
    }

    void theMapIsFilledWhenThePageIsShown()
    {
        WeightsPage page;
        auto* map = page.findChild<HeatMap*>();
        page.setOverview(sampleData().overview);
        QCOMPARE(map->csv().count('\n'), 1); // no layer
        settle(page, { 927, 760 });
        QVERIFY(map->csv().count('\n') > 1);
        page.hide();
        page.setOverview({});
        page.show();
        QCOMPARE(map->csv().count('\n'), 1);
    }

    void theMapHasEveryLayerAndRole()
    {
        const WeightsMap map = weightsMap(sampleData().overview, WeightsStatistic::Kurtosis, 3);
        QCOMPARE(map.rows, (std::vector<int>{ 0, 1, 2, 3 }));
        QCOMPARE(map.columns.size(), std::size_t(7));
        QCOMPARE(map.data.columns.first(), "q");
        QCOMPARE(map.data.labels[2 * 7 + 1], "1.77");
    }

    void theMapOfErrorsHasThoseOfOneKind()
    {
        const auto cell = [](int layer, double error, ErrorOf of) {
            return TensorOverview{ { core::Role::AttnK, layer }, nullptr, error, of };
        };
        const auto said = [](const std::vector<TensorOverview>& tensors) {
            const WeightsMap map = weightsMap(tensors, WeightsStatistic::Error, 3);
            QString labels = map.data.labels[0] + ' ' + map.data.labels[1];
            return map.data.what + ": " + labels.replace(QChar(0xA0), ' ');
        };
        QCOMPARE(said({ cell(0, 0.2, ErrorOf::Weights), cell(1, 0.1, ErrorOf::Weights) }),
            "weight error: 20.0 % 10.0 %");
        QCOMPARE(said({ cell(0, 0.2, ErrorOf::Weights), cell(1, 0.1, ErrorOf::Output) }),
            "output error: … 10.0 %");
    }

    void severalTensorsGetASmallRulerEachFourAtMost()
    {
        Shown shown;
        std::vector<SelectedTensor> six;
        for (const core::Role role : { core::Role::AttnQ, core::Role::AttnK, core::Role::AttnV,
                 core::Role::AttnOutput, core::Role::FfnGate, core::Role::FfnUp })
            six.push_back(sampleData().select({ role, 1 }));
        for (std::size_t i = 0; i < 4; ++i)
            shown.page.setPreviews(six[i].place, sampleData().previews(six[i].place));
        shown.page.setSelection(six);
        settle(shown.page, { 927, 760 });
        int visible = 0;
        for (RulerPlot* ruler : shown.page.findChildren<RulerPlot*>())
            visible += ruler->isVisibleTo(&shown.page) ? 1 : 0;
        QCOMPARE(visible, 4);
        QCOMPARE(shown.page.heading(), "What does rounding do to 6 tensors?");
        QVERIFY(shown.page.answer().contains("blk.1.attn_k has the heaviest tails"));
        takePictures(shown.page, theme(), "weights-several");
    }

    void namesTheRowAndColumnOfAWeightThatIsNotFinite()
    {
        WeightsPage page;
        SelectedTensor tensor = sampleData().select(attnK);
        auto stats = std::make_shared<core::TensorStats>(*tensor.stats);
        stats->nonFiniteRow = 7;
        stats->nonFiniteColumn = 12;
        stats->moments.nonFinite = 3;
        tensor.stats = stats;
        page.setSelection({ tensor });
        QCOMPARE(page.answer(), "A weight is not finite: row 7, column 12. 3 in all.");
    }

    void asksForASelectionWhenThereIsNone()
    {
        WeightsPage page;
        QCOMPARE(page.answer(), "Select a tensor in the table.");
        takePictures(page, theme(), "weights-empty");
    }

    void marksTheChannelThatIsClicked()
    {
        Shown shown;
        QSignalSpy marked(&shown.page, &WeightsPage::channelMarked);
        emit shown.page.findChild<ChannelPlot*>()->channelChosen(29);
        QCOMPARE(marked.size(), 1);
        QCOMPARE(marked[0][0].toInt(), 29);
    }

    void theRulersDataIsItsTable()
    {
        Shown shown;
        const PlotTable table = shown.page.findChild<RulerPlot*>()->table();
        QCOMPARE(table.headers.size(), 5);
        QCOMPARE(table.rows.size(), sampleData().select(attnK).stats->histogram.counts.size());
        QVERIFY(shown.page.findChild<RulerPlot*>()->svg().contains("<svg"));
    }
};

QTEST_MAIN(WeightsPageTest)
#include "tst_weightspage.moc"
